import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  bundleBody,
  compileBundle,
  MAX_BUNDLE_BYTES,
  MAX_SEQUENCE,
  signedBytes,
  signedDocument,
} from '../compile/index.ts';
import { SAMPLE_POLICY } from '../compile/sample-policy.ts';
import { BundleRefused, StateFolder } from '../core/error.ts';
import type { Policy } from '../policy/index.ts';
import { makeSigningKey, readSigningKey, readTrust, SIGNING_KEY_FILE } from './bundle-keys.ts';
import { bundleStore } from './bundle-store.ts';
import type { StoreDisk } from './bundle-store.ts';
import { checkBundle, loadBundle, startWithBundle } from './load-bundle.ts';
import type { BundlePlace } from './load-bundle.ts';
import { sha256 } from './load-policy.ts';

interface Rig {
  readonly folder: string;
  readonly state: string;
  readonly place: BundlePlace;
  /** Signs a policy of that name and puts it where the host looks. */
  readonly put: (sequence: number, name?: string, keyFolder?: string) => Buffer;
  readonly stored: string;
}

function rig(t: TestContext): Rig {
  const folder = mkdtempSync('/var/tmp/sp-bundle-');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const state = join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  const { trustFile } = makeSigningKey(join(folder, 'keys'));
  const bundleFile = join(folder, 'bundle.json');
  return {
    folder,
    state,
    place: { bundleFile, trustFile },
    stored: join(state, 'accepted-bundle.json'),
    put(sequence, name = 'sample', keyFolder = 'keys') {
      writeFileSync(bundleFile, signedPolicy({ ...SAMPLE_POLICY, name }, sequence, join(folder, keyFolder)));
      return readFileSync(bundleFile);
    },
  };
}

function signedPolicy(policy: Policy, sequence: number, keyFolder: string): Uint8Array {
  const signer = readSigningKey(join(keyFolder, SIGNING_KEY_FILE));
  const body = bundleBody(compileBundle(policy, sha256), { keyId: signer.keyId, sequence, issuedAtMs: 1 });
  return signedDocument(body, signer.sign(signedBytes(body)));
}

const refusedAs = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof BundleRefused && error.code === code && message.test(error.message);

test('a bundle is taken, kept byte for byte and for its owner alone', (t) => {
  const { put, place, state, stored } = rig(t);
  const bytes = put(3);
  const inForce = loadBundle(place, state);
  assert.equal(inForce.bundle.policy.name, 'sample');
  assert.deepEqual(readFileSync(stored), bytes);
  assert.equal(statSync(stored).mode & 0o077, 0);
});

test('the same bundle is taken again at the next start', (t) => {
  const { put, place, state } = rig(t);
  put(3);
  loadBundle(place, state);
  assert.equal(loadBundle(place, state).bundle.policy.name, 'sample');
});

for (const { name, sequence, policy } of [
  { name: 'an older bundle', sequence: 2, policy: 'sample' },
  { name: 'another bundle of the same number', sequence: 3, policy: 'other' },
]) {
  test(`${name} is a rollback, and the last one stays`, (t) => {
    const { put, place, state, stored } = rig(t);
    const last = put(3);
    loadBundle(place, state);
    put(sequence, policy);
    assert.throws(() => loadBundle(place, state), refusedAs('BUNDLE_ROLLBACK', /sequence \d is not above 3/));
    assert.deepEqual(readFileSync(stored), last);
    const start = startWithBundle(place, state);
    assert.equal(start.inForce.bundle.policy.name, 'sample');
    assert.equal(start.refused?.code, 'BUNDLE_ROLLBACK');
  });
}

test('nothing comes after the largest number', (t) => {
  const { put, place, state } = rig(t);
  put(MAX_SEQUENCE);
  loadBundle(place, state);
  put(MAX_SEQUENCE, 'other');
  assert.throws(() => loadBundle(place, state), refusedAs('BUNDLE_ROLLBACK', /not above/));
});

test('a new key is no way back to an old number', (t) => {
  const { folder, put, place, state } = rig(t);
  put(9);
  loadBundle(place, state);
  const { trustFile } = makeSigningKey(join(folder, 'new'));
  put(8, 'old', 'new');
  assert.throws(() => loadBundle({ ...place, trustFile }, state), refusedAs('BUNDLE_ROLLBACK', /8 is not above 9/));
  put(10, 'next', 'new');
  assert.equal(loadBundle({ ...place, trustFile }, state).bundle.policy.name, 'next');
});

