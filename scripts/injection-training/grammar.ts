/** Ways to say something, by name. `{name}` inside of a text stands for any text of that name. */
export type Grammar = Readonly<Record<string, readonly string[]>>;

/** A source of chance that gives the same numbers for the same seed. */
export type Random = () => number;

/** Numbers from 0 to 1 out of a seed (xorshift). */
export function seeded(seed: number): Random {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** One of the texts; they must be one at least. */
export function pick<T>(choices: readonly T[], random: Random): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new TypeError('there is nothing to choose from');
  return chosen;
}

const SLOT = /\{([a-zA-Z]+)\}/g;
const MAX_DEPTH = 8;

/** Says `text` with every slot filled. @throws {TypeError} for a slot without texts. */
export function fill(text: string, grammar: Grammar, random: Random, depth = 0): string {
  if (depth > MAX_DEPTH) throw new TypeError(`\`${text}\` does not end`);
  return text.replaceAll(SLOT, (_, name: string) => {
    const choices = grammar[name];
    if (choices === undefined) throw new TypeError(`there is no \`${name}\``);
    return fill(pick(choices, random), grammar, random, depth + 1);
  });
}
