/**
 * A pattern in the language of `.gitignore`, in which the client reads path rules: without an inner slash it stands at
 * any depth, `**` is any number of folders, a slash at the end means folders only, and letter case does not count.
 */
export interface IgnorePattern {
  /** Names from the root down; empty for a pattern that stands for nothing. */
  readonly segments: readonly Segment[];
  readonly isFolderOnly: boolean;
}

type Segment = { readonly kind: 'folders' } | { readonly kind: 'name'; readonly parts: readonly NamePart[] };
type NamePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'set'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** Reads a pattern. Comments, and patterns that only take others back, stand for nothing. */
export function readIgnorePattern(text: string): IgnorePattern {
  const nothing: IgnorePattern = { segments: [], isFolderOnly: false };
  const trimmed = text.replace(/(?<!\\)\s+$/, '');
  if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!')) return nothing;
  const isFolderOnly = trimmed.endsWith('/');
  const body = isFolderOnly ? trimmed.slice(0, -1) : trimmed;
  const isAnchored = body.includes('/');
  const names = body.split('/').filter((name, index) => name !== '' || index > 0);
  if (names.length === 0) return nothing;
  const segments = names.map((name): Segment =>
    name === '**' ? { kind: 'folders' } : { kind: 'name', parts: partsOf(name) },
  );
  return { segments: isAnchored ? segments : [{ kind: 'folders' }, ...segments], isFolderOnly };
}

/**
 * Whether the pattern takes in a path below its root, by itself or by a folder that it lies in.
 *
 * @param names the path's names from the root down, without `.` and `..`.
 */
export function matchesIgnored(pattern: IgnorePattern, names: readonly string[]): boolean {
  if (pattern.segments.length === 0) return false;
  const lowered = names.map((name) => name.toLowerCase());
  const matched = matchedLengths(pattern.segments, lowered);
  const last = pattern.isFolderOnly ? names.length - 1 : names.length;
  return matched.some((isMatched, length) => isMatched && length > 0 && length <= last);
}

/**
 * Which beginnings of the names the segments take in, by length. Row by row over the segments, so that the cost is their
 * number times that of the names.
 */
function matchedLengths(segments: readonly Segment[], names: readonly string[]): readonly boolean[] {
  let row: readonly boolean[] = [true, ...names.map(() => false)];
  for (const [index, segment] of segments.entries()) {
    const before = row;
    const next: boolean[] = [];
    // `a/**` is what lies in the folder, not the folder.
    const needsOne = segment.kind === 'folders' && index === segments.length - 1;
    for (let at = 0; at <= names.length; at += 1) {
      const name = names[at - 1];
      if (segment.kind === 'folders')
        next.push((before[at] === true && !needsOne) || (at > 0 && (next[at - 1] === true || before[at - 1] === true)));
      else next.push(name !== undefined && before[at - 1] === true && matchesName(segment.parts, name));
    }
    row = next;
  }
  return row;
}

function partsOf(name: string): readonly NamePart[] {
  const parts: NamePart[] = [];
  const lowered = name.toLowerCase();
  for (let at = 0; at < lowered.length; at += 1) {
    const sign = lowered[at] ?? '';
    if (sign === '*') parts.push({ kind: 'any' });
    else if (sign === '?') parts.push({ kind: 'one' });
    else if (sign === '[' && lowered.indexOf(']', at + 2) !== -1) {
      const end = lowered.indexOf(']', at + 2);
      parts.push(setOf(lowered.slice(at + 1, end)));
      at = end;
    } else if (sign === '\\' && at + 1 < lowered.length) {
      at += 1;
      parts.push({ kind: 'text', text: lowered[at] ?? '' });
    } else parts.push({ kind: 'text', text: sign });
  }
  return parts;
}

function setOf(body: string): NamePart {
  const isNegated = body.startsWith('!') || body.startsWith('^');
  const ranges = [...(isNegated ? body.slice(1) : body).matchAll(/(.)-(.)|(.)/gsu)].map(
    ([, from, to, one]) => [from ?? one ?? '', to ?? one ?? ''] as const,
  );
  return { kind: 'set', isNegated, ranges };
}

function matchesName(parts: readonly NamePart[], name: string): boolean {
  let row: readonly boolean[] = [true, ...Array.from(name, () => false)];
  const signs = Array.from(name);
  for (const part of parts) {
    const before = row;
    const next: boolean[] = [part.kind === 'any' && before[0] === true];
    for (let at = 1; at <= signs.length; at += 1) {
      const sign = signs[at - 1] ?? '';
      next.push(
        part.kind === 'any'
          ? before[at] === true || next[at - 1] === true
          : before[at - 1] === true && matchesSign(part, sign),
      );
    }
    row = next;
  }
  return row[signs.length] === true;
}

function matchesSign(part: Exclude<NamePart, { readonly kind: 'any' }>, sign: string): boolean {
  switch (part.kind) {
    case 'text':
      return part.text === sign;
    case 'one':
      return true;
    case 'set':
      return part.ranges.some(([from, to]) => from <= sign && sign <= to) !== part.isNegated;
  }
}
