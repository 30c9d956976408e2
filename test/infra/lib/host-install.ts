import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Where the scripts of a host lie. */
export const HOST = join(ROOT, 'infra/host');

/** Where a test shows this Node to accounts that cannot reach the repository. */
export const NODE_INSIDE = '/sallyport-test-node';

/** What an install is made from, small: the scripts of the host and the command as its sources are. */
export interface HostPackage {
  readonly folder: string;
  readonly file: string;
  readonly sha256: string;
  /** A client's package with a program that says its version, and its integrity. */
  readonly client: string;
  readonly clientIntegrity: string;
  readonly bundle: string;
  readonly trust: string;
  readonly policy: string;
}

/** How a program ended. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const POLICY = `version: 1
name: host-test
shape: ec2
shell: { keep_history: true, umask: '027', timeout_minutes: 15 }
containers:
  privileged: deny
  host_namespaces: deny
  capabilities: deny
  limits: { memory_mb: 2048, cpus: 1.5, pids: 256 }
egress: { hosts: [{ host: registry.npmjs.org, reason: Packages. }] }
files:
  deny:
    - { id: secrets/shadow, access: read, paths: [/etc/shadow], reason: Secret. }
`;

/** Runs the command as its sources are now. */
export function sallyportHere(words: readonly string[], home: string): Ran {
  return run(process.execPath, [join(commandFolder(), 'bin/sallyport.mjs'), ...words], { SALLYPORT_HOME: home });
}

let command: string | null = null;

/** The sources in one file, because a test starts them many times; made once a process. */
function commandFolder(): string {
  if (command !== null) return command;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-host-command-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ['src/bin/cli.ts'],
    outfile: join(folder, 'bin/sallyport.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['@aws-sdk/*', 'google-auth-library', '@duckdb/node-api'],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  for (const part of ['native', 'policies', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  command = folder;
  return folder;
}

export function run(program: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const done = spawnSync(program, [...words], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...env },
  });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** A folder that goes with the test. */
export function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-host-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the package, the client's package, and a bundle with its key, which are made once a process. */
export function hostPackage(folder: string): HostPackage {
  made ??= makePackage(mkdtempSync(join(tmpdir(), 'sallyport-host-made-')));
  const { folder: from, ...rest } = made;
  cpSync(from, folder, { recursive: true });
  const moved = Object.entries(rest).map(([name, value]) => [name, value.replace(from, folder)]);
  return { folder, ...(Object.fromEntries(moved) as Omit<HostPackage, 'folder'>) };
}

let made: HostPackage | null = null;
process.on('exit', () => {
  if (made !== null) rmSync(made.folder, { recursive: true, force: true });
});

function makePackage(folder: string): HostPackage {
  const top = join(folder, 'sallyport');
  mkdirSync(join(top, 'node/bin'), { recursive: true });
  mkdirSync(join(top, 'package/bin'), { recursive: true });
  writeFileSync(
    join(top, 'node/bin/node'),
    `#!/bin/sh\n[ ! -x ${NODE_INSIDE} ] || exec ${NODE_INSIDE} "$@"\nexec '${process.execPath}' "$@"\n`,
  );
  chmodSync(join(top, 'node/bin/node'), 0o755);
  cpSync(commandFolder(), join(top, 'package'), { recursive: true });
  cpSync(HOST, join(top, 'package/infra/host'), { recursive: true });
  writeFileSync(join(top, 'architecture'), run('uname', ['-m']).stdout);
  const file = join(folder, 'package.tar.gz');
  must(run('tar', ['-czf', file, '-C', folder, 'sallyport']));

  mkdirSync(join(folder, 'package'));
  writeFileSync(join(folder, 'package/claude'), '#!/bin/sh\necho 2.1.329\n');
  const client = join(folder, 'client.tgz');
  must(run('tar', ['-czf', client, '-C', folder, 'package']));

  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, POLICY);
  must(sallyportHere(['policy', 'keygen', '--out', join(folder, 'keys')], folder));
  const bundle = join(folder, 'bundle.json');
  const key = join(folder, 'keys/bundle-signing.key');
  must(sallyportHere(['policy', 'sign', policy, '--key', key, '--sequence', '1', '--out', bundle], folder));
  return {
    folder,
    file,
    sha256: digest('sha256', file, 'hex'),
    client,
    clientIntegrity: `sha512-${digest('sha512', client, 'base64')}`,
    bundle,
    trust: join(folder, 'keys/bundle-signing.pub'),
    policy,
  };
}

/** The words of an install from the package, below a folder. */
export function installWords(made: HostPackage, root: string): readonly string[] {
  return Object.entries({
    '--from': made.file,
    '--sha256': made.sha256,
    '--client': made.client,
    '--client-integrity': made.clientIntegrity,
    '--bundle': made.bundle,
    '--trust': made.trust,
    '--root': root,
    '--shape': 'ec2',
  })
    .flat()
    .concat('--no-packages');
}

/** Runs the installer of the sources. */
export function install(words: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  return run('sh', [join(HOST, 'install.sh'), ...words], env);
}

function must(ran: Ran): void {
  if (ran.status !== 0) throw new Error(ran.stderr);
}

function digest(algorithm: string, file: string, form: 'hex' | 'base64'): string {
  return createHash(algorithm).update(readFileSync(file)).digest(form);
}
