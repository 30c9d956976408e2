import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Invocation } from './unwrap.ts';

/** Standard input or another descriptor by the name of a file. */
const DESCRIPTOR = /^(?:\/dev\/(?:stdin|fd\/\d+)|\/proc\/(?:self|thread-self|\d+)\/fd\/\d+)$/;

/** Interpreters: what stands behind their script is the script's own. */
const INTERPRETERS =
  /^(?:(?:python|pypy|ipython|perl|ruby|php|lua)[\d.]*|luajit|node|nodejs|bun|deno|tsx|ts-node|R|Rscript|julia|groovy|scala|swift)$/;

/** Programs that build or start what a file tells them to, wherever among their words the file stands. */
const FILE_DRIVEN =
  /^(?:java|jshell|javac|go|dotnet|ninja|cmake|ctest|gradlew?|mvnw?|pip3?|uv|poetry|flask|uvicorn|nox|tox|pytest|jest|vitest|mocha|webpack|vite|rollup|esbuild|eslint|prettier|nodemon|nx|turbo|deno|bun)$/;

/** Subcommands that read program text from their standard input. */
const READS_INPUT: ReadonlyMap<string, RegExp> = new Map([
  ['flask', /^shell$/],
  ['dotnet', /^fsi$/],
  ['php', /^-[a-z]*a$|^--interactive$/],
  // Their debuggers take commands from it, which are program text.
  ['node', /^inspect$/],
  ['pytest', /^--(?:pdb|trace)$/],
  ['ruby', /^-r(?:debug|byebug|pry|irb)\b/],
  ['deno', /^repl$/],
  ['rails', /^(?:console|c)$/],
  ['nx', /^repl$/],
]);

/** Options whose value is a list of packages or a build file, in which `-` is standard input. */
const TAKES_DASH: ReadonlyMap<string, RegExp> = new Map([
  ['pip', /^(?:-r|--requirement|-c|--constraint)$/],
  ['pip3', /^(?:-r|--requirement|-c|--constraint)$/],
  ['uv', /^(?:-r|--requirements?|-c|--constraints?)$/],
  ['ninja', /^-f$/],
  ['dotnet', /^run$/],
]);

/** Program text that a program takes out of a descriptor which it is given as a file, or out of its standard input. */
export function codeFromDescriptor({ program, words, frame }: Invocation): readonly ShellWord[] {
  const first = words.findIndex((word) => !word.text.startsWith('-'));
  const isWhole = FILE_DRIVEN.test(program);
  const looked = isWhole ? words : INTERPRETERS.test(program) ? words.slice(0, scriptEnd(words, first)) : [];
  const readsDescriptor = looked.some((word) => DESCRIPTOR.test(word.text) || DESCRIPTOR.test(attached(word.text)));
  const dash = TAKES_DASH.get(program);
  const readsDash =
    dash !== undefined &&
    words.some(
      (word, at) =>
        /^(?:-[a-z]|--[a-z]+=)-$/.test(word.text) || (word.text === '-' && dash.test(words[at - 1]?.text ?? '')),
    );
  const hasInput = frame.input !== null || frame.inputs.length > 0;
  const readsInput = hasInput && words.some((word) => READS_INPUT.get(program)?.test(word.text) === true);
  return readsDescriptor || readsDash || readsInput ? [frame.input ?? shellWord('')] : [];
}

/** Up to and with the first word that may be the script; an option in front may have taken one word. */
function scriptEnd(words: readonly ShellWord[], first: number): number {
  if (first < 0) return words.length;
  return first > 0 && words[first - 1]?.text.startsWith('-') === true ? first + 2 : first + 1;
}

/** What is attached to an option: `-r/dev/stdin`, `--file=/dev/stdin`. */
function attached(text: string): string {
  return text.replace(/^-[A-Za-z]|^--?[\w-]+[=:]/, '');
}

/** Program text in an option of a tool that evaluates it: `pylint --init-hook=CODE`, `flask --app 'module:call()'`. */
export function codeInOption({ program, words }: Invocation): readonly ShellWord[] {
  const option = CODE_OPTIONS.get(program);
  if (option === undefined) return [];
  return words.flatMap((word, at) => {
    const given = option.name.exec(word.text);
    if (given === null) return [];
    const code = given[1] === undefined ? words[at + 1] : { ...word, text: given[1] };
    return code === undefined || option.isHarmless.test(code.text) ? [] : [code];
  });
}

const CODE_OPTIONS: ReadonlyMap<string, { readonly name: RegExp; readonly isHarmless: RegExp }> = new Map([
  ['pylint', { name: /^--init-h\w*(?:=(.*))?$/s, isHarmless: /^$/ }],
  // A name, or a module and a name in it; a call is evaluated.
  ['flask', { name: /^(?:-A|--app)(?:=(.*))?$/s, isHarmless: /^[\w./-]*(?::\w*)?$/ }],
  // The name of a plugin; its options are evaluated, and so is what is no name.
  ['rollup', { name: /^(?:-p|--plugin)(?:=(.*))?$/s, isHarmless: /^[@\w./-]*$/ }],
  // A file; what names a stream is read as one.
  [
    'php',
    {
      name: /^(?:-d|--define)=?(auto_(?:ap|pre)pend_file=.*)?$/s,
      isHarmless: /^(?!auto_(?:ap|pre)pend_file=["']?(?:[a-z]+:|\/dev\/|\/proc\/))/i,
    },
  ],
]);
