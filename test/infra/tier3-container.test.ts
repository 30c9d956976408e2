import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { hostPackage, ROOT, run, sallyportHere, temporary } from './lib/host-install.ts';

const notAsked =
  process.env['SALLYPORT_ROOT_TESTS'] === '1' && process.getuid?.() === 0
    ? false
    : 'set SALLYPORT_ROOT_TESTS=1 as root: it starts containers';
const skip = notAsked || (run('podman', ['--version']).status === 0 ? false : 'podman is not installed');

const PROGRAMS = ['sh', 'cat', 'touch', 'ls', 'mknod'];

/** A container engine with a store of its own, one image of this machine's own programs, and the policy's limits. */
interface Engine {
  readonly workspace: string;
  /** Podman itself with that store, as a person starts it by hand. */
  readonly podman: string;
  /** Starts `sallyport-container` with these words, in the workspace. */
  readonly launch: (words: readonly string[]) => {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
}

function engine(t: TestContext): Engine {
  const folder = temporary(t);
  const rootfs = join(folder, 'rootfs');
  for (const path of ['bin', 'tmp', 'proc', 'sys', 'dev', 'etc', 'src'])
    mkdirSync(join(rootfs, path), { recursive: true });
  for (const program of PROGRAMS) {
    const file = realpathSync(run('sh', ['-c', `command -v ${program}`]).stdout.trim());
    const libraries = run('ldd', [file]).stdout.match(/\/[^\s:]+/g) ?? [];
    cpSync(file, join(rootfs, 'bin', program));
    for (const library of libraries) {
      mkdirSync(join(rootfs, dirname(library)), { recursive: true });
      cpSync(realpathSync(library), join(rootfs, library));
    }
  }
  if (!existsSync(join(rootfs, 'lib64'))) symlinkSync('lib', join(rootfs, 'lib64'));
  writeFileSync(
    join(folder, 'containers.conf'),
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n',
  );
  // In front of the words of the launcher: another store, and nothing that says what the container may.
  const podman = join(folder, 'podman');
  const store = `--root ${folder}/store --runroot ${folder}/run --storage-driver=vfs --cgroup-manager=cgroupfs`;
  writeFileSync(
    podman,
    `#!/bin/sh\nexport CONTAINERS_CONF=${folder}/containers.conf TMPDIR=${folder}\nexec /usr/bin/podman ${store} "$@"\n`,
    { mode: 0o755 },
  );
  t.after(() => void run(podman, ['rm', '--all', '--force']));
  const imported = run('sh', ['-c', `tar -C '${rootfs}' -c . | '${podman}' import - localhost/tiny:1`]);
  assert.equal(imported.status, 0, imported.stderr);

  const { policy } = hostPackage(join(folder, 'made'));
  const compiled = sallyportHere(
    ['policy', 'compile', policy, '--target', 'container-limits', '--out', folder],
    folder,
  );
  assert.equal(compiled.status, 0, compiled.stderr);
  const workspace = join(folder, 'project');
  mkdirSync(workspace);
  const launcher = {
    podman,
    limitsFile: join(folder, 'container-limits/run.flags'),
    workspace,
    home: join(folder, 'home'),
  };
  mkdirSync(launcher.home);
  writeFileSync(
    join(folder, 'launch.mjs'),
    `import { launchContainer } from '${ROOT}infra/host/container/launch-container.ts';
import { wordsBehindColons } from '${ROOT}infra/host/container/words-behind-colons.ts';
process.exitCode = launchContainer(wordsBehindColons(process.argv.slice(2)), { ...${JSON.stringify(launcher)}, environment: process.env });\n`,
  );
  return {
    workspace,
    podman,
    launch: (words) =>
      // crun starts nothing beside a cgroup of both versions: in a mount namespace of the test's own the second is not there.
      spawnSync(
        'unshare',
        [
          '--mount',
          'sh',
          '-c',
          'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"',
          'sh',
          process.execPath,
          join(folder, 'launch.mjs'),
          ...words.map((word) => `:${word}`),
        ],
        { encoding: 'utf8', timeout: 60_000, cwd: workspace },
      ),
  };
}

test('H1, H2: podman itself starts what the launcher says, within the limits of the policy', { skip }, (t) => {
  const { workspace, launch } = engine(t);
  const inside = (script: string, ...flags: readonly string[]): ReturnType<typeof launch> =>
    launch(['run', '--rm', '--network', 'none', ...flags, 'localhost/tiny:1', 'sh', '-c', script]);

  const status = inside('cat /proc/self/status');
  assert.equal(status.status, 0, status.stderr);
  for (const line of [/^CapEff:\t0+$/m, /^CapBnd:\t0+$/m, /^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m]) {
    assert.match(status.stdout, line);
  }
  const root = inside('touch /x; touch /tmp/x && echo written');
  assert.match(root.stderr, /Read-only file system/);
  assert.match(root.stdout, /written/);
  assert.notEqual(inside('mknod /tmp/null c 1 3').status, 0, 'no device is made');

  const limits = inside(
    'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max',
  );
  assert.deepEqual(limits.stdout.trimEnd().split('\n'), [String(2048 * 1024 * 1024), '256'], limits.stderr);

  writeFileSync(join(workspace, 'in.txt'), 'of the workspace');
  const mounted = inside('cat /src/in.txt; touch /src/out.txt', '-v', `${workspace}:/src`);
  assert.equal(mounted.stdout, 'of the workspace', mounted.stderr);
  assert.equal(readFileSync(join(workspace, 'out.txt'), 'utf8'), '');
  const processes = inside('ls /proc');
  assert.equal(processes.stdout.match(/^\d+$/gm)?.length, 2, 'its shell and `ls`, and none of this machine');
  assert.equal(inside('exit 7').status, 7);
  assert.equal(launch(['run', '--privileged', 'localhost/tiny:1', 'ls']).status, 126);
});

test('H1: podman builds from what the launcher read, and runs it', { skip }, (t) => {
  const { workspace, launch } = engine(t);
  writeFileSync(join(workspace, 'in.txt'), 'of the workspace');
  writeFileSync(
    join(workspace, 'Dockerfile'),
    `# syntax=docker/dockerfile:1
ARG VERSION=1
FROM localhost/tiny:$VERSION AS first
COPY in.txt /made/
RUN --mount=type=tmpfs,target=/memory touch /memory/x \\
  # and so on
  && cat /made/in.txt >/made/copy
FROM localhost/tiny:1
COPY --from=first /made /made
COPY --from=localhost/tiny:1 /bin/cat /bin/also
ADD *.txt /added/
CMD ["cat", "/made/copy", "/added/in.txt"]
`,
  );
  const built = launch(['build', '--network', 'none', '-t', 'localhost/made:1', workspace]);
  assert.equal(built.status, 0, built.stderr);
  const ran = launch(['run', '--rm', '--network', 'none', 'localhost/made:1']);
  assert.equal(ran.stdout, 'of the workspaceof the workspace', ran.stderr);
});

test('H1: no path, image, file to build from or container leads podman out of the workspace', { skip }, (t) => {
  const { workspace, podman, launch } = engine(t);
  const outside = join(dirname(workspace), 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'of the machine');
  symlinkSync(outside, join(workspace, 'out'));

  mkdirSync(join(workspace, 'x,nosuid'));
  symlinkSync(outside, join(workspace, 'x'));
  symlinkSync('x,nosuid', join(workspace, 'cut'));
  const image = 'localhost/tiny:1';
  const builds = [
    `FROM dir:${outside}`,
    'FROM dir:out',
    `FROM ${image}\nRUN --mount=type=bind,source=out,target=/m cat /m/secret`,
    `FROM ${image}\nRUN --mount=type=cache,id=../..${outside},target=/m cat /m/secret`,
    `FROM ${image}\n#include "${outside}/secret"\nADD http://127.0.0.1:1/x /x`,
    'FROM localhost/triggers:1',
  ];
  writeFileSync(
    join(workspace, 'triggers'),
    `FROM ${image}\nONBUILD RUN --mount=type=bind,source=out,target=/m cat /m/secret\n`,
  );
  const made = run(podman, [
    'build',
    '--format=docker',
    '-t',
    'localhost/triggers:1',
    '-f',
    join(workspace, 'triggers'),
    '.',
  ]);
  assert.equal(made.status, 0, made.stderr);
  for (const [at, text] of builds.entries()) {
    writeFileSync(join(workspace, `Dockerfile.${at}`), `${text}\n`);
    const built = launch(['build', '--network', 'none', '-f', `Dockerfile.${at}`, '.']);
    assert.deepEqual([built.status, built.stdout], [126, ''], text);
  }
  writeFileSync(join(workspace, 'plain'), `FROM ${image}\nCOPY out/secret /x\n`);
  const copied = launch(['build', '--network', 'none', '-f', 'plain', '.']);
  assert.notEqual(copied.status, 0, 'a link in the folder that is built in');
  for (const tag of [
    `dir:${outside}/d`,
    'dir:out',
    `docker-archive:${outside}/.bash_profile`,
    'docker://127.0.0.1:1/x',
  ]) {
    assert.equal(launch(['build', '-t', tag, '-f', 'plain', '.']).status, 126, tag);
  }
  for (const flags of [
    ['--mount', 'type=bind,src=cut,dst=/src'],
    ['-v', './cut:/src'],
    ['--env-file', 'cut'],
  ]) {
    const ran = launch(['run', '--rm', '--network=none', ...flags, image, 'cat', '/src/secret']);
    assert.deepEqual([ran.status, ran.stdout], [126, ''], flags.join(' '));
  }
  assert.equal(launch(['run', '--rm', 'dir:out', 'ls']).status, 126);
  assert.deepEqual(readdirSync(outside), ['secret']);

  mkdirSync(join(workspace, 'src'));
  const box = ['create', '--name', 'box', '--network=none', '-v', './src:/src', image, 'ls', '/src'];
  assert.equal(launch(box).status, 0);
  assert.equal(launch(['start', '-a', 'box']).status, 0);
  renameSync(join(workspace, 'src'), join(workspace, 'was'));
  symlinkSync(outside, join(workspace, 'src'));
  const started = launch(['start', '-a', 'box']);
  assert.deepEqual([started.status, started.stdout], [126, ''], started.stderr);
  const byHand = run(podman, ['create', '--name', 'hers', '--network=none', '-v', `${outside}:/src`, image, 'ls']);
  assert.equal(byHand.status, 0, byHand.stderr);
  for (const words of [
    ['start', '-a', 'hers'],
    ['exec', 'hers', 'ls', '/src'],
    ['inspect', 'hers'],
    ['rm', 'hers'],
  ])
    assert.equal(launch(words).status, 126, words.join(' '));
});
