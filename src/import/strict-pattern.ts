import { flagWords, isPlainCluster, isWholeOption, longerOptions, takesValue } from './flag-spellings.ts';

/** A command as patterns that take at least what the client takes by the letters of its rule. */
export interface StrictPattern {
  /** A pattern for each; the command is meant where any of them matches. */
  readonly run: readonly string[];
  /** What the letters take and the patterns do not, as one line, or null where they take it all. */
  readonly missing: string | null;
  /** What the patterns take that the letters do not, where nobody would expect it, or null. */
  readonly excess: string | null;
}

/** What is said of a pattern that takes every command. */
export const EVERY_COMMAND = 'every command is meant';

/** Makes patterns of the words of one command for a rule that denies or asks: every spelling of options and program. */
export function strictPattern(words: readonly string[]): StrictPattern {
  const [program = '', ...rest] = words;
  const name = program.slice(program.lastIndexOf('/') + 1) || program;
  const operand = rest.findIndex((word) => !word.startsWith('-'));
  if (operand >= 0 && STARTERS.has(name) && rest[operand] !== '*') return startedPattern(name, rest.slice(operand));
  if (name === 'env' || name === 'time')
    return {
      run: [],
      missing: `what \`${name}\` starts is ruled on as a command of its own, \`${name}\` is not`,
      excess: null,
    };
  const tail = wordsOf(name, rest);
  const parts = [programNames(name), ...tail.parts].join(' ');
  const run = [parts];
  if (/\*/.test(name)) run.push(...spread(name, tail.parts));
  const isOpen = /^\*+$/.test(name) && tail.parts.every((part) => part === '*');
  return {
    run: [...new Set(run)],
    missing: startedBehind(name, rest) ?? tail.missing,
    excess: isOpen ? EVERY_COMMAND : null,
  };
}

/** What a program starts by its last words is a command of its own: a pattern does not see it among the operands. */
function startedBehind(name: string, words: readonly string[]): string | null {
  if (name === 'find' && words.some((word) => /^-(?:exec|ok)/.test(word)))
    return 'what `find` starts is ruled on as a command of its own, and the option is not seen';
  const verb = words.findIndex((word) => /^(?:run|exec|create|debug)$/.test(word));
  const isContainer = verb >= 0 && /^(?:docker|podman|nerdctl|kubectl)$/.test(name);
  const image = words.findIndex((word, at) => at > verb && !word.startsWith('-'));
  return isContainer && image >= 0 && image < words.length - 1
    ? 'what stands behind the image or the container is a command of its own'
    : null;
}

/** Programs that start another one, which is then a command of its own and no operand. */
const STARTERS = new Set(
  ['sudo', 'doas', 'nohup', 'xargs', 'command', 'nice', 'ionice', 'stdbuf', 'setsid', 'watch', 'exec', 'eval'].concat([
    'env',
    'time',
    'timeout',
    'builtin',
  ]),
);

/** A right that a started command gets is what such a rule is about; any other starter leaves the command what it is. */
function startedPattern(name: string, started: readonly string[]): StrictPattern {
  if (name === 'sudo' || name === 'doas')
    return { run: [name], missing: null, excess: `all of \`${name}\` is meant: what it starts is no operand of it` };
  const inner = strictPattern(name === 'timeout' ? started.slice(1) : started);
  return { ...inner, excess: inner.excess ?? `whatever starts it, and not \`${name}\` alone` };
}

/** `ls*x` also means `ls` and any word that ends so: a star stands for blanks too. */
function spread(name: string, tail: readonly string[]): readonly string[] {
  const first = name.indexOf('*');
  const [head, end] = [name.slice(0, first), name.slice(name.lastIndexOf('*') + 1)];
  if (/^\*+$/.test(name)) {
    // `* curl *` also means `curl` itself.
    const [next = ''] = tail.filter((part) => part !== '*');
    return /^[\w.*]/.test(next) && !next.includes('/') ? [tail.filter((part) => part !== '*').join(' ')] : [];
  }
  const middle = /\*(.+)\*/.exec(name)?.[1];
  if (head === '' && middle !== undefined) return [['*', `*${middle}*`, ...tail].join(' ')];
  return end === '' ? [] : [[`${head}*`, `*${end}`, ...tail].join(' ')];
}

interface Tail {
  readonly parts: readonly string[];
  readonly missing: string | null;
}

