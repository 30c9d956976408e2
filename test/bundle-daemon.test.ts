import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { controlClient } from '../src/cli/control-client.ts';
import { makeHome, sallyport, startDaemonProcess } from './daemon-process.ts';
import type { DaemonProcess, Home } from './daemon-process.ts';

interface Rig {
  readonly home: Home;
  readonly bundle: string;
  readonly words: readonly string[];
  /** Signs a policy of that name where the daemon looks; gives the digest. */
  readonly sign: (sequence: number, name: string, keyFolder?: string) => string;
  readonly keygen: (folder: string) => void;
}

function rig(t: TestContext): Rig {
  const home = makeHome(t);
  const bundle = join(home.folder, 'bundle.json');
  const run = (words: readonly string[]): string => {
    const ran = sallyport(home, words);
    assert.equal(ran.status, 0, ran.stderr);
    return ran.stdout;
  };
  const keygen = (folder: string): void => void run(['policy', 'keygen', '--out', join(home.folder, folder)]);
  keygen('keys');
  return {
    home,
    bundle,
    words: ['--bundle', bundle, '--trust', join(home.folder, 'keys', 'bundle-signing.pub')],
    keygen,
    sign(sequence, name, keyFolder = 'keys') {
      writeFileSync(home.policyFile, `version: 1\nname: ${name}\n`);
      const key = join(home.folder, keyFolder, 'bundle-signing.key');
      const said = run([
        'policy',
        'sign',
        home.policyFile,
        '--key',
        key,
        '--sequence',
        String(sequence),
        '--out',
        bundle,
      ]);
      rmSync(home.policyFile);
      return /^digest +([0-9a-f]{64})$/m.exec(said)?.[1] ?? '';
    },
  };
}

/** Asks for a reload and waits until the daemon has said how it went. */
async function reload(daemon: DaemonProcess): Promise<string> {
  const before = daemon.errors().length;
  daemon.child.kill('SIGHUP');
  while (!/\n/.test(daemon.errors().slice(before))) {
    assert.ok(daemon.child.stderr !== null);
    await once(daemon.child.stderr, 'data');
  }
  return daemon.errors().slice(before);
}

test('a signed bundle is put in force without any policy text', async (t) => {
  const { home, sign, words } = rig(t);
  const digest = sign(1, 'first');
  const daemon = await startDaemonProcess(t, home, words);
  assert.equal(daemon.status.policy.name, 'first');
  assert.equal(daemon.status.policy.digest, digest);
});

