import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { processState } from '../src/bin/daemon-pid.ts';
import { controlClient } from '../src/cli/control-client.ts';
import { ownCredentials } from '../src/cli/place.ts';
import type { DaemonStatus, OpenSessionRequest } from '../src/core/control.ts';
import { sessionSkipReason } from './client-skip.ts';
import {
  LAUNCHER,
  collected,
  makeHome,
  sallyport,
  sallyportBeside,
  startDaemonProcess,
  until,
} from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// What somebody sees who is called at night: the daemon is there and silent, the disk is full, the log is damaged.

const BROKEN = 'version: 1\nname: test\ncomands: {}\n';

for (const words of [['status'], ['down'], ['doctor']]) {
  test(`where the daemon is stopped, ${words[0]} names its process and what lets it go on`, async (t) => {
    const home = makeHome(t);
    const { child } = await startDaemonProcess(t, home);
    child.kill('SIGSTOP');
    const startedAtMs = performance.now();
    const ran = sallyport(home, words);
    const said = ran.stdout + ran.stderr;
    assert.notEqual(ran.status, 0);
    assert.ok(said.includes(`the daemon (process ${child.pid}) is stopped, and every call is refused`), said);
    assert.ok(said.includes(`kill -CONT ${child.pid}`), said);
    assert.ok(!said.includes('sallyport up'), 'another start would not help');
    assert.ok(performance.now() - startedAtMs < 9_000, 'nobody waits ten seconds for that');
    child.kill('SIGCONT');
    assert.equal(sallyport(home, ['status']).status, 0);
  });
}

test('a daemon that cannot write its log says so to everybody who asks, and goes on when it can', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  const segments = join(daemon.status.auditFolder, 'segments');
  renameSync(segments, `${segments}.away`);
  const control = controlClient(daemon.status.controlSocket);
  await assert.rejects(control.openSession(sessionOf(home)), {
    code: 'AUDIT_UNAVAILABLE',
    message: /record not durable/,
  });
  await assert.rejects(control.openSession(sessionOf(home)), { code: 'AUDIT_UNAVAILABLE' });

  const { logHealth } = JSON.parse(sallyport(home, ['status', '--json']).stdout) as DaemonStatus;
  assert.ok(logHealth.state === 'failing');
  assert.match(logHealth.error, /record not durable: .*ENOENT/);
  assert.ok(logHealth.sinceMs <= logHealth.lastTriedAtMs);
  assert.match(
    sallyport(home, ['status']).stdout,
    /^ +FAILING since \d{4}-.*, so every call is denied: record not durable/m,
  );
  assert.match(sallyport(home, ['doctor']).stdout, /^missing  daemon .*cannot write its log/m);

  renameSync(`${segments}.away`, segments);
  await control.openSession(sessionOf(home));
  assert.match(sallyport(home, ['status']).stdout, /^ +last append ok, /m);
  const warnings = daemon.errors().match(/^warning: the log .*$/gm) ?? [];
  assert.match(warnings[0] ?? '', /cannot be written, and every call is denied until it can: record not durable/);
  assert.deepEqual(warnings.slice(1), ['warning: the log takes records again']);
});

test('run says that the log cannot be written, not that no daemon runs', { skip: sessionSkipReason() }, async (t) => {
  const home = makeHome(t);
  const { status } = await startDaemonProcess(t, home);
  renameSync(join(status.auditFolder, 'segments'), join(status.auditFolder, 'away'));
  const ran = await sallyportBeside(home, ['run', '--', 'true'], { cwd: home.folder, env: { ANTHROPIC_API_KEY: 'k' } });
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /^error: record not durable: .* \[AUDIT_UNAVAILABLE\]\nhint: /);
});

