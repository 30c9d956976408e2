import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnchorStatus } from '../core/anchor-status.ts';
import type { DaemonStatus } from '../core/control.ts';
import { NotRunning } from '../core/error.ts';
import type { SinkStatus } from '../core/sink-status.ts';
import { logPlaceFindings } from './doctor-log.ts';

const AT_MS = Date.UTC(2026, 0, 2, 12, 3);

const SINK: SinkStatus = {
  name: 'archive',
  to: 's3',
  required: true,
  state: 'delivering',
  backlog: 'ok',
  acked: 5,
  behind: 0,
  oldestSeconds: 0,
  refused: 0,
  treeSize: 5,
  lastError: null,
  lastSuccessAtMs: AT_MS,
};
const WITNESS: AnchorStatus = {
  name: 'w',
  place: 'https://w.example',
  lastOkMs: AT_MS,
  lastSize: 5,
  failures: 0,
  problem: null,
};

/** A daemon, of which nothing but the places of its records is read. */
function daemonWith(parts: Partial<DaemonStatus>): DaemonStatus {
  const status: Partial<DaemonStatus> = {
    checkpoint: { state: 'ok', lateMs: 0, failures: 0, error: null, origin: 'sallyport/host/01234567', size: 5 },
    delivery: [],
    anchors: [],
    reconcile: { state: 'live', osView: 'proc', findings: 0, newest: null },
    ...parts,
  };
  return status as DaemonStatus;
}

for (const { name, parts, want } of [
  { name: 'a log that goes nowhere has its checkpoint alone', parts: {}, want: ['ok checkpoint over 5 records'] },
  {
    name: 'places that do their work are named',
    parts: { delivery: [SINK], anchors: [WITNESS] },
    want: ['ok checkpoint over 5 records', 'ok delivery archive', 'ok anchors w'],
  },
  {
    name: 'a late checkpoint is told with what follows',
    parts: {
      checkpoint: {
        state: 'failing',
        lateMs: 9_400,
        failures: 3,
        error: 'ENOSPC',
        origin: 'sallyport/host/0',
        size: 5,
      },
    },
    want: ['missing checkpoint late by 9 s, so nobody can verify newer records than 5: ENOSPC'],
  },
  {
    name: 'a sink that is tried again is told with why',
    parts: {
      delivery: [
        SINK,
        { ...SINK, name: 'siem', state: 'retrying', behind: 7, lastError: { atMs: AT_MS, text: 'http 401' } },
      ],
    },
    want: ['ok checkpoint over 5 records', 'missing delivery sink `siem` is 7 records behind: http 401'],
  },
  {
    name: 'a sink that is slow is told where it is in alarm',
    parts: { delivery: [{ ...SINK, backlog: 'alarm', behind: 60_000 }] },
    want: ['ok checkpoint over 5 records', 'missing delivery sink `archive` is 60000 records behind'],
  },
  {
    name: 'a place that took no checkpoint is told with when it last did',
    parts: {
      anchors: [
        { ...WITNESS, failures: 2, problem: 'answered 403' },
        {
          ...WITNESS,
          name: 'nas',
          place: '/mnt/a',
          lastOkMs: null,
          lastSize: null,
          failures: 1,
          problem: 'failed (EIO)',
        },
      ],
    },
    want: [
      'ok checkpoint over 5 records',
      'missing anchors `w` (https://w.example) took no checkpoint, last at 2026-01-02T12:03:00.000Z: answered 403',
      'missing anchors `nas` (/mnt/a) took no checkpoint, not once since the daemon began: failed (EIO)',
    ],
  },
  {
    name: 'layers that disagree are a note, and a joining that fails is not',
    parts: { reconcile: { state: 'failing', osView: 'proc', findings: 0, newest: null } },
    want: ['ok checkpoint over 5 records', 'missing reconcile it fails, so disagreements are not found'],
  },
] satisfies readonly { name: string; parts: Partial<DaemonStatus>; want: readonly string[] }[]) {
  test(name, () => {
    const found = logPlaceFindings(daemonWith(parts));
    assert.deepEqual(
      found.map((one) => `${one.state} ${one.name} ${one.text}`),
      want,
    );
    assert.ok(found.every(({ state, fix }) => (state === 'missing') === (fix !== null)));
  });
}

test('without a daemon nothing is said of places', () => {
  assert.deepEqual(logPlaceFindings(new NotRunning('no daemon answers', { hint: 'start one' })), []);
});
