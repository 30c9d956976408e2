import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeSessionId } from '../core/ids.ts';
import type { Sha256 } from '../core/ids.ts';
import { callGate } from './call-gate.ts';
import type { ToolUse } from './reply-watch.ts';

const SESSION_ID = makeSessionId(0, new Uint8Array(16));
const USE: ToolUse = { blockType: 'tool_use', id: 'toolu_1', name: 'Bash', inputSha256: 'a'.repeat(64) as Sha256 };

interface Case {
  readonly name: string;
  readonly mayCallTools?: boolean;
  /** Why the session has ended, by the number of records written until then. */
  readonly endedAfter?: number;
  readonly isGone?: boolean;
  readonly index?: number | null;
  readonly toolUses?: readonly ToolUse[];
  readonly start: string | null;
  readonly complete: string | null;
  readonly records: number;
}

for (const { name, mayCallTools, endedAfter, isGone, index, toolUses, start, complete, records } of [
  { name: 'a call of a session that runs', start: null, complete: null, records: 1 },
  { name: 'a message without calls', toolUses: [], start: null, complete: null, records: 0 },
  { name: 'two calls', toolUses: [USE, USE], start: null, complete: null, records: 2 },
  { name: 'a session that has ended', endedAfter: 0, start: 'session-ended', complete: 'session-ended', records: 0 },
  {
    name: 'a session that ended while the record was written',
    endedAfter: 1,
    start: null,
    complete: 'session-ended',
    records: 1,
  },
  {
    name: 'a session that nobody knows any more',
    isGone: true,
    start: 'session-ended',
    complete: 'session-ended',
    records: 0,
  },
  {
    name: 'hooks that nobody has seen',
    mayCallTools: false,
    start: 'tool-use-unproven',
    complete: 'tool-use-unproven',
    records: 0,
  },
  { name: 'a log that fails', index: null, start: null, complete: 'audit-unavailable', records: 1 },
  {
    name: 'a forged canary',
    toolUses: [{ ...USE, id: 'toolu_sallyport_1' }],
    start: null,
    complete: 'unreadable-reply',
    records: 0,
  },
] satisfies readonly Case[] as readonly Case[]) {
  test(`the gate before ${name}`, async () => {
    let written = 0;
    const relayed: string[] = [];
    const endedReason = (): string | null =>
      written >= (endedAfter ?? Number.POSITIVE_INFINITY) ? 'stopped by ada' : null;
    const session = { id: SESSION_ID, workspace: '/w', homeDir: '/h', provider: 'anthropic', taint: null } as const;
    const gate = callGate({
      sessions: {
        byToken: () => null,
        byId: () => (isGone === true ? null : { ...session, endedReason: endedReason() }),
      },
      sessionId: SESSION_ID,
      recorder: {
        record: () => {
          written += 1;
          return Promise.resolve(index === undefined ? 7 : index);
        },
      },
      mayCallTools: mayCallTools ?? true,
      requestIndex: 3,
      relayed: (uses) => relayed.push(...uses.map((use) => use.id)),
    });
    assert.equal(gate.start(true)?.why ?? null, start);
    assert.equal((await gate.complete(toolUses ?? [USE]))?.why ?? null, complete);
    assert.deepEqual(relayed, complete === null ? (toolUses ?? [USE]).map((use) => use.id) : []);
    assert.equal(written, records);
  });
}
