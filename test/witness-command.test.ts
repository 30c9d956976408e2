import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createWitnessKey } from '../src/bin/witness-files.ts';
import { head, logVkey } from './witness-rig.ts';
import { witnessClient } from '../src/witness/index.ts';
import { parseVkey } from '../src/tlog/index.ts';

const CLI = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const LIMIT_MS = 60_000;

interface Home {
  readonly home: string;
  readonly key: string;
  readonly state: string;
  readonly vkey: string;
}

function madeWitness(t: TestContext): Home {
  const home = mkdtempSync(join(tmpdir(), 'witness-'));
  t.after(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const key = join(home, 'witness', 'key');
  const { vkey } = createWitnessKey(key, 'witness.example/w1');
  return { home, key, state: join(home, 'witness', 'state'), vkey };
}

test('a key is made once, for its owner alone, and its verifier key is printed', { timeout: 2 * LIMIT_MS }, (t) => {
  const { home, key } = madeWitness(t);
  rmSync(key);
  const made = cli(home, 'keygen', '--name', 'witness.example/w2');
  assert.equal(made.status, 0, made.stderr);
  assert.equal(parseVkey(made.stdout.trim())?.name, 'witness.example/w2');
  assert.equal(statSync(key).mode & 0o777, 0o600);
  assert.match(readFileSync(key, 'utf8'), /^PRIVATE\+KEY\+witness\.example\/w2\+/);
  const again = cli(home, 'keygen', '--json');
  assert.equal(again.status, 1);
  assert.match(again.stderr, /there is a file `.*` already \[WITNESS_UNUSABLE\]/);
});

test('a witness that is killed at any time goes on from what it cosigned', { timeout: 3 * LIMIT_MS }, async (t) => {
  const { home, vkey, state } = madeWitness(t);
  const verifier = parseVkey(vkey);
  assert.ok(verifier !== null);
  for (const size of [5, 9, 300]) {
    const { child, url } = await serving(t, home, '--log', logVkey);
    const outcome = await witnessClient({ url, verifier }).cosign(head(size));
    assert.equal(outcome.kind, 'cosigned');
    // The same name as before the restart, a smaller tree: found out from what was on the disk.
    assert.deepEqual(await witnessClient({ url, verifier }).cosign(head(4)), { kind: 'ahead', size });
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  assert.equal(readdirSync(state).filter((name) => name.endsWith('.checkpoint')).length, 1);
});

test('it says what it cosigned and what it refused, and ends when it is told to', { timeout: LIMIT_MS }, async (t) => {
  const { home, vkey } = madeWitness(t);
  const verifier = parseVkey(vkey);
  assert.ok(verifier !== null);
  const logs = join(home, 'logs');
  writeFileSync(logs, `# the logs of our hosts\n\n${logVkey} # the first\n`);
  const { child, url, errors } = await serving(t, home, '--logs', logs, '--json');
  await witnessClient({ url, verifier }).cosign(head(5));
  await witnessClient({ url, verifier, knownSize: 5 }).cosign(head(9, 2));
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 0);
  const events = errors().map((line) => (JSON.parse(line) as { kind: string }).kind);
  assert.deepEqual(events, ['cosigned', 'inconsistent']);
});

test('two witnesses do not share what they remember', { timeout: LIMIT_MS }, async (t) => {
  const { home } = madeWitness(t);
  await serving(t, home, '--log', logVkey);
  const second = cli(home, 'serve', '--listen', '127.0.0.1:0', '--log', logVkey);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /\[ALREADY_RUNNING\]/);
});

for (const { name, words, prepare, status, want } of [
  { name: 'no log', words: [], status: 2, want: /no log to cosign \[USAGE\]/ },
  {
    name: 'a key of a log that is none',
    words: ['--log', 'abc'],
    status: 1,
    want: /`abc` is no verifier key of a log/,
  },
  {
    name: 'a key that is open to others',
    words: ['--log', logVkey],
    prepare: ({ key }: Home) => {
      chmodSync(key, 0o644);
    },
    status: 1,
    want: /is open to others \[WITNESS_UNUSABLE\]/,
  },
  {
    name: 'no key',
    words: ['--log', logVkey],
    prepare: ({ key }: Home) => {
      rmSync(key);
    },
    status: 1,
    want: /cannot read the key file .*\[WITNESS_UNUSABLE\]/,
  },
  {
    name: 'a key file that is damaged',
    words: ['--log', logVkey],
    prepare: ({ key }: Home) => {
      writeFileSync(key, 'x');
    },
    status: 1,
    want: /holds no key of a witness \[WITNESS_UNUSABLE\]/,
  },
  { name: 'an address that is none', words: ['--log', logVkey, '--listen', 'here'], status: 2, want: /give HOST:PORT/ },
]) {
  test(`with ${name} it does not start`, { timeout: LIMIT_MS }, (t) => {
    const made = madeWitness(t);
    prepare?.(made);
    const ended = cli(made.home, 'serve', ...words);
    assert.equal(ended.status, status, ended.stderr);
    assert.match(ended.stderr, want);
  });
}

test('what it remembers and cannot be believed keeps it from starting', { timeout: LIMIT_MS }, async (t) => {
  const { home, vkey, state } = madeWitness(t);
  const verifier = parseVkey(vkey);
  assert.ok(verifier !== null);
  const { child, url } = await serving(t, home, '--log', logVkey);
  await witnessClient({ url, verifier }).cosign(head(9));
  child.kill('SIGTERM');
  await once(child, 'exit');
  const [file = ''] = readdirSync(state).filter((name) => name.endsWith('.checkpoint'));
  assert.ok(existsSync(join(state, file)));
  writeFileSync(join(state, file), head(4).note);
  const ended = cli(home, 'serve', '--log', logVkey);
  assert.equal(ended.status, 1);
  assert.match(ended.stderr, /what is remembered of `sallyport\/host\/0a1b2c3d` cannot be read \[WITNESS_UNUSABLE\]/);
});

function cli(home: string, ...words: readonly string[]): SpawnSyncReturns<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, SALLYPORT_HOME: home };
  return spawnSync(process.execPath, [CLI, 'witness', ...words], { encoding: 'utf8', timeout: LIMIT_MS, env });
}

async function serving(
  t: TestContext,
  home: string,
  ...words: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly url: string; readonly errors: () => readonly string[] }> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, SALLYPORT_HOME: home };
  const all = [CLI, 'witness', 'serve', '--listen', '127.0.0.1:0', ...words];
  const child = spawn(process.execPath, all, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => {
    child.kill('SIGKILL');
  });
  let errors = '';
  child.stderr.on('data', (part: Buffer) => {
    errors += part.toString();
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:[0-9]+/.exec(line)?.[0];
    if (url !== undefined) return { child, url, errors: () => errors.split('\n').slice(0, -1) };
  }
  throw new Error(`the witness did not start: ${errors}`);
}
