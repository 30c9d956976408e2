import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SinkStatus } from '../core/sink-status.ts';
import { deliveryText } from './audit-delivery.ts';

const AT_MS = Date.UTC(2026, 0, 2, 12, 3);

const ARCHIVE: SinkStatus = {
  name: 'archive',
  to: 's3',
  required: true,
  state: 'delivering',
  backlog: 'ok',
  acked: 90,
  behind: 10,
  oldestSeconds: 7,
  refused: 0,
  treeSize: 88,
  lastError: null,
  lastSuccessAtMs: AT_MS,
};

for (const { name, sinks, want } of [
  { name: 'no sinks', sinks: [], want: 'the policy names no sinks: records stay on this host\n' },
  {
    name: 'a store in time',
    sinks: [ARCHIVE],
    want:
      'archive  s3, required  in time\n' +
      '  delivered  90 of 100 records, the oldest other waits 7 s\n' +
      '  checkpoint over 88 records\n' +
      '  last batch 2026-01-02T12:03:00.000Z\n',
  },
  {
    name: 'a store that got nothing yet',
    sinks: [{ ...ARCHIVE, state: 'starting', acked: 0, behind: 100, treeSize: 0, lastSuccessAtMs: null }],
    want:
      'archive  s3, required  in time\n' +
      '  delivered  0 of 100 records, the oldest other waits 7 s\n' +
      '  checkpoint none yet\n',
  },
  {
    name: 'a sink that makes calls denied, with what a receiver said',
    sinks: [
      {
        ...ARCHIVE,
        to: 'splunk',
        treeSize: null,
        backlog: 'deny',
        state: 'retrying',
        refused: 2,
        lastError: { atMs: AT_MS, text: 'HTTP 503: \u001b[2Jbusy' },
      },
    ],
    want:
      'archive  splunk, required  TOO FAR BEHIND: every call is denied\n' +
      '  delivered  90 of 100 records, the oldest other waits 7 s\n' +
      '  REFUSED    2 records for good: `delivery/archive.refused.jsonl`\n' +
      '  last batch 2026-01-02T12:03:00.000Z\n' +
      '  FAILS      2026-01-02T12:03:00.000Z HTTP 503: ?[2Jbusy\n',
  },
  {
    name: 'a sink in alarm that is up again',
    sinks: [{ ...ARCHIVE, required: false, backlog: 'alarm', lastError: { atMs: AT_MS, text: 'ECONNREFUSED' } }],
    want:
      'archive  s3  FAR BEHIND\n' +
      '  delivered  90 of 100 records, the oldest other waits 7 s\n' +
      '  checkpoint over 88 records\n' +
      '  last batch 2026-01-02T12:03:00.000Z\n' +
      '  last error 2026-01-02T12:03:00.000Z ECONNREFUSED\n',
  },
] as const satisfies readonly { readonly sinks: readonly SinkStatus[]; readonly [key: string]: unknown }[])
  test(`\`audit delivery\` says of ${name}`, () => assert.equal(deliveryText(sinks, 100), want));
