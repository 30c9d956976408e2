import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isJsonObject } from '../core/json.ts';
import type { ToolResult } from '../drill/index.ts';
import { toolResults, turns } from '../drill/index.ts';
import { callId, loggedDecisions, runClient } from './drill-run.ts';
import type { Attempt } from './drill-scenario.ts';
import type { Stage } from './drill-stage.ts';

/** A call that takes long enough for something to happen meanwhile. */
export const SLEEP = { name: 'Bash', input: { command: 'sleep 1; echo slept', description: 'drill' } } as const;
/** So long the client may take to come to its second call on a busy machine. */
const MOST_UNGUARDED_MS = 40_000;
/** What each hook client says when it refuses by itself. */
const HOOK_REFUSAL = 'Sallyport refused this call';

/** Kills or stops the daemon while the first call runs; the second must be refused by the hook client alone. */
export async function daemonFault(stage: Stage, signal: AbortSignal, fault: 'SIGKILL' | 'SIGSTOP'): Promise<Attempt> {
  const witness = join(stage.site.workspace, `fault-${fault}`);
  stage.script = turns([
    { toolUses: [SLEEP, { name: 'Bash', input: { command: `touch ${witness}`, description: 'drill' } }] },
    { text: 'done' },
  ]);
  const daemon = stage.daemon();
  let isStruck = false;
  const watching = whenDecided(stage, callId(0, 0), () => {
    isStruck = true;
    daemon.kill(fault);
  });
  const broken = new AbortController();
  const either = { signal: AbortSignal.any([signal, broken.signal]) };
  let hasAnswer = false;
  const repair = async (): Promise<void> => {
    while (!isStruck) await pause(20, undefined, either);
    // The second call must come and be refused while nobody guards: at once, or after two hooks (the end of the first
    // call, the start of the second) have each waited for the hook client's own deadline of 5 s.
    const lastMs = performance.now() + MOST_UNGUARDED_MS;
    while (!hasAnswer && performance.now() < lastMs) await pause(20, undefined, either);
    if (fault === 'SIGKILL') await stage.startDaemon();
    else daemon.kill('SIGCONT');
  };
  const running = runClient(stage, stage.site, [], signal, (output) => {
    hasAnswer ||= printedResult(output, callId(0, 1)) !== null;
  });
  running.catch(() => broken.abort());
  // Both come to an end before anything is cleaned up under them.
  const [, repaired] = await Promise.allSettled([running, repair()]);
  await watching.stop();
  if (repaired.status === 'rejected') throw repaired.reason;
  const run = await running;
  if (existsSync(witness)) return { problem: 'the call ran', recordId: null };
  const result = printedResult(run.output, callId(0, 1));
  if (result === null) return { problem: 'the client did not come to the call', recordId: null };
  const isRefused = result.isError && result.text.includes(HOOK_REFUSAL);
  return {
    problem: isRefused ? null : `the call was stopped by something else: ${result.text.slice(0, 160)}`,
    recordId: null,
  };
}

/** The result of a call as the client printed it: a turn that a later hook ended does not tell the model any more. */
function printedResult(output: string, toolUseId: string): ToolResult | null {
  for (const line of output.split('\n').slice(0, -1)) {
    if (!line.includes(toolUseId) || !line.startsWith('{')) continue;
    const event: unknown = JSON.parse(line);
    if (!isJsonObject(event) || event['type'] !== 'user' || !isJsonObject(event['message'])) continue;
    const found = toolResults({ messages: [event['message']] }).find((result) => result.toolUseId === toolUseId);
    if (found !== undefined) return found;
  }
  return null;
}

/** Ends the running session once the guard has decided a call of it. */
export function endWhenDecided(stage: Stage, toolUseId: string, onEnd: () => void): { stop(): Promise<void> } {
  return whenDecided(stage, toolUseId, (sessionId) => {
    onEnd();
    // Whether it was ended shows in what the session goes on to do.
    stage.control.endSession(sessionId, 'ended by the rehearsal').catch(() => undefined);
  });
}

/** Looks into the log of the newest session until it holds a decision on the call. */
function whenDecided(stage: Stage, toolUseId: string, then: (sessionId: string) => void): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const looking = (async (): Promise<void> => {
    const old = new Set((await stage.control.status()).sessions.map((session) => session.id));
    while (!stopped.signal.aborted) {
      const { sessions } = await stage.control.status();
      for (const { id } of sessions.filter((session) => !old.has(session.id))) {
        if ((await loggedDecisions(stage, id)).has(toolUseId)) {
          then(id);
          return;
        }
      }
      await pause(25);
    }
  })();
  // A failure is told by `stop`; until that is called nobody waits for it.
  looking.catch(() => undefined);
  return {
    stop: async () => {
      stopped.abort();
      await looking;
    },
  };
}
