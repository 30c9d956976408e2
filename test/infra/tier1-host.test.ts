import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ALWAYS, BUILD, containerWords } from '../../infra/host/container/container-words.ts';
import { launchContainer } from '../../infra/host/container/launch-container.ts';
import { TARGETS } from '../../src/compile/index.ts';
import { trufflehogEngine } from '../../src/engines/trufflehog-engine.ts';
import { PRIVILEGED_GROUPS } from '../../src/cli/doctor-privileges.ts';
import { HOST, hostPackage, install, installWords, ROOT, run, sallyportHere, temporary } from './lib/host-install.ts';
import type { Ran } from './lib/host-install.ts';
import { evaluate } from './lib/iam.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';

const LIMITS = ['--security-opt=no-new-privileges', '--cap-drop=ALL', '--memory=2048m', '--memory-swap=2048m'];
const BOUNDS = [...LIMITS, ...ALWAYS, '--label=io.sallyport.workspace=/w'];
const FILES = new Set(['/w', '/w/src', '/w/Dockerfile', '/w/app.env', '/etc/passwd']);
const PLACE = {
  workspace: '/w',
  realPath: (path: string): string | null => {
    if (path === 'link') return '/etc/passwd';
    const whole = path.startsWith('/') ? path : join('/w', path);
    return FILES.has(whole) ? whole : null;
  },
};
const wordsOf = (line: string): ReturnType<typeof containerWords> =>
  containerWords(line === '' ? [] : line.split(' '), LIMITS, PLACE);

for (const { name, line, want } of [
  { name: 'limits stand before the image', line: 'run alpine', want: ['run', ...BOUNDS, '--', 'alpine'] },
  {
    name: 'what follows the image is the container’s own',
    line: 'run --rm alpine ls --privileged -v /:/host',
    want: ['run', ...BOUNDS, '--rm', '--', 'alpine', 'ls', '--privileged', '-v', '/:/host'],
  },
  {
    name: 'short flags in one word are read one by one',
    line: 'run -iteA=b alpine',
    want: ['run', ...BOUNDS, '-i', '-t', '-e', 'A=b', '--', 'alpine'],
  },
  {
    name: 'a folder of the workspace is shown by its path without links',
    line: 'run -v ./src:/src:ro alpine',
    want: ['run', ...BOUNDS, '-v', '/w/src:/src:ro', '--', 'alpine'],
  },
  {
    name: 'a port is opened on the loopback interface alone',
    line: 'run -p 8080:80 alpine',
    want: ['run', ...BOUNDS, '-p', '127.0.0.1:8080:80', '--', 'alpine'],
  },
  {
    name: 'a tmpfs runs no program of another owner',
    line: 'run --tmpfs /cache:size=64m alpine',
    want: ['run', ...BOUNDS, '--tmpfs=/cache:size=64m,nosuid,nodev', '--', 'alpine'],
  },
  { name: 'a list gets no limits, which it would not know', line: 'ps -a', want: ['ps', '-a'] },
  {
    name: 'a mount in memory keeps its size',
    line: 'run --mount type=tmpfs,dst=/cache,tmpfs-size=64m alpine',
    want: ['run', ...BOUNDS, '--mount=type=tmpfs,target=/cache,tmpfs-size=64m', '--', 'alpine'],
  },
  { name: 'the image `docker` is no transport', line: 'pull docker:27', want: ['pull', '--', 'docker:27'] },
  {
    name: 'a build in the workspace',
    line: 'build -t app -f Dockerfile /w',
    want: ['build', '--memory=2048m', '--memory-swap=2048m', ...BUILD, '-t', 'app', '--', '/w'],
  },
] as const) {
  test(`H1: ${name}`, () => {
    const made = wordsOf(line);
    assert.deepEqual(made.ok ? made.words : made.why, want);
  });
}

