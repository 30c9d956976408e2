import { discrepancy } from './discrepancy.ts';
import type { Discrepancy } from './discrepancy.ts';
import type { Fact, ToldResult } from './fact.ts';
import { lastDecision } from './session-memory.ts';
import type { CallMemory, SessionMemory } from './session-memory.ts';

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { readonly kind: Kind }>;

/** What is odd about a call of which a hook says that it ran. `call` is what was known of it before. */
export function judgeRun(session: SessionMemory, call: CallMemory | null, ran: FactOf<'ran'>): Discrepancy | null {
  const about = { toolUseId: ran.id, tool: ran.tool, seenBy: 'hook' };
  const decision = call === null ? null : lastDecision(call, ran.agentId);
  if (decision === null) {
    // Without hooks before a call the gateway decides; of what lies before our memory nobody can say.
    const isKnownToLack = call !== null && call.relayedFor !== null ? call.relayedFor === 'hooks' : session.isWhole;
    if (!isKnownToLack) return null;
    return discrepancy('tool-without-decision', 'critical', ran, [ran.id], about);
  }
  if (decision.verdict === 'deny') return discrepancy('denied-call-executed', 'critical', ran, [ran.id], about);
  const { mayRunSha256 } = decision;
  // A person who is asked may change the call; what was allowed without asking runs as it was decided.
  if (decision.verdict === 'ask' || mayRunSha256 === null || ran.inputSha256 === null) return null;
  if (ran.inputSha256 === mayRunSha256) return null;
  return discrepancy('input-changed', 'critical', ran, [ran.id, ran.inputSha256], {
    ...about,
    decidedSha256: mayRunSha256,
    executedSha256: ran.inputSha256,
  });
}

/** What is odd about a result that a request brings. */
export function judgeResult(
  session: SessionMemory,
  call: CallMemory | null,
  request: FactOf<'request'>,
  result: ToldResult,
): Discrepancy | null {
  const about = { toolUseId: result.id, record: request.index, seenBy: 'gateway' };
  if (call === null) {
    // A client that goes on with an earlier conversation brings results of calls that others saw.
    const isOwn = request.clientSessionId !== null && session.freshClients.has(request.clientSessionId);
    return session.isWhole && isOwn ? discrepancy('result-without-call', 'high', request, [result.id], about) : null;
  }
  // The client marks as an error what it did not run: a denial, an interrupt, an unknown tool.
  if (result.outcome !== 'ok') return null;
  const decision = lastDecision(call, request.agentId);
  const told = { ...about, tool: call.tool };
  if (call.isRefused || decision?.verdict === 'deny')
    return discrepancy('denied-call-executed', 'critical', request, [result.id], told);
  if (decision === null && call.relayedFor === 'hooks')
    return discrepancy('decision-without-hook', 'critical', request, [result.id], told);
  return null;
}

/** Milliseconds by which the moments of two layers may differ. */
const SLACK_MS = 1_000;
/** How long after a denial a command process is laid to it. */
const AFTER_DENIAL_MS = 30_000;
/** Tools that start no shell of the client. */
const WITHOUT_SHELL: ReadonlySet<string> = new Set([
  'Read',
  'Edit',
  'Write',
  'NotebookEdit',
  'WebFetch',
  'WebSearch',
  'TodoWrite',
]);

/** What is odd about a shell of the client's command tool. Presence alone speaks: a shell nobody saw proves nothing. */
export function judgeCommand(session: SessionMemory, process: FactOf<'command-process'>): Discrepancy | null {
  if (!session.isWhole) return null;
  const { startedAtMs, pid } = process;
  const calls = [...session.calls.values()];
  if (calls.some((call) => !WITHOUT_SHELL.has(call.tool) && mayHaveStarted(call, startedAtMs))) return null;
  const denied = calls.findLast(
    ({ tool, deniedAtMs }) =>
      !WITHOUT_SHELL.has(tool) &&
      deniedAtMs !== null &&
      startedAtMs >= deniedAtMs - SLACK_MS &&
      startedAtMs <= deniedAtMs + AFTER_DENIAL_MS,
  );
  const about = { pid, startedAtMs, seenBy: 'process' };
  if (denied === undefined) return discrepancy('tool-without-decision', 'high', process, [pid, startedAtMs], about);
  const told = { ...about, toolUseId: denied.id, tool: denied.tool };
  return discrepancy('denied-call-executed', 'high', process, [pid, startedAtMs], told);
}

/** What is odd about a connection past gateway and proxy. */
export function judgeConnection(session: SessionMemory | null, seen: FactOf<'connection'>): Discrepancy | null {
  // Before it fetches a page the client itself may ask the model's maker about the host (its preflight).
  const mayFetch = [...(session?.calls.values() ?? [])].some(
    (call) => call.tool === 'WebFetch' && mayHaveStarted(call, seen.atMs),
  );
  if (mayFetch) return null;
  const severity = seen.to === 'model' ? 'critical' : 'high';
  return discrepancy('traffic-outside-gateway', severity, seen, [seen.pid, seen.startedAtMs, seen.remote], {
    pid: seen.pid,
    remote: seen.remote,
    to: seen.to,
    seenBy: 'process',
  });
}

/** Whether the work of a call may have begun at that moment. */
function mayHaveStarted({ mayRunFromMs, overAtMs }: CallMemory, atMs: number): boolean {
  if (mayRunFromMs === null || atMs < mayRunFromMs - SLACK_MS) return false;
  return overAtMs === null || atMs <= overAtMs + SLACK_MS;
}
