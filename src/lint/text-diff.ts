/** Lines around a change that are shown with it. */
const CONTEXT_LINES = 2;

/**
 * The change between two texts as `diff -u` shows it, for texts where whole lines are taken out or changed in place.
 * Empty where they are equal.
 */
export function textDiff(file: string, before: string, after: string): string {
  const [old, next] = [before.split('\n'), after.split('\n')];
  const hunks: string[] = [];
  let [a, b] = [0, 0];
  while (a < old.length || b < next.length) {
    if (old[a] === next[b] && a < old.length && b < next.length) {
      a += 1;
      b += 1;
      continue;
    }
    const { oldEnd, nextEnd } = changedUntil(old, next, a, b);
    const from = Math.max(0, a - CONTEXT_LINES);
    const lead = old.slice(from, a);
    const trail = old.slice(oldEnd, oldEnd + CONTEXT_LINES);
    const sizes = [lead.length + oldEnd - a + trail.length, lead.length + nextEnd - b + trail.length] as const;
    hunks.push(
      `@@ -${from + 1},${sizes[0]} +${b - lead.length + 1},${sizes[1]} @@`,
      ...lead.map((line) => ` ${line}`),
      ...old.slice(a, oldEnd).map((line) => `-${line}`),
      ...next.slice(b, nextEnd).map((line) => `+${line}`),
      ...trail.map((line) => ` ${line}`),
    );
    [a, b] = [oldEnd, nextEnd];
  }
  return hunks.length === 0 ? '' : `--- ${file}\n+++ ${file}\n${hunks.join('\n')}\n`;
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