test(
  'run tells when the daemon goes away and when it is back, and the client goes on',
  { skip: sessionSkipReason() },
  async (t) => {
    const home = makeHome(t);
    const daemon = await startDaemonProcess(t, home);
    const end = join(home.folder, 'end');
    const client = spawn(
      process.execPath,
      [LAUNCHER, 'run', '--', '/bin/sh', '-c', `while [ ! -e ${end} ]; do sleep 0.1; done; exit 7`],
      { env: { ...home.env, ANTHROPIC_API_KEY: 'k' }, cwd: home.folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    t.after(() => void client.kill('SIGKILL'));
    const said = collected(client.stderr);
    await until(() => said().includes('watched and recorded'), said);
    await daemon.end('SIGKILL');
    const awaySinceMs = performance.now();
    await until(() => said().includes('sallyport: no daemon answers. Every call is refused until it is back'), said);
    assert.ok(performance.now() - awaySinceMs < 10_000);
    await startDaemonProcess(t, home);
    await until(() => said().includes('sallyport: the daemon answers again'), said);
    writeFileSync(end, '');
    const code = await new Promise((resolve) => client.once('exit', resolve));
    assert.equal(code, 7);
  },
);

test(
  'what a session left running outside of its sandbox ends when its launcher was killed',
  { skip: sessionSkipReason() },
  async (t) => {
    const home = makeHome(t);
    await startDaemonProcess(t, home);
    const pidFile = join(home.folder, 'pid');
    const client = spawn(
      process.execPath,
      [LAUNCHER, 'run', '--quiet', '--', '/bin/sh', '-c', `setsid sleep 300 & echo $! > ${pidFile}; wait`],
      { env: { ...home.env, ANTHROPIC_API_KEY: 'k' }, cwd: home.folder, stdio: 'ignore' },
    );
    t.after(() => void client.kill('SIGKILL'));
    const read = (): string => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : '');
    await until(() => read() !== '', read);
    const pid = Number(read());
    client.kill('SIGKILL');
    // The daemon waits for beats of the launcher before it takes it for gone: 20 s.
    await until(
      () => processState(pid) === 'gone',
      () => `process ${pid} ${processState(pid)}`,
    );
    assert.match(sallyport(home, ['audit', 'tail']).stdout, /session {2}ended {2}its launcher is gone/);
  },
);

test('a policy that was refused while the daemon runs stays in its state until one is taken', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  assert.equal(daemon.status.refusedReload, null);
  writeFileSync(home.policyFile, BROKEN);
  daemon.child.kill('SIGHUP');
  await until(() => daemon.errors().includes('stays in force'), daemon.errors);
  const { refusedReload } = statusOf(home);
  assert.match(refusedReload?.reason ?? '', /policy\.yaml:3:1: error: .*comands/);
  const text = sallyport(home, ['status']).stdout;
  assert.match(text, /^ +RELOAD REFUSED at \d{4}-.*, so this one stays: .*policy\.yaml:3:1/m);

  writeFileSync(home.policyFile, 'version: 1\nname: mended\n');
  daemon.child.kill('SIGHUP');
  await until(() => daemon.errors().includes('policy is in force'), daemon.errors);
  assert.equal(statusOf(home).refusedReload, null);
});

test('a first start with a broken policy makes no state folder and promises nothing that was before', (t) => {
  const home = makeHome(t, BROKEN);
  const refused = sallyport(home, ['up', '--policy', home.policyFile]);
  assert.equal(refused.status, 3);
  assert.match(refused.stderr, /policy\.yaml:3:1: error: .*\nhint: mend the file; nothing was changed\n$/s);
  assert.equal(existsSync(home.state), false);
});

test('one damaged record does not hide the others', async (t) => {
  const home = makeHome(t);
  await (await startDaemonProcess(t, home)).end('SIGTERM');
  const segment = join(home.state, 'audit', 'segments', '00000000000000000000.jsonl');
  writeFileSync(segment, readFileSync(segment, 'utf8').replace('in-force', 'in-f0rce'));

  const tail = sallyport(home, ['audit', 'tail']);
  assert.equal(tail.status, 1);
  assert.match(tail.stdout, /^0 .*opened\n2 .*closed\n$/);
  assert.match(
    tail.stderr,
    /^error: record 1: segment .* line 2: changed since .*\[AUDIT_CORRUPT\]\nhint: .*audit verify/,
  );

  const damaged = sallyport(home, ['audit', 'show', '1']);
  assert.deepEqual([damaged.status, damaged.stdout], [1, '']);
  assert.match(damaged.stderr, /^error: record 1: segment/);
  const whole = sallyport(home, ['audit', 'show', '2']);
  assert.deepEqual([whole.status, whole.stderr], [0, '']);
  assert.equal((JSON.parse(whole.stdout) as { index: number }).index, 2);

  assert.equal(sallyport(home, ['audit', 'verify']).status, 3);
});

