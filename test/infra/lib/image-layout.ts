import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDockerfile } from './dockerfile.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Why no container can be imitated here, or false. */
export function layoutSkip(): string | false {
  if (process.getuid?.() !== 0) return 'not root: another user cannot be taken on';
  if (spawnSync('bwrap', ['--ro-bind', '/', '/', '--', '/bin/true']).status !== 0)
    return 'bubblewrap does not work here';
  return existsSync(join(ROOT, 'dist', 'cli.mjs')) ? false : 'not built: run `npm run build`';
}

type Test = { after(fn: () => void): void };

/**
 * The file system of an image, as the last stage of its Dockerfile copies it together, from this folder: packages are
 * those that the lock file has for production, and nothing is there that the Dockerfile does not name.
 */
export function imageLayout(dockerfile: string): string {
  const known = layouts.get(dockerfile);
  if (known !== undefined) return known;
  const folder = mkdtempSync('/var/tmp/sp-image-');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const made = join(folder, 'made', 'etc');
  run(process.execPath, [join(ROOT, 'infra/images/accounts.mjs'), made]);
  const image = join(folder, 'image');
  const last = readDockerfile(readFileSync(join(ROOT, dockerfile), 'utf8')).stages.at(-1);
  for (const { keyword, words } of last?.steps ?? []) {
    if (keyword !== 'COPY') continue;
    const target = words.at(-1) ?? '';
    for (const source of words.slice(0, -1)) {
      const to = join(image, target, target.endsWith('/') ? (source.split('/').at(-1) ?? '') : '');
      mkdirSync(dirname(to), { recursive: true });
      if (source === '/usr/local/bin/node') run('cp', [realpathSync(process.execPath), to]);
      else if (source.startsWith('/made/etc')) run('cp', [source.replace('/made/etc', made), to]);
      else if (source.startsWith('/made/')) mkdirSync(to, { recursive: true });
      else if (source === '/opt/sallyport/node_modules') copyPackages(to);
      // The client is far too large to be copied for what is asked of it here.
      else if (!source.includes('/@anthropic-ai/')) run('cp', ['-rL', source.replace('/opt/sallyport', ROOT), to]);
    }
  }
  layouts.set(dockerfile, image);
  return image;
}

/** Made once a process: a copy of the packages takes seconds. */
const layouts = new Map<string, string>();

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** What `npm ci --omit=dev --omit=optional` leaves. */
function copyPackages(to: string): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  for (const [path, { dev, optional, devOptional }] of Object.entries(lock.packages)) {
    if (path === '' || dev === true || optional === true || devOptional === true) continue;
    const target = join(dirname(to), path);
    mkdirSync(dirname(target), { recursive: true });
    run('cp', ['-r', join(ROOT, path), target]);
  }
}

/** A process in an imitated container. */
export interface Contained {
  readonly output: () => string;
  readonly errors: () => string;
  /** The first line on standard output, or its end without one. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<number | null>;
  /** The program as this machine sees it, which has process 1 of its container. */
  readonly pid: Promise<number>;
  /** To that program. */
  signal(name: NodeJS.Signals): Promise<void>;
}

export interface ContainerOptions {
  readonly image: string;
  readonly uid: number;
  /** Words of bubblewrap for what is mounted beside the image. */
  readonly mounts: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  /** Whether the programs of this machine are there, as in an image of Debian; else there are libraries alone. */
  readonly hasPrograms: boolean;
}

/** Runs a program as its container would: read-only root, another user, no rights, only what is mounted to write to. */
export function contained(t: Test, { image, uid, mounts, env, argv, hasPrograms }: ContainerOptions): Contained {
  const machine = hasPrograms ? ['/usr'] : ['/usr/lib'];
  const links = hasPrograms
    ? [
        '--symlink',
        'usr/bin',
        '/bin',
        '--symlink',
        'usr/sbin',
        '/sbin',
        '--symlink',
        'usr/lib',
        '/lib',
        '--symlink',
        'usr/lib64',
        '/lib64',
      ]
    : ['--symlink', 'usr/lib', '/lib', '--ro-bind', '/lib64', '/lib64'];
  const child = spawn(
    'bwrap',
    [
      '--unshare-pid',
      '--as-pid-1',
      '--die-with-parent',
      '--clearenv',
      '--json-status-fd',
      '3',
      ...machine.flatMap((path) => ['--ro-bind', path, path]),
      ...links,
      ...(hasPrograms ? ['--tmpfs', '/usr/local', '--perms', '0755', '--dir', '/usr/local/bin'] : []),
      '--ro-bind',
      join(image, 'usr/local/bin/node'),
      '/usr/local/bin/node',
      '--ro-bind',
      join(image, 'opt'),
      '/opt',
      '--ro-bind',
      join(image, 'etc'),
      '/etc',
      ...(hasPrograms ? ['--remount-ro', '/usr/local'] : []),
      // Folders that bubblewrap makes on the way to a mount are closed to others than their owner.
      ...['/run', '/var', '/var/lib', '/home'].flatMap((path) => ['--perms', '0755', '--dir', path]),
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      ...mounts,
      '--remount-ro',
      '/',
      ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
      '--',
      ...argv,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // As the user itself where it needs no owner but its own to be seen; else the caller changes to it inside.
      ...(uid === 0 ? {} : { uid, gid: uid }),
    },
  );
  t.after(() => void child.kill('SIGKILL'));
  return watched(child);
}

function watched(child: ChildProcess): Contained {
  let [output, errors, status] = ['', '', ''];
  const inner = Promise.withResolvers<number>();
  (child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
    status += chunk.toString();
    const pid = /"child-pid": *([0-9]+)/.exec(status)?.[1];
    if (pid !== undefined) inner.resolve(Number(pid));
  });
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const firstLine = new Promise<string>((resolve) => {
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then(() => resolve(''));
  });
  return {
    output: () => output,
    errors: () => errors,
    firstLine,
    ended,
    pid: inner.promise,
    signal: async (name) => void process.kill(await inner.promise, name),
  };
}

/** A folder that belongs to a user, as a volume has it. */
export function volume(t: Test, uid: number, mode: number = 0o755): string {
  const folder = mkdtempSync('/var/tmp/sp-volume-');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chownSync(folder, uid, uid);
  chmodSync(folder, mode);
  return folder;
}

function run(program: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
}
