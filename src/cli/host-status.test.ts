import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../core/json.ts';
import { parseHostStatus } from './host-status.ts';

const TOLD: JsonObject = {
  version: '1.2.3',
  startedAtMs: 5,
  policy: { name: 'p', digest: 'd', sequence: 3 },
  gatewayUrl: 'http://127.0.0.1:7843',
  isLogTaking: true,
  ownSessions: null,
};

for (const { name, value, want } of [
  { name: 'what a daemon of this version tells is read', value: TOLD, want: TOLD },
  {
    name: 'a policy that was read from texts has no number',
    value: { ...TOLD, policy: { name: 'p', digest: 'd', sequence: null } },
    want: { ...TOLD, policy: { name: 'p', digest: 'd', sequence: null } },
  },
  { name: 'a count of sessions is read', value: { ...TOLD, ownSessions: 2 }, want: { ...TOLD, ownSessions: 2 } },
  { name: 'what a later version tells beside it is left out', value: { ...TOLD, more: 1 }, want: TOLD },
  { name: 'nothing at all is no state', value: {}, want: null },
  {
    name: 'a policy without a digest is no state',
    value: { ...TOLD, policy: { name: 'p', sequence: null } },
    want: null,
  },
  { name: 'a text where a number belongs is no state', value: { ...TOLD, startedAtMs: '5' }, want: null },
  { name: 'a log that may take records is no state', value: { ...TOLD, isLogTaking: 'yes' }, want: null },
  { name: 'less than no session is no state', value: { ...TOLD, ownSessions: -1 }, want: null },
  { name: 'a list is no policy', value: { ...TOLD, policy: ['p', 'd', null] }, want: null },
] satisfies readonly { name: string; value: JsonObject; want: JsonObject | null }[]) {
  test(`the daemon of a machine: ${name}`, () => assert.deepEqual(parseHostStatus(value), want));
}
