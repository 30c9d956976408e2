/**
 * The command that a `Bash(…)` rule means, taken apart. Words are as written; a `*` in one stands for any text.
 */
export interface MeantCommand {
  /** One list of words for each command of a pipe; never empty, and no list is. */
  readonly stages: readonly (readonly string[])[];
  /** Where output goes: the words behind `>`. */
  readonly outputs: readonly string[];
  /** Nothing may stand behind the words, as the rule is written. */
  readonly isExact: boolean;
  /** The words were parted by colons, a form that the client takes as the name of a program. */
  readonly hasColons: boolean;
  /** Operators, substitutions or the like, which a rule on one command cannot say. */
  readonly isScript: boolean;
}

/** Takes the text between the parentheses of a `Bash(…)` rule apart; null where it stands for every command. */
export function meantCommand(content: string): MeantCommand | null {
  const text = content.trim();
  if (/^(?:\*|:\*|\*:\*|)$/.test(text)) return null;
  const hasColons = isColonForm(text);
  const words = hasColons
    ? colonWords(text)
    : text
        .replace(/:\*$/, ' *')
        .replaceAll(/:\*(?=\s)/g, ' *')
        // `git push:--force:*` mixes both ways of parting words; `npm run test:unit` has a colon of its own.
        .replaceAll(/(?<=\w):(?=--?\w|\*\S)/g, ' ')
        .split(/\s+/);
  const isExact = !/[*]$/.test(words.at(-1) ?? '');
  const stages: string[][] = [[]];
  const outputs: string[] = [];
  let isScript = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const redirection = /^\d?>{1,2}(.*)$/.exec(word);
    if (word === '|' || word === '|&') stages.push([]);
    else if (/^\|\w/.test(word)) stages.push([word.slice(1)]);
    else if (redirection !== null) {
      if (redirection[1] === '') at += 1;
      outputs.push(redirection[1] === '' ? (words[at] ?? '') : (redirection[1] ?? ''));
    } else if (OPERATOR.test(word)) {
      isScript = true;
      stages.push([]);
    } else if (word !== '') stages.at(-1)?.push(withoutQuotes(word));
  }
  const kept = stages.map(withoutLastStar).filter((stage) => stage.length > 0);
  const first = kept[0];
  if (first === undefined) return null;
  return { stages: kept, outputs, isExact, hasColons, isScript: isScript || /[`]|\$\(/.test(text) };
}

const OPERATOR = /^(?:&&?|\|\||;+|<.*)$|;$/;

/** Whether colons part the words: no blank, and a colon somewhere but in a last `:*`. */
function isColonForm(text: string): boolean {
  return !/\s/.test(text) && text.replace(/:\*$/, '').replaceAll('://', '').includes(':');
}

/** Parts words at colons, but for those of a URL and of what belongs to a `-v` in front. */
function colonWords(text: string): readonly string[] {
  const parts = text.split(/:(?!\/\/)/);
  const words: string[] = [];
  for (const part of parts) {
    const last = words.at(-1) ?? '';
    const isMount = /^(?:-v|--volume)$/.test(words.at(-2) ?? '') && last.startsWith('/') && part.startsWith('/');
    if (isMount) words[words.length - 1] = `${last}:${part}`;
    else words.push(part);
  }
  return words;
}

/** A last word that stands for anything says nothing. */
function withoutLastStar(words: readonly string[]): readonly string[] {
  return words.length > 1 && words.at(-1) === '*' ? words.slice(0, -1) : words;
}

function withoutQuotes(word: string): string {
  return word.replaceAll(/["']/g, '');
}
