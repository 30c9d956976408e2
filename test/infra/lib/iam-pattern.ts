/** What a request brings along, by lower-case key: `aws:PrincipalTag/team` is found as `aws:principaltag/team`. */
export type Context = ReadonlyMap<string, string | readonly string[]>;

/** One character or run of a pattern: text as it stands, any one character, or any run. */
type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'one' } | { readonly kind: 'many' };

const VARIABLE = /\$\{([^}]*)\}/gu;
const ARN_PARTS = 6;

/**
 * Whether an action is meant by a pattern such as `s3:Get*`. Case does not matter.
 */
export function isActionMatch(pattern: string, action: string): boolean {
  return isMatch(wildcards(pattern.toLowerCase()), action.toLowerCase());
}

/**
 * Whether a name is meant by a pattern with wildcards and variables, with case. What a variable stands for is text, even if it
 * holds a star. A variable that the request cannot fill matches nothing.
 */
export function isTextMatch(pattern: string, text: string, context: Context): boolean {
  const pieces = filled(pattern, context);
  return pieces !== null && isMatch(pieces, text);
}

/** As {@link isTextMatch}, for ARNs: each of the six parts is compared by itself, so that a star stays in its part. */
export function isArnMatch(pattern: string, arn: string, context: Context): boolean {
  if (pattern === '*') return true;
  const wanted = arnParts(pattern);
  const given = arnParts(arn);
  if (wanted === null || given === null) return false;
  return wanted.every((part, at) => isTextMatch(part, given[at] ?? '', context));
}

/** A value of a condition without wildcards, its variables filled; null where the request cannot fill one. */
export function plainValue(value: string, context: Context): string | null {
  let isWhole = true;
  const text = value.replace(VARIABLE, (_whole, name: string) => {
    const filling = valueOf(name, context);
    if (filling === null) isWhole = false;
    return filling ?? '';
  });
  return isWhole ? text : null;
}

function arnParts(arn: string): readonly string[] | null {
  // A variable has colons of its own (`${aws:userid}`), which separate nothing.
  const parts: string[] = [''];
  let isInVariable = false;
  for (let at = 0; at < arn.length; at += 1) {
    const character = arn.charAt(at);
    if (character === '{' && arn[at - 1] === '$') isInVariable = true;
    if (character === '}') isInVariable = false;
    if (character === ':' && !isInVariable && parts.length < ARN_PARTS) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.length === ARN_PARTS && parts[0] === 'arn' ? parts : null;
}

function filled(pattern: string, context: Context): readonly Piece[] | null {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of pattern.matchAll(VARIABLE)) {
    pieces.push(...wildcards(pattern.slice(from, match.index)));
    const filling = valueOf(match[1] ?? '', context);
    if (filling === null) return null;
    pieces.push({ kind: 'text', text: filling });
    from = match.index + match[0].length;
  }
  return [...pieces, ...wildcards(pattern.slice(from))];
}

function valueOf(name: string, context: Context): string | null {
  if (name === '*' || name === '?' || name === '$') return name;
  const [key = '', fallback] = name.split(/,\s*/u);
  const value = context.get(key.trim().toLowerCase());
  if (typeof value === 'string') return value;
  return fallback === undefined ? null : fallback.replace(/^'(.*)'$/u, '$1');
}

function wildcards(pattern: string): readonly Piece[] {
  return pattern
    .split(/([*?])/u)
    .filter((part) => part !== '')
    .map((part) => (part === '*' ? { kind: 'many' } : part === '?' ? { kind: 'one' } : { kind: 'text', text: part }));
}

function isMatch(pieces: readonly Piece[], text: string): boolean {
  const source = pieces.map((piece) => {
    switch (piece.kind) {
      case 'text':
        return piece.text.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
      case 'one':
        return '.';
      case 'many':
        return '.*';
    }
  });
  return new RegExp(`^${source.join('')}$`, 'su').test(text);
}
