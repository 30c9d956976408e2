import type { ShapedWord } from './command-shape.ts';
import { SYSTEM_FOLDERS, mayWrite } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { PROJECT_PROGRAMS } from './program-roles.ts';
import { MARK } from './shell-word.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Project programs whose options are told apart elsewhere, or name things of other machines. */
const KNOWN_ELSEWHERE = set(
  'curl wget http https xh ssh bash sh dash zsh ksh ash fish mount umount docker podman nerdctl kubectl helm gh aws gcloud az ansible ansible-playbook',
);

/** Other programs that write whatever file an option or a subcommand of theirs is given. */
const BUILDERS = set(`
  uvicorn gofmt goimports golangci-lint staticcheck ts-node nodemon jar nm readelf objcopy rustup pdm hatch virtualenv yarnpkg javap
  gradlew mvnw flask typedoc nyc c8 parcel babel swc rspack rolldown tsup
`);

/** Subcommands and modules that make a file or a folder with the name that they are given. */
const MAKING =
  /^(?:new|init|create|venv|virtualenv|scaffold|generate|zipfile|tarfile|json\.tool|compileall|pack|archive|compile|bundle)$/;

/** Options of any program whose value is more likely written than read. */
const OUTPUT_LIKE =
  /^--?(?:o|[\w.-]*(?:out|dest|dump|export|report|save|log|cache|temp|tmp|work|install|prefix|backup|record|trace|profile)[\w.-]*|[\w.-]*(?:dir|directory|folder|file))$/i;
/** Options whose value is read, whatever else their name holds. */
const INPUT_LIKE =
  /^--?(?:[\w.]+-)*(?:config(?:uration)?s?|conf|settings?|rc|env|keys?|pubkey|cert(?:ificate)?s?|ca|cacert|ignore|skip|omit|inputs?|in|source|src|include|exclude|requirements?|constraints?|template|password|passwd|credentials?|identity|secrets?|token|schema|list|from|script|theme|font|rules?|manifest|hosts?)(?:-(?:file|dir|path|folder|name|url))?$|config(?:File|Path|Dir)?$/i;

/** Options of builders that take no value, so that a file behind them is one to look at. */
const TAKES_NONE = /^--(?:no-.*|check|diff|lint|list-different|verify|quiet|silent|verbose|watch|strict|staged|all)$/;

/** Certificates of the machine, which programs are told to trust. */
const TRUST_STORES = /^\/etc\/(?:ssl|pki|ca-certificates)\//;

/**
 * What options and assignments of a program may write that is not known option by option. Of a program that builds it is
 * every value; of any other, the values of options that are called like an output. Only rules that restrict meet them.
 */
export function inferredWrites(program: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  const isBuilder = BUILDERS.has(program) || (PROJECT_PROGRAMS.has(program) && !KNOWN_ELSEWHERE.has(program));
  const texts: string[] = [];
  let isMaking = false;
  for (const [index, { kind, word }] of shape.entries()) {
    const { text } = word;
    // What stands behind `--` may be for another program: `cargo rustc -- -o x`.
    if (kind === 'option' || (isBuilder && text.startsWith('-'))) {
      const name = /^--?[\w.-]*/.exec(text)?.[0] ?? '';
      if (INPUT_LIKE.test(name)) continue;
      if (!isBuilder && !OUTPUT_LIKE.test(name) && !/^-o./.test(text)) continue;
      texts.push(...attachedValues(text));
      const next = shape[index + 1];
      if (next !== undefined && next.kind !== 'option' && !TAKES_NONE.test(name) && !/[=:]/.test(text))
        texts.push(...partsOf(next.word.text));
    } else if (kind !== 'end-of-options' && isBuilder) {
      // `make prefix=x`, `dotnet build /bl:x`.
      if (isMaking || /^\w[\w.-]*=|^\/[A-Za-z]+:/.test(text)) texts.push(...partsOf(text));
      if (MAKING.test(text)) isMaking = true;
    }
  }
  // A bare word is more often a name than a file.
  const written = texts.filter(
    (text) => (/[./~]/.test(text) || MARK.test(text)) && !SYSTEM_FOLDERS.test(text) && !TRUST_STORES.test(text),
  );
  return [...new Set(written)].map(mayWrite);
}

/** The values that may stand in an option's own word: `--x=v`, `-xv`, `-Wl,-o,v`, `-Xlog:gc:file=v`. */
function attachedValues(text: string): readonly string[] {
  const isShort = !text.startsWith('--') && text.length > 2;
  const behind = isShort ? [text.slice(2), text.replace(/^-[A-Za-z0-9]*/, '')] : [];
  const parts = /[=:,]/.test(text) ? partsOf(text).slice(1) : [];
  return [...behind.filter((value) => /[./~]/.test(value)), ...parts];
}

/** Longest value that is taken apart, in UTF-16 code units; a longer one names no file. */
const MAX_VALUE_LENGTH = 4_000;

/** A value whole, and the parts in which programs take several settings in one word. */
function partsOf(text: string): readonly string[] {
  if (text.length > MAX_VALUE_LENGTH || !/[=:,;]/.test(text)) return [text];
  const parts = text.split(/[=:,;]/);
  const behind = text.slice(text.search(/[=:]/) + 1);
  return [text, behind, ...parts];
}
