import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { forwardProxyPorts } from '../src/bin/forward-proxy.ts';
import { keepAuthority } from '../src/bin/own-authority.ts';
import { prepareStateFolder, statePaths } from '../src/bin/state-folder.ts';
import { makeAuthority } from '../src/ca/index.ts';
import { makeHome } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

const CLI = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const POLICY = `version: 1
name: test
gateway:
  forward_proxy: { enabled: true, hosts: [api.anthropic.com, models.example.org] }
`;

test('an authority is made for the hosts of the policy, shown, exported and removed', (t) => {
  const home = makeHome(t, POLICY);
  const made = ca(home, 'create', '--policy', home.policyFile);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /^hosts +api\.anthropic\.com, models\.example\.org$/m);
  assert.match(made.stderr, /^hint: next, .*`sallyport ca export --out FILE`$/m);
  assert.doesNotMatch(made.stdout + made.stderr, /PRIVATE KEY/);

  const shown = JSON.parse(ca(home, 'show', '--json').stdout) as Record<string, unknown>;
  assert.equal(shown['holds'], true);
  assert.deepEqual(shown['hosts'], ['api.anthropic.com', 'models.example.org']);
  const days = (Date.parse(String(shown['notAfter'])) - Date.now()) / 86_400_000;
  assert.ok(days > 364.9 && days <= 365, String(days));

  const out = join(home.folder, 'ca.pem');
  const exported = ca(home, 'export', '--out', out);
  assert.equal(exported.status, 0, exported.stderr);
  assert.ok(exported.stderr.includes(`NODE_EXTRA_CA_CERTS=${out}`));
  const text = readFileSync(out, 'utf8');
  assert.equal(new X509Certificate(text).fingerprint256, shown['fingerprint256']);
  assert.doesNotMatch(text, /PRIVATE/);
  assert.equal(statSync(out).mode & 0o777, 0o644);
  assert.equal(ca(home, 'export').stdout, text);
  assert.equal((JSON.parse(ca(home, 'export', '--json').stdout) as Record<string, unknown>)['certificate'], text);

  const removed = ca(home, 'remove');
  assert.equal(removed.status, 0);
  assert.match(removed.stderr, /NODE_EXTRA_CA_CERTS/);
  assert.deepEqual(keys(home), []);
});

test('the key is for its owner alone, in a folder that is so too', (t) => {
  const home = created(t);
  const folder = join(home.state, 'keys');
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, 'authority.pem')).mode & 0o777, 0o600);
  assert.deepEqual(keys(home), ['authority.pem'], 'nothing else is left there');
});

test('an authority is never overwritten', (t) => {
  const home = created(t);
  const before = readFileSync(join(home.state, 'keys', 'authority.pem'), 'utf8');
  const again = ca(home, 'create', '--policy', home.policyFile);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /there is an authority already.*\[AUTHORITY_UNUSABLE\]\nhint: `sallyport ca show`/);
  assert.equal(readFileSync(join(home.state, 'keys', 'authority.pem'), 'utf8'), before);
  assert.deepEqual(keys(home), ['authority.pem']);
});

test('a link where the key should be is neither followed nor overwritten', (t) => {
  const home = created(t);
  const [path, target] = [join(home.state, 'keys', 'authority.pem'), join(home.folder, 'target')];
  const text = readFileSync(path, 'utf8');
  writeFileSync(target, text, { mode: 0o600 });
  rmSync(path);
  symlinkSync(target, path);
  assert.equal(ca(home, 'create', '--policy', home.policyFile).status, 1);
  assert.match(ca(home, 'show').stderr, /cannot be read.*\[AUTHORITY_UNUSABLE\]/);
  assert.equal(readFileSync(target, 'utf8'), text);
});

for (const { name, words } of [
  { name: 'show', words: ['show'] },
  { name: 'export', words: ['export'] },
  { name: 'remove', words: ['remove'] },
]) {
  test(`\`ca ${name}\` without an authority fails and makes nothing`, (t) => {
    const home = makeHome(t, POLICY);
    const ran = ca(home, ...words);
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, /there is no authority.*\[AUTHORITY_UNUSABLE\]\nhint: /);
    assert.equal(existsSync(home.state), false);
  });
}

test('a key that others could read is not used', (t) => {
  const home = created(t);
  chmodSync(join(home.state, 'keys', 'authority.pem'), 0o640);
  const ran = ca(home, 'export');
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /open to others/);
});

