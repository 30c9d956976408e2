import { ENGINE_KINDS, FAILURE_POLICIES, PROGRAM_KINDS, SERVICE_KINDS } from '../core/engine-kind.ts';
import { isLoopback } from '../core/loopback.ts';

/** What is wrong with one field of one setup. It quotes no value, because the wrong value may be a key. */
export interface SetupProblem {
  /** Place of the setup in the list. */
  readonly index: number;
  /** A field of the setup, such as `url`. */
  readonly field: string;
  /** What the field must be: lower case, one line. */
  readonly message: string;
}

/** Nobody waits longer for an answer. */
const MAX_TIMEOUT_MS = 600_000;
/** More at the same time would be the end of the machine that they run on. */
const MAX_CONCURRENT = 64;
const MAX_QUEUED = 1_000;
/** Texts are held whole, and once more as JSON. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;
const MAX_URL_LENGTH = 2_000;

type Fields = Readonly<Record<string, unknown>>;
/** What a field must be, or null where it is that. */
type Check = (value: unknown) => string | null;

/**
 * Everything that is wrong with setups, in their order. The values may have any type: a policy was written by hand.
 *
 * @returns none where {@link EngineSetup} holds for each and they can stand together.
 */
export function setupProblems(setups: readonly unknown[]): readonly SetupProblem[] {
  const seen = new Set<unknown>();
  return setups.flatMap((setup, index) => {
    if (typeof setup !== 'object' || setup === null) return [{ index, field: '', message: 'must be an object' }];
    const fields = setup as Fields;
    const problems = fieldProblems(fields).map((problem) => ({ index, ...problem }));
    if (seen.has(fields['name'])) problems.push({ index, field: 'name', message: 'must differ from the names before' });
    seen.add(fields['name']);
    return problems;
  });
}

function fieldProblems(fields: Fields): readonly Omit<SetupProblem, 'index'>[] {
  const checks = checksOf(fields['kind']);
  const wrong = [...checks].flatMap(([field, check]) => {
    const message = check(fields[field]);
    return message === null ? [] : [{ field, message }];
  });
  const unknown = Object.keys(fields).filter((field) => !checks.has(field));
  // Of an unknown kind the other fields cannot be judged. A name that is none of ours is not quoted: it may be a value.
  const isKnownKind = isOneOf(ENGINE_KINDS, fields['kind']);
  return isKnownKind && unknown.length > 0
    ? [...wrong, { field: '', message: `must have no fields but ${[...checks.keys()].join(', ')}` }]
    : wrong;
}

function checksOf(kind: unknown): ReadonlyMap<string, Check> {
  const checks = new Map<string, Check>([
    ['name', (value) => (isText(value, NAME) ? null : 'must be up to 40 lower-case letters, digits and hyphens')],
    ['kind', (value) => (isOneOf(ENGINE_KINDS, value) ? null : `must be one of ${ENGINE_KINDS.join(', ')}`)],
    ['order', (value) => (Number.isFinite(value) ? null : 'must be a number')],
    ['onFailure', (value) => (isOneOf(FAILURE_POLICIES, value) ? null : `must be ${FAILURE_POLICIES.join(' or ')}`)],
    ['timeoutMs', wholeFrom(1, MAX_TIMEOUT_MS)],
    ['maxConcurrent', wholeFrom(1, MAX_CONCURRENT)],
    ['maxQueued', wholeFrom(0, MAX_QUEUED)],
    ['maxInputBytes', wholeFrom(1, MAX_INPUT_BYTES)],
  ]);
  if (isOneOf(PROGRAM_KINDS, kind)) checks.set('command', commandProblem);
  if (kind === 'trufflehog') {
    checks.set('isVerifying', (value) => (typeof value === 'boolean' ? null : 'must be true or false'));
  }
  if (isOneOf(SERVICE_KINDS, kind)) {
    checks.set('url', urlProblem);
    checks.set('keyEnv', (value) =>
      value === null || isText(value, VARIABLE) ? null : 'must be the name of an environment variable, not the key',
    );
  }
  return checks;
}

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const VARIABLE = /^[A-Z_][A-Z0-9_]{0,79}$/;

function isText(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}

function isOneOf(words: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && words.includes(value);
}

function wholeFrom(least: number, most: number): Check {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : `must be a whole number from ${least} to ${most}`;
}

function commandProblem(value: unknown): string | null {
  const isWord = (word: unknown): word is string => typeof word === 'string' && !word.includes('\0');
  if (!Array.isArray(value) || !value.every(isWord)) return 'must be a list of words';
  const [program] = value;
  if (program === undefined || program === '') return 'must begin with a program';
  // Programs run in the root folder, so a relative path would name another file than its author meant.
  if (program.includes('/') && !program.startsWith('/')) return 'must begin with an absolute path or a plain name';
  return null;
}

function urlProblem(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !URL.canParse(value)) return 'must be a URL';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'must name no user and no password; keyEnv names the key';
  if (/[?#]/.test(value)) return 'must have no query and no fragment';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return 'must begin with https:// outside of this machine';
  return null;
}
