import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
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
process.exitCode = launchContainer(process.argv.slice(2), { ...${JSON.stringify(launcher)}, environment: process.env });\n`,
  );
  return {
    workspace,
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
          ...words,
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
