/** Numbers from 0 to 1 in an order that the seed fixes: xorshift of 32 bits. */
export function seeded(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * A text that a regular expression describes, drawn evenly: for tests, which so need no token in their source. It knows
 * classes, groups, alternatives and bounded repetition; what looks around is passed over.
 *
 * @throws {SyntaxError} for what it does not know.
 */
export function drawnText(shape: string, random: () => number): string {
  let at = 0;
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const alternatives = (): string => {
    const options: string[] = [sequence()];
    while (shape.charAt(at) === '|') {
      at += 1;
      options.push(sequence());
    }
    return pick(options) ?? '';
  };
  const sequence = (): string => {
    let text = '';
    while (at < shape.length && shape.charAt(at) !== '|' && shape.charAt(at) !== ')') {
      const from = at;
      const first = atom();
      const afterAtom = at;
      const [least, most] = repetition();
      const afterRepetition = at;
      const count = least + Math.floor(random() * (most - least + 1));
      // Each turn is drawn anew from the same part of the pattern.
      for (let turn = 0; turn < count; turn += 1) {
        at = from;
        text += turn === 0 ? ((at = afterAtom), first) : atom();
      }
      at = afterRepetition;
    }
    return text;
  };
  const repetition = (): readonly [number, number] => {
    if (shape.charAt(at) === '?') {
      at += 1;
      return [0, 1];
    }
    const found = /^\{(\d+)(?:,(\d+))?\}/.exec(shape.slice(at));
    if (found === null) return [1, 1];
    at += found[0].length;
    return [Number(found[1]), Number(found[2] ?? found[1])];
  };
  const atom = (): string => {
    const character = shape.charAt(at);
    if (character === '(') return group();
    if (character === '[') return pick(classOf()) ?? '';
    at += 1;
    if (character !== '\\') return character;
    const escaped = shape.charAt(at);
    at += 1;
    if (escaped === 'd') return String(Math.floor(random() * 10));
    if (/[a-zA-Z]/.test(escaped)) throw new SyntaxError(`no text is drawn from \\${escaped}`);
    return escaped;
  };
  const group = (): string => {
    const looks = /^\(\?<?[!=]/.test(shape.slice(at));
    at += looks ? 3 : shape.startsWith('(?:', at) ? 3 : 1;
    const text = alternatives();
    at += 1;
    return looks ? '' : text;
  };
  const classOf = (): readonly string[] => {
    const close = shape.indexOf(']', at + 2);
    const pattern = new RegExp(shape.slice(at, close + 1));
    at = close + 1;
    return Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).filter((each) =>
      pattern.test(each),
    );
  };
  return alternatives();
}