for (const { name, line, why } of [
  { name: 'all privileges', line: 'run --privileged alpine', why: /`--privileged` is not passed on/ },
  { name: 'all privileges by a value', line: 'run --privileged=true alpine', why: /--privileged/ },
  { name: 'the root of the machine', line: 'run -v /:/host alpine', why: /there is no|outside/ },
  { name: 'a file outside of the workspace', line: 'run -v /etc/passwd:/p alpine', why: /outside of the workspace/ },
  { name: 'a link out of the workspace', line: 'run -v ./../w/link:/p alpine', why: /there is no|outside/ },
  { name: 'a volume that is mounted with devices', line: 'run -v data:/d:dev alpine', why: /option `dev`/ },
  { name: 'a mount by the long flag', line: 'run --mount type=bind,src=/etc/passwd,dst=/p alpine', why: /outside/ },
  {
    name: 'a mount with a field that is not known',
    line: 'run --mount type=bind,src=/w,dst=/p,bind-propagation=shared alpine',
    why: /bind-propagation/,
  },
  {
    name: 'a mount with a source said twice',
    line: 'run --mount type=bind,src=/w,src=/etc/passwd,dst=/p alpine',
    why: /twice/,
  },
  { name: 'a device', line: 'run --device /dev/sda alpine', why: /--device/ },
  { name: 'the processes of the machine', line: 'run --pid=host alpine', why: /--pid/ },
  { name: 'the network of the machine', line: 'run --network host alpine', why: /`host`/ },
  { name: 'the network of the machine by the short name', line: 'run --net=host alpine', why: /`host`/ },
  { name: 'the network of another container', line: 'run --network container:x alpine', why: /container:x/ },
  { name: 'the users of the machine', line: 'run --userns=host alpine', why: /--userns/ },
  { name: 'no confinement of calls', line: 'run --security-opt seccomp=unconfined alpine', why: /--security-opt/ },
  { name: 'a capability', line: 'run --cap-add SYS_ADMIN alpine', why: /--cap-add/ },
  { name: 'a higher limit', line: 'run --memory 64g alpine', why: /--memory/ },
  { name: 'a limit in a short flag', line: 'run -m64g alpine', why: /`-m`/ },
  { name: 'a limit at the end of short flags', line: 'run -itm 64g alpine', why: /`-m`/ },
  { name: 'a port for everybody', line: 'run -p 0.0.0.0:80:80 alpine', why: /published/ },
  { name: 'another machine', line: '--url ssh://x run alpine', why: /`--url`/ },
  { name: 'another runtime', line: '--runtime /tmp/x run alpine', why: /`--runtime`/ },
  { name: 'an image out of a folder of the machine', line: 'run dir:/etc', why: /no image of a registry/ },
  ...['dir:x', 'oci:80/x', 'oci-archive:x', 'docker-archive:x:1', 'containers-storage:x', 'sif:x', 'tarball:x'].flatMap(
    (image) => [
      { name: `an image by the transport of ${image}`, line: `run ${image}`, why: /no image of a registry/ },
      { name: `a build that is written to ${image}`, line: `build -t ${image} /w`, why: /no image of a registry/ },
    ],
  ),
  { name: 'a build that is sent away', line: 'build --tag=docker://example.org/x /w', why: /no image of a registry/ },
  { name: 'a build that is written to a file', line: 'build -t docker-archive:/etc/x /w', why: /no image of a reg/ },
  { name: 'the network of the machine for a build', line: 'build --network=host /w', why: /`host`/ },
  { name: 'a label of the launcher', line: 'run -l io.sallyport.workspace=/x alpine', why: /launcher’s/ },
  { name: 'builds for several platforms', line: 'build --platform linux/a,linux/b /w', why: /no platform/ },
  { name: 'a place of the kernel by a longer path', line: 'run -v ./src:/x/../proc/y alpine', why: /no path/ },
  { name: 'a place of the kernel by dots', line: 'run --tmpfs /./sys alpine', why: /no path/ },
  { name: 'a target in quotes', line: 'run --mount type=bind,src=/w,dst=/"x alpine', why: /no path/ },
  { name: 'an image that is a flag', line: 'run -- --privileged', why: /no image of a registry/ },
  { name: 'a subcommand that is not known', line: 'system service', why: /`system`/ },
  { name: 'a container of all privileges that is entered', line: 'exec --privileged box sh', why: /--privileged/ },
  { name: 'a build with a folder of the machine', line: 'build -v /:/host /w', why: /`-v`/ },
  { name: 'a build outside', line: 'build /etc/passwd', why: /outside/ },
  { name: 'a flag without its value', line: 'run -e', why: /needs a value/ },
  { name: 'no image', line: 'run --rm', why: /name the image/ },
  { name: 'nothing', line: '', why: /name a subcommand/ },
]) {
  test(`H1: refused: ${name}`, () => {
    const made = wordsOf(line);
    assert.ok(!made.ok, line);
    assert.match(made.why, why);
  });
}

test('H1: whatever the words, no flag but a known one stands before the image, and the limits stand first', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'run',
      'create',
      '-v',
      '--volume=/:/h',
      '--privileged',
      '-it',
      '--',
      'alpine',
      '--pid=host',
      '-e',
      'A=b',
      '--rm',
    ),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.constantFrom('run', 'create'), fc.array(word, { maxLength: 8 }), (subcommand, rest) => {
      const made = containerWords([subcommand, ...rest], LIMITS, PLACE);
      if (!made.ok) return;
      const flags = made.words.slice(1, made.words.indexOf('--'));
      assert.deepEqual(flags.slice(0, BOUNDS.length), BOUNDS);
      for (const flag of flags.slice(BOUNDS.length)) {
        assert.doesNotMatch(flag, /^--(?:privileged|pid|device|cap-add|security-opt|userns|ipc|uts|memory|cpus)/);
      }
    }),
  );
});

test('H1: podman gets the words, nothing of the environment that sends it elsewhere, and its exit comes back', (t) => {
  const folder = temporary(t);
  const podman = join(folder, 'podman');
  writeFileSync(podman, `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/words'\nenv >'${folder}/environment'\nexit 7\n`);
  chmodSync(podman, 0o755);
  const limitsFile = join(folder, 'run.flags');
  writeFileSync(limitsFile, `${LIMITS.join('\n')}\n`);
  const workspace = join(folder, 'project');
  mkdirSync(workspace);
  // Of a repository, with `.config/containers/containers.conf` in it.
  const environment = {
    HOME: join(workspace, 'home'),
    DOCKER_HOST: 'tcp://x',
    CONTAINER_HOST: 'ssh://x',
    CONTAINERS_CONF: '/tmp/x',
    LD_PRELOAD: '/tmp/x.so',
    XDG_RUNTIME_DIR: '/tmp/x',
    DBUS_SESSION_BUS_ADDRESS: 'unixexec:path=/tmp/x',
    USER: 'somebody',
    TERM: 'dumb',
  };
  const launcher = { podman, limitsFile, workspace, environment, home: join(folder, 'account') };
  assert.equal(
    launchContainer(['run', '-v', '.:/src', 'alpine', 'ls'], { ...launcher, workspace }),
    126,
    '`.` is not the workspace here',
  );
  assert.equal(launchContainer(['run', '-v', `${workspace}:/src`, 'alpine', 'ls'], launcher), 7);
  assert.deepEqual(readFileSync(join(folder, 'words'), 'utf8').trimEnd().split('\n'), [
    'run',
    ...LIMITS,
    ...ALWAYS,
    `--label=io.sallyport.workspace=${workspace}`,
    '-v',
    `${workspace}:/src`,
    '--',
    'alpine',
    'ls',
  ]);
  const seen = readFileSync(join(folder, 'environment'), 'utf8');
  assert.doesNotMatch(seen, /DOCKER_HOST|CONTAINER_HOST|CONTAINERS_CONF|LD_PRELOAD|unixexec|somebody|\/tmp\/x$/m);
  assert.match(seen, /^TERM=dumb$/m);
  assert.match(seen, new RegExp(`^HOME=${folder}/account$`, 'm'));
  assert.equal(launchContainer(['run', 'alpine'], { ...launcher, home: workspace }), 126, 'a home is no project');
  for (const home of [join(workspace, 'deep/ann'), folder]) {
    const hidden = home === folder ? join(folder, '.ssh') : workspace;
    mkdirSync(hidden, { recursive: true });
    assert.equal(launchContainer(['run', 'alpine'], { ...launcher, workspace: hidden, home }), 126, home);
  }
  rmSync(limitsFile);
  assert.equal(launchContainer(['run', 'alpine'], launcher), 126, 'without limits nothing starts');
  writeFileSync(limitsFile, 'rm -rf\n');
  assert.equal(launchContainer(['run', 'alpine'], launcher), 126, 'a limit is a flag with its value');
});

