import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSessionId } from '../src/core/ids.ts';
import type { SessionId } from '../src/core/ids.ts';

/** Name of the bench on the command line. */
export const name = 'hook';

const ROUNDS = 100;
/** Rounds before the clock counts: pages are read from disk and code is compiled. */
const WARM_UP = 5;
const SESSION: SessionId = makeSessionId(1_700_000_000_000, new Uint8Array(16));
const root = fileURLToPath(new URL('..', import.meta.url));

/** One program that is started per tool call with the event on stdin. */
interface Candidate {
  readonly label: string;
  readonly command: readonly string[];
  /** What it must print; null for those that print nothing. */
  readonly answer: RegExp | null;
}

/**
 * Wall time of one whole hook call: a process is started, the event goes in, the answer comes out. Behind the hook clients
 * stand a guard in a process of its own, the default policy and a log that is synced before each answer. The candidates
 * take turns; the bash hook does what audit hooks in the field do: four `jq`, a `date` and a line in a file.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const socket = join(folder, 'guard.sock');
  const guard = await startGuardProcess(folder, workspace, socket);
  try {
    const candidates = makeCandidates(folder, socket);
    const event = JSON.stringify({
      session_id: '25b8c291-a230-49af-982d-b98a17a4e940',
      transcript_path: '/home/dev/.claude/projects/-workspace/25b8c291-a230-49af-982d-b98a17a4e940.jsonl',
      cwd: workspace,
      permission_mode: 'default',
      hook_event_name: 'PreToolUse',
      tool_name: 'Bash',
      tool_input: { command: 'git status && npm test 2>&1 | tail -20', description: 'Run the tests' },
      tool_use_id: 'toolu_01ABCDEFGHJKMNPQRSTVWXYZ',
    });
    const times = new Map<string, number[]>(candidates.map(({ label }) => [label, []]));
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      for (const candidate of candidates) {
        const wallMs = measure(candidate, event);
        if (round >= 0) times.get(candidate.label)?.push(wallMs);
      }
    }
    report(times);
  } finally {
    await stop(guard);
    await checkLog(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure({ label, command, answer }: Candidate, event: string): number {
  const [program = '', ...words] = command;
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(program, words, { input: event, env: { PATH: '/usr/bin:/bin' } });
  const wallMs = performance.now() - startMs;
  if (status !== 0 || (answer !== null && !answer.test(String(stdout)))) {
    throw new Error(`${label} ended with ${status}: ${String(stderr)}`);
  }
  return wallMs;
}

function makeCandidates(folder: string, socket: string): readonly Candidate[] {
  const words = [socket, SESSION];
  const answer = /"permissionDecision":"(allow|ask)"/;
  const candidates: Candidate[] = [{ label: '/bin/true', command: ['/bin/true'], answer: null }];
  const compiled = join(folder, 'sallyport-hook');
  if (existsSync('/usr/bin/cc')) {
    execFileSync('/usr/bin/cc', ['-O2', '-static', '-o', compiled, join(root, 'native/hook.c')]);
    candidates.push({ label: 'c client', command: [compiled, ...words], answer });
  }
  if (existsSync('/bin/dash') && existsSync('/usr/bin/curl')) {
    candidates.push({ label: 'sh client', command: ['/bin/dash', join(root, 'native/hook.sh'), ...words], answer });
  }
  candidates.push({
    label: 'node client',
    command: [process.execPath, join(root, 'native/hook.mjs'), ...words],
    answer,
  });
  if (existsSync('/bin/bash') && existsSync('/usr/bin/jq')) {
    const script = join(folder, 'audit-hook.sh');
    writeFileSync(script, BASH_JQ_HOOK);
    candidates.push({
      label: 'bash + jq',
      command: ['/bin/bash', script, join(folder, 'audit-hook.log')],
      answer: null,
    });
  } else {
    process.stderr.write('note: no bash or no jq: the bash hook is left out\n');
  }
  return candidates;
}

const BASH_JQ_HOOK = `#!/bin/bash
event=$(cat)
tool=$(printf '%s' "$event" | jq -r '.tool_name')
command=$(printf '%s' "$event" | jq -r '.tool_input.command // empty')
session=$(printf '%s' "$event" | jq -r '.session_id')
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
jq -cn --arg t "$now" --arg s "$session" --arg n "$tool" --arg c "$command" '{time:$t,session:$s,tool:$n,command:$c}' >>"$1"
exit 0
`;

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const rows: { readonly call: string; readonly median: string; readonly min: string; readonly max: string }[] = [];
  for (const [label, ours] of times) {
    rows.push({ call: label, median: ms(median(ours)), min: ms(Math.min(...ours)), max: ms(Math.max(...ours)) });
    for (const against of ['/bin/true', 'bash + jq']) {
      const theirs = times.get(against);
      if (theirs === undefined || against === label || label === '/bin/true') continue;
      const line = { bench: name, name: label, unit: 'ms', median: round(median(ours)), min: round(Math.min(...ours)) };
      console.log(
        JSON.stringify({
          ...line,
          max: round(Math.max(...ours)),
          against,
          ratio: round(median(ours) / median(theirs)),
        }),
      );
    }
  }
  process.stderr.write(`${ROUNDS} calls each, milliseconds of wall time\n`);
  for (const { call, median, min, max } of rows) {
    process.stderr.write(`${call.padEnd(14)}${median.padStart(9)}${min.padStart(9)}${max.padStart(9)}\n`);
  }
}

async function startGuardProcess(folder: string, workspace: string, socket: string): Promise<ChildProcess> {
  const guard = spawn(
    process.execPath,
    [join(root, 'bench/support/hook-guard.ts'), folder, workspace, socket, SESSION],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  guard.once('error', reject);
  guard.once('exit', () => reject(new Error('the guard ended before it listened')));
  guard.stdout.once('data', () => resolve());
  await promise;
  return guard;
}

async function stop(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null) return;
  const gone = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
  guard.kill('SIGTERM');
  await gone;
}

/** An answer without its record would make the numbers worthless. */
async function checkLog(folder: string): Promise<void> {
  // Loaded late: a large process starts others more slowly, and the clock measures starting.
  const { folderTree, verify } = await import('../src/verify/index.ts');
  const { ok } = await verify(folderTree(join(folder, 'log')));
  if (!ok) throw new Error('the log of the bench does not verify');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function ms(value: number): string {
  return value.toFixed(2);
}
