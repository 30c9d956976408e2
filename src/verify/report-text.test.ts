import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sha256 } from '../core/ids.ts';
import type { LogFault } from './fault-list.ts';
import { reportText } from './report-text.ts';
import type { VerifyReport } from './report.ts';

const REPORT: VerifyReport = {
  ok: false,
  place: '/copy',
  layout: 'log',
  origin: null,
  records: 0,
  bytes: 0,
  head: '0'.repeat(64) as Sha256,
  checkpoint: null,
  uncoveredRecords: 0,
  witnesses: [],
  anchors: [],
  faults: [],
  unlistedFaults: 0,
  unchecked: [],
  torn: false,
  silence: {
    missingSeconds: 0,
    stoppedSeconds: 0,
    lostRecords: 0,
    clockJumps: 0,
    gaps: [],
    unlistedGaps: 0,
  },
};

const FAULT: LogFault = {
  file: 'segments/0.jsonl',
  line: 35,
  byteOffset: 21_729,
  index: 34,
  lastIndex: 34,
  problem: 'changed since it was written',
};

for (const { name, fault, want } of [
  {
    name: 'a record that was changed is named with its place',
    fault: FAULT,
    want: 'segments/0.jsonl:35 (byte 21729): record 34: changed since it was written',
  },
  {
    name: 'records that are missing are named once',
    fault: { ...FAULT, lastIndex: 36, problem: 'records 34 to 36 are missing at the end' },
    want: 'segments/0.jsonl:35 (byte 21729): records 34 to 36 are missing at the end',
  },
  {
    name: 'where no file is left, the log is named',
    fault: { ...FAULT, file: '', line: 0, index: 0, lastIndex: 90, problem: 'records 0 to 90 are missing at the end' },
    want: 'the log: records 0 to 90 are missing at the end',
  },
  {
    name: 'another record of a longer number is not taken for it',
    fault: { ...FAULT, index: 4, lastIndex: 4, problem: 'record 40 stands here' },
    want: 'segments/0.jsonl:35 (byte 21729): record 4: record 40 stands here',
  },
]) {
  test(name, () => {
    assert.equal(reportText({ ...REPORT, faults: [fault] }).answer[0], want);
  });
}
