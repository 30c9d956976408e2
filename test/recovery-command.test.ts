import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ControlPorts } from '../src/bin/control-server.ts';
import { startControlServer } from '../src/bin/control-server.ts';
import { pathsBelow } from '../src/bin/state-folder.ts';
import { recordRecovery } from '../src/bin/record-recovery.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import type { Sha256 } from '../src/core/ids.ts';
import { checkRecord } from '../src/records/index.ts';
import { sampleStore, sampleVkey } from '../src/verify/sample-files.ts';
import { ROOT } from './daemon-process.ts';

const OPTIONS = { count: 2_000, perFile: 500, deliveredSizes: [1_000] };

interface Place {
  readonly store: string;
  readonly into: string;
  readonly home: string;
  readonly folder: string;
}

/** A store in a folder, and a state folder in which no daemon runs. */
function made(t: TestContext): Place {
  const folder = mkdtempSync('/var/tmp/sp-recovery-');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = join(folder, 'store');
  for (const [name, bytes] of sampleStore(OPTIONS)) {
    mkdirSync(dirname(join(store, name)), { recursive: true });
    writeFileSync(join(store, name), bytes);
  }
  const home = join(folder, 'state');
  mkdirSync(home, { mode: 0o700 });
  return { store, into: join(folder, 'restored'), home, folder };
}

async function ran(
  { store, into, home }: Place,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const command = ['bin/sallyport.mjs', 'audit', 'recovery-test', store, '--into', into, ...words];
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, SALLYPORT_HOME: home };
  const child = spawn(process.execPath, command, { cwd: ROOT, env, timeout: 30_000 });
  const closed = new Promise<number | null>((resolve) => void child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await closed, out, err };
}

interface Evidence {
  readonly outcome: string;
  readonly day: string;
  readonly chosen: { readonly days: number; readonly seed: string } | null;
  readonly records: object;
  readonly key: { readonly isTrusted: boolean };
}

function evidenceIn(file: string): Evidence {
  return JSON.parse(readFileSync(file, 'utf8')) as Evidence;
}

test('a day is restored, and the evidence says how the same day is chosen again', async (t) => {
  const place = made(t);
  const key = sampleVkey('a').vkey;
  const { code, out, err } = await ran(place, ['--key', key]);
  assert.equal(code, 0, err);
  const evidence = evidenceIn(join(place.into, 'evidence.json'));
  assert.equal(evidence.outcome, 'restored');
  assert.ok(evidence.chosen !== null && evidence.key.isTrusted);
  assert.match(out, /^restored 2023-11-1[4-6]: [0-9]+ records, each proven under the checkpoint of 2000 records$/m);
  assert.match(err, /^warning: no daemon runs, so this test is in no log$/m);

  const again = { ...place, into: join(place.folder, 'again') };
  const second = await ran(again, ['--key', key, '--seed', evidence.chosen.seed, '--json']);
  assert.equal(second.code, 0, second.err);
  assert.deepEqual((JSON.parse(second.out) as Evidence).day, evidence.day);
  assert.deepEqual((JSON.parse(second.out) as Evidence).records, evidence.records);
});

test('a daemon that runs records how it came out, by the digest of the evidence', async (t) => {
  const place = made(t);
  const records: AuditRecord[] = [];
  const audit = {
    append: async (record: AuditRecord) => {
      records.push(record);
      return await Promise.resolve({ index: 41, hash: '0'.repeat(64) as Sha256 });
    },
  };
  const unused = (): never => {
    throw new TypeError('nobody asks for this');
  };
  const ports: ControlPorts = {
    status: unused,
    openSession: unused,
    openProbe: unused,
    beat: unused,
    endSession: unused,
    shutdown: unused,
    recordRecovery: (told) => recordRecovery(audit, 7, 'ann', told),
    logError: () => undefined,
  };
  const { run, controlSocket } = pathsBelow(place.home);
  mkdirSync(run, { mode: 0o700 });
  const control = await startControlServer(ports, controlSocket);
  t.after(() => control.close());
  const evidence = join(place.folder, 'evidence.json');
  const { code, out, err } = await ran(place, ['--day', '2023-11-15', '--evidence', evidence]);
  assert.equal(code, 0, err);
  assert.match(out, /record 41$/m);
  assert.match(err, /^warning: the key lies in the store itself/m);
  assert.equal(records.length, 1);
  const [record] = records;
  assert.ok(record !== undefined && checkRecord(record).isKnown);
  const { evidenceSha256, day, outcome, by } = record.body;
  assert.deepEqual([day, outcome, by], ['2023-11-15', 'restored', 'ann']);
  assert.equal(evidenceSha256, createHash('sha256').update(readFileSync(evidence)).digest('hex'));
});

test('what tells of something else than such a test is not recorded', async () => {
  const audit = { append: () => Promise.reject(new TypeError('nothing is to be recorded')) };
  const told = { day: '2023-11-15', outcome: 'restored', prompt: 'x' };
  await assert.rejects(recordRecovery(audit, 7, 'ann', told), {
    code: 'USAGE',
    message: /^this is no outcome of a recovery test/,
  });
});

test('a store that lost an object exits 3, names what is missing, and leaves evidence', async (t) => {
  const place = made(t);
  rmSync(join(place.store, 'records/year=2023/month=11/day=15'), { recursive: true });
  const { code, err, out } = await ran(place, ['--day', '2023-11-14']);
  assert.equal(code, 3);
  assert.match(err, /^error: records 107 to 1546: no object holds these records$/m);
  assert.match(out, /^not restored: 2023-11-14: 1 faults; 107 of 107 records restored, 107 proven$/m);
  assert.equal(evidenceIn(join(place.into, 'evidence.json')).outcome, 'failed');
});

for (const { name, words, change, want } of [
  { name: 'a day that no calendar has', words: ['--day', '2023-02-30'], want: /it is no day/ },
  { name: 'a key that is none', words: ['--key', 'x'], want: /`x` is no verifier key of a log/ },
  {
    name: 'a folder with something in it',
    words: [],
    change: ({ into }: Place) => {
      mkdirSync(into);
      writeFileSync(join(into, 'mine'), '');
    },
    want: /is not empty \[USAGE\]$/m,
  },
  {
    name: 'a log in the place of a store',
    words: [],
    change: ({ store }: Place) => {
      mkdirSync(join(store, 'segments'));
    },
    want: /is a log, and no store/,
  },
] satisfies readonly { name: string; words: readonly string[]; change?: (place: Place) => void; want: RegExp }[]) {
  test(`a call that is wrong exits 2 and does nothing: ${name}`, async (t) => {
    const place = made(t);
    change?.(place);
    const { code, err } = await ran(place, words);
    assert.match(err, want);
    assert.equal(code, 2);
  });
}
