import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MeasuredCase } from '../src/predict/index.ts';
import type { ProbeJob, ProbeOutcome, ProbeSession } from './probe-session.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Calls of one session at most: what ran before should change little. */
const CALLS_PER_SESSION = 50;
/** What lies in the workspace of each session, all of it committed. */
const WORKSPACE_FILES: Readonly<Record<string, string>> = {
  'a.txt': 'hello\n',
  '.env': 'SECRET=1\n',
  '.env.local': 'SECRET=1\n',
  'config/.env': 'SECRET=1\n',
  'src/index.ts': 'a=1\n',
  'certs/key.pem': 'KEY\n',
};

/**
 * Runs calls on the real client behind bubblewrap: uid 1000, its own `/etc/claude-code`, `/workspace` and `/home/dev`, no
 * network, and a scripted model on loopback. Nothing of this machine is written.
 *
 * @returns one outcome for each case in order, or null where the client gave none.
 */
export async function measureCases(
  cases: readonly MeasuredCase[],
  tools: { readonly client: string; readonly bwrap: string },
  timeoutMs: number,
): Promise<readonly (ProbeOutcome | null)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'client-probe-'));
  try {
    for (const name of ['etc', 'io', 'template']) mkdirSync(join(folder, name));
    writeWorkspace(join(folder, 'template'));
    const client = realpathSync(tools.client);
    const job: ProbeJob = { client: join(CLIENT_PLACE, basename(client)), sessions: sessionsOf(cases) };
    writeFileSync(join(folder, 'io', 'job.json'), JSON.stringify(job));
    writeFileSync(join(folder, 'io', 'out.jsonl'), '');
    await runBehind(tools.bwrap, folder, client, timeoutMs);
    const outcomes = new Map<number, ProbeOutcome>();
    for (const line of readFileSync(join(folder, 'io', 'out.jsonl'), 'utf8').split('\n')) {
      if (line === '') continue;
      const outcome = JSON.parse(line) as ProbeOutcome;
      outcomes.set(outcome.key, outcome);
    }
    return cases.map((_, key) => outcomes.get(key) ?? null);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Cases under the same settings and in the same mode share sessions. */
function sessionsOf(cases: readonly MeasuredCase[]): readonly ProbeSession[] {
  const groups = new Map<
    string,
    { settings: MeasuredCase['settings']; mode: string; calls: ProbeSession['calls'][number][] }[]
  >();
  for (const [key, { settings, mode, tool, input }] of cases.entries()) {
    const name = JSON.stringify([settings, mode]);
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    let last = group.at(-1);
    if (last === undefined || last.calls.length === CALLS_PER_SESSION) {
      last = { settings, mode, calls: [] };
      group.push(last);
    }
    last.calls.push({ key, tool, input });
  }
  return [...groups.values()].flat();
}

function writeWorkspace(folder: string): void {
  const git = (...words: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com', ...words], {
      cwd: folder,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    });
  };
  git('init', '-q', '-b', 'main');
  for (const [name, text] of Object.entries(WORKSPACE_FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  git('add', '-A', '-f');
  git('commit', '-q', '-m', 'start');
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Where the project, its Node and the client stand in the namespace. */
const [PROJECT_PLACE, NODE_PLACE, CLIENT_PLACE] = ['/project', '/runtime', '/client'];

async function runBehind(bwrap: string, folder: string, client: string, timeoutMs: number): Promise<void> {
  const node = realpathSync(process.execPath);
  const words = [
    '--tmpfs',
    '/',
    '--ro-bind',
    '/usr',
    '/usr',
    ...['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    '--tmpfs',
    '/var',
    '--tmpfs',
    '/run',
    '--tmpfs',
    '/etc',
    ...etcWords(),
    '--bind',
    join(folder, 'etc'),
    '/etc/claude-code',
    '--ro-bind',
    join(folder, 'template'),
    '/template',
    '--dir',
    '/workspace',
    '--dir',
    '/home/dev',
    '--bind',
    join(folder, 'io'),
    '/io',
    // Under names of their own: a project below `/tmp` would be among what commands find and sessions clean away.
    ...[
      [ROOT, PROJECT_PLACE],
      [dirname(node), NODE_PLACE],
      [dirname(client), CLIENT_PLACE],
    ].flatMap(([from = '', to = '']) => ['--ro-bind', from, to]),
    '--unshare-all',
    '--uid',
    '1000',
    '--gid',
    '1000',
    '--die-with-parent',
    '--chdir',
    '/workspace',
    '--',
    join(NODE_PLACE, basename(node)),
    join(PROJECT_PLACE, 'scripts', 'probe-session.ts'),
    '/io/job.json',
    '/io/out.jsonl',
  ];
  const child = spawn(bwrap, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  // Whoever ends a run early keeps what was measured until then.
  const end = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(end, timeoutMs);
  for (const signal of SIGNALS) process.on(signal, end);
  await new Promise((done) => child.on('close', done));
  for (const signal of SIGNALS) process.off(signal, end);
  clearTimeout(timer);
}

/** All of this machine's `/etc` but the policy. */
function etcWords(): readonly string[] {
  return readdirSync('/etc', { withFileTypes: true })
    .filter(({ name }) => name !== 'claude-code')
    .flatMap((entry) => {
      const path = `/etc/${entry.name}`;
      return entry.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind-try', path, path];
    });
}
