import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeSessionId, ruleId } from '../core/ids.ts';
import type { Sha256 } from '../core/ids.ts';
import { callGate } from './call-gate.ts';
import type { CallRule } from './calls/call-rule.ts';
import type { ToolUse } from './reply-watch.ts';

const SESSION_ID = makeSessionId(0, new Uint8Array(16));
const USE: ToolUse = {
  blockType: 'tool_use',
  id: 'toolu_1',
  name: 'Bash',
  inputSha256: 'a'.repeat(64) as Sha256,
  input: {},
};

interface Case {
  readonly name: string;
  readonly rule?: CallRule;
  readonly verdict?: 'ask' | 'deny';
  /** Why the session has ended, by the number of records written until then. */
  readonly endedAfter?: number;
  readonly isGone?: boolean;
  readonly index?: number | null;
  readonly toolUses?: readonly ToolUse[];
  readonly start: string | null;
  readonly complete: string | null;
  readonly records: number;
}

for (const { name, rule, verdict, endedAfter, isGone, index, toolUses, start, complete, records } of [
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
    rule: 'none',
    start: 'tool-use-unproven',
    complete: 'tool-use-unproven',
    records: 0,
  },
  { name: 'a denied call that the hooks deny', verdict: 'deny', start: null, complete: null, records: 1 },
  {
    name: 'a denied call that nobody took out',
    rule: 'not-denied',
    verdict: 'deny',
    start: null,
    complete: 'call-denied',
    records: 0,
  },
  {
    name: 'a call to ask about, with hooks',
    rule: 'not-denied',
    verdict: 'ask',
    start: null,
    complete: null,
    records: 1,
  },
  {
    name: 'a call to ask about, without hooks',
    rule: 'allowed',
    verdict: 'ask',
    start: null,
    complete: 'call-denied',
    records: 0,
  },
  { name: 'an allowed call, without hooks', rule: 'allowed', start: null, complete: null, records: 1 },
  {
    name: 'a denied call that the service has run',
    rule: 'allowed',
    verdict: 'deny',
    toolUses: [{ ...USE, blockType: 'server_tool_use' }],
    start: null,
    complete: null,
    records: 1,
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
        record: (body) => {
          written += 1;
          assert.deepEqual([body['verdict'], body['ruleId']], [verdict ?? 'allow', 'rig/any']);
          return Promise.resolve(index === undefined ? 7 : index);
        },
      },
      rule: rule ?? 'all',
      judge: {
        judge: async () => ({ verdict: verdict ?? 'allow', ruleId: ruleId('rig/any'), reason: null, bundle: null }),
      },
      requestIndex: 3,
      relayed: (uses) => relayed.push(...uses.map((use) => use.id)),
    });
    assert.equal(gate.start(true)?.why ?? null, start);
    assert.equal((await gate.complete(toolUses ?? [USE]))?.why ?? null, complete);
    assert.deepEqual(relayed, complete === null ? (toolUses ?? [USE]).map((use) => use.id) : []);
    assert.equal(written, records);
  });
}
