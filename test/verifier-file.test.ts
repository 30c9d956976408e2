import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { buildVerifier } from '../scripts/build-verifier.ts';
import { openLog } from '../src/audit/index.ts';
import { folderTree, formatProof, prove } from '../src/verify/index.ts';
import { anchorFolder, anchorName } from '../src/witness/index.ts';

const AT_MS = 1_700_000_000_000;
const BWRAP = '/usr/bin/bwrap';

/** Nodes of this machine: the one that runs this, and the one of the system where that is another. */
const NODES = [
  ...new Map(
    [process.execPath, '/usr/bin/node']
      .filter((path) => existsSync(path))
      .map((path) => [execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(), path] as const)
      .filter(([version]) => Number(version.slice(1).split('.')[0]) >= 20),
  ),
];

/** A folder with nothing in it but the verifier and what an auditor was given. */
let place: string;
let vkey: string;
let origin: string;

before(async () => {
  const host = mkdtempSync(join(tmpdir(), 'sallyport-host-'));
  const log = await openLog(join(host, 'audit'), {
    clock: () => AT_MS,
    signing: { keyFile: join(host, 'keys', 'signing.key') },
  });
  for (let number = 0; number < 300; number += 1) {
    await log.append({ kind: 'decision', occurredAtMs: AT_MS, sessionId: null, body: { number, verdict: 'allow' } });
  }
  await log.close();
  ({ vkey, origin } = log);
  place = mkdtempSync(join(tmpdir(), 'sallyport-auditor-'));
  cpSync(join(host, 'audit'), join(place, 'log'), { recursive: true });
  writeFileSync(join(place, 'record.tlog-proof'), formatProof(await prove(folderTree(join(host, 'audit')), 42)));
  const anchored = join(place, 'anchor', anchorFolder(origin));
  mkdirSync(anchored, { recursive: true });
  cpSync(join(host, 'audit', 'checkpoint'), join(anchored, anchorName(302)));
  rmSync(host, { recursive: true });
  await buildVerifier(join(place, 'sallyport-verify.mjs'));
});

after(() => rmSync(place, { recursive: true, force: true }));

/** Runs the verifier with no environment and, where bubblewrap is there, no network and no other file but the system's. */
function run(
  node: string,
  words: readonly string[],
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const command = [node, 'sallyport-verify.mjs', ...words];
  const system = ['/usr', '/bin', '/lib', '/lib64', '/etc/alternatives'].flatMap((path) => [
    '--ro-bind-try',
    path,
    path,
  ]);
  const shut = [
    '--unshare-all',
    ...system,
    '--ro-bind',
    node,
    node,
    '--proc',
    '/proc',
    '--ro-bind',
    place,
    '/a',
    '--chdir',
    '/a',
  ];
  const [program = '', ...rest] = existsSync(BWRAP) ? [BWRAP, ...shut, ...command] : command;
  return spawnSync(program, rest, { cwd: place, env: {}, encoding: 'utf8', timeout: 60_000 });
}

for (const [version, node] of NODES) {
  test(`the file alone verifies a log, an anchor and a proof on Node ${version}, offline`, () => {
    const whole = run(node, ['log', '--key', vkey, '--anchor', 'anchor']);
    assert.deepEqual([whole.status, whole.stderr], [0, '']);
    assert.match(whole.stdout, /^verified: 302 records, head [0-9a-f]{64}$/m);
    const proof = run(node, ['proof', 'record.tlog-proof', '--key', vkey]);
    assert.equal(proof.status, 0, proof.stderr);
    assert.match(proof.stdout, /^proven: this is record 42 of the log /);
    const alone = run(node, ['log']);
    assert.equal(alone.status, 0);
    assert.match(alone.stderr, /WHO SIGNED: no key was given/);
    assert.match(alone.stdout, /^verified against itself only: /m);
  });

  test(`it refuses what was tampered with, and what it was called wrongly with, on Node ${version}`, () => {
    const [segment = ''] = readdirSync(join(place, 'log', 'segments'));
    const path = join(place, 'log', 'segments', segment);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.toString().replace('"number":42,', '"number":43,'));
    const changed = run(node, ['log', '--key', vkey]);
    writeFileSync(path, bytes);
    assert.equal(changed.status, 3);
    assert.match(changed.stdout, /^segments\/0{20}\.jsonl:44 \(byte \d+\): record 43: changed since it was written/m);
    assert.match(changed.stdout, /^NOT VERIFIED: /m);
    const proof = readFileSync(join(place, 'record.tlog-proof'), 'utf8');
    writeFileSync(join(place, 'other.tlog-proof'), proof.replace('index 42', 'index 43'));
    assert.equal(run(node, ['proof', 'other.tlog-proof', '--key', vkey]).status, 3);
    assert.equal(run(node, ['proof', 'record.tlog-proof']).status, 2);
    assert.equal(run(node, ['log', '--key', 'nonsense']).status, 2);
    assert.equal(run(node, ['nowhere']).status, 1);
    for (const words of [['s3://bucket/host7'], ['log', '--anchor', 'https://witness.example']]) {
      const address = run(node, words);
      assert.equal(address.status, 2);
      assert.match(address.stderr, /is no folder and no file.*\nhint: .*`sallyport audit verify`/);
    }
  });
}

test('the file has no dependency but modules of Node, and does without those functions that an older one lacks', () => {
  const file = join(place, 'sallyport-verify.mjs');
  const text = readFileSync(file, 'utf8');
  for (const [, wanted] of text.matchAll(/\b(?:require|import)\("([^"]+)"\)|from '([^']+)'/g)) {
    if (wanted !== undefined) assert.match(wanted, /^node:/);
  }
  const older = `require('node:crypto').hash = undefined; require('node:zlib').crc32 = undefined;
    process.argv = ['node', 'x', 'log', '--deep', '--key', ${JSON.stringify(vkey)}]; import('./sallyport-verify.mjs');`;
  const { status, stdout } = spawnSync(process.execPath, ['-e', older], { cwd: place, env: {}, encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /^verified: 302 records/m);
});