test('no variable of the caller says which programs the scripts of a host start', (t) => {
  const folder = temporary(t);
  writeFileSync(join(folder, 'env'), '#!/bin/sh\necho forged\n');
  chmodSync(join(folder, 'env'), 0o755);
  for (const script of [join(HOST, 'files/bin/policy-helper'), join(HOST, 'files/bin/sallyport-container')]) {
    const ran = run('/bin/sh', [script], { PATH: `${folder}:/usr/bin:/bin` });
    assert.doesNotMatch(ran.stdout, /forged/, script);
  }
});

test(
  'an install gives the daemon’s account nothing that a link in its own folder leads to',
  { skip: process.getuid?.() === 0 ? false : 'only root gives files away' },
  (t) => {
    const folder = temporary(t);
    const [state, prize] = [join(folder, 'state'), join(folder, 'prize')];
    for (const path of [state, prize]) mkdirSync(path, { mode: 0o755 });
    symlinkSync(prize, join(state, 'bundle'));
    writeFileSync(join(prize, 'file'), 'x');
    symlinkSync(join(prize, 'file'), join(state, 'file'));
    const script = `fail() { echo "error: $1" >&2; exit 1; }
      root='' dry_run=no; . "$1/steps/files.sh"
      own 61001:61001 "$2/file"; own 61001:61001 "$2/bundle"
      make_folder "$2" 0700 61001:61001; make_folder "$2/bundle" 0700 61001:61001`;
    const ran = run('/bin/sh', ['-euc', script, 'sh', HOST, state], { PATH: '/usr/bin:/bin' });
    assert.match(ran.stderr, /bundle is a link where a folder has to be/);
    assert.deepEqual(
      [state, prize, join(prize, 'file')].map((path) => statSync(path).uid),
      [61_001, 0, 0],
    );
    assert.equal(statSync(prize).mode & 0o777, 0o755);
  },
);

test('H2: a container has a root that is only read, a place to write, and a network, so that images can be pulled', () => {
  assert.deepEqual(
    [...ALWAYS].map((flag) => flag.split(/[=:]/)[0]),
    ['--read-only', '--tmpfs', '--systemd'],
  );
  assert.match(ALWAYS[1], /^--tmpfs=\/tmp:rw,nosuid,nodev,size=/);
  const made = wordsOf('run alpine');
  assert.ok(made.ok && !made.words.some((word) => /network|internal/.test(word)));
});

const profileOf = (folder: string, policy: string): string => {
  const out = join(folder, 'compiled');
  const ran = sallyportHere(['policy', 'compile', policy, '--target', 'shell-profile', '--out', out], folder);
  assert.equal(ran.status, 0, ran.stderr);
  return join(out, 'shell-profile/sallyport.sh');
};

test('H3: the profile is read twice without a word, and whoever wants to goes around it: it is no control', (t) => {
  const folder = temporary(t);
  const { policy } = hostPackage(folder);
  const profile = profileOf(folder, policy);
  const bash = (script: string): string => {
    const ran = run('bash', ['--norc', '--noprofile', '-c', script]);
    return `${ran.status ?? ''}|${ran.stdout}|${ran.stderr}`;
  };
  assert.equal(bash(`. '${profile}'; . '${profile}'; umask`), '0|0027\n|');
  assert.equal(
    bash(`. '${profile}'; set -o history; set +o history; echo away; unset HISTFILE`),
    '0|away\n|',
    'a bypass that passes',
  );
  assert.equal(bash(`. '${profile}'; env -i /bin/sh -c 'echo "[$TMOUT]"'`), '0|[]\n|', 'a child that reads no profile');
  assert.match(readFileSync(profile, 'utf8'), /For convenience only/);
});

test('H4: nothing that we install logs lines of a shell by a trap or by logger', (t) => {
  const folder = temporary(t);
  const texts = [profileOf(folder, hostPackage(folder).policy), ...filesBelow(HOST)];
  for (const file of texts) {
    assert.doesNotMatch(
      readFileSync(file, 'utf8'),
      /trap [^\n]*\bDEBUG\b|PROMPT_COMMAND=|(?:^|[|;&\s])logger\s/m,
      file,
    );
  }
});

test('H4: a hostile name in a watched folder is one line of JSON, and the file is taken out', (t) => {
  const root = join(temporary(t), 'root');
  const [held, live] = [join(root, 'etc/sallyport/held/etc/claude-code'), join(root, 'etc/claude-code')];
  mkdirSync(held, { recursive: true });
  mkdirSync(live, { recursive: true });
  for (const folder of [held, live]) writeFileSync(join(folder, 'managed-settings.json'), '{}\n', { mode: 0o644 });
  writeFileSync(join(live, 'x"}\n{"event":"forged'), 'x');
  const ran = run('sh', [join(HOST, 'files/bin/sallyport-hold'), root]);
  assert.equal(ran.status, 0, ran.stderr);
  const lines = ran.stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { event: string; what: string }).what),
    ['taken out'],
  );
  assert.deepEqual(readdirSync(live), ['managed-settings.json']);
});

