import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { AuditRecord } from '../core/audit.ts';
import type { PlacedRecord } from '../reconcile/index.ts';
import { reconcileLog } from './reconcile-log.ts';

const [ONE, TWO] = [1, 2].map((number) => makeSessionId(number, new Uint8Array(16).fill(number))) as [
  SessionId,
  SessionId,
];

async function* log(
  ...entries: readonly (readonly [
    kind: AuditRecord['kind'],
    sessionId: SessionId | null,
    body: JsonObject,
    atMs?: number,
  ])[]
): AsyncGenerator<PlacedRecord> {
  for (const [index, [kind, sessionId, body, atMs = 1_000 + index]] of entries.entries()) {
    yield { kind, sessionId, body, index, occurredAtMs: atMs };
    await Promise.resolve();
  }
}

const opened = { event: 'opened' };
const undecided = (id: string): JsonObject => ({ event: 'PostToolUse', tool: 'Bash', toolUseId: id });
const options = { sessionId: null, onProgress: () => undefined };

test('what disagrees in a log is told in order, with the record of it where there is one', async () => {
  const [first] = (await reconcileLog(log(['session', ONE, opened], ['hook', ONE, undecided('a')]), options)).found;
  assert.ok(first);
  assert.equal(first.record, null);
  const { found, records } = await reconcileLog(
    log(
      ['session', ONE, opened],
      ['hook', ONE, undecided('a')],
      ['finding', ONE, first.body],
      ['session', TWO, opened],
      ['hook', TWO, undecided('b')],
    ),
    options,
  );
  assert.equal(records, 5);
  assert.deepEqual(
    found.map(({ body, sessionId, record }) => [body['toolUseId'], sessionId, record]),
    [
      ['a', ONE, 2],
      ['b', TWO, null],
    ],
  );
});

test('what only processes showed is told by its record', async () => {
  const body = { event: 'traffic-outside-gateway', severity: 'critical', findingId: 'f', factAtMs: 1_000, pid: 7 };
  const { found } = await reconcileLog(log(['session', ONE, opened], ['finding', ONE, body]), options);
  assert.deepEqual(found, [{ body, sessionId: ONE, record: 1 }]);
});

test('one session is asked for, and no other is told', async () => {
  const entries = [
    ['session', ONE, opened],
    ['session', TWO, opened],
    ['hook', ONE, undecided('a')],
    ['hook', TWO, undecided('b')],
  ] as const;
  const { found } = await reconcileLog(log(...entries), { ...options, sessionId: TWO });
  assert.deepEqual(
    found.map(({ sessionId }) => sessionId),
    [TWO],
  );
});

test('silence is told by the times of the log', async () => {
  const { found } = await reconcileLog(
    log(['session', ONE, opened, 1_000], ['session', TWO, opened, 20_000], ['hook', TWO, { event: 'Stop' }, 40_000]),
    options,
  );
  assert.deepEqual(
    found.map(({ sessionId, body }) => [sessionId, body['event'], body['factAtMs']]),
    [[ONE, 'session-without-telemetry', 31_000]],
  );
});
