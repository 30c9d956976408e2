// Makes the one file that a host is installed from: the built package with what it needs at run time, and Node.
//
//   node scripts/package-host.ts OUT.tar.gz [--without-query] [--level 1..9]
//
// It is made from this folder as `npm ci` left it, so that it holds what the lock file names and nothing is fetched. The same folder
// gives the same bytes. What it prints is its SHA-256, which a host is told, and its size.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What of this folder goes along; tests and sources stay. */
const PARTS = [
  'bin',
  'dist',
  'native',
  'policies',
  'schema',
  'docs',
  'infra/host',
  'infra/athena',
  'package.json',
  'LICENSE',
  'NOTICE.md',
];

/** Names of `uname -m`, by Node's. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Seconds since the epoch that every file is dated by, so that the date of the build is not part of its bytes. */
const DATE = '@1767225600';

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'without-query': { type: 'boolean', default: false }, level: { type: 'string', default: '6' } },
});
const [out] = positionals;
if (out === undefined || positionals.length > 1 || !/^[1-9]$/.test(values.level)) {
  process.stderr.write('usage: node scripts/package-host.ts OUT.tar.gz [--without-query] [--level 1..9]\n');
  process.exit(2);
}
const stage = mkdtempSync(join(tmpdir(), 'sallyport-package-'));
try {
  await pack(resolve(out), join(stage, 'sallyport'));
} finally {
  rmSync(stage, { recursive: true, force: true });
}

async function pack(file: string, top: string): Promise<void> {
  const machine = MACHINES[arch()];
  const node = join(root, `node_modules/node-linux-${arch()}/bin/node`);
  if (machine === undefined || !existsSync(node) || !existsSync(join(root, 'dist/cli.mjs'))) {
    throw new Error('run `npm ci` first: the build, or Node for this machine, is missing');
  }
  for (const part of PARTS) copy(join(root, part), join(top, 'package', part));
  for (const path of neededModules()) copy(join(root, path), join(top, 'package', path));
  copy(node, join(top, 'node/bin/node'));
  writeFileSync(join(top, 'architecture'), `${machine}\n`);
  const listed = ['--sort=name', `--mtime=${DATE}`, '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go=rX'];
  const tar = spawnSync(
    'bash',
    [
      '-o',
      'pipefail',
      '-c',
      'tar -c "${@:3}" -C "$(dirname "$1")" sallyport | gzip -n -"$LEVEL" >"$2"',
      'pack',
      top,
      file,
      ...listed,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, LEVEL: values.level, LC_ALL: 'C' } },
  );
  if (tar.status !== 0) throw new Error('tar failed');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  process.stdout.write(`${hash.digest('hex')}  ${file}\n${statSync(file).size} bytes for ${machine}\n`);
}

/** Folders of the packages that run, as the lock file tells them from those that only build and test. */
function neededModules(): readonly string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  return (
    Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path]) => path)
      // Node itself lies beside the package, for it is not only the package that runs on it.
      .filter((path) => !path.startsWith('node_modules/node-linux-'))
      .filter((path) => !(values['without-query'] && path.startsWith('node_modules/@duckdb/')))
      .filter((path) => existsSync(join(root, path)))
  );
}

/** With its own files alone: packages inside of it have their own line in the lock file. */
function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.slice(from.length).includes('/node_modules'),
  });
}