test('a follower ends when nobody reads it any more, though nothing happens', async (t) => {
  const home = makeHome(t);
  await startDaemonProcess(t, home);
  const piped = spawn('/bin/sh', ['-c', `"${process.execPath}" "${LAUNCHER}" audit tail -n 1 -f | head -n 1`], {
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  const said = collected(piped.stdout);
  const code = await new Promise((resolve) => piped.once('exit', resolve));
  assert.equal(code, 0);
  assert.match(said(), /^1 .*in-force  test\n$/);
});

for (const { name, words, status, stderr } of [
  {
    name: 'a record that the log does not have',
    words: ['audit', 'show', '999'],
    status: 1,
    stderr: /^error: the log has no record 999 \[NO_SUCH_RECORD\]\nhint: /,
  },
  {
    name: 'a kind of record that there is not',
    words: ['audit', 'tail', '--kind', 'decisions'],
    status: 2,
    stderr: /Allowed choices are decision, hook, model, session, policy, admin, egress, finding, log\.\nhint: /,
  },
  {
    name: 'a verdict that there is not',
    words: ['audit', 'tail', '--verdict', 'no'],
    status: 2,
    stderr: /Allowed choices are deny, ask, rewrite, allow\.\nhint: /,
  },
  { name: 'an option that there is not', words: ['status', '--jsn'], status: 2, stderr: /^hint: /m },
]) {
  test(`${name} exits ${status} with a hint`, async (t) => {
    const home = makeHome(t);
    await (await startDaemonProcess(t, home)).end('SIGTERM');
    const ran = sallyport(home, words);
    assert.equal(ran.status, status, ran.stderr);
    assert.match(ran.stderr, stderr);
  });
}

test('what doctor tries is recorded in a session that says so', async (t) => {
  const home = makeHome(t);
  await startDaemonProcess(t, home);
  sallyport(home, ['doctor']);
  const records = sallyport(home, ['audit', 'tail', '--json'])
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; sessionId: string | null; body: Record<string, unknown> });
  const opened = records.find(({ body }) => body['event'] === 'opened' && body['about'] !== undefined);
  assert.deepEqual(opened?.body['about'], { by: 'doctor' });
  const tried = records.filter(({ kind }) => kind === 'decision' || kind === 'model');
  assert.equal(tried.length, 2);
  for (const { sessionId } of tried) assert.equal(sessionId, opened?.sessionId);
  assert.equal(statusOf(home).sessions.filter((session) => session.endedReason === null).length, 0);
});

test('a broken policy is a line of its own for doctor, and no fault of the client', (t) => {
  const home = makeHome(t);
  const findings = (text: string): Map<string, string> =>
    new Map((JSON.parse(text) as { name: string; state: string }[]).map(({ name, state }) => [name, state]));
  const before = findings(sallyport(home, ['doctor', '--json']).stdout);
  mkdirSync(home.state, { mode: 0o700 });
  writeFileSync(join(home.state, 'policy.yaml'), BROKEN);
  const after = findings(sallyport(home, ['doctor', '--json']).stdout);
  assert.deepEqual([before.get('policy'), after.get('policy')], ['ok', 'missing']);
  assert.equal(after.get('client'), before.get('client'));
});

test('down and drill --list speak JSON', async (t) => {
  const home = makeHome(t);
  const daemon = await startDaemonProcess(t, home);
  const ended = new Promise((resolve) => daemon.child.once('exit', resolve));
  assert.deepEqual(JSON.parse(sallyport(home, ['down', '--json']).stdout), { ended: true, pid: daemon.child.pid });
  await ended;
  const cases = JSON.parse(sallyport(home, ['drill', '--list', '--json', '--only', 'escape/sudo']).stdout) as unknown;
  assert.deepEqual(cases, [{ id: 'escape/sudo', title: 'become root' }]);
});

test('a daemon that was told so ends with its standard input, and as cleanly as by a signal', async (t) => {
  const home = makeHome(t);
  const child = spawn(process.execPath, [LAUNCHER, 'up', '--json', '--end-with-stdin', '--policy', home.policyFile], {
    env: home.env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  assert.equal(sallyport(home, ['status']).status, 0);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  assert.equal(await ended, 0);
  assert.match(sallyport(home, ['audit', 'tail', '-n', '1']).stdout, /closed\n$/);
});

function sessionOf(home: Home): OpenSessionRequest {
  return {
    workspace: home.folder,
    homeDir: home.folder,
    environment: {},
    credentials: { ...ownCredentials(), anthropicApiKey: 'k' },
    watchPid: process.pid,
    about: {},
  };
}

function statusOf(home: Home): DaemonStatus {
  return JSON.parse(sallyport(home, ['status', '--json']).stdout) as DaemonStatus;
}
