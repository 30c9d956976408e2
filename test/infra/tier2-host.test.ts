import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { HOST, hostPackage, installWords, NODE_INSIDE, ROOT, run, temporary } from './lib/host-install.ts';
import type { HostPackage, Ran } from './lib/host-install.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';

const lacks = (program: string): string | false =>
  run('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`]).status === 0
    ? false
    : `${program} is not installed`;
const notRoot = process.getuid?.() === 0 ? false : 'only root gives files to other accounts';

/** Exposure by `systemd-analyze security` that no unit may pass, in tenths: what the daemon needs to see sessions, and the rest. */
const MOST_EXPOSED: Readonly<Record<string, number>> = { 'sallyport-guard.service': 30 };
const MOST_EXPOSED_ELSE = 25;

test('units are what systemd reads, once their programs are there', { skip: lacks('systemd-analyze') }, (t) => {
  const folder = temporary(t);
  const root = join(folder, 'root');
  for (const path of ['opt/sallyport/bin', 'usr/sbin', 'usr/bin', 'bin', 'etc/systemd/system', 'etc/sallyport']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  for (const program of [
    'opt/sallyport/bin/sallyport',
    'opt/sallyport/bin/sallyport-hold',
    'usr/sbin/nft',
    'usr/bin/install',
    'usr/bin/journalctl',
    'bin/sh',
    'bin/kill',
  ]) {
    writeFileSync(join(root, program), '#!/bin/sh\n', { mode: 0o755 });
  }
  writeFileSync(join(root, 'etc/sallyport/guard.env'), '');
  const units = readdirSync(join(HOST, 'units'));
  cpSync(join(HOST, 'units'), join(root, 'etc/systemd/system'), { recursive: true });
  const ran = run('systemd-analyze', ['verify', '--recursive-errors=no', '--man=no', `--root=${root}`, ...units]);
  const about = ran.stderr
    .split('\n')
    .filter(
      (line) => /sallyport|work\.mount/.test(line) && !/Failed to add dependency|Unit .*\.target not found/.test(line),
    );
  assert.deepEqual(about, []);
});

test('every service is closed as far as its work allows', { skip: lacks('systemd-analyze') }, (t) => {
  for (const unit of readdirSync(join(HOST, 'units')).filter((name) => name.endsWith('.service'))) {
    const most = MOST_EXPOSED[unit] ?? MOST_EXPOSED_ELSE;
    const ran = run('systemd-analyze', [
      'security',
      '--offline=true',
      '--no-pager',
      `--threshold=${most}`,
      join(HOST, 'units', unit),
    ]);
    if (/unrecognized option|Unknown/.test(ran.stderr)) {
      t.skip('this systemd-analyze looks at no file');
      return;
    }
    const score = /exposure level for [^:]+: ([\d.]+)/.exec(ran.stdout)?.[1] ?? '';
    t.diagnostic(`${unit}: ${score}`);
    assert.equal(ran.status, 0, `${unit}: ${score} is above ${most / 10}`);
  }
});

test('the daemon’s unit hides nothing that a session sees, and holds three capabilities', () => {
  const unit = readFileSync(join(HOST, 'units/sallyport-guard.service'), 'utf8');
  const three = 'CAP_DAC_READ_SEARCH CAP_SYS_PTRACE CAP_KILL';
  for (const line of [
    `AmbientCapabilities=${three}`,
    `CapabilityBoundingSet=${three}`,
    'User=sallyport',
    'ProtectHome=read-only',
    'PrivateTmp=no',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
  ]) {
    assert.ok(unit.split('\n').includes(line), line);
  }
  assert.doesNotMatch(unit, /^(?:PrivateUsers=yes|InaccessiblePaths=|RootDirectory=|ProtectProc=)/m);
});

test('I7: nft reads the rules on who may reach the credentials', { skip: lacks('nft') || notRoot }, (t) => {
  const file = join(temporary(t), 'network.nft');
  writeFileSync(file, readFileSync(join(HOST, 'files/network.nft'), 'utf8').replaceAll('"sallyport"', '61001'));
  const ran = run('unshare', [
    '--net',
    'sh',
    '-c',
    `PATH=$PATH:/usr/sbin:/sbin; nft -c -f '${file}' && nft -f '${file}' && nft -f '${file}' && nft list table inet sallyport`,
  ]);
  assert.equal(ran.status, 0, ran.stderr);
  for (const address of ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254'])
    assert.ok(ran.stdout.includes(address), address);
  assert.equal(ran.stdout.match(/chain output/g)?.length, 1, 'loaded twice, there once');
});

test('the scripts are what a shell checker lets pass', { skip: lacks('shellcheck') }, () => {
  const scripts = [
    'install.sh',
    'refresh.sh',
    ...readdirSync(join(HOST, 'steps')).map((file) => `steps/${file}`),
    ...readdirSync(join(HOST, 'files/bin')).map((file) => `files/bin/${file}`),
  ];
  // Steps share variables with what reads them in; `a && b || c` is written where b cannot fail.
  const ran = run('shellcheck', [
    '--shell=sh',
    '--exclude=SC2034,SC2154,SC2015',
    ...scripts.map((file) => join(HOST, file)),
    join(ROOT, 'infra/images/session/policy-helper'),
  ]);
  assert.equal(ran.stdout, '');
});

test('the scripts run in every shell that calls itself sh here', () => {
  for (const shell of [['dash'], ['bash', '--posix'], ['busybox', 'sh']]) {
    if (lacks(shell[0] ?? '') !== false) continue;
    for (const file of [
      'install.sh',
      'refresh.sh',
      ...readdirSync(join(HOST, 'steps')).map((name) => `steps/${name}`),
    ]) {
      assert.equal(run(shell[0] ?? '', [...shell.slice(1), '-n', join(HOST, file)]).stderr, '', file);
    }
  }
});

/** A machine of its own made of this one: everything is read-only but what an install writes, which is in a folder of the test. */
interface Machine {
  readonly folder: string;
  readonly made: HostPackage;
  run(script: string): Ran;
  /** What systemctl, augenrules and nft were asked. */
  asked(): readonly string[];
}

const FAKES: Readonly<Record<string, string>> = {
  // Remembers what was enabled and started; the daemon's readiness is its socket.
  systemctl: `echo "systemctl $*" >>/machine/asked
mkdir -p /machine/enabled /machine/active
case $1 in
is-enabled) [ -e "/machine/enabled/$2" ] && echo enabled || { echo disabled; exit 1; } ;;
is-active) [ -e "/machine/active/$3" ] ;;
cat) exit 1 ;;
enable) touch "/machine/enabled/$2" ;;
disable) rm -f "/machine/enabled/$3" "/machine/active/$3" ;;
start | restart)
  touch "/machine/active/$2"
  [ "$2" != sallyport-guard.service ] || [ -S /run/sallyport/session.sock ] || {
    mkdir -p /run/sallyport
    '${process.execPath}' -e 'require("net").createServer().listen("/run/sallyport/session.sock", () => process.kill(process.pid, "SIGKILL"))' || true
  }
  ;;
esac`,
  augenrules: 'echo "augenrules $*" >>/machine/asked',
  auditctl: 'echo "enabled 0"',
  nft: 'echo "nft $*" >>/machine/asked',
  aws: `for last; do :; done
case "$*" in *" s3://example-artifacts/"*) source=\${*##* s3://example-artifacts/}; cp "/machine/bucket/\${source%% *}" "$last" ;; *) exit 1 ;; esac`,
};

const noMachine = notRoot || lacks('bwrap') || lacks('useradd') || lacks('flock');

/** What making accounts, giving files away and starting the daemon takes. */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_PTRACE',
].map((name) => `CAP_${name}`);

function machine(t: TestContext): Machine {
  const folder = temporary(t);
  const made = hostPackage(join(folder, 'made'));
  for (const name of [
    'machine/bucket',
    'opt',
    'var/lib',
    'var/log',
    'home',
    'root',
    'run/systemd/system',
    'sbin',
    'local',
  ]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  run('cp', ['-a', '/etc', join(folder, 'etc')]);
  for (const [name, body] of Object.entries(FAKES)) {
    writeFileSync(join(folder, 'sbin', name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, 'sbin', name), 0o755);
  }
  const binds = ['etc', 'opt', 'var', 'home', 'root', 'run', 'machine'].flatMap((name) => [
    '--bind',
    join(folder, name),
    `/${name}`,
  ]);
  const words = [
    ['--tmpfs', '/', '--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/sbin', '/sbin'],
    ['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--dev', '/dev', '--proc', '/proc'],
    ['--tmpfs', '/tmp', '--bind', join(folder, 'local'), '/usr/local/bin'],
    ['--ro-bind', join(folder, 'sbin'), '/usr/local/sbin', '--ro-bind', ROOT, ROOT],
    ['--ro-bind', join(folder, 'made'), join(folder, 'made'), '--ro-bind', process.execPath, NODE_INSIDE],
    // INVARIANT: nothing in there may change the kernel of this machine: its audit rules, its clock, its modules.
    ['--cap-drop', 'ALL', ...CAPABILITIES.flatMap((name) => ['--cap-add', name])],
    ['--unshare-net', '--unshare-pid', '--unshare-ipc', '--die-with-parent', ...binds],
  ].flat();
  return {
    folder,
    made,
    run: (script) => run('bwrap', [...words, '--', '/bin/sh', '-c', script]),
    asked: () =>
      existsSync(join(folder, 'machine/asked'))
        ? readFileSync(join(folder, 'machine/asked'), 'utf8').trimEnd().split('\n')
        : [],
  };
}

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
const wordsWithoutRoot = (made: HostPackage): readonly string[] => {
  const words = installWords(made, 'ROOT');
  return [...words.slice(0, words.indexOf('--root')), ...words.slice(words.indexOf('--root') + 2)];
};

test(
  'A8: an install on a machine: accounts, owners, order; a second one asks for nothing; an uninstall leaves the log',
  { skip: noMachine },
  (t) => {
    const host = machine(t);
    const words = quoted([...wordsWithoutRoot(host.made), '--developer', 'alice', '--ephemeral-workspace']);
    const first = host.run(`sh '${HOST}/install.sh' ${words}`);
    assert.equal(first.status, 0, `${first.stdout}\n${first.stderr}`);

    const owner = (path: string): string => {
      const { uid, gid, mode } = statSync(join(host.folder, path));
      return `${uid === 0 ? 'root' : uid === daemon ? 'sallyport' : uid}:${gid === 0 ? 'root' : gid === daemonGroup ? 'sallyport' : gid} ${(mode & 0o777).toString(8)}`;
    };
    const account = (file: string, name: string): number =>
      Number(new RegExp(`^${name}:[^:]*:(\\d+)`, 'm').exec(readFileSync(join(host.folder, 'etc', file), 'utf8'))?.[1]);
    const [daemon, daemonGroup] = [account('passwd', 'sallyport'), account('group', 'sallyport')];
    assert.ok(daemon > 0 && daemon < 1000, 'an account of the system');
    assert.ok(account('passwd', 'alice') >= 1000);
    assert.match(readFileSync(join(host.folder, 'etc/group'), 'utf8'), /^sallyport-users:[^:]*:\d+:alice$/m);
    assert.match(readFileSync(join(host.folder, 'etc/group'), 'utf8'), /^sallyport:[^:]*:\d+:$/m);
    assert.match(readFileSync(join(host.folder, 'etc/passwd'), 'utf8'), /^sallyport:.*:\/usr\/sbin\/nologin$/m);
    assert.match(readFileSync(join(host.folder, 'etc/shadow'), 'utf8'), /^alice:!/m, 'no password');
    assert.equal(owner('var/lib/sallyport'), 'sallyport:sallyport 700');
    assert.equal(owner('var/lib/sallyport/bundle/current.json'), 'sallyport:sallyport 600');
    assert.equal(owner('etc/claude-code/managed-settings.json'), 'root:root 644');
    assert.equal(owner('etc/sudoers.d/ssm-agent-users'), 'root:root 440');
    assert.equal(owner('opt/sallyport/bin/policy-helper'), 'root:root 755');
    assert.equal(
      run('find', [join(host.folder, 'opt/sallyport'), '-perm', '/022', '!', '-type', 'l']).stdout,
      '',
      'nobody else writes programs',
    );
    assert.equal(run('find', [join(host.folder, 'opt/sallyport'), '!', '-user', '0']).stdout, '');

    const lines = first.stdout.split('\n');
    const at = (part: string): number => lines.findIndex((line) => line.includes(part));
    assert.ok(
      at('restart sallyport-network.service') < at('restart sallyport-guard.service'),
      'rules before the daemon',
    );
    assert.ok(
      at('restart sallyport-guard.service') < at('useradd --create-home --shell /bin/bash alice'),
      'the account comes last',
    );
    assert.ok(host.asked().includes('augenrules --load'));

    const count = host.asked().length;
    const second = host.run(`sh '${HOST}/install.sh' ${words}`);
    assert.equal(second.stdout, 'nothing to change\n', second.stderr);
    assert.deepEqual(
      host
        .asked()
        .slice(count)
        .filter((line) => !/ is-(?:enabled|active) | cat /.test(line)),
      [],
    );

    const settings = join(host.folder, 'etc/claude-code/managed-settings.json');
    writeFileSync(settings, '{}');
    assert.match(host.run('/opt/sallyport/bin/sallyport-hold').stdout, /changed, put back/);
    assert.match(readFileSync(settings, 'utf8'), /policy-helper/);

    assert.equal(host.run('env -i PATH=/usr/local/bin:/usr/bin:/bin sallyport --version').status, 0);
    assert.equal(
      host.run(
        'setpriv --reuid alice --regid alice --init-groups sh -c "cat /var/lib/sallyport/bundle/current.json || ls /var/lib/sallyport"',
      ).status,
      2,
      'a developer reads no state',
    );

    const third = host.run('sh /opt/sallyport/package/infra/host/install.sh --uninstall');
    assert.equal(third.status, 0, third.stderr);
    assert.ok(existsSync(join(host.folder, 'var/lib/sallyport/bundle/current.json')));
    assert.ok(
      !existsSync(settings) &&
        !existsSync(join(host.folder, 'opt/sallyport')) &&
        !existsSync(join(host.folder, 'etc/sallyport')),
    );
    assert.match(readFileSync(join(host.folder, 'etc/passwd'), 'utf8'), /^sallyport:/m);
  },
);

test(
  'a developer whom the machine itself knows as root’s equal is a reason not to install, and to say so in `doctor`',
  { skip: noMachine },
  (t) => {
    const host = machine(t);
    const words = wordsWithoutRoot(host.made).map((word) => (word === 'ec2' ? 'workstation' : word));
    const accounts = host.run(
      'groupadd --force docker && groupadd --system sallyport-users && useradd ann && usermod --append --groups docker,sallyport-users ann',
    );
    assert.equal(accounts.status, 0, accounts.stderr);
    const refused = host.run(`sh '${HOST}/install.sh' ${quoted(words)}`);
    assert.equal(refused.status, 1, refused.stdout);
    assert.match(refused.stderr, /^error: ann is above every control of this machine: group docker$/m);
    assert.ok(!existsSync(join(host.folder, 'opt/sallyport')), 'nothing was changed');
    const doctor = `setpriv --reuid ann --regid ann --init-groups env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/tmp sallyport doctor`;
    const installed = host.run(
      `sh '${HOST}/install.sh' ${quoted([...words, '--allow-privileged-users'])} && chgrp sallyport-users /run/sallyport/session.sock && chmod 0660 /run/sallyport/session.sock && ${doctor}`,
    );
    assert.match(
      installed.stdout,
      /^note +privileges +ann is above .*: group docker; allowed by the install$/m,
      installed.stderr,
    );
    const later = host.run(`usermod --append --groups sudo ann; ${doctor}`);
    assert.equal(later.status, 3, later.stderr);
    assert.match(
      later.stdout,
      /^missing +privileges +ann is above every control of this machine: group sudo\n +fix: `gpasswd --delete ann sudo`/m,
    );
  },
);

test(
  'a policy that came anew is compiled for the machine, and audit rules are loaded again',
  { skip: noMachine },
  (t) => {
    const host = machine(t);
    assert.equal(host.run(`sh '${HOST}/install.sh' ${quoted(wordsWithoutRoot(host.made))}`).status, 0);
    const before = host.asked().length;
    const refresh = (): Ran =>
      host.run('sh /opt/sallyport/package/infra/host/refresh.sh && /opt/sallyport/bin/sallyport-hold');
    const same = refresh();
    assert.equal(same.stdout, 'nothing to change\n', same.stderr);
    const text = readFileSync(host.made.policy, 'utf8')
      .replace('memory_mb: 2048', 'memory_mb: 1024')
      .replace('/etc/shadow', '/srv/keys/a.pem');
    writeFileSync(host.made.policy, text);
    const sign = run(
      process.execPath,
      [
        join(ROOT, 'src/bin/cli.ts'),
        'policy',
        'sign',
        host.made.policy,
        '--key',
        join(host.made.folder, 'keys/bundle-signing.key'),
        '--sequence',
        '2',
        '--out',
        join(host.folder, 'two.json'),
      ],
      { SALLYPORT_HOME: host.folder },
    );
    assert.equal(sign.status, 0, sign.stderr);
    cpSync(join(host.folder, 'two.json'), join(host.folder, 'var/lib/sallyport/bundle/current.json'));
    const changed = refresh();
    assert.equal(changed.status, 0, `${changed.stdout}|${changed.stderr}`);
    assert.match(readFileSync(join(host.folder, 'etc/sallyport/container/run.flags'), 'utf8'), /^--memory=1024m$/m);
    assert.match(
      readFileSync(join(host.folder, 'etc/audit/rules.d/50-sallyport.rules'), 'utf8'),
      /path=\/srv\/keys\/a\.pem /,
    );
    assert.deepEqual(
      host
        .asked()
        .slice(before)
        .filter((line) => line.startsWith('augenrules')),
      ['augenrules --load'],
    );
    writeFileSync(join(host.folder, 'var/lib/sallyport/bundle/current.json'), '{"forged":true}');
    assert.notEqual(refresh().status, 0);
    assert.match(
      readFileSync(join(host.folder, 'etc/sallyport/container/run.flags'), 'utf8'),
      /^--memory=1024m$/m,
      'what was in force stays',
    );
  },
);

const CAPS = '+dac_read_search,+sys_ptrace,+kill';

test(
  'the daemon starts by the words of its unit as its own account, and a developer sees its door alone',
  { skip: noMachine },
  (t) => {
    const host = machine(t);
    const installed = host.run(
      `sh '${HOST}/install.sh' ${quoted([...wordsWithoutRoot(host.made), '--developer', 'alice'])}`,
    );
    assert.equal(installed.status, 0, installed.stderr);
    const start =
      /^ExecStart=(.*)$/m.exec(readFileSync(join(HOST, 'units/sallyport-guard.service'), 'utf8'))?.[1] ?? '';
    const ran = host.run(`set -e
rm -f /run/sallyport/session.sock
SALLYPORT_GUARD_WORDS=$(sed -n 's/^SALLYPORT_GUARD_WORDS=//p' /etc/sallyport/guard.env)
install -d -o sallyport -g sallyport -m 0755 /run/sallyport
install -d -o sallyport -g sallyport -m 3733 /run/sallyport/doors
as() { user=$1; shift; setpriv --reuid "$user" --regid "$user" --init-groups "$@"; }
setpriv --reuid sallyport --regid sallyport --groups "$(getent group sallyport-users | cut -d: -f3)" --inh-caps ${CAPS} --ambient-caps ${CAPS} -- env -i PATH=/usr/bin:/bin ANTHROPIC_API_KEY=dummy STATE_DIRECTORY=/var/lib/sallyport RUNTIME_DIRECTORY=/run/sallyport ${start} >/tmp/daemon 2>&1 &
daemon=$!
until [ "$(stat -c %a /run/sallyport/session.sock 2>/dev/null)" = 660 ]; do kill -0 $daemon || { cat /tmp/daemon >&2; exit 9; }; sleep 0.1; done
stat -c '%U:%G %a' /run/sallyport /run/sallyport/session.sock /run/sallyport/doors /var/lib/sallyport
as alice -- sh -c 'ls /var/lib/sallyport >/dev/null 2>&1 || echo hidden; kill '"$daemon"' 2>/dev/null || echo stays'
as alice -- env -i PATH=/usr/bin:/bin HOME=/home/alice sh -c 'mkdir ~/project && cd ~/project && /opt/sallyport/bin/policy-helper' >/tmp/settings || { cat /tmp/daemon >&2; exit 8; }
grep -o '"permissions"' /tmp/settings | sort -u
kill $daemon
wait $daemon || true`);
    assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`);
    assert.deepEqual(ran.stdout.trimEnd().split('\n'), [
      'sallyport:sallyport 755',
      'sallyport:sallyport-users 660',
      'sallyport:sallyport 3733',
      'sallyport:sallyport 700',
      'hidden',
      'stays',
      '"permissions"',
    ]);
  },
);

test('a machine whose daemon does not get ready has no developer', { skip: noMachine }, (t) => {
  const host = machine(t);
  writeFileSync(
    join(host.folder, 'sbin/systemctl'),
    '#!/bin/sh\ncase $1 in start | restart) [ "$2" != sallyport-guard.service ] ;; is-active | is-enabled | cat) exit 1 ;; esac\n',
  );
  const ran = host.run(`sh '${HOST}/install.sh' ${quoted([...wordsWithoutRoot(host.made), '--developer', 'alice'])}`);
  assert.notEqual(ran.status, 0);
  assert.doesNotMatch(readFileSync(join(host.folder, 'etc/passwd'), 'utf8'), /^alice:/m);
});

test(
  'H7, H8: the user data of a host fetches, checks and installs',
  { skip: noMachine || terraformSkip() },
  async (t) => {
    const host = machine(t);
    const rendered = await renderDocuments('workstation', {
      name: 'sallyport',
      region: 'eu-central-1',
      account_id: '111122223333',
      developers: { alice: 'alice' },
      sessions_key_arn: 'arn:aws:kms:eu-central-1:111122223333:key/22222222-2222-2222-2222-222222222222',
      audit_stream_name: 'sallyport-audit',
      artifacts: {
        bucket: 'example-artifacts',
        package_key: 'package.tar.gz',
        package_sha256: host.made.sha256,
        client_key: 'client.tgz',
        bundle_key: 'bundle.json',
        trust_key: readFileSync(host.made.trust, 'utf8'),
      },
      session_document: '{"inputs":{}}',
    });
    const { alice } = rendered['user_data'] as Record<string, string>;
    assert.ok(alice !== undefined);
    cpSync(host.made.file, join(host.folder, 'machine/bucket/package.tar.gz'));
    cpSync(host.made.client, join(host.folder, 'machine/bucket/client.tgz'));
    // The program that pulls speaks to the service itself; here the bundle lies on the disk. The client is not the one of the pin.
    const script = alice
      .replace("'s3://example-artifacts/bundle.json'", `'${host.made.bundle}'`)
      .replace('--shape ec2', `--shape ec2 --no-packages --client-integrity '${host.made.clientIntegrity}'`);
    writeFileSync(join(host.folder, 'machine/user-data'), script);
    const ran = host.run('sh /machine/user-data');
    assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`);
    assert.match(readFileSync(join(host.folder, 'etc/passwd'), 'utf8'), /^alice:/m);
    assert.equal(
      readFileSync(join(host.folder, 'etc/sallyport/trust.pem'), 'utf8').trim(),
      readFileSync(host.made.trust, 'utf8').trim(),
    );
    assert.deepEqual(readdirSync(join(host.folder, 'root')), [], 'nothing is left of the start');
    const pinned = host.run(`sed 's/--client-integrity [^ ]*//' /machine/user-data >/tmp/pinned && sh /tmp/pinned`);
    assert.notEqual(pinned.status, 0);
    assert.match(pinned.stderr, /the client is not the one that was pinned/);
    writeFileSync(join(host.folder, 'machine/bucket/package.tar.gz'), 'another');
    const other = host.run('sh /machine/user-data');
    assert.notEqual(other.status, 0, 'a package that was exchanged in the bucket');
  },
);

const unbuilt =
  existsSync(join(ROOT, 'dist/cli.mjs')) && existsSync(join(ROOT, `node_modules/node-linux-${process.arch}/bin/node`))
    ? false
    : 'not built here';
test('the package of a host holds Node and runs by itself', { skip: unbuilt }, (t) => {
  const folder = temporary(t);
  const file = join(folder, 'package.tar.gz');
  const packed = run(
    process.execPath,
    [join(ROOT, 'scripts/package-host.ts'), file, '--without-query', '--level', '1'],
    { HOME: folder },
  );
  assert.equal(packed.status, 0, packed.stderr);
  assert.equal(packed.stdout.slice(0, 64), run('sha256sum', [file]).stdout.slice(0, 64));
  assert.equal(run('tar', ['-xzf', file, '-C', folder]).status, 0);
  const top = join(folder, 'sallyport');
  const ran = run(join(top, 'node/bin/node'), [join(top, 'package/bin/sallyport.mjs'), 'policy', 'compile', '--list'], {
    SALLYPORT_HOME: folder,
  });
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /^installed /m);
  for (const part of ['infra/host/install.sh', 'native/hook.mjs', 'policies/default.yaml'])
    assert.ok(existsSync(join(top, 'package', part)), part);
  for (const part of ['node_modules/typescript', 'node_modules/@anthropic-ai', 'src', 'test'])
    assert.ok(!existsSync(join(top, 'package', part)), part);
});
