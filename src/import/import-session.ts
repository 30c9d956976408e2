import { membersOf } from './ledger.ts';
import type { Cursor, Ledger } from './ledger.ts';
import { narrowed, taken, wrongType } from './outcomes.ts';
import type { PolicyDraft } from './policy-draft.ts';

const NO_SUCH_KEY = 'has no such setting and ignores it without a word';

/** Numbers of `session` and the fields that they are, with the bounds of those. */
const NUMBERS: ReadonlyMap<string, readonly [field: string, least: number, most: number]> = new Map([
  ['maxDurationMinutes', ['session.max_duration_minutes', 1, 10_080]],
  ['idleTimeoutMinutes', ['session.idle_timeout_minutes', 1, 10_080]],
  ['maxConcurrentSessions', ['session.max_concurrent', 1, 64]],
]);

/** Imports the `session` object, which the client does not have. Other members stay for the account of unknown keys. */
export function importSession(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  for (const [key, member] of membersOf(cursor)) {
    const bound = NUMBERS.get(key);
    if (bound !== undefined) importNumber(member, ...bound, NO_SUCH_KEY, books, draft);
    if (key === 'requireReauthForSensitiveOps') importReauthentication(member, books, draft);
  }
}

/** Imports a whole number; one above the bound becomes the bound. */
export function importNumber(
  cursor: Cursor,
  field: string,
  least: number,
  most: number,
  client: string,
  books: Ledger,
  draft: PolicyDraft,
): void {
  const { node } = cursor;
  const value =
    node.kind === 'number'
      ? node.value
      : node.kind === 'string' && /^\d{1,9}$/.test(node.value)
        ? Number(node.value)
        : NaN;
  if (!Number.isFinite(value) || value < least) return books.tell(cursor, wrongType(client));
  const bounded = Math.min(Math.floor(value), most);
  draft.setValue(field, bounded, books.placeOf(cursor));
  const became = `${field}: ${bounded}`;
  books.tell(cursor, bounded === value ? taken(client, became) : narrowed(client, became));
}

function importReauthentication(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  const { node } = cursor;
  if (node.kind !== 'boolean') return books.tell(cursor, wrongType(NO_SUCH_KEY));
  const field = 'session.reauthenticate_for_sensitive_operations';
  draft.setValue(field, node.value, books.placeOf(cursor));
  books.tell(cursor, taken(NO_SUCH_KEY, `${field}: ${node.value}`));
}
