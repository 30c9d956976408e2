/** A text put together from string literals, and where each of its characters stands. */
export interface Stitched {
  readonly text: string;
  readonly places: readonly number[];
}

/**
 * What a program or a wrapped line makes of a token that begins at `start` and is cut: `"ab" + "cd"`, `'ab' . 'cd'`,
 * `"ab" "cd"`, `ab\` and a line end. Null where nothing is joined. Reads at most `maxBytes`.
 */
export function stitched(latin1: string, start: number, maxBytes: number): Stitched | null {
  const limit = Math.min(latin1.length, start + maxBytes);
  const parts: string[] = [];
  const places: number[] = [];
  let joins = 0;
  let at = start;
  while (at < limit) {
    TOKEN_PART.lastIndex = at;
    const part = TOKEN_PART.exec(latin1)?.[0].slice(0, limit - at) ?? '';
    for (let index = 0; index < part.length; index += 1) places.push(at + index);
    parts.push(part);
    at += part.length;
    JOIN.lastIndex = at;
    const join = JOIN.exec(latin1)?.[0] ?? '';
    if (join === '' || at + join.length > limit) break;
    joins += 1;
    at += join.length;
  }
  return joins === 0 ? null : { text: parts.join(''), places };
}

const TOKEN_PART = /[A-Za-z0-9_.+/=~-]{0,400}/y;
/** The end of a literal, the sign that joins, and the begin of the next; or a line that goes on in the next. */
const JOIN =
  /(?:\\?["'`][ \t]{0,8}(?:\\\r?\n|\r?\n)?[ \t]{0,40}(?:\+|\.|\.\.|&|\|\||,)?[ \t]{0,8}(?:\\\r?\n|\r?\n)?[ \t]{0,40}\\?["'`]|\\\r?\n[ \t]{0,40}|=\r?\n)(?=[A-Za-z0-9_+/=-])/y;
