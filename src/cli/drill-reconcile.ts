import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { readLog } from '../audit/index.ts';
import { reconcileLog } from '../bin/reconcile-log.ts';
import { stringField } from '../core/json.ts';
import { turns } from '../drill/index.ts';
import type { DrillOutcome } from './drill-run.ts';
import { SUDO } from './drill-scenario.ts';
import { scriptedClient } from './drill-scripted-client.ts';
import type { RepliedCall, ScriptedClient } from './drill-scripted-client.ts';
import type { Stage } from './drill-stage.ts';

/** A discrepancy of layers that is caused for real, in a session of its own. */
export interface Discord {
  readonly id: string;
  readonly title: string;
  /** The finding that must come of it, and no other. */
  readonly expected: string;
  /** Milliseconds until it is a fact, where passing time makes it one. */
  readonly waitMs: number;
  /** @returns what to undo once it was seen. */
  cause(client: ScriptedClient, stage: Stage): Promise<(() => void) | null>;
}

/** Milliseconds between the fact and its finding at most. */
const WITHIN_MS = 5_000;
/** How long the log is looked at for a finding: the time it has, and what a machine under load takes. */
const LOOK_MS = 20_000;
const POLL_MS = 100;
/** A session counts as silent after 30 s. */
const SILENT_MS = 30_000;
/** Long enough to be seen. */
const SEEN_S = 4;

const LOOK = { name: 'Bash', input: { command: 'ls src', description: 'drill' } } as const;
const OTHER_INPUT = { command: 'ls /', description: 'drill' };

/** Each kind of finding, caused. */
export const DISCORDS: readonly Discord[] = [
  {
    id: 'reconcile/undecided-tool',
    title: 'a hook tells of a call that nobody asked about before',
    expected: 'tool-without-decision',
    waitMs: 0,
    async cause(client) {
      await client.hook('SessionStart', { source: 'startup' });
      await client.hook('PostToolUse', eventOf({ id: 'toolu_undecided', ...LOOK }, { tool_response: 'drill' }));
      return null;
    },
  },
  {
    id: 'reconcile/undecided-process',
    title: 'a shell of the client runs without a call',
    expected: 'tool-without-decision',
    waitMs: 0,
    async cause(client) {
      await client.hook('SessionStart', { source: 'startup' });
      const script = `source /nonexistent/.claude/shell-snapshots/snapshot-bash-0-drill.sh 2>/dev/null || true && eval 'sleep ${SEEN_S}' < /dev/null && pwd -P > /dev/null`;
      const start = `require('node:child_process').spawn('/bin/bash', ['-c', ${JSON.stringify(script)}], { stdio: 'ignore' })`;
      return killing(inSession(client, start, 'claude'));
    },
  },
  {
    id: 'reconcile/hooks-off',
    title: 'a call of the model runs and no hook tells of it',
    expected: 'decision-without-hook',
    waitMs: 0,
    async cause(client, stage) {
      stage.script = turns([{ toolUses: [LOOK] }, { text: 'done' }]);
      await client.send(await client.begin(), false);
      return null;
    },
  },
  {
    id: 'reconcile/denied-runs',
    title: 'the result of a denied call goes up as if it had run',
    expected: 'denied-call-executed',
    waitMs: 0,
    async cause(client, stage) {
      stage.script = turns([{ toolUses: [SUDO] }, { text: 'done' }]);
      const calls = await client.begin();
      for (const call of calls) await client.hook('PreToolUse', eventOf(call));
      await client.send(calls, false);
      return null;
    },
  },
  {
    id: 'reconcile/past-the-gateway',
    title: 'a process of the session speaks to the model itself',
    expected: 'traffic-outside-gateway',
    waitMs: 0,
    async cause(client, stage) {
      await client.hook('SessionStart', { source: 'startup' });
      const { port } = new URL(stage.model.url);
      return killing(inSession(client, `require('node:net').connect(${port}, '127.0.0.1')`, 'node'));
    },
  },
  {
    id: 'reconcile/unknown-result',
    title: 'the result of a call that nobody saw goes up',
    expected: 'result-without-call',
    waitMs: 0,
    async cause(client, stage) {
      stage.script = turns([{ text: 'hello' }, { text: 'hello' }, { text: 'done' }]);
      await client.begin();
      await client.send([{ id: 'toolu_unseen', ...LOOK }], false);
      return null;
    },
  },
  {
    id: 'reconcile/changed-input',
    title: 'a call runs with another input than the one decided',
    expected: 'input-changed',
    waitMs: 0,
    async cause(client, stage) {
      stage.script = turns([{ toolUses: [LOOK] }, { text: 'done' }]);
      for (const call of await client.begin()) {
        await client.hook('PreToolUse', eventOf(call));
        await client.hook('PostToolUse', eventOf({ ...call, input: OTHER_INPUT }, { tool_response: 'drill' }));
      }
      return null;
    },
  },
  {
    id: 'reconcile/silent',
    title: 'a session runs and nothing is heard of it',
    expected: 'session-without-telemetry',
    waitMs: SILENT_MS,
    cause: () => Promise.resolve(null),
  },
];

