import { ruleWords } from './rule-words.ts';
import type { RuleWord } from './rule-words.ts';

/**
 * The command that a `Bash(…)` rule means, taken apart. Words are as written; a `*` in one stands for any text.
 */
export interface MeantCommand {
  /** One list of words for each command of a pipe; no list is empty. There is one, or there are outputs. */
  readonly stages: readonly (readonly string[])[];
  /** Assignments in front of the first program. */
  readonly assignments: readonly string[];
  /** Where output goes: the words behind `>`. */
  readonly outputs: readonly string[];
  /** Nothing may stand behind the words, as the rule is written. */
  readonly isExact: boolean;
  /** A last `*` stands for at least one word: behind another star the client does not let it stand for none. */
  readonly needsMore: boolean;
  /** Operators, substitutions or the like, which a rule on one command cannot say. */
  readonly isScript: boolean;
  /** Some word is wider here than it was written: its quotes held a blank or the like. */
  readonly isLoose: boolean;
}

/** What the text between the parentheses of a `Bash(…)` rule stands for. */
export type CommandMeaning =
  | { readonly kind: 'every' }
  /** Operators alone: there is no command in it. */
  | { readonly kind: 'none' }
  | { readonly kind: 'command'; readonly command: MeantCommand };

/** Takes the text between the parentheses of a `Bash(…)` rule apart. */
export function meantCommand(content: string): CommandMeaning {
  const text = content.trim();
  if (/^(?:\*|:\*|\*:\*|)$/.test(text)) return { kind: 'every' };
  const words: readonly RuleWord[] = isColonForm(text)
    ? colonWords(text).map((word) => ({ text: word.replaceAll(/["']/g, ''), isBare: true, isLoose: false }))
    : ruleWords(
        text
          .replace(/:\*$/, ' *')
          .replaceAll(/:\*(?=\s)/g, ' *')
          // `git push:--force:*` mixes both ways of parting words; `npm run test:unit` has a colon of its own.
          .replaceAll(/(?<=\w):(?=--?\w|\*\S)/g, ' '),
      );
  const stages: string[][] = [[]];
  const assignments: string[] = [];
  const outputs: string[] = [];
  let isScript = false;
  for (let at = 0; at < words.length; at += 1) {
    const { text: word, isBare } = words[at] ?? NO_WORD;
    const redirection = isBare ? /^[\d&]?>{1,2}\|?(.*)$/.exec(word) : null;
    if (isBare && (word === '|' || word === '|&')) stages.push([]);
    else if (isBare && /^\|\w/.test(word)) stages.push([word.slice(1)]);
    else if (redirection !== null) {
      if (redirection[1] === '') at += 1;
      const target = redirection[1] === '' ? (words[at]?.text ?? '') : (redirection[1] ?? '');
      // `2>&1` goes where output goes anyway.
      if (!target.startsWith('&') && target !== '') outputs.push(target);
    } else if (isBare && OPERATOR.test(word)) {
      isScript = true;
      stages.push([]);
    } else if (stages.length === 1 && stages[0]?.length === 0 && ASSIGNMENT.test(word)) assignments.push(word);
    else if (word !== '') stages.at(-1)?.push(word);
  }
  const kept = stages.map(withoutLastStar).filter((stage) => stage.length > 0);
  if (kept.length === 0 && outputs.length === 0 && assignments.length === 0) return { kind: 'none' };
  return {
    kind: 'command',
    command: {
      stages: kept,
      assignments,
      outputs,
      isExact: !/[*]$/.test(words.at(-1)?.text ?? ''),
      needsMore: text.endsWith(' *') && text.indexOf('*') < text.length - 1,
      isScript: isScript || /[`]|\$\(/.test(text),
      isLoose: words.some((word) => word.isLoose),
    },
  };
}

const NO_WORD: RuleWord = { text: '', isBare: true, isLoose: false };
/** What a shell reads as more than a word of one command. */
const OPERATOR = /[;&|<>()`]/;
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

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