for (const { name, change } of [
  { name: 'is changed', change: (live: string) => writeFileSync(join(live, 'managed-settings.json'), '{"hooks":{}}') },
  { name: 'is gone', change: (live: string) => rmSync(join(live, 'managed-settings.json')) },
  { name: 'is gone with its folder', change: (live: string) => rmSync(live, { recursive: true }) },
  { name: 'can be written by all', change: (live: string) => chmodSync(join(live, 'managed-settings.json'), 0o666) },
  {
    name: 'became a link',
    change: (live: string) => {
      rmSync(join(live, 'managed-settings.json'));
      symlinkSync('/dev/null', join(live, 'managed-settings.json'));
    },
  },
  {
    name: 'became a folder',
    change: (live: string) => {
      rmSync(join(live, 'managed-settings.json'));
      mkdirSync(join(live, 'managed-settings.json'));
    },
  },
  {
    name: 'stands in a folder that became a link',
    change: (live: string) => {
      rmSync(live, { recursive: true });
      symlinkSync('/tmp', live);
    },
  },
]) {
  test(`a held file that ${name} is put back and told once`, (t) => {
    const root = join(temporary(t), 'root');
    const [held, live] = [join(root, 'etc/sallyport/held/etc/claude-code'), join(root, 'etc/claude-code')];
    mkdirSync(held, { recursive: true });
    writeFileSync(join(held, 'managed-settings.json'), '{"policyHelper":{}}\n');
    const hold = (): string => run('sh', [join(HOST, 'files/bin/sallyport-hold'), root]).stdout;
    assert.match(hold(), /missing, put back/);
    assert.equal(hold(), '');
    change(live);
    assert.match(hold(), /put back/);
    assert.equal(hold(), '');
    const file = join(live, 'managed-settings.json');
    assert.ok(lstatSync(live).isDirectory() && lstatSync(file).isFile());
    assert.equal(readFileSync(file, 'utf8'), '{"policyHelper":{}}\n');
    assert.equal(statSync(file).mode & 0o777, 0o644);
  });
}

let compiledRules: readonly string[] | null = null;
const auditRules = (t: Parameters<typeof temporary>[0]): readonly string[] => {
  if (compiledRules !== null) return compiledRules;
  const folder = temporary(t);
  const words = ['policy', 'compile', hostPackage(folder).policy, '--target', 'auditd', '--out', folder];
  assert.equal(sallyportHere(words, folder).status, 0);
  compiledRules = ['50-sallyport.rules', '99-sallyport-finalize.rules'].flatMap((file) =>
    readFileSync(join(folder, 'auditd', file), 'utf8')
      .trimEnd()
      .split('\n'),
  );
  return compiledRules;
};

test('H5: no home, no temporary folder and no folder that every program touches is watched whole', (t) => {
  for (const line of auditRules(t)) {
    assert.doesNotMatch(line, /^-w/);
    assert.doesNotMatch(line, /dir=\/(?:home|tmp|var|usr|etc|opt|root)?(?: |$)/);
  }
});

test('H6: programs are recorded for people alone, with or without a login, and the rules are locked last', (t) => {
  const rules = auditRules(t);
  const programs = rules.filter((line) => line.includes('execve'));
  assert.equal(programs.length, 4, 'two architectures, two kinds of sessions');
  for (const line of programs)
    assert.match(
      line,
      /execve,execveat -F (?:auid>=1000 -F auid!=unset|auid=unset -F uid>=1000 -F uid<=60000) -F key=/,
    );
  assert.ok(rules.some((line) => /^-b \d{4,}$/.test(line)));
  assert.equal(rules.at(-1), '-e 2');
});

for (const place of [
  '/etc/claude-code',
  '/opt/sallyport',
  '/etc/sallyport',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/amazon',
  '/usr/bin/amazon-ssm-agent',
  '/etc/systemd/system',
  '/usr/lib/systemd/system',
  '/etc/nftables.conf',
  '/etc/audit',
]) {
  test(`H6: changes below ${place} are recorded, whoever makes them`, (t) => {
    const line = auditRules(t).find((one) => one.includes(`=${place} `));
    assert.ok(line !== undefined);
    assert.match(line, /-F perm=wa -F key=/);
    assert.doesNotMatch(line, /uid/);
  });
}

