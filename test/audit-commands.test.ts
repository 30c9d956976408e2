import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';

import { openLog } from '../src/audit/index.ts';

const CLI = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const AT_MS = 1_700_000_000_000;

let place: string;
let log: string;
let vkey: string;

before(async () => {
  place = mkdtempSync(join(tmpdir(), 'sallyport-audit-commands-'));
  log = join(place, 'audit');
  const opened = await openLog(log, { clock: () => AT_MS, signing: { keyFile: join(place, 'signing.key') } });
  for (let number = 0; number < 300; number += 1) {
    await opened.append({ kind: 'decision', occurredAtMs: AT_MS, sessionId: null, body: { number } });
  }
  await opened.close();
  ({ vkey } = opened);
});

after(() => rmSync(place, { recursive: true, force: true }));

function audit(...words: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const env = { HOME: place, SALLYPORT_HOME: join(place, 'home'), PATH: process.env['PATH'] ?? '' };
  return spawnSync(process.execPath, [CLI, 'audit', ...words], { cwd: place, env, encoding: 'utf8', timeout: 60_000 });
}

test('audit verify answers on stdout, says on stderr what it could not check, and exits 3 where something is wrong', () => {
  const keyFile = join(place, 'host.vkey');
  writeFileSync(keyFile, `# host 7\n${vkey}\n`);
  const kept = join(place, 'kept-checkpoint');
  writeFileSync(kept, readFileSync(join(log, 'checkpoint')));
  const whole = audit('verify', log, '--key', keyFile, '--anchor', kept);
  assert.deepEqual([whole.status, whole.stderr], [0, '']);
  assert.match(whole.stdout, /^anchor .*kept-checkpoint: 1 checkpoints, the newest of 302 records$/m);
  assert.match(whole.stdout, /^verified: 302 records, head [0-9a-f]{64}$/m);
  const report = JSON.parse(audit('verify', log, '--json').stdout) as {
    readonly ok: boolean;
    readonly records: number;
  };
  assert.deepEqual([report.ok, report.records], [true, 302]);
  const [segment = ''] = readdirSync(join(log, 'segments'));
  const path = join(log, 'segments', segment);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.toString().replace('"number":7}', '"number":8}'));
  const changed = audit('verify', log, '--key', vkey);
  writeFileSync(path, bytes);
  assert.equal(changed.status, 3);
  assert.match(changed.stdout, /^segments\/0{20}\.jsonl:9 \(byte \d+\): record 8: changed since it was written/m);
});

test('audit prove and audit verify-proof need no log between them', () => {
  const file = join(place, 'record.tlog-proof');
  assert.equal(audit('prove', '42', log, '--out', file).status, 0);
  const proven = audit('verify-proof', file, '--key', vkey);
  assert.equal(proven.status, 0, proven.stderr);
  assert.match(proven.stdout, /^proven: this is record 42 of the log /);
  writeFileSync(file, readFileSync(file, 'utf8').replace('index 42', 'index 41'));
  assert.equal(audit('verify-proof', file, '--key', vkey).status, 3);
  assert.equal(audit('verify-proof', file).status, 2);
  assert.equal(audit('prove', '302', log).status, 1);
});

test('audit export writes a folder of tiles with their entries, and replaces nothing', () => {
  const into = join(place, 'tiles');
  const exported = audit('export', log, '--tiles', into);
  assert.deepEqual([exported.status, exported.stdout], [0, 'exported: 302 records in 7 files\n'], exported.stderr);
  const bundle = readFileSync(join(into, 'tile', 'entries', '000'));
  const length = bundle.readUInt16BE();
  const [first = ''] = readFileSync(join(log, 'segments', '00000000000000000000.jsonl'), 'utf8').split('\n');
  assert.equal(bundle.subarray(2, 2 + length).toString(), first);
  assert.equal(audit('export', log, '--tiles', into).status, 1);
});

test('what names no log, no key or no anchor is told apart', () => {
  assert.equal(audit('verify', join(place, 'nowhere')).status, 1);
  assert.equal(audit('verify').status, 1);
  assert.equal(audit('verify', log, '--key', 'nonsense').status, 2);
  assert.equal(audit('verify', log, '--first-versions').status, 2);
  assert.equal(audit('verify', log, '--anchor', join(place, 'nowhere')).status, 1);
});
