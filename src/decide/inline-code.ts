import { awkCall } from './awk-call.ts';
import { awkRunsPrograms } from './awk-program.ts';
import { codeFromInput } from './code-files.ts';
import { codeInFramework } from './framework-shell.ts';
import { codeFromDescriptor, codeInOption } from './inline-input.ts';
import { codeOptions } from './code-option-scan.ts';
import { interpreterOf } from './interpreters.ts';
import { jqCode } from './jq-filter.ts';
import { moduleCode } from './python-module.ts';
import { sedEffects } from './sed-script.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Invocation } from './unwrap.ts';

/** Program text, in languages other than the shell's, that a command line gives to an interpreter. */
export function inlineCodeOf(invocation: Invocation): readonly ShellWord[] {
  const { program, words, frame } = invocation;
  const given = [
    ...codeFromInput(invocation),
    ...codeFromDescriptor(invocation),
    ...codeInOption(invocation),
    ...codeInFramework(invocation),
  ];
  if (given.length > 0) return given;
  if (program === 'jq') return jqCode(words);
  // The other program of that name hands its filter to jq.
  if (program === 'yq')
    return words.filter((word) => YQ_REACHES_OUT.test(word.text) || (word === firstOperand(words) && isJqCode(word)));
  if (/^[gmn]?awk$|^busybox awk$/.test(program)) return awkCode(invocation);
  if (/^g?sed$/.test(program)) return sedEffects(words).code;
  const interpreter = interpreterOf(program);
  if (interpreter === undefined) return [];
  // `node --import data:text/javascript,...`
  const imported = words.filter((word) => /(?:^|=)data:/.test(word.text));
  if (imported.length > 0) return imported;
  // `deno run -`: the script is standard input, behind a subcommand.
  if (interpreter.codeSubcommands !== undefined && words.some((word) => word.text === '-'))
    return [frame.input ?? shellWord('')];
  const fromModule = /^(?:python|pypy)/.test(program) ? moduleCode(invocation) : [];
  if (fromModule.length > 0) return fromModule;
  if (program === 'deno' && words[0]?.text === 'repl')
    return words.filter(
      (word, at) => word.text.startsWith('--eval') || words[at - 1]?.text.startsWith('--eval') === true,
    );
  const found = codeOptions(words, interpreter);
  if (found.code.length > 0) return found.code;
  const subcommand = found.operands.find(({ text }) => interpreter.codeSubcommands?.includes(text) === true);
  if (subcommand !== undefined) return words.slice(words.indexOf(subcommand) + 1);
  const hasInput = frame.input !== null || frame.inputs.length > 0;
  const fromOperand = found.operands.some(({ text }) => text === '-' || text === '/dev/stdin');
  const isRead = !found.hasScript && (hasInput || fromOperand);
  if (interpreter.readsInput && (isRead || fromOperand || (found.isInteractive && hasInput)))
    return [frame.input ?? shellWord('')];
  return found.operands.some((operand) => operand.isDescriptor) ? [shellWord('')] : [];
}

/** Expressions of yq that load files, run programs or show the environment. */
const YQ_REACHES_OUT = /\bload(?:_\w+)?\s*\(|\b(?:str)?env\s*\(|\benvsubst\b|\bsystem\s*\(|\$ENV\b/;

function firstOperand(words: readonly ShellWord[]): ShellWord | undefined {
  return words.find(({ text }) => !text.startsWith('-'));
}

function isJqCode(word: ShellWord): boolean {
  return jqCode([word]).length > 0;
}

function awkCode({ words, frame }: Invocation): readonly ShellWord[] {
  const { program, isDebugging, isCertain } = awkCall(words);
  if (!isCertain) return words;
  if (isDebugging) return [frame.input ?? shellWord('')];
  return program !== null && awkRunsPrograms(program) ? [program] : [];
}