test('H7: no document of ours holds a placeholder that nothing would fill, and what a here-document holds arrives as it is', (t) => {
  const folder = temporary(t);
  const ran = sallyportHere(
    ['policy', 'compile', hostPackage(folder).policy, '--all', '--out', join(folder, 'all')],
    folder,
  );
  assert.equal(ran.status, 0, ran.stderr);
  for (const file of filesBelow(join(folder, 'all'))) assert.doesNotMatch(readFileSync(file, 'utf8'), /\$\{ssm:/, file);
  for (const file of filesBelow(HOST)) {
    for (const [whole, word = ''] of readFileSync(file, 'utf8').matchAll(/<<-?\s*(\S+)/g)) {
      const isQuoted = /^['"\\]/.test(word);
      assert.ok(isQuoted || file.endsWith('steps/policy.sh'), `${file}: ${whole}`);
    }
  }
  const unquoted = run('bash', ['-c', 'cat <<X\n${ssm:/claude-code/key}\nX\n']);
  assert.doesNotMatch(unquoted.stdout, /claude-code/, 'why it matters: the shell takes the placeholder away');
});

const VARIABLES = {
  name: 'sallyport',
  region: 'eu-central-1',
  account_id: '111122223333',
  developers: { alice: 'alice' },
  sessions_key_arn: 'arn:aws:kms:eu-central-1:111122223333:key/22222222-2222-2222-2222-222222222222',
  audit_stream_name: 'sallyport-audit',
  artifacts: {
    bucket: 'example-artifacts',
    package_key: 'sallyport/package.tar.gz',
    package_sha256: '0'.repeat(64),
    client_key: 'sallyport/client.tgz',
    bundle_key: 'sallyport/bundle.json',
    trust_key:
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
  },
  session_document: JSON.stringify({
    schemaVersion: '1.0',
    sessionType: 'Standard_Stream',
    inputs: { runAsEnabled: true, cloudWatchStreamingEnabled: true, runAsDefaultUser: '' },
  }),
};
let rendered: Promise<Record<string, unknown>> | null = null;
const documents = (): Promise<Record<string, unknown>> => (rendered ??= renderDocuments('workstation', VARIABLES));
const noTerraform = { skip: terraformSkip() };

test(
  'H8: user data is a script far below 16 KiB that only fetches what is pinned and starts it',
  noTerraform,
  async (t) => {
    const { alice } = (await documents())['user_data'] as Record<string, string>;
    assert.ok(alice !== undefined);
    const bytes = gzipSync(alice).length;
    t.diagnostic(`infra: bytes of compressed user data = ${bytes}`);
    assert.ok(bytes < 4_096);
    assert.match(alice, /^#!\/bin\/sh\n/);
    assert.equal(run('sh', ['-n', '-c', alice]).stderr, '');
    assert.match(alice, /sha256sum --check/);
    assert.match(alice, /<<'END_OF_TRUST_KEY'\n-----BEGIN PUBLIC KEY-----\n/);
    assert.doesNotMatch(alice, /curl|wget|npx|pip /i);
  },
);

test('H9: the client is pinned to the version and integrity that the lock file names, and nothing is run unpinned', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const pinned = readFileSync(join(HOST, 'client.pin'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(
    pinned,
    [
      ['x86_64', 'x64'],
      ['aarch64', 'arm64'],
    ].map(([machine, arch]) => {
      const locked = packages[`node_modules/@anthropic-ai/claude-code-linux-${arch ?? ''}`];
      return `${machine ?? ''} ${locked?.version ?? ''} ${locked?.integrity ?? ''}`;
    }),
  );
  for (const file of filesBelow(HOST))
    assert.doesNotMatch(
      readFileSync(file, 'utf8'),
      /\bnpx\b|npm (?:i|install|exec)\b|@latest|curl [^\n]*\| *(?:ba)?sh/,
      file,
    );
});

test('H10: unverified secrets are reported: the scanner is told not to try them, and never to leave the others out', async (t) => {
  const folder = temporary(t);
  const program = join(folder, 'trufflehog');
  writeFileSync(program, `#!/bin/sh\necho "$@" >'${folder}/words'\ncat >/dev/null\n`);
  chmodSync(program, 0o755);
  const engine = trufflehogEngine({
    name: 'trufflehog',
    kind: 'trufflehog',
    command: [program],
    isVerifying: false,
  } as never);
  await engine.scan(Buffer.from('nothing'), { signal: AbortSignal.timeout(10_000) });
  const words = readFileSync(join(folder, 'words'), 'utf8');
  assert.match(words, /--no-verification/);
  assert.doesNotMatch(words, /only-verified/);
});

const ROLE = 'arn:aws:iam::111122223333:role/sallyport-host';
const CONTEXT = {
  'ec2:SourceInstanceARN': 'arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0',
  'aws:Ec2InstanceSourceVpc': 'vpc-1',
  'aws:SourceVpc': 'vpc-1',
  'aws:ViaAWSService': 'false',
};
const stream = 'arn:aws:firehose:eu-central-1:111122223333:deliverystream/sallyport-audit';

for (const { name, action, resource, context = CONTEXT, want } of [
  {
    name: 'I1: a host writes to the audit stream',
    action: 'firehose:PutRecordBatch',
    resource: stream,
    want: 'allowed',
  },
  {
    name: 'I1: and to no other stream',
    action: 'firehose:PutRecord',
    resource: `${stream}-other`,
    want: 'implicitly denied',
  },
  {
    name: 'I7: a host runs no model',
    action: 'bedrock:InvokeModel',
    resource: 'arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-opus-5',
    want: 'implicitly denied',
  },
  {
    name: 'I7: credentials that were carried to another network are no use',
    action: 'firehose:PutRecord',
    resource: stream,
    context: { ...CONTEXT, 'aws:SourceVpc': 'vpc-2' },
    want: 'explicitly denied',
  },
  {
    name: 'I7: nor on the open internet',
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::example-artifacts/sallyport/client.tgz',
    context: {
      'ec2:SourceInstanceARN': CONTEXT['ec2:SourceInstanceARN'],
      'aws:Ec2InstanceSourceVpc': 'vpc-1',
      'aws:ViaAWSService': 'false',
    },
    want: 'explicitly denied',
  },
  {
    name: 'I8: a host reads no parameter that was not named',
    action: 'ssm:GetParameter',
    resource: 'arn:aws:ssm:eu-central-1:111122223333:parameter/sallyport/database-url',
    want: 'implicitly denied',
  },
  { name: 'I8: it keeps its session channels', action: 'ssmmessages:OpenDataChannel', resource: '*', want: 'allowed' },
  {
    name: 'A3: it cannot delete what it wrote to its log group',
    action: 'logs:DeleteLogStream',
    resource: 'arn:aws:logs:eu-central-1:111122223333:log-group:/sallyport/sessions:log-stream:x',
    want: 'implicitly denied',
  },
  {
    name: 'A7: it changes no session document',
    action: 'ssm:UpdateDocument',
    resource: 'arn:aws:ssm:eu-central-1:111122223333:document/sallyport-session',
    want: 'implicitly denied',
  },
]) {
  test(name, noTerraform, async () => {
    const identity = [JSON.parse((await documents())['instance_policy'] as string)];
    assert.equal(evaluate({ action, resource, principal: ROLE, context, identity }).decision, want);
  });
}

test(
  'A6: the session document streams to our group while the session runs, encrypted by our key',
  noTerraform,
  async () => {
    const { inputs } = JSON.parse((await documents())['session_document'] as string) as {
      inputs: Record<string, unknown>;
    };
    assert.equal(inputs['cloudWatchLogGroupName'], '/sallyport/sessions');
    assert.equal(inputs['cloudWatchStreamingEnabled'], true);
    assert.equal(inputs['kmsKeyId'], VARIABLES.sessions_key_arn);
  },
);

test('A8: a session runs as the developer’s own account, and nobody’s default one', noTerraform, async () => {
  const { inputs } = JSON.parse((await documents())['session_document'] as string) as {
    inputs: Record<string, unknown>;
  };
  assert.equal(inputs['runAsEnabled'], true);
  assert.equal(inputs['runAsDefaultUser'], '');
});

test('A8: on a host of EC2 the agent’s account has no rights, and a file that gives it some is put back', (t) => {
  const folder = temporary(t);
  const made = hostPackage(folder);
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc/sudoers.d'), { recursive: true });
  const sudoers = join(root, 'etc/sudoers.d/ssm-agent-users');
  writeFileSync(sudoers, 'ssm-user ALL=(ALL) NOPASSWD:ALL\n');
  assert.equal(install(installWords(made, root)).status, 0);
  assert.doesNotMatch(readFileSync(sudoers, 'utf8'), /^[^#]/m);
  assert.equal(statSync(sudoers).mode & 0o777, 0o440);
  rmSync(sudoers);
  writeFileSync(sudoers, 'ssm-user ALL=(ALL) NOPASSWD:ALL\n');
  run('sh', [join(HOST, 'files/bin/sallyport-hold'), root]);
  assert.doesNotMatch(readFileSync(sudoers, 'utf8'), /NOPASSWD/);
});

const filesOf = (root: string): Record<string, string> =>
  Object.fromEntries(
    filesBelow(root).map((file) => {
      const kind = lstatSync(file);
      return [
        file.slice(root.length),
        kind.isSymbolicLink() ? 'link' : `${(kind.mode & 0o777).toString(8)} ${readFileSync(file, 'utf8')}`,
      ];
    }),
  );

test('an install writes what it told, a second one changes nothing, and an uninstall leaves the log alone', (t) => {
  const folder = temporary(t);
  const made = hostPackage(folder);
  const root = join(folder, 'root');
  mkdirSync(root);
  const words = [
    ...installWords(made, root),
    '--developer',
    'alice',
    '--ephemeral-workspace',
    '--cloudwatch',
    '/sallyport/hosts',
  ];

  const dry = install([...words, '--dry-run']);
  assert.equal(dry.status, 0, dry.stderr);
  assert.match(dry.stdout, /nothing was changed\n$/);
  assert.deepEqual(readdirSync(root), []);

  const first = install(words);
  assert.equal(first.status, 0, first.stderr);
  const written = filesOf(root);
  for (const [file, mode] of [
    ['/etc/claude-code/managed-settings.json', '644'],
    ['/etc/sallyport/container/run.flags', '644'],
    ['/etc/audit/rules.d/50-sallyport.rules', '640'],
    ['/etc/audit/rules.d/99-sallyport-finalize.rules', '640'],
    ['/etc/systemd/system/sallyport-guard.service', '644'],
    ['/etc/profile.d/sallyport.sh', '644'],
    ['/var/lib/sallyport/bundle/current.json', '600'],
    ['/opt/sallyport/client/claude', '755'],
    ['/opt/sallyport/bin/policy-helper', '755'],
  ]) {
    assert.ok(written[file ?? '']?.startsWith(`${mode ?? ''} `), file);
  }
  assert.match(
    written['/etc/claude-code/managed-settings.json'] ?? '',
    /"path": "\/opt\/sallyport\/bin\/policy-helper"/,
  );
  const told = new Set([...dry.stdout.matchAll(/^would (?:write|link): (\S+)/gm)].map(([, path = '']) => path));
  for (const path of told) assert.ok(path in written, `told and not written: ${path}`);

  const second = install(words);
  assert.equal(second.status, 0, second.stderr);
  assert.doesNotMatch(second.stdout, /^(?:write|link|unpack|hold|remove)/m);
  assert.deepEqual(filesOf(root), written);

  const removed = install(['--uninstall', '--root', root]);
  assert.equal(removed.status, 0, removed.stderr);
  assert.match(removed.stdout, /left: \/var\/lib\/sallyport with the log/);
  assert.deepEqual(Object.keys(filesOf(root)), ['/var/lib/sallyport/bundle/current.json']);
});

/** A machine's own accounts below a folder: `ann` is a developer of an earlier install, `bob` is not. */
function accounts(root: string, group: string, sudoers: Readonly<Record<string, string>> = {}, passwd = ''): void {
  mkdirSync(join(root, 'etc/sudoers.d'), { recursive: true });
  writeFileSync(
    join(root, 'etc/passwd'),
    `root:x:0:0::/root:/bin/sh\nann:x:1001:1001::/home/ann:/bin/sh\nbob:x:1002:1002::/home/bob:/bin/sh\n${passwd}`,
  );
  writeFileSync(
    join(root, 'etc/group'),
    `root:x:0:\nann:x:1001:\nbob:x:1002:\nsallyport:x:990:\nsallyport-users:x:991:sallyport,ann\n${group}`,
  );
  writeFileSync(
    join(root, 'etc/sudoers'),
    'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%operators ALL=(ALL:ALL) ALL\n',
  );
  for (const [name, text] of Object.entries(sudoers)) writeFileSync(join(root, 'etc/sudoers.d', name), text);
}

const PRIVILEGED = readFileSync(join(HOST, 'steps/privileges.sh'), 'utf8');

test('the installer and `doctor` know the same groups that lead to root', () => {
  const groups = (/^PRIVILEGED_GROUPS='([^']+)'$/m.exec(PRIVILEGED)?.[1] ?? '').split(' ');
  assert.deepEqual(groups, [...PRIVILEGED_GROUPS]);
  for (const one of ['docker', 'sudo', 'wheel', 'lxd', 'libvirt', 'disk', 'shadow', 'kvm', 'adm'] as const) {
    assert.ok(groups.includes(one), one);
  }
});

interface AboveAll {
  readonly name: string;
  readonly group?: string;
  readonly sudoers?: Readonly<Record<string, string>>;
  readonly passwd?: string;
  readonly developers?: string;
  readonly told: readonly string[];
}

const ABOVE_ALL: readonly AboveAll[] = [
  ...PRIVILEGED_GROUPS.filter((one) => one !== 'root').map((one) => ({
    name: `the group ${one}`,
    group: `${one}:x:50:bob,ann\n`,
    told: [`ann group ${one}`],
  })),
  {
    name: 'a first group, which no line of the group names',
    group: 'docker:x:1005:\n',
    passwd: 'cy:x:1005:1005::/home/cy:/bin/sh\n',
    developers: 'cy',
    told: ['cy group docker'],
  },
  {
    name: 'another name of root',
    passwd: 'toor:x:0:1006::/root:/bin/sh\n',
    developers: 'toor',
    told: ['toor uid 0'],
  },
  {
    name: 'the first group of root',
    passwd: 'cy:x:1005:0::/home/cy:/bin/sh\n',
    developers: 'cy',
    told: ['cy group root'],
  },
  {
    name: 'a line of sudo',
    sudoers: { '90-cloud': 'ann ALL=(ALL) NOPASSWD:ALL\n' },
    told: ['ann sudo /etc/sudoers.d/90-cloud'],
  },
  {
    name: 'a line of sudo among others',
    sudoers: { team: 'bob, ann ALL=(root) /usr/bin/less\n' },
    told: ['ann sudo /etc/sudoers.d/team'],
  },
  {
    name: 'a line of sudo for a group',
    sudoers: { team: '%sallyport-users ALL=(ALL) ALL\n' },
    told: ['ann sudo /etc/sudoers.d/team'],
  },
  {
    name: 'a group that sudo names, in its own file',
    group: 'operators:x:70:ann\n',
    told: ['ann sudo /etc/sudoers'],
  },
  {
    name: 'an alias of sudo',
    sudoers: { team: 'User_Alias PEOPLE = bob, ann\nPEOPLE ALL=(ALL) ALL\n' },
    told: ['ann sudo /etc/sudoers.d/team'],
  },
  {
    name: 'a line of sudo for everybody',
    sudoers: { team: 'ALL ALL=(ALL) ALL\n' },
    told: ['ann sudo /etc/sudoers.d/team'],
  },
  {
    name: 'two people in two groups',
    group: 'docker:x:50:ann,bob\nlxd:x:51:bob\n',
    developers: 'bob',
    told: ['ann group docker', 'bob group docker', 'bob group lxd'],
  },
];
for (const { name, group = '', sudoers = {}, passwd = '', developers = '', told } of ABOVE_ALL) {
  test(`a developer is above every control: ${name}`, (t) => {
    const folder = temporary(t);
    accounts(folder, group, sudoers, passwd);
    const script = `fail() { echo "error: $1" >&2; exit 1; }
      root=$2 shape=workstation dry_run=no allow_privileged=no refusals=0 work=$2 developers=$3
      for step in files accounts privileges; do . "$1/steps/$step.sh"; done
      check_privileges`;
    const ran = run('/bin/sh', ['-euc', script, 'sh', HOST, folder, developers]);
    assert.equal(ran.status, 1, ran.stderr);
    assert.deepEqual(aboveAllIn(ran), told);
  });
}

function aboveAllIn({ stderr }: Ran): readonly string[] {
  const lines = stderr.split('\n').filter((line) => line.includes('above every'));
  return lines.map((line) => line.replace(/^error: (\S+) is above every control of this machine:/, '$1'));
}

test('a workstation whose developers are above it is not installed on, unless that is said, and then it is written down', (t) => {
  const folder = temporary(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  accounts(root, 'docker:x:50:ann,bob\nlxd:x:51:bob\n');
  const before = filesOf(root);
  const words = [...installWords(hostPackage(folder), root), '--shape', 'workstation', '--developer', 'bob'];
  const told = ['ann group docker', 'bob group docker', 'bob group lxd'];
  for (const more of [[], ['--dry-run']]) {
    const ran = install([...words, ...more]);
    assert.equal(ran.status, 1, ran.stdout);
    assert.deepEqual(aboveAllIn(ran), told);
    assert.match(ran.stderr, /hint: gpasswd --delete .*--allow-privileged-users/);
    assert.deepEqual(filesOf(root), before, 'nothing was changed');
    assert.equal(more.length > 0, /would write: /.test(ran.stdout), 'a dry run goes on and tells the rest');
  }
  const allowed = install([...words, '--allow-privileged-users']);
  assert.equal(allowed.status, 0, allowed.stderr);
  assert.equal(readFileSync(join(root, 'etc/sallyport/privileged-users'), 'utf8'), `${told.join('\n')}\n`);
  assert.match(allowed.stdout, /above every control, and allowed: bob \(group lxd\)/);
});

test('a developer without such a group is none of them, and a record of one who was is taken away', (t) => {
  const folder = temporary(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  const sudoers = {
    a: '# ann ALL=(ALL) ALL\nDefaults:ann !requiretty\nannette ALL=(ann) ALL\n%docker ALL=(ALL) ALL\n',
  };
  accounts(root, 'docker:x:50:ann\n');
  const words = [...installWords(hostPackage(folder), root), '--shape', 'workstation'];
  assert.equal(install([...words, '--allow-privileged-users']).status, 0);
  accounts(root, 'docker:x:50:bob\ndockers:x:51:ann\n', sudoers);
  const ran = install(words);
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /remove: \/etc\/sallyport\/privileged-users/);
});

test('on a host of EC2 every developer leaves these groups; what cannot be left is a reason not to install', (t) => {
  const folder = temporary(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  accounts(root, 'docker:x:50:ann,bob\nsudo:x:27:ann\nlibvirt:x:60:ann\n');
  const words = [...installWords(hostPackage(folder), root), '--developer', 'bob'];
  const ran = install(words);
  assert.equal(ran.status, 0, ran.stderr);
  assert.deepEqual(
    [...ran.stdout.matchAll(/gpasswd --delete (.*)/g)].map(([, who]) => who),
    ['ann sudo', 'ann docker', 'ann libvirt', 'bob docker'],
  );
  accounts(root, '', { '90-cloud': 'ann ALL=(ALL) NOPASSWD:ALL\n' });
  assert.match(install(words).stderr, /ann is above every control of this machine: sudo \/etc\/sudoers\.d\/90-cloud/);
});

test('a policy without a signature is taken on a workstation, and options that are gone take their files along', (t) => {
  const folder = temporary(t);
  const made = hostPackage(folder);
  const root = join(folder, 'root');
  mkdirSync(root);
  const words = [
    '--from',
    made.file,
    '--sha256',
    made.sha256,
    '--policy',
    made.policy,
    '--root',
    root,
    '--no-packages',
    '--no-audit-lock',
  ];
  assert.equal(install([...words, '--ephemeral-workspace']).status, 0);
  assert.ok(existsSync(join(root, 'etc/systemd/system/work.mount')));
  assert.ok(!existsSync(join(root, 'etc/systemd/system/sallyport-policy.timer')));
  assert.ok(!existsSync(join(root, 'etc/audit/rules.d/99-sallyport-finalize.rules')));
  assert.ok(!existsSync(join(root, 'etc/sudoers.d/ssm-agent-users')), 'only a host of EC2 has that agent');
  const again = install(words);
  assert.match(again.stdout, /remove: \/etc\/systemd\/system\/work\.mount/);
  assert.ok(!existsSync(join(root, 'etc/systemd/system/work.mount')));
});

test('a rule that takes every task out of the audit is switched off, and back on by an uninstall', (t) => {
  const folder = temporary(t);
  const made = hostPackage(folder);
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc/audit/rules.d'), { recursive: true });
  const rules = join(root, 'etc/audit/rules.d/audit.rules');
  const before = '-D\n-b 8192\n-f 1\n-a never,task\n';
  writeFileSync(rules, before);
  assert.equal(install(installWords(made, root)).status, 0);
  assert.match(readFileSync(rules, 'utf8'), /\n# switched off by sallyport: -a never,task\n/);
  assert.equal(install(['--uninstall', '--root', root]).status, 0);
  assert.equal(readFileSync(rules, 'utf8'), before);
});

for (const { name, words, want } of [
  {
    name: 'another package than the pinned one',
    words: { '--sha256': '0'.repeat(64) },
    want: /not the one that was pinned[^]*nothing was changed/,
  },
  {
    name: 'another client than the pinned one',
    words: { '--client-integrity': 'sha512-AAAA' },
    want: /the client is not the one that was pinned[^]*nothing was changed/,
  },
  { name: 'a package that is not there', words: { '--from': '/nonexistent.tar.gz' }, want: /there is no file/ },
  {
    name: 'a package over http',
    words: { '--from': 'http://example.com/x.tar.gz' },
    want: /https:\/\/ or s3:\/\/ alone/,
  },
  { name: 'a hash of another length', words: { '--sha256': 'abc' }, want: /64 hexadecimal digits/ },
  { name: 'a shape that there is not', words: { '--shape': 'laptop' }, want: /workstation or ec2/ },
  { name: 'an account of the system as developer', words: { '--developer': 'root' }, want: /an account of a person/ },
  { name: 'a value with a quote', words: { '--region': "x'y" }, want: /odd characters/ },
  { name: 'a value that is an option', words: { '--region': '--dry-run' }, want: /begins with a hyphen/ },
  { name: 'an option that there is not', words: { '--force': 'yes' }, want: /no option --force/ },
]) {
  test(`an install is refused before anything is written: ${name}`, (t) => {
    const folder = temporary(t);
    const made = hostPackage(folder);
    const root = join(folder, 'root');
    mkdirSync(root);
    const ran = install([...installWords(made, root), ...Object.entries(words).flat()]);
    assert.notEqual(ran.status, 0);
    assert.match(ran.stderr, want);
    assert.deepEqual(readdirSync(root), []);
  });
}

test('a package with a file of another place is refused before anything is written', (t) => {
  const folder = temporary(t);
  const made = hostPackage(folder);
  const root = join(folder, 'root');
  mkdirSync(root);
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'etc/passwd'), 'x');
  assert.equal(
    run('tar', ['-czf', join(folder, 'odd.tar.gz'), '-C', folder, 'sallyport/architecture', 'etc/passwd']).status,
    0,
  );
  const sha256 = run('sha256sum', [join(folder, 'odd.tar.gz')]).stdout.slice(0, 64);
  const ran = install([...installWords(made, root), '--from', join(folder, 'odd.tar.gz'), '--sha256', sha256]);
  assert.match(ran.stderr, /files of other places/);
  assert.deepEqual(readdirSync(root), []);
});

test('a bundle of another key stops the install, a private key is refused, and the next run with the right one goes on', (t) => {
  const folder = temporary(t);
  const made = hostPackage(folder);
  const root = join(folder, 'root');
  mkdirSync(root);
  assert.equal(sallyportHere(['policy', 'keygen', '--out', join(folder, 'other')], folder).status, 0);
  const wrong = install([...installWords(made, root), '--trust', join(folder, 'other/bundle-signing.pub')]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /the bundle is refused/);
  assert.ok(!existsSync(join(root, 'etc/systemd/system')), 'no unit of a machine without a policy');
  const secret = install([...installWords(made, root), '--trust', join(folder, 'keys/bundle-signing.key')]);
  assert.match(secret.stderr, /is a private key/);
  const right = install(installWords(made, root));
  assert.equal(right.status, 0, right.stderr);
  assert.ok(existsSync(join(root, 'etc/systemd/system/sallyport-guard.service')));
});

test('an install that was cut off between two renames is mended by the next one, and an uninstall takes half of one away', (t) => {
  const folder = temporary(t);
  const made = hostPackage(folder);
  const root = join(folder, 'root');
  mkdirSync(root);
  assert.equal(install(installWords(made, root)).status, 0);
  assert.equal(run('mv', [join(root, 'opt/sallyport'), join(root, 'opt/sallyport.old')]).status, 0);
  mkdirSync(join(root, 'opt/sallyport.new'));
  assert.equal(install(installWords(made, root)).status, 0);
  assert.deepEqual(readdirSync(join(root, 'opt')), ['sallyport']);
  rmSync(join(root, 'etc/sallyport/manifest'));
  writeFileSync(join(root, 'etc/sallyport/manifest'), '/etc/sallyport/trust.pem\n');
  assert.equal(install(['--uninstall', '--root', root]).status, 0);
  assert.ok(!existsSync(join(root, 'opt/sallyport')) && !existsSync(join(root, 'etc/sallyport')));
});

test(
  'who is not root is told so, and nothing happens',
  { skip: process.getuid?.() === 0 ? 'run as root' : false },
  (t) => {
    const made = hostPackage(temporary(t));
    const ran = install(['--from', made.file, '--sha256', made.sha256, '--policy', made.policy]);
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, /this is for root|systemd does not run here/);
  },
);

test('a workspace in memory is gone when its command ends, however it ends, and passes its exit on', (t) => {
  const folder = temporary(t);
  const script = readFileSync(join(HOST, 'files/bin/sallyport-workspace'), 'utf8').replaceAll('/work/', `${folder}/`);
  const workspace = (command: string): ReturnType<typeof run> =>
    run('sh', ['-c', script, 'sallyport-workspace', 'sh', '-c', command]);
  assert.equal(workspace('touch a; mkdir b; chmod 0 b; exit 3').status, 3);
  assert.equal(workspace('kill -TERM $PPID; exit 0').status, 143);
  assert.deepEqual(readdirSync(folder), []);
});

test('the names of compiled documents that an install places are those of the targets', () => {
  const names = TARGETS.map(({ name }) => name);
  for (const target of ['auditd', 'installed', 'container-limits', 'shell-profile'])
    assert.ok(names.includes(target), target);
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