function wordsOf(program: string, words: readonly string[]): Tail {
  const parts: string[] = [];
  let missing: string | null = null;
  // Behind a star that can stand for several words, none is the next subcommand.
  let isSpread = program.includes('*');
  const operands = (...globs: readonly string[]): void => {
    if (isSpread && !parts.includes('*')) parts.push('*');
    parts.push(...globs);
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = loosened(words[at] ?? '');
    const next = words[at + 1];
    // A lone `-` is no word of a pattern.
    if (word === '*' || word === '-') isSpread = true;
    else if (word === '') continue;
    else if (/^\*+-/.test(word)) {
      const { flags, missed } = optionOf(program, word.replace(/^\*+/, ''), null);
      operands(`{${[...flags.flatMap(alternatives), `${word.replace(/^\*+/, '*').replace(/\*$/, '')}*`].join(',')}}`);
      missing ??= missed;
      isSpread = true;
    } else if (word.startsWith('-')) {
      const isValue = next !== undefined && /^[^*-][^*]*\*?$/.test(next) && takesValue(program, word);
      if (isValue) at += 1;
      const { flags, missed } = optionOf(program, word, isValue ? loosened(next) : null);
      parts.push(...flags);
      missing ??= missed;
      // The next word may be the value of the option.
      isSpread ||= !isValue || next.endsWith('*');
    } else {
      operands(...piecesOf(word));
      isSpread ||= word.includes('*');
    }
  }
  return { parts, missing };
}

/** An option with a `*` at its end also stands for letters and options that go on behind it. */
function optionOf(
  program: string,
  word: string,
  value: string | null,
): { readonly flags: readonly string[]; readonly missed: string | null } {
  const bare = /^(--?[^=*]*)\*+$/.exec(word)?.[1];
  if (bare === undefined || bare === '-' || bare === '--') {
    const missed = /^-\*|^--?[^=]*\*/.test(word) ? 'a star in the name of an option' : null;
    const flags = missed === null ? flagWords(program, word, value) : [];
    const isOpen = flags.length > 1 && !isPlainCluster(program) && !word.includes('=');
    return { flags: isOpen ? flags.map((flag) => joined([...alternatives(flag), word])) : flags, missed };
  }
  if (bare.startsWith('--')) {
    const longer = longerOptions(bare);
    const flags = flagWords(program, bare, null).map((flag) => joined([...alternatives(flag), ...longer]));
    const isKnown = longer.length > 0 || isWholeOption(bare);
    return { flags, missed: isKnown ? null : `other options that begin with \`${bare}\`` };
  }
  const flags = flagWords(program, bare, null);
  const isSeen = /^-[A-Za-z]$/.test(bare) || (flags.length > 1 && isPlainCluster(program));
  return { flags, missed: isSeen ? null : `other options that begin with \`${bare}\`` };
}

function alternatives(flag: string): readonly string[] {
  return flag.startsWith('{') && flag.endsWith('}') ? flag.slice(1, -1).split(',') : [flag];
}

function joined(flags: readonly string[]): string {
  const names = [...new Set(flags)];
  return names.length === 1 ? (names[0] ?? '') : `{${names.join(',')}}`;
}

/** What a word looks like once the shell has read it: its home folder and variables are something else. */
function loosened(word: string): string {
  return word
    .replace(/^~[\w.-]*(?=\/|$)/, '*')
    .replaceAll(/\$(?:\{\w+\}|\w+)/g, '*')
    .replaceAll(/\*{2,}/g, '*');
}

/** `push*main` begins with one and ends with the other, in one word or in two. */
function piecesOf(word: string): readonly string[] {
  const pieces = word.split('*');
  const last = pieces.length - 1;
  return pieces.flatMap((piece, index) =>
    piece === '' ? [] : [`${index > 0 ? '*' : ''}${piece}${index < last ? '*' : ''}`],
  );
}

const PROGRAM_NAMES: ReadonlyMap<string, string> = new Map([
  ['docker', '{docker,podman,nerdctl}'],
  ['terraform', '{terraform,tofu}'],
  ['nc', '{nc,nc.*,ncat,netcat}'],
  ['netcat', '{nc,nc.*,ncat,netcat}'],
  ['ncat', '{nc,nc.*,ncat,netcat}'],
  ['python', '{python,python2*,python3*}'],
  ['python3', '{python,python3*}'],
  ['pip', '{pip,pip3}'],
  ['ansible', 'ansible*'],
  ['mkfs', 'mkfs*'],
]);

/** Every name of a program that a rule would mean; a regular expression of letters and `.*` is read as one. */
function programNames(name: string): string {
  return PROGRAM_NAMES.get(name) ?? loosened(name.replaceAll('?', '*'));
}