for (const { name, spoil, code } of [
  {
    name: 'a changed byte',
    spoil: (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('sudo', 'sudp')),
    code: 'BUNDLE_ALTERED',
  },
  {
    name: 'half of it',
    spoil: (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 1_000)),
    code: 'BUNDLE_ALTERED',
  },
  {
    name: 'a policy’s text',
    spoil: (file: string) => writeFileSync(file, 'version: 1\nname: x\n'),
    code: 'BUNDLE_ALTERED',
  },
  {
    name: 'JSON without a signature',
    spoil: (file: string) => writeFileSync(file, '{"name":"x"}\n'),
    code: 'BUNDLE_UNSIGNED',
  },
  { name: 'nothing at all', spoil: (file: string) => rmSync(file), code: 'BUNDLE_UNREADABLE' },
  { name: 'a folder', spoil: (file: string) => (rmSync(file), mkdirSync(file)), code: 'BUNDLE_UNREADABLE' },
  {
    name: 'a pipe that nobody writes to',
    spoil: (file: string) => (rmSync(file), spawnSync('mkfifo', [file])),
    code: 'BUNDLE_UNREADABLE',
  },
  {
    name: 'a file without end',
    spoil: (file: string) => (rmSync(file), symlinkSync('/dev/zero', file)),
    code: 'BUNDLE_UNREADABLE',
  },
  {
    name: 'a file that is too large',
    spoil: (file: string) => writeFileSync(file, Buffer.alloc(MAX_BUNDLE_BYTES + 1)),
    code: 'BUNDLE_UNREADABLE',
  },
]) {
  test(`${name} in the bundle’s place leaves the last one in force, and stops a first start`, (t) => {
    const { folder, put, place, state, stored } = rig(t);
    const last = put(3);
    spoil(place.bundleFile);
    assert.throws(() => startWithBundle(place, state), refusedAs(code, /^the bundle/));
    assert.ok(!existsSync(stored));
    writeFileSync(join(folder, 'good.json'), last);
    loadBundle({ ...place, bundleFile: join(folder, 'good.json') }, state);
    const start = startWithBundle(place, state);
    assert.equal(start.refused?.code, code);
    assert.equal(start.inForce.bundle.policy.name, 'sample');
    assert.deepEqual(readFileSync(stored), last);
  });
}

test('a bundle of another key is refused, and so is a start whose key signed neither', (t) => {
  const { folder, put, place, state } = rig(t);
  put(3);
  loadBundle(place, state);
  makeSigningKey(join(folder, 'new'));
  put(4, 'foreign', 'new');
  assert.throws(() => loadBundle(place, state), refusedAs('BUNDLE_KEY', /another key/));
  assert.equal(startWithBundle(place, state).inForce.bundle.policy.name, 'sample');
  const { trustFile } = makeSigningKey(join(folder, 'third'));
  assert.throws(() => startWithBundle({ ...place, trustFile }, state), refusedAs('BUNDLE_KEY', /the last good bundle/));
});

test('a last bundle that somebody changed is not put in force', (t) => {
  const { put, place, state, stored } = rig(t);
  put(3);
  loadBundle(place, state);
  writeFileSync(stored, readFileSync(stored, 'utf8').replace('"verdict":"deny"', '"verdict":"allow"'));
  rmSync(place.bundleFile);
  assert.throws(
    () => startWithBundle(place, state),
    refusedAs('BUNDLE_UNREADABLE', /is missing; and .*the last good bundle.* its signature is not over what it holds/),
  );
});

for (const { name, spoil } of [
  { name: 'damaged', spoil: (file: string) => writeFileSync(file, '{"body":') },
  { name: 'emptied', spoil: (file: string) => writeFileSync(file, '') },
  { name: 'a link', spoil: (file: string) => (renameSync(file, `${file}.moved`), symlinkSync(`${file}.moved`, file)) },
  { name: 'a folder', spoil: (file: string) => (rmSync(file), mkdirSync(file)) },
]) {
  test(`where the last bundle is ${name}, nothing newer is taken: nobody knows what it was`, (t) => {
    const { put, place, state, stored } = rig(t);
    put(3);
    loadBundle(place, state);
    spoil(stored);
    put(4);
    assert.throws(() => loadBundle(place, state), StateFolder);
  });
}

test('a link in the place of the part that is written is not written through', (t) => {
  const { folder, put, place, state, stored } = rig(t);
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, `${stored}.part`);
  put(3);
  loadBundle(place, state);
  assert.equal(readFileSync(victim, 'utf8'), 'mine');
  assert.ok(lstatSync(stored).isFile());
});

test('a bundle behind a link is read: its signature is what counts', (t) => {
  const { folder, put, place, state } = rig(t);
  put(3);
  renameSync(place.bundleFile, join(folder, 'release-3.json'));
  symlinkSync('release-3.json', place.bundleFile);
  assert.equal(loadBundle(place, state).bundle.policy.name, 'sample');
});

