import { readLog } from '../audit/index.ts';
import { stringField } from '../core/json.ts';
import type { DrillCall, DrillSite, ToolResult } from '../drill/index.ts';
import { toolResults, turns } from '../drill/index.ts';
import { launch } from './launch.ts';
import { ownPlace } from './launch-place.ts';
import type { Stage } from './drill-stage.ts';

/** What became of one attack or everyday action. */
export interface DrillOutcome {
  readonly id: string;
  readonly chain: string;
  readonly title: string;
  /** What should have happened: `guard deny`, `sandbox`, `runs`, … */
  readonly expected: string;
  /** What did. */
  readonly happened: string;
  readonly isAsExpected: boolean;
  /** Why not, for people; null where it is as expected. */
  readonly problem: string | null;
  readonly recordId: number | null;
  readonly durationMs: number;
}

/** The guard's decision of one call, as the log holds it. */
export interface LoggedDecision {
  readonly recordId: number;
  readonly verdict: string;
  readonly ruleId: string;
}

/** One run of the client on the stage: what it printed, and what the model got to see. */
export interface ClientRun {
  readonly exitCode: number;
  readonly sessionId: string;
  readonly output: string;
  readonly results: ReadonlyMap<string, ToolResult & { readonly atMs: number }>;
  /** Everything that reached the model, for secrets. */
  readonly transcript: string;
}

const MAX_OUTPUT_CHARACTERS = 2_000_000;

/** The id that the scripted model gives to the call of a turn. */
export function callId(turn: number, position = 0): string {
  return `toolu_drill_${turn}_${position}`;
}

/**
 * Starts the real client in a governed session and lets it work through the stage's script.
 *
 * @param onOutput called with everything that the client has printed, whenever there is more of it.
 */
export async function runClient(
  stage: Stage,
  site: DrillSite,
  words: readonly string[],
  signal: AbortSignal,
  onOutput: (output: string) => void = () => undefined,
): Promise<ClientRun> {
  const results = new Map<string, ToolResult & { atMs: number }>();
  const script = stage.script;
  let [output, transcript, sessionId] = ['', '', ''];
  stage.script = (request) => {
    transcript = request.bodyBytes.toString('utf8');
    for (const result of toolResults(request.body)) {
      if (!results.has(result.toolUseId)) results.set(result.toolUseId, { ...result, atMs: performance.now() });
    }
    return script(request);
  };
  const exitCode = await launch({
    place: ownPlace(stage.paths, stage.control),
    command: ['claude', '-p', 'go', '--output-format', 'stream-json', '--verbose', ...words],
    workspace: site.workspace,
    homeDir: site.home,
    env: { ...stage.env, HOME: site.home },
    credentials: stage.credentials,
    stdio: 'pipe',
    onOpen: (opened) => {
      sessionId = opened.sessionId;
    },
    onOutput: (chunk) => {
      if (output.length < MAX_OUTPUT_CHARACTERS) output += chunk.toString('utf8');
      onOutput(output);
    },
    signal,
  });
  return { exitCode, sessionId, output, results, transcript };
}

/** Lets the model make the calls one after the other in one session, and says what became of each. */
export async function runCalls(
  stage: Stage,
  site: DrillSite,
  calls: readonly DrillCall[],
  signal: AbortSignal,
  onCall: (call: DrillCall) => void,
): Promise<readonly DrillOutcome[]> {
  const startedAtMs = performance.now();
  const script = turns([
    ...calls.map((call) => ({ toolUses: [{ name: call.tool, input: call.input(site) }] })),
    { text: 'done' },
  ]);
  stage.script = (request) => {
    const call = calls[request.turn];
    if (call !== undefined) onCall(call);
    return script(request);
  };
  const run = await runClient(stage, site, [], signal);
  const decisions = await loggedDecisions(stage, run.sessionId);
  let previousMs = startedAtMs;
  return calls.map((call, turn) => {
    const result = run.results.get(callId(turn)) ?? null;
    const durationMs = Math.round((result?.atMs ?? previousMs) - previousMs);
    previousMs = result?.atMs ?? previousMs;
    return judge(call, site, result, decisions.get(callId(turn)) ?? null, durationMs);
  });
}

/** Compares what happened with what should have. A weaker or later stop than expected counts as got through. */
function judge(
  call: DrillCall,
  site: DrillSite,
  result: ToolResult | null,
  decision: LoggedDecision | null,
  durationMs: number,
): DrillOutcome {
  const text = result?.text ?? '';
  const hasLeaked = text.includes(site.secret);
  const happened = describe(call, result, decision, hasLeaked);
  const expected = { deny: 'guard deny', ask: 'guard ask', client: 'client', sandbox: 'sandbox', run: 'runs' }[
    call.expect
  ];
  const problem = problemOf(call, result, happened, expected, hasLeaked);
  return {
    id: call.id,
    chain: call.chain,
    title: call.title,
    expected,
    happened: decision === null ? happened : `${happened} (${decision.ruleId})`,
    isAsExpected: problem === null,
    problem,
    recordId: decision?.recordId ?? null,
    durationMs,
  };
}

function describe(
  call: DrillCall,
  result: ToolResult | null,
  decision: LoggedDecision | null,
  hasLeaked: boolean,
): string {
  if (hasLeaked) return 'got through';
  if (result === null) return 'no result';
  if (decision === null) return result.isError ? 'client' : 'got through without the guard';
  if (decision.verdict === 'deny' || decision.verdict === 'ask') {
    return result.isError ? `guard ${decision.verdict}` : 'got through';
  }
  if (call.expect === 'run') return result.isError ? 'failed' : 'runs';
  if (result.isError && /has been denied|denied by your permission|requires approval/u.test(result.text))
    return 'client';
  // The guard let it pass by the policy's word; the secret did not come out, so the layer below held.
  return /permission denied|not permitted|EACCES|EPERM|Read-only file system/iu.test(result.text)
    ? 'sandbox'
    : 'got through';
}

function problemOf(
  call: DrillCall,
  result: ToolResult | null,
  happened: string,
  expected: string,
  hasLeaked: boolean,
): string | null {
  if (hasLeaked) return 'the secret reached the model';
  if (happened !== expected) {
    return `expected ${expected}, but ${happened}${call.expect === 'run' ? `: ${(result?.text ?? '').slice(0, 200)}` : ''}`;
  }
  if (call.output !== undefined && !(result?.text ?? '').includes(call.output)) {
    return `its result does not hold \`${call.output}\`: ${(result?.text ?? '').slice(0, 200)}`;
  }
  return null;
}

/** The guard's decisions of a session by tool call. */
export async function loggedDecisions(stage: Stage, sessionId: string): Promise<ReadonlyMap<string, LoggedDecision>> {
  const found = new Map<string, LoggedDecision>();
  for await (const record of readLog(stage.paths.audit)) {
    if (record.kind !== 'decision' || record.sessionId !== sessionId) continue;
    const [toolUseId, verdict, ruleId] = ['toolUseId', 'verdict', 'ruleId'].map((key) => stringField(record.body, key));
    if (
      typeof toolUseId === 'string' &&
      typeof verdict === 'string' &&
      typeof ruleId === 'string' &&
      !found.has(toolUseId)
    ) {
      found.set(toolUseId, { recordId: record.index, verdict, ruleId });
    }
  }
  return found;
}
