/** A string that only one kind of thing may be called by. */
type Branded<Name extends string> = string & { readonly __brand: Name };

/** Names the rule that decided: `family/name`, lower case. Stable: policies, records and reasons quote it. */
export type RuleId = Branded<'RuleId'>;
/** Names a detector: `area/name`, in the shape of a rule id, such as `secret/aws-access-key-id`. Stable. */
export type DetectorId = Branded<'DetectorId'>;
/** One governed run of the agent: `ses_` and 26 characters of Crockford base 32, ordered by time. */
export type SessionId = Branded<'SessionId'>;
/** SHA-256 in lower-case hex, 64 characters. */
export type Sha256 = Branded<'Sha256'>;

const RULE_ID = /^[a-z0-9][a-z0-9-]{0,39}\/[a-z0-9][a-z0-9-]{0,59}$/;

/** Reads a rule id, or gives null where the text has another shape than `family/name`. */
export function parseRuleId(text: string): RuleId | null {
  return RULE_ID.test(text) ? (text as RuleId) : null;
}

/**
 * Names a rule that the program itself brings, written in the source.
 *
 * @throws {TypeError} where the literal has another shape than `family/name`.
 */
export function ruleId(literal: string): RuleId {
  const id = parseRuleId(literal);
  if (id === null) throw new TypeError(`rule id ${literal} is not family/name`);
  return id;
}

/**
 * Names a detector that the program itself brings, written in the source.
 *
 * @throws {TypeError} where the literal has another shape than `area/name`.
 */
export function detectorId(literal: string): DetectorId {
  if (!RULE_ID.test(literal)) throw new TypeError(`detector id ${literal} is not area/name`);
  return literal as DetectorId;
}

const SESSION_ID = /^ses_[0-9a-hjkmnp-tv-z]{26}$/;

/** Reads a session id, or gives null where the text is none. */
export function parseSessionId(text: string): SessionId | null {
  return SESSION_ID.test(text) ? (text as SessionId) : null;
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Makes a session id from the time and from chance, so that ids sort by the moment they were made.
 *
 * @param nowMs milliseconds since the Unix epoch.
 * @param random at least 16 bytes of cryptographic randomness.
 */
export function makeSessionId(nowMs: number, random: Uint8Array): SessionId {
  if (random.length < 16) throw new TypeError('a session id needs 16 random bytes');
  let time = '';
  for (let rest = Math.max(0, Math.floor(nowMs)), digit = 0; digit < 10; digit += 1) {
    time = (ALPHABET[rest % 32] ?? '0') + time;
    rest = Math.floor(rest / 32);
  }
  let chance = '';
  for (let index = 0; index < 16; index += 1) chance += ALPHABET[(random[index] ?? 0) % 32] ?? '0';
  return `ses_${time}${chance}` as SessionId;
}