/** Causes discrepancies, each in a session of its own, and sees whether each is found in time and nothing beside it. */
export async function runDiscords(
  stage: Stage,
  discords: readonly Discord[],
  signal: AbortSignal,
  onCase: (title: string) => void,
): Promise<readonly DrillOutcome[]> {
  const begun: { readonly discord: Discord; readonly client: ScriptedClient; readonly undo: (() => void) | null }[] =
    [];
  const outcomes: DrillOutcome[] = [];
  try {
    // What takes its time takes it while the others are seen to.
    for (const discord of discords.toSorted((a, b) => b.waitMs - a.waitMs)) {
      onCase(discord.title);
      const client = await scriptedClient(stage, stage.site);
      begun.push({ discord, client, undo: await discord.cause(client, stage) });
      signal.throwIfAborted();
    }
    for (const { discord, client } of begun.toReversed()) outcomes.push(await seen(stage, discord, client, signal));
    return outcomes;
  } finally {
    for (const { client, undo } of begun) {
      undo?.();
      await client.end();
    }
  }
}

/**
 * Whether the layers agreed on everything that happened on the stage.
 *
 * @param discordant sessions in which they were made to disagree.
 */
export async function agreement(stage: Stage, discordant: ReadonlySet<string>): Promise<DrillOutcome> {
  const startedAtMs = performance.now();
  const { found } = await reconcileLog(readLog(stage.paths.audit), {
    sessionId: null,
    onProgress: () => undefined,
  });
  const unexpected = found.filter(({ sessionId }) => !discordant.has(sessionId));
  const [first] = unexpected;
  const named = first === undefined ? '' : `${stringField(first.body, 'event')} ${JSON.stringify(first.body)}`;
  return {
    id: 'reconcile/agreement',
    chain: 'reconcile',
    title: 'the layers tell the same of every call',
    expected: 'no finding',
    happened: first === undefined ? 'no finding' : `${unexpected.length} findings`,
    isAsExpected: first === undefined,
    problem: first === undefined ? null : `${unexpected.length} findings, the first: ${named}`,
    recordId: first?.record ?? null,
    durationMs: Math.round(performance.now() - startedAtMs),
  };
}

interface FoundOne {
  readonly recordId: number;
  readonly event: string;
  readonly delayMs: number;
}

async function seen(
  stage: Stage,
  discord: Discord,
  { session, hookFaults }: ScriptedClient,
  signal: AbortSignal,
): Promise<DrillOutcome> {
  const startedAtMs = performance.now();
  let found = await findingsOf(stage, session.sessionId);
  const untilMs = startedAtMs + discord.waitMs + LOOK_MS;
  while (found.length === 0 && performance.now() < untilMs) {
    await pause(POLL_MS, undefined, { signal });
    found = await findingsOf(stage, session.sessionId);
  }
  const [first, ...others] = found;
  const { id, title, expected } = discord;
  const happened = first === undefined ? 'nothing found' : `${first.event} after ${first.delayMs} ms`;
  const fault = problemOf(discord, first ?? null, others);
  const problem = fault === null || hookFaults.length === 0 ? fault : `${fault}; hook ${hookFaults.join('; ')}`;
  return {
    id,
    chain: 'reconcile',
    title,
    expected,
    happened,
    isAsExpected: problem === null,
    problem,
    recordId: first?.recordId ?? null,
    durationMs: Math.round(performance.now() - startedAtMs),
  };
}

function problemOf({ expected }: Discord, first: FoundOne | null, others: readonly FoundOne[]): string | null {
  if (first === null) return `expected ${expected}, but nothing was found`;
  const other = [first, ...others].find(({ event }) => event !== expected);
  if (other !== undefined) return `expected ${expected}, but ${other.event} was found`;
  return first.delayMs <= WITHIN_MS ? null : `it was found after ${first.delayMs} ms`;
}

/** The findings of a session that are on record, by the times of the log. */
async function findingsOf(stage: Stage, sessionId: string): Promise<readonly FoundOne[]> {
  const found: FoundOne[] = [];
  for await (const { kind, sessionId: of, body, index, occurredAtMs } of readLog(stage.paths.audit)) {
    if (kind !== 'finding' || of !== sessionId) continue;
    const factAtMs = typeof body['factAtMs'] === 'number' ? body['factAtMs'] : 0;
    found.push({ recordId: index, event: stringField(body, 'event') ?? '', delayMs: occurredAtMs - factAtMs });
  }
  return found;
}

function eventOf({ id, name, input }: RepliedCall, more: { readonly tool_response?: string } = {}) {
  return { tool_name: name, tool_input: input, tool_use_id: id, ...more };
}

/** A process that belongs to the session as those of the client do. */
function inSession(client: ScriptedClient, source: string, name: string): ChildProcess {
  const lasting = `${source}; setTimeout(() => undefined, ${SEEN_S * 1000})`;
  return spawn(process.execPath, ['-e', lasting], {
    argv0: name,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SALLYPORT_SESSION: client.session.sessionId },
    stdio: 'ignore',
  });
}

function killing(child: ChildProcess): () => void {
  return () => void child.kill('SIGKILL');
}
