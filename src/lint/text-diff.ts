/** Lines around a change that are shown with it. */
const CONTEXT_LINES = 2;

/**
 * The change between two texts as `diff -u` shows it, for texts where whole lines are taken out or changed in place.
 * Empty where they are equal.
 *
 * @param hidden lines that are named in place of being shown, such as those that hold a credential.
 */
export function textDiff(file: string, before: string, after: string, hidden: ReadonlySet<string> = new Set()): string {
  const lines = diffLines(before.split('\n'), after.split('\n'));
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1).some(({ sign }) => sign !== ' '),
  );
  const texts: string[] = [];
  let [a, b] = [1, 1];
  for (const [at, { sign, text }] of lines.entries()) {
    if (near[at] === true) {
      if (near[at - 1] !== true) {
        const end = near.indexOf(false, at);
        const hunk = lines.slice(at, end === -1 ? lines.length : end);
        const count = (other: string): number => hunk.filter((one) => one.sign !== other).length;
        texts.push(`@@ -${a},${count('+')} +${b},${count('-')} @@`);
      }
      texts.push(`${sign}${hidden.has(text) ? '(a line with a credential)' : text}`);
    }
    if (sign !== '+') a += 1;
    if (sign !== '-') b += 1;
  }
  return texts.length === 0 ? '' : `--- ${file}\n+++ ${file}\n${texts.join('\n')}\n`;
}

interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

function diffLines(old: readonly string[], next: readonly string[]): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  const push = (sign: DiffLine['sign'], texts: readonly string[]): void => {
    for (const text of texts) lines.push({ sign, text });
  };
  let [a, b] = [0, 0];
  while (a < old.length || b < next.length) {
    const line = old[a];
    if (line !== undefined && line === next[b]) {
      lines.push({ sign: ' ', text: line });
      a += 1;
      b += 1;
      continue;
    }
    const { oldEnd, nextEnd } = changedUntil(old, next, a, b);
    push('-', old.slice(a, oldEnd));
    push('+', next.slice(b, nextEnd));
    [a, b] = [oldEnd, nextEnd];
  }
  return lines;
}

/** The nearest place from which both texts go on alike. */
function changedUntil(
  old: readonly string[],
  next: readonly string[],
  a: number,
  b: number,
): { readonly oldEnd: number; readonly nextEnd: number } {
  const most = old.length - a + (next.length - b);
  for (let distance = 1; distance <= most; distance += 1) {
    for (let inNext = 0; inNext <= Math.min(distance, next.length - b); inNext += 1) {
      const inOld = distance - inNext;
      if (a + inOld > old.length) continue;
      const isEnd = a + inOld === old.length && b + inNext === next.length;
      if (isEnd || (a + inOld < old.length && b + inNext < next.length && old[a + inOld] === next[b + inNext]))
        return { oldEnd: a + inOld, nextEnd: b + inNext };
    }
  }
  return { oldEnd: old.length, nextEnd: next.length };
}