for (const step of ['writePart', 'rename', 'syncFolder'] as const) {
  for (const moment of ['before', 'after'] as const) {
    test(`an end ${moment} ${step} leaves the old bundle or the new, and the number never falls`, (t) => {
      const { put, place, state } = rig(t);
      put(3);
      loadBundle(place, state);
      const old = bundleStore(state).last();
      const next = put(4, 'next');
      assert.throws(() => loadBundle(place, state, bundleStore(state, endingAt(step, moment))), /the power went/);
      const found = bundleStore(state).last();
      assert.ok(found !== null && old !== null);
      assert.ok(Buffer.compare(found, next) === 0 || Buffer.compare(found, old) === 0);
      assert.equal(loadBundle(place, state).bundle.policy.name, 'next');
      put(3);
      assert.throws(() => loadBundle(place, state), refusedAs('BUNDLE_ROLLBACK', /3 is not above 4/));
    });
  }
}

/** A disk whose machine ends at one step. */
function endingAt(step: keyof StoreDisk, moment: 'before' | 'after'): StoreDisk {
  const run = (name: keyof StoreDisk, effect: () => void): void => {
    if (name === step && moment === 'before') throw new Error('the power went');
    effect();
    if (name === step) throw new Error('the power went');
  };
  return {
    writePart: (path, bytes) => run('writePart', () => writeFileSync(path, bytes)),
    rename: (from, to) => run('rename', () => renameSync(from, to)),
    syncFolder: () => run('syncFolder', () => undefined),
  };
}

test('a pair of keys is made once, the private one for its owner alone', (t) => {
  const { folder } = rig(t);
  const made = makeSigningKey(join(folder, 'more'));
  assert.equal(statSync(made.keyFile).mode & 0o777, 0o600);
  assert.equal(readTrust(made.trustFile).keyId, made.keyId);
  assert.equal(readSigningKey(made.keyFile).keyId, made.keyId);
  const before = readFileSync(made.keyFile);
  assert.throws(() => makeSigningKey(join(folder, 'more')), refusedAs('BUNDLE_KEY', /cannot be made/));
  assert.deepEqual(readFileSync(made.keyFile), before);
});

test('no key is written through a link', (t) => {
  const { folder } = rig(t);
  mkdirSync(join(folder, 'trap'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'trap', SIGNING_KEY_FILE));
  assert.throws(() => makeSigningKey(join(folder, 'trap')), refusedAs('BUNDLE_KEY', /cannot be made/));
  assert.ok(!existsSync(join(folder, 'elsewhere')));
});

test('a private key that others may read is not used', (t) => {
  const { folder } = rig(t);
  chmodSync(join(folder, 'keys', SIGNING_KEY_FILE), 0o640);
  assert.throws(
    () => readSigningKey(join(folder, 'keys', SIGNING_KEY_FILE)),
    refusedAs('BUNDLE_KEY', /open to others/),
  );
});

test('a private key is not what a host trusts, and no message quotes a key', (t) => {
  const { folder, place } = rig(t);
  const file = join(folder, 'keys', SIGNING_KEY_FILE);
  assert.throws(() => readTrust(file), refusedAs('BUNDLE_KEY', /is a private key$/));
  writeFileSync(place.trustFile, '-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----\n');
  assert.throws(() => readTrust(place.trustFile), refusedAs('BUNDLE_KEY', /holds no key in PEM$/));
});

test('a key of another kind is refused', (t) => {
  const { folder } = rig(t);
  const made = spawnSync(process.execPath, [
    '-e',
    `process.stdout.write(require('crypto').generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'pem', type: 'spki' }))`,
  ]);
  const file = join(folder, 'ec.pub');
  writeFileSync(file, made.stdout);
  assert.throws(() => readTrust(file), refusedAs('BUNDLE_KEY', /is no Ed25519 key$/));
});

test('checking a bundle takes nothing', (t) => {
  const { put, place, stored } = rig(t);
  put(3);
  assert.equal(checkBundle(place).issue.sequence, 3);
  assert.ok(!existsSync(stored));
});

test('a bundle with a pattern that cannot be read is refused', (t) => {
  const { folder, place, state } = rig(t);
  const [rule] = SAMPLE_POLICY.commands;
  assert.ok(rule !== undefined);
  const policy = { ...SAMPLE_POLICY, commands: [{ ...rule, run: ['{a'] }] };
  writeFileSync(place.bundleFile, signedPolicy(policy, 1, join(folder, 'keys')));
  assert.throws(() => loadBundle(place, state), refusedAs('BUNDLE_FORMAT', /a pattern that this version cannot read/));
});
