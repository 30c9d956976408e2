/** Whether the shell would put a name for one part of a glob. */
export type NameMatcher = (name: string) => boolean;

/**
 * Reads one part of a glob, between two slashes. `*` and `?` mean what they mean to a shell in any locale, a backslash takes the next one's meaning
 * away, and `[*]` is any text, a leading dot included, in a part that is then compared without regard to case. Nothing else means
 * anything: a library's braces and groups would look for names that the shell does not.
 *
 * @returns the name that it spells, where it holds no wildcard.
 */
export function globPart(part: string): string | NameMatcher {
  const marks = marksOf(part);
  if (marks.every((mark) => typeof mark === 'string')) return marks.join('');
  const isLoose = marks.includes(ANY);
  const wanted = isLoose ? marks.map((mark) => (typeof mark === 'string' ? mark.toLowerCase() : mark)) : marks;
  const widened = wanted.map((mark) => (mark === ONE ? RUN : mark));
  const isHiddenFound = marks[0] === '.' || marks[0] === ANY;
  return (written) => {
    if (written.startsWith('.') && !isHiddenFound) return false;
    const name = isLoose ? written.toLowerCase() : written;
    // `?` stands for classes too, and a class that matches nothing is a name as it was written: `[id]` finds the folder `[id]`. And some
    // shells, and all in some locales, take it for one byte of a character.
    return meets(/[[\u{80}-\u{10FFFF}]/u.test(name) ? widened : wanted, name);
  };
}

const RUN = Symbol('any text');
const ONE = Symbol('any character');
const ANY = Symbol('any text, hidden or not');
type Mark = string | typeof RUN | typeof ONE | typeof ANY;

/** The characters of one part of a glob. */
function marksOf(part: string): readonly Mark[] {
  const marks: Mark[] = [];
  for (const [piece = ''] of part.matchAll(/\[\*\]|\\?./gsu)) {
    if (piece === '[*]') marks.push(ANY);
    else if (piece.length > 1 && piece.startsWith('\\')) marks.push(piece.slice(1));
    else marks.push(piece === '*' ? RUN : piece === '?' ? ONE : piece);
  }
  return marks;
}

function meets(marks: readonly Mark[], name: string): boolean {
  const characters = name.match(/./gsu) ?? [];
  let [mark, at] = [0, 0];
  // The last run that was met, and how far it reaches: only that one needs to be tried longer.
  let [run, reached] = [-1, 0];
  while (at < characters.length) {
    const wanted = marks[mark];
    if (wanted === RUN || wanted === ANY) [run, reached, mark] = [mark, at, mark + 1];
    else if (wanted !== undefined && (wanted === ONE || wanted === characters[at])) [mark, at] = [mark + 1, at + 1];
    else if (run !== -1) [mark, reached, at] = [run + 1, reached + 1, reached + 1];
    else return false;
  }
  return marks.slice(mark).every((left) => left === RUN || left === ANY);
}
