import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { controlClient } from '../src/cli/control-client.ts';
import { ownCredentials } from '../src/cli/place.ts';
import { makeHome, sallyport, startDaemonProcess } from './daemon-process.ts';

const BROKEN = 'version: 1\nname: test\ncomands: {}\n';

test('up says where everything listens, and ends cleanly on SIGTERM and SIGINT', async (t) => {
  const home = makeHome(t);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const daemon = await startDaemonProcess(t, home);
    assert.ok(existsSync(daemon.status.guardSocket));
    assert.match(daemon.status.gatewayUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(daemon.status.pid, daemon.child.pid, 'it is the process that was started');
    assert.match(readFileSync(`/proc/${daemon.status.pid}/cmdline`, 'latin1'), /--max-semi-space-size=8/);
    assert.deepEqual(await daemon.end(signal), { code: 0, signal: null });
  }
  assert.equal(sallyport(home, ['audit', 'verify']).status, 0);
});

test('the state folder, its sockets and its files are for their owner alone', async (t) => {
  const home = makeHome(t);
  const { status } = await startDaemonProcess(t, home);
  for (const path of [home.state, join(home.state, 'run'), join(home.state, 'run', 'guard'), status.auditFolder]) {
    assert.equal(statSync(path).mode & 0o077, 0, path);
  }
  for (const path of [status.guardSocket, status.controlSocket, join(home.state, 'bundle.json')]) {
    assert.equal(statSync(path).mode & 0o077, 0, path);
  }
});

test('a second up says that one is running, and the first goes on', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  const second = sallyport(home, ['up']);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /^error: sallyport is running already .*\[ALREADY_RUNNING\]\nhint: /);
  assert.match(sallyport(home, ['status']).stdout, new RegExp(`process ${daemon.child.pid}`));
});

test('of two that start at once exactly one runs', async (t) => {
  const home = makeHome(t);
  const starts = await Promise.allSettled([startDaemonProcess(t, home), startDaemonProcess(t, home)]);
  assert.deepEqual(starts.map((start) => start.status).sort(), ['fulfilled', 'rejected']);
});

test('a daemon that was killed starts again, keeps its port and its log', async (t) => {
  const home = makeHome(t);
  const first = await startDaemonProcess(t, home);
  await first.end('SIGKILL');
  const second = await startDaemonProcess(t, home);
  assert.equal(second.status.gatewayUrl, first.status.gatewayUrl);
  assert.ok(second.status.auditRecords > first.status.auditRecords);
  await second.end('SIGTERM');
  assert.equal(sallyport(home, ['audit', 'verify']).status, 0);
});

test('a daemon whose port somebody else took listens on another and ends the sessions that were told it', async (t) => {
  const home = makeHome(t);
  const first = await startDaemonProcess(t, home);
  const opened = await controlClient(first.status.controlSocket).openSession({
    workspace: home.folder,
    homeDir: home.folder,
    environment: {},
    credentials: { ...ownCredentials(), anthropicApiKey: 'k' },
    watchPid: process.pid,
    about: {},
  });
  await first.end('SIGKILL');
  const squatter = createServer().listen(Number(new URL(first.status.gatewayUrl).port), '127.0.0.1');
  t.after(() => void squatter.close());
  await once(squatter, 'listening');
  const second = await startDaemonProcess(t, home);
  assert.notEqual(second.status.gatewayUrl, first.status.gatewayUrl);
  const session = second.status.sessions.find((one) => one.id === opened.sessionId);
  assert.equal(session?.endedReason, 'another program took the port of the gateway');
});

test('a state folder that is reached by a link is one folder', async (t) => {
  const home = makeHome(t);
  mkdirSync(join(home.folder, 'real'));
  symlinkSync(join(home.folder, 'real'), join(home.folder, 'link'));
  const linked = { ...home, env: { ...home.env, SALLYPORT_HOME: join(home.folder, 'link', 'state') } };
  const { status } = await startDaemonProcess(t, linked);
  assert.equal(status.auditFolder, join(home.folder, 'real', 'state', 'audit'));
  assert.equal(sallyport(linked, ['up', '--policy', home.policyFile]).status, 1);
});

test('a broken policy at the start is refused with its place, and the bundle of before stays', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  await daemon.end('SIGTERM');
  const before = readFileSync(join(home.state, 'bundle.json'));
  writeFileSync(home.policyFile, BROKEN);
  const refused = sallyport(home, ['up', '--policy', home.policyFile]);
  assert.equal(refused.status, 3);
  assert.match(refused.stderr, /policy\.yaml:3:1: error: .*comands/);
  assert.match(refused.stderr, /commands/);
  assert.deepEqual(readFileSync(join(home.state, 'bundle.json')), before);
});