test('a reload takes a newer bundle and refuses everything else, each with its code', async (t) => {
  const { home, bundle, sign, keygen, words } = rig(t);
  sign(5, 'fifth');
  copyFileSync(bundle, join(home.folder, 'fifth.json'));
  const daemon = await startDaemonProcess(t, home, words);
  const inForce = async (): Promise<string> => (await controlClient(daemon.status.controlSocket).status()).policy.name;

  const digest = sign(6, 'sixth');
  assert.match(await reload(daemon), new RegExp(`^policy is in force: ${digest.slice(0, 16)}`));
  assert.equal(await inForce(), 'sixth');

  copyFileSync(join(home.folder, 'fifth.json'), bundle);
  assert.match(await reload(daemon), /^error: the bundle's sequence 5 is not above 6/);
  sign(7, 'seventh');
  writeFileSync(bundle, readFileSync(bundle, 'utf8').replace('"sequence":7', '"sequence":9'));
  assert.match(await reload(daemon), /^error: the bundle `.*` is refused: its signature is not over what it holds/);
  writeFileSync(bundle, 'version: 1\nname: text\n');
  assert.match(await reload(daemon), /^error: .* it is no JSON document/);
  writeFileSync(bundle, '{"name":"text","version":1}\n');
  assert.match(await reload(daemon), /^error: .* it is no signed bundle/);
  keygen('foreign');
  rmSync(bundle);
  sign(8, 'foreign', 'foreign');
  assert.match(await reload(daemon), /^error: .* signed by another key/);
  rmSync(bundle);
  assert.match(await reload(daemon), /^error: the bundle `.*` is missing/);
  assert.equal(await inForce(), 'sixth');

  const log = sallyport(home, ['audit', 'tail', '--json', '-n', '200']).stdout;
  for (const code of ['ROLLBACK', 'ALTERED', 'UNSIGNED', 'KEY', 'UNREADABLE']) {
    assert.match(log, new RegExp(`"code":"BUNDLE_${code}"`), code);
  }
});

test('after a restart the last good bundle is in force in place of one that is refused', async (t) => {
  const { home, bundle, sign, words } = rig(t);
  sign(5, 'fifth');
  copyFileSync(bundle, join(home.folder, 'fifth.json'));
  const first = await startDaemonProcess(t, home, words);
  sign(6, 'sixth');
  await reload(first);
  await first.end('SIGKILL');

  copyFileSync(join(home.folder, 'fifth.json'), bundle);
  const second = await startDaemonProcess(t, home, words);
  assert.equal(second.status.policy.name, 'sixth');
  assert.match(
    second.errors(),
    /^warning: the bundle's sequence 5 is not above 6.* \[BUNDLE_ROLLBACK\]; the last good bundle is in force/,
  );
  await second.end('SIGTERM');

  rmSync(bundle);
  const third = await startDaemonProcess(t, home, words);
  assert.equal(third.status.policy.name, 'sixth');
});

test('a first start with a bundle that is refused does not start', (t) => {
  const { home, bundle, sign, words } = rig(t);
  sign(1, 'first');
  writeFileSync(bundle, readFileSync(bundle, 'utf8').replace('"sequence":1', '"sequence":2'));
  const ran = sallyport(home, ['up', ...words]);
  assert.equal(ran.status, 3);
  assert.match(ran.stderr, /^error: the bundle .* its signature is not over what it holds \[BUNDLE_ALTERED\]\nhint: /);
  assert.ok(!existsSync(join(home.state, 'accepted-bundle.json')));
  const log = sallyport(home, ['audit', 'tail', '--json', '-n', '20']).stdout;
  assert.match(log, /"code":"BUNDLE_ALTERED"/);
});

test('where the key was changed and the bundle is too old, both reasons are told', async (t) => {
  const { home, bundle, sign, keygen, words } = rig(t);
  sign(5, 'fifth');
  await (await startDaemonProcess(t, home, words)).end('SIGTERM');
  keygen('foreign');
  rmSync(bundle);
  sign(2, 'second', 'foreign');
  const trust = join(home.folder, 'foreign', 'bundle-signing.pub');
  const ran = sallyport(home, ['up', '--bundle', bundle, '--trust', trust]);
  assert.equal(ran.status, 3);
  assert.match(ran.stderr, /^error: the bundle's sequence 2 is not above 5.*; and .*signed by another key/);
});

test('the log names what was signed as which and by whom', async (t) => {
  const { home, sign, words } = rig(t);
  sign(5, 'fifth');
  await startDaemonProcess(t, home, words);
  const log = sallyport(home, ['audit', 'tail', '--json', '-n', '20']).stdout;
  assert.match(
    log,
    /"event":"in-force","exceptions":\[\],"file":"[^"]*bundle\.json","keyId":"[0-9a-f]{64}","name":"fifth","sequence":5/,
  );
});

test('of two daemons that start at once one takes the bundle, and the other changes nothing', async (t) => {
  const { home, bundle, sign, words } = rig(t);
  sign(1, 'first');
  const starts = await Promise.allSettled([startDaemonProcess(t, home, words), startDaemonProcess(t, home, words)]);
  assert.deepEqual(starts.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.deepEqual(readFileSync(join(home.state, 'accepted-bundle.json')), readFileSync(bundle));
});

for (const { name, words, want } of [
  {
    name: 'a bundle without a key',
    words: ['up', '--bundle', 'b.json'],
    want: /`--bundle` and `--trust` belong together/,
  },
  {
    name: 'a key without a bundle',
    words: ['up', '--trust', 'k.pub'],
    want: /`--bundle` and `--trust` belong together/,
  },
  {
    name: 'a bundle beside a policy',
    words: ['up', '--bundle', 'b', '--trust', 'k', '--policy', 'p'],
    want: /cannot be used with/,
  },
  {
    name: 'a sequence that is no number',
    words: ['policy', 'sign', 'p', '--key', 'k', '--out', 'o', '--sequence', '1e3'],
    want: /a sequence is a whole number/,
  },
  {
    name: 'a sequence of zero',
    words: ['policy', 'sign', 'p', '--key', 'k', '--out', 'o', '--sequence', '0'],
    want: /a sequence is a whole number/,
  },
]) {
  test(`${name} is called wrongly`, (t) => {
    const ran = sallyport(makeHome(t), words);
    assert.equal(ran.status, 2, ran.stderr);
    assert.match(ran.stderr, want);
  });
}

test('verify-bundle says what a bundle is, and no where it is none', (t) => {
  const { home, bundle, sign } = rig(t);
  const digest = sign(4, 'fourth');
  const key = ['--key', join(home.folder, 'keys', 'bundle-signing.pub')];
  const shown = JSON.parse(sallyport(home, ['policy', 'verify-bundle', bundle, ...key, '--json']).stdout) as object;
  assert.deepEqual(
    { ...shown, issuedAtMs: 0, keyId: '' },
    { name: 'fourth', digest, sequence: 4, issuedAtMs: 0, keyId: '' },
  );
  writeFileSync(bundle, '{}\n');
  const refused = sallyport(home, ['policy', 'verify-bundle', bundle, ...key]);
  assert.equal(refused.status, 3);
  assert.match(refused.stderr, /\[BUNDLE_UNSIGNED\]/);
});
