import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { HOST, hostPackage, run, sallyportHere, temporary } from './lib/host-install.ts';

const notAsked =
  process.env['SALLYPORT_ROOT_TESTS'] === '1' && process.getuid?.() === 0
    ? false
    : 'set SALLYPORT_ROOT_TESTS=1 as root: it changes namespaces and the kernel’s audit';
const lacks = (program: string): string | false =>
  run('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`]).status === 0
    ? false
    : `${program} is not installed`;

const [DAEMON, DEVELOPER] = [61_001, 61_002];

/** Runs a script of Node as an account, in a network namespace of the test's own with the rules loaded. */
function inNamespace(t: TestContext, script: string): Record<string, string> {
  const folder = temporary(t);
  const rules = readFileSync(join(HOST, 'files/network.nft'), 'utf8').replaceAll('"sallyport"', String(DAEMON));
  writeFileSync(join(folder, 'network.nft'), rules);
  writeFileSync(join(folder, 'test.cjs'), script);
  run('mkfifo', [join(folder, 'hold')]);
  // The service stands in another namespace, as it does for a real machine: what answers is not under these rules.
  const ran = run('unshare', [
    '--net',
    'sh',
    '-ec',
    `PATH=$PATH:/usr/sbin:/sbin
unshare --net '${process.execPath}' -e 'process.stdin.resume()' <"${folder}/hold" &
there=$!
exec 3>"${folder}/hold"
ip link set lo up
ip link add here type veth peer name there
until [ "$(readlink /proc/$there/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link set there netns $there
ip addr add 10.9.0.1/24 dev here
ip -6 addr add fd00:9::1/64 dev here nodad
ip link set here up
nsenter --target $there --net sh -ec 'ip link set lo up; ip link set there up; ip addr add 10.9.0.2/24 dev there; ip -6 addr add fd00:9::2/64 dev there nodad
ip addr add 169.254.169.254/32 dev there; ip addr add 169.254.170.2/32 dev there; ip -6 addr add fd00:ec2::254/128 dev there nodad'
ip route add 169.254.169.254/32 via 10.9.0.2
ip route add 169.254.170.2/32 via 10.9.0.2
ip -6 route add fd00:ec2::254/128 via fd00:9::2
nft -f '${folder}/network.nft'
THERE=$there '${process.execPath}' '${folder}/test.cjs'`,
  ]);
  assert.equal(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout) as Record<string, string>;
}

// A process for each account, because one that gave its account away cannot take another.
const CONNECT = `
const { spawn, spawnSync } = require('node:child_process');
const net = require('node:net');
const connect = (uid, host, port) => spawnSync('setpriv', ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', process.execPath, '-e',
  \`const s = require('node:net').connect({ host: '\${host}', port: \${port}, timeout: 1500 });
   s.on('connect', () => { console.log('reached'); process.exit(); });
   s.on('timeout', () => { console.log('ETIMEDOUT'); process.exit(); });
   s.on('error', (e) => { console.log(e.code); process.exit(); });\`], { encoding: 'utf8' }).stdout.trim();
const listen = (uid, host, port) => new Promise((done) => {
  const words = host === '127.0.0.1' ? [] : ['nsenter', '--target', process.env.THERE, '--net'];
  const [program, ...rest] = [...words, 'setpriv'];
  const child = spawn(program, [...rest, '--reuid', String(uid), '--regid', String(uid), '--clear-groups', process.execPath, '-e',
    \`require('node:net').createServer((s) => s.on('error', () => undefined).end('x')).listen(\${port}, '\${host}', () => console.log('up'))\`], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => done(child));
});
`;

for (const host of ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254']) {
  test(
    `I7: ${host} answers root and the daemon, and no developer`,
    { skip: notAsked || lacks('nft') || lacks('ip') },
    (t) => {
      const reached = inNamespace(
        t,
        `${CONNECT}
(async () => {
  const server = await listen(0, '${host}', 80);
  const said = { root: connect(0, '${host}', 80), daemon: connect(${DAEMON}, '${host}', 80), developer: connect(${DEVELOPER}, '${host}', 80) };
  server.kill();
  console.log(JSON.stringify(said));
})();`,
      );
      assert.equal(reached['root'], 'reached');
      assert.equal(reached['daemon'], 'reached');
      assert.match(reached['developer'] ?? '', /^(?:EACCES|EHOSTUNREACH|ECONNREFUSED|ETIMEDOUT)$/);
    },
  );
}

test('while the daemon is away nobody answers in its place', { skip: notAsked || lacks('nft') || lacks('ip') }, (t) => {
  const reached = inNamespace(
    t,
    `${CONNECT}
(async () => {
  const said = {};
  for (const [name, uid] of [['daemon', ${DAEMON}], ['developer', ${DEVELOPER}]]) {
    const server = await listen(uid, '127.0.0.1', 7843);
    said[name] = connect(${DEVELOPER}, '127.0.0.1', 7843);
    server.kill();
    await new Promise((done) => server.once('exit', done));
  }
  console.log(JSON.stringify(said));
})();`,
  );
  assert.equal(reached['daemon'], 'reached');
  assert.equal(reached['developer'], 'ETIMEDOUT');
});

/** Why the kernel's audit cannot be borrowed: only an empty one that nobody reads is. */
function noAudit(): string | false {
  if (notAsked !== false) return notAsked;
  for (const program of ['auditctl', 'auditd', 'setpriv'])
    if (lacks(program) !== false) return `${program} is not installed`;
  const status = run('auditctl', ['-s'], AUDIT_PATH).stdout;
  if (!/^enabled [01]$/m.test(status)) return 'the audit rules of this machine are locked, or there is no audit';
  if (!/^pid 0$/m.test(status)) return 'somebody reads the audit of this machine';
  return run('auditctl', ['-l'], AUDIT_PATH).stdout.trim() === 'No rules'
    ? false
    : 'this machine has audit rules of its own';
}

const AUDIT_PATH = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

test(
  'H5, H6: each touch of a watched file is one event, programs of people are recorded, and those of daemons are not',
  { skip: noAudit() },
  async (t) => {
    const folder = temporary(t);
    const compiled = join(folder, 'compiled');
    assert.equal(
      sallyportHere(
        ['policy', 'compile', hostPackage(join(folder, 'made')).policy, '--target', 'auditd', '--out', compiled],
        folder,
      ).status,
      0,
    );
    // The places are moved below a folder of the test: those of this machine are not touched.
    const root = join(folder, 'root');
    const moved = readFileSync(join(compiled, 'auditd/50-sallyport.rules'), 'utf8').replaceAll(
      /-F (dir|path)=/g,
      `-F $1=${root}`,
    );
    for (const [, kind, path = ''] of moved.matchAll(/-F (dir|path)=(\S+)/g)) {
      mkdirSync(kind === 'dir' ? path : join(path, '..'), { recursive: true });
      if (kind === 'path' && !existsSync(path)) writeFileSync(path, 'x');
    }
    const rules = join(folder, 'rules');
    writeFileSync(rules, moved);
    const config = join(folder, 'auditd');
    mkdirSync(config, { mode: 0o750 });
    const log = join(folder, 'audit.log');
    writeFileSync(
      join(config, 'auditd.conf'),
      `local_events = yes\nwrite_logs = yes\nlog_file = ${log}\nlog_format = RAW\nlog_group = root\nflush = SYNC\nspace_left = 2\nadmin_space_left = 1\nspace_left_action = IGNORE\nadmin_space_left_action = IGNORE\ndisk_full_action = IGNORE\ndisk_error_action = IGNORE\nmax_log_file_action = IGNORE\n`,
      { mode: 0o640 },
    );
    const before = run('auditctl', ['-s'], AUDIT_PATH).stdout;
    const wasOn = /^enabled (\d)$/m.exec(before)?.[1] ?? '0';
    const backlog = /^backlog_limit (\d+)$/m.exec(before)?.[1] ?? '64';
    const daemon = spawn('auditd', ['-n', '-c', config], { stdio: 'ignore', env: AUDIT_PATH });
    const ended = new Promise((done) => daemon.once('exit', done));
    const marked = async (word: string): Promise<string> => {
      for (let tries = 0; tries < 200; tries += 1) {
        if (tries % 20 === 0) run('auditctl', ['-m', word], AUDIT_PATH);
        const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
        if (text.includes(word)) return text;
        await delay(50);
      }
      throw new Error(`auditd writes nothing: ${existsSync(log)}`);
    };
    try {
      await marked('sallyport-test-start');
      const loaded = run('auditctl', ['-R', rules], AUDIT_PATH);
      assert.equal(loaded.status, 0, loaded.stderr);
      run('auditctl', ['-e', '1'], AUDIT_PATH);

      // By processes that start now: one that was there before the audit is not in it.
      run('sh', ['-c', `echo x >'${root}/etc/claude-code/managed-settings.json'`]);
      run('touch', [join(root, 'etc/sudoers')]);
      const home = join(root, 'home/alice');
      mkdirSync(home, { recursive: true });
      run('sh', ['-c', `for count in $(seq 50); do echo x >'${home}'/file-$count; done`]);
      run('true', []);
      run('setpriv', ['--reuid', '1234', '--clear-groups', '/usr/bin/true']);
      run('sh', ['-c', 'echo 1235 >/proc/self/loginuid; exec /usr/bin/true']);
      run('setpriv', ['--reuid', '61999', '--clear-groups', '/usr/bin/true']);

      const events = eventsOf(await marked('sallyport-test-end'));
      const of = (key: string, more: RegExp = /./): number =>
        events.filter((line) => line.includes(`key="${key}"`) && more.test(line)).length;
      assert.equal(of('sallyport-guard-settings'), 1, 'one file that is written once');
      assert.equal(of('sallyport-privilege'), 1);
      assert.equal(events.filter((line) => line.includes('file-')).length, 0, 'H5: fifty files of a home');
      assert.equal(
        of('sallyport-exec', /exe="\/usr\/bin\/true"/),
        2,
        'H6: a session without a login, and one with; no daemon',
      );
      assert.equal(
        of(
          'sallyport-exec',
          / auid=4294967295 uid=1234 .*exe="\/usr\/bin\/true"| auid=4294967295 .* uid=1234 .*exe="\/usr\/bin\/true"/,
        ),
        1,
      );
      assert.equal(of('sallyport-exec', / auid=1235 /) >= 1, true);
    } finally {
      run('auditctl', ['-D'], AUDIT_PATH);
      run('auditctl', ['-e', wasOn], AUDIT_PATH);
      run('auditctl', ['-b', backlog], AUDIT_PATH);
      daemon.kill('SIGTERM');
      await ended;
      run('auditctl', ['-e', wasOn], AUDIT_PATH);
    }
    assert.equal(run('auditctl', ['-l'], AUDIT_PATH).stdout.trim(), 'No rules');
  },
);

/** The lines on calls: one an event. */
function eventsOf(log: string): readonly string[] {
  return log.split('\n').filter((line) => line.startsWith('type=SYSCALL '));
}