test('a policy that breaks while the daemon runs changes nothing and is recorded', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  writeFileSync(home.policyFile, BROKEN);
  daemon.child.kill('SIGHUP');
  while (!daemon.errors().includes('stays in force')) await new Promise((resolve) => setTimeout(resolve, 10));
  const status = JSON.parse(sallyport(home, ['status', '--json']).stdout) as { policy: { digest: string } };
  assert.equal(status.policy.digest, daemon.status.policy.digest);
  assert.match(sallyport(home, ['audit', 'tail', '--kind', 'policy', '--json']).stdout, /"event":"refused"/);
});

test('a changed policy is in force after SIGHUP', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  writeFileSync(home.policyFile, 'version: 1\nname: changed\n');
  daemon.child.kill('SIGHUP');
  while (!daemon.errors().includes('policy is in force')) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.match(sallyport(home, ['status']).stdout, /policy +changed/);
});

for (const { name, spoil, message } of [
  { name: 'open to others', spoil: (state: string) => chmodSync(state, 0o755), message: /is open to others/ },
  { name: 'a file', spoil: null, message: /cannot make the folder|is no folder/ },
]) {
  test(`a state folder that is ${name} is refused`, (t) => {
    const home = makeHome(t);
    if (spoil === null) writeFileSync(home.state, '');
    else {
      mkdirSync(home.state, { mode: 0o700 });
      spoil(home.state);
    }
    const refused = sallyport(home, ['up', '--policy', home.policyFile]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, message);
    assert.match(refused.stderr, /\[STATE_FOLDER\]/);
  });
}

test('a state folder whose run folder is a link is refused', (t) => {
  const home = makeHome(t);
  mkdirSync(home.state, { mode: 0o700 });
  symlinkSync(home.folder, join(home.state, 'run'));
  const refused = sallyport(home, ['up', '--policy', home.policyFile]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /\[STATE_FOLDER\]/);
});

test('a log that was altered stops the start and is found by verify', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  await daemon.end('SIGTERM');
  const segment = join(daemon.status.auditFolder, 'segments', '00000000000000000000.jsonl');
  writeFileSync(segment, readFileSync(segment, 'utf8').replace('in-force', 'in-f0rce'));
  const verified = sallyport(home, ['audit', 'verify']);
  assert.equal(verified.status, 3);
  assert.match(verified.stdout, /NOT VERIFIED/);
  const refused = sallyport(home, ['up', '--policy', home.policyFile]);
  assert.equal(refused.status, 3);
  assert.match(refused.stderr, /\[AUDIT_CORRUPT\]/);
});

test('a daemon whose log is taken away says so and ends all the same', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  rmSync(join(home.state, 'audit'), { recursive: true, force: true });
  const ended = once(daemon.child, 'exit', { signal: AbortSignal.timeout(30_000) });
  daemon.child.kill('SIGTERM');
  assert.deepEqual(await ended, [1, null]);
  assert.match(daemon.errors(), /\[AUDIT_UNAVAILABLE\]/);
  assert.equal(existsSync(daemon.status.controlSocket), false);
});

test('down ends the daemon, and says so where there is none', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  const ended = new Promise((resolve) => daemon.child.once('exit', resolve));
  assert.equal(sallyport(home, ['down']).status, 0);
  assert.equal(await ended, 0);
  const again = sallyport(home, ['down']);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /\[NOT_RUNNING\]/);
});

for (const { name, words, status, stderr } of [
  { name: 'an unknown command', words: ['upp'], status: 2, stderr: /Did you mean up/ },
  { name: 'run without a client', words: ['run'], status: 2, stderr: /sallyport run -- claude/ },
  { name: 'run without a daemon', words: ['run', '--', 'true'], status: 1, stderr: /\[NOT_RUNNING\]/ },
  {
    name: 'run with a client that is not there',
    words: ['run', '--', 'no-such-client'],
    status: 1,
    stderr: /\[CLIENT_MISSING\]/,
  },
  { name: 'a record that is no number', words: ['audit', 'show', 'x'], status: 2, stderr: /whole number/ },
  { name: 'a policy that is not there', words: ['policy', 'check', 'none.yaml'], status: 1, stderr: /cannot be read/ },
]) {
  test(`${name} exits ${status} and says what to do`, (t) => {
    const home = makeHome(t);
    const ran = sallyport(home, words);
    assert.equal(ran.status, status, ran.stderr);
    assert.match(ran.stderr, stderr);
  });
}

test('completion scripts name every command', (t) => {
  const home = makeHome(t);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = sallyport(home, ['completion', shell]);
    for (const command of ['up', 'run', 'drill', 'doctor', 'policy', 'audit'])
      assert.match(stdout, new RegExp(`\\b${command}\\b`));
  }
});
