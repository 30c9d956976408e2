/** The longest pattern that EventBridge takes, in characters. */
export const MAX_PATTERN_LENGTH = 2_048;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether an event pattern of EventBridge matches an event. Every field of the pattern must match; of the values of a field one is enough,
 * and so is one element where the event has a list. Knows plain values, `prefix`, `suffix`, `anything-but` with values, `exists` and `$or`.
 *
 * @throws {TypeError} for a pattern that EventBridge would refuse, and for a matcher that is not known here.
 */
export function isEventMatch(pattern: unknown, event: unknown): boolean {
  const fields = fieldsOf(pattern);
  if (fields === null || Object.keys(fields).length === 0) throw new TypeError('a pattern is an object with fields');
  // Judged to the end, so that a broken matcher is found whatever the event.
  return Object.entries(fields)
    .map(([name, wanted]) => (name === '$or' ? isAnyMatch(wanted, event) : isFieldMatch(name, wanted, event)))
    .every(Boolean);
}

function isAnyMatch(patterns: unknown, event: unknown): boolean {
  if (!Array.isArray(patterns) || patterns.length < 2) throw new TypeError('`$or` needs at least two patterns');
  return patterns.map((pattern) => isEventMatch(pattern, event)).some(Boolean);
}

function isFieldMatch(name: string, wanted: unknown, event: unknown): boolean {
  const given = fieldsOf(event)?.[name];
  if (!Array.isArray(wanted)) return isEventMatch(wanted, given);
  if (wanted.length === 0) throw new TypeError(`\`${name}\` has no values`);
  const values: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return wanted.map((matcher) => isMatch(name, matcher, values)).some(Boolean);
}

function isMatch(name: string, matcher: unknown, values: readonly unknown[]): boolean {
  const fields = fieldsOf(matcher);
  if (fields === null) return values.includes(matcher);
  const [[kind, wanted] = ['', null], ...more] = Object.entries(fields);
  if (more.length > 0) throw new TypeError(`a matcher of \`${name}\` has more than one kind`);
  const texts = values.filter((value) => typeof value === 'string');
  switch (kind) {
    case 'prefix':
      return texts.some((text) => text.startsWith(textOf(name, wanted)));
    case 'suffix':
      return texts.some((text) => text.endsWith(textOf(name, wanted)));
    case 'anything-but': {
      const refused: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      if (refused.some((value) => fieldsOf(value) !== null))
        throw new TypeError(`\`anything-but\` of \`${name}\` is not known with a matcher`);
      return values.length > 0 && !values.some((value) => refused.includes(value));
    }
    case 'exists':
      if (typeof wanted !== 'boolean') throw new TypeError(`\`exists\` of \`${name}\` is true or false`);
      return values.length > 0 === wanted;
  }
  throw new TypeError(`the matcher \`${kind}\` of \`${name}\` is not known`);
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`a matcher of \`${name}\` needs a text`);
  return value;
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
