/** One word of a command as a rule writes it. */
export interface RuleWord {
  /** Without quotes. `*` stands for any text, also for what a pattern could not spell: a blank, a variable. */
  readonly text: string;
  /** It is an operator of the shell, or the place that output goes to: nothing of it was quoted. */
  readonly isBare: boolean;
  /** It held a blank or a sign that only quotes take, so that its text is wider than what was written. */
  readonly isLoose: boolean;
}

/**
 * Parts the text of a rule into words as a shell does: blanks inside of quotes part none, and a quote that is not closed
 * lasts to the end, as in `psql -c 'DROP *`. Takes time linear in the text.
 */
export function ruleWords(text: string): readonly RuleWord[] {
  const words: RuleWord[] = [];
  let quote = '';
  let word: { text: string; isBare: boolean; isLoose: boolean } | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quote === '' && /\s/.test(sign)) {
      if (word !== null) words.push(finished(word));
      word = null;
      continue;
    }
    word ??= { text: '', isBare: true, isLoose: false };
    if (sign === quote) quote = '';
    else if (quote === '' && (sign === '"' || sign === "'")) {
      quote = sign;
      word.isBare = false;
    } else if (sign === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word.isBare = false;
      add(word, text[at] ?? '');
    } else if (quote === '') word.text += sign;
    else add(word, sign);
  }
  if (word !== null) words.push(finished(word));
  return words;
}

/** Signs that a pattern reads as its own, or that part words. */
const SPECIAL = /[\s{}|<>;&,()`]/;

function add(word: { text: string; isLoose: boolean }, sign: string): void {
  const isSpecial = SPECIAL.test(sign);
  word.text += isSpecial ? '*' : sign;
  if (isSpecial) word.isLoose = true;
}

function finished({ text, isBare, isLoose }: RuleWord): RuleWord {
  return { text: isLoose ? text.replaceAll(/\*+/g, '*') : text, isBare, isLoose };
}