test('a damaged file is not used, and its content is not printed', (t) => {
  const home = created(t);
  const path = join(home.state, 'keys', 'authority.pem');
  writeFileSync(path, readFileSync(path, 'utf8').replace('BEGIN CERT', 'BEGAN CERT'), { mode: 0o600 });
  const ran = ca(home, 'show');
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /damaged/);
  assert.doesNotMatch(ran.stdout + ran.stderr, /PRIVATE|MII/);
});

test('days are bounded, and a policy with a fault makes nothing', (t) => {
  const home = makeHome(t, POLICY);
  for (const days of ['0', '826', '1.5', 'x']) assert.equal(ca(home, 'create', '--days', days).status, 2, days);
  writeFileSync(home.policyFile, `${POLICY}  nonsense: 1\n`);
  assert.equal(ca(home, 'create', '--policy', home.policyFile).status, 3);
  assert.equal(existsSync(home.state), false);
});

test('a policy that has the proxy off is said to', (t) => {
  const home = makeHome(t);
  const ran = ca(home, 'create', '--policy', home.policyFile, '--days', '1');
  assert.equal(ran.status, 0);
  assert.match(ran.stderr, /the policy has the proxy off/);
});

test('a daemon sees an authority that is made, replaced and removed while it runs', async (t) => {
  const home = makeHome(t, POLICY);
  const paths = statePaths(home.env, home.folder);
  const rules = { enabled: true, hosts: ['api.anthropic.com', 'new.example.org'] };
  const ports = forwardProxyPorts({ paths, rules: () => rules, clock: Date.now });
  const shown = async (host = 'api.anthropic.com'): Promise<string> => {
    const given = await ports.certificateFor(host);
    return 'missing' in given ? given.missing : new X509Certificate(given.certificate).fingerprint256;
  };
  assert.match(await shown(), /there is no authority.*`sallyport ca create`/);
  ca(home, 'create', '--policy', home.policyFile);
  const first = await shown();
  assert.equal(await shown(), first);
  assert.equal(await ports.certificateFor('api.anthropic.com'), await ports.certificateFor('api.anthropic.com'));
  assert.match(await shown('new.example.org'), /`sallyport ca remove` and `sallyport ca create`/);
  ca(home, 'remove');
  assert.match(await shown(), /there is no authority/);
  ca(home, 'create', '--policy', home.policyFile);
  assert.notEqual(await shown(), first);
  chmodSync(join(home.state, 'keys', 'authority.pem'), 0o644);
  assert.match(await shown(), /open to others/);
});

test('an authority whose time is over is shown as such, and makes no certificate', async (t) => {
  const home = makeHome(t, POLICY);
  const paths = statePaths(home.env, home.folder);
  prepareStateFolder(paths, userInfo().uid);
  const hosts = ['api.anthropic.com'];
  keepAuthority(paths, makeAuthority({ hosts, nowMs: Date.now() - 172_800_000, days: 1 }));
  const shown = ca(home, 'show');
  assert.equal(shown.status, 3);
  assert.match(shown.stdout, /does not hold now/);
  const ports = forwardProxyPorts({ paths, rules: () => ({ enabled: true, hosts }), clock: Date.now });
  assert.ok('missing' in (await ports.certificateFor('api.anthropic.com')));
});

test('the hosts of the proxy are those of the policy while it is on', () => {
  let enabled = true;
  const ports = forwardProxyPorts({
    paths: statePaths({ SALLYPORT_HOME: '/nowhere' }, '/'),
    rules: () => ({ enabled, hosts: ['a.example'] }),
    clock: Date.now,
  });
  assert.deepEqual(ports.hosts(), ['a.example']);
  assert.equal(ports.serviceOf('a.example'), 'https://a.example');
  enabled = false;
  assert.equal(ports.hosts(), null);
});

function created(t: { after(fn: () => void): void }): Home {
  const home = makeHome(t, POLICY);
  const made = ca(home, 'create', '--policy', home.policyFile);
  assert.equal(made.status, 0, made.stderr);
  return home;
}

function keys(home: Home): readonly string[] {
  return readdirSync(join(home.state, 'keys'), { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);
}

function ca(home: Home, ...words: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [CLI, 'ca', ...words], { env: home.env, encoding: 'utf8', timeout: 60_000 });
}
