import { itemsOf, membersOf, textAt } from './ledger.ts';
import type { Cursor, Ledger } from './ledger.ts';
import { notTaken, wrongType } from './outcomes.ts';

/** Seconds: a time-out above this was meant in milliseconds. */
const LONG_TIMEOUT = 600;

/**
 * Imports the `hooks` object: nothing of it. The guard is the only hook of a compiled policy, because the client lets a
 * call pass when a hook fails; what the hooks were for is a matter of rules and of the gateway.
 */
export function importHooks(cursor: Cursor, books: Ledger): void {
  if (cursor.node.kind !== 'object') return books.tell(cursor, wrongType('ignores hooks that are no object'));
  for (const [, event] of membersOf(cursor)) {
    const entries = itemsOf(event);
    if (entries.length === 0) books.tell(event, wrongType('drops every hook of the document'));
    for (const entry of entries) importEntry(entry, books);
  }
}

function importEntry(entry: Cursor, books: Ledger): void {
  const members = membersOf(entry);
  const hooks = itemsOf(members.get('hooks') ?? entry);
  if (members.has('hooks') && hooks.length > 0) {
    for (const hook of hooks) tellTimeout(membersOf(hook).get('timeout'), books);
    const became = 'the guard decides every call, and no other hook runs';
    return books.tell(entry, notTaken('runs this hook, and goes on without it where it fails or is late', became));
  }
  tellTimeout(members.get('timeout'), books);
  const name = textAt(members.get('name'));
  const became = `the guard decides every call${name === null ? '' : ' in place of this check'}; what it looked for is a matter of rules`;
  const client = 'drops this and every other hook of the document: an entry is `{matcher, hooks: [{type, command}]}`';
  books.tell(entry, notTaken(client, became));
}

function tellTimeout(timeout: Cursor | undefined, books: Ledger): void {
  if (timeout?.node.kind !== 'number' || timeout.node.value <= LONG_TIMEOUT) return;
  const client = `waits for ${timeout.node.value} seconds, not milliseconds`;
  books.tell(timeout, notTaken(client, 'the guard has a deadline of its own'));
}
