import type { Action } from '../core/action.ts';
import type { AuditRecord, Receipt } from '../core/audit.ts';
import type { Decision } from '../core/decision.ts';
import { AuditUnavailable } from '../core/error.ts';
import { makeSessionId, ruleId } from '../core/ids.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { SealedCall, SealPlace, SeenCall, WouldBe } from '../core/seen-call.ts';
import type { GovernedSession } from '../core/session.ts';
import type { Taint } from '../core/taint.ts';
import type { Finding } from '../core/finding.ts';
import type { Inspection, PassingText } from '../core/inspection.ts';
import type { GuardPorts, GuardScene } from './ports.ts';

/** The session that {@link scriptedPorts} knows, for tests. */
export const SAMPLE_SESSION: SessionId = makeSessionId(1_700_000_000_000, new Uint8Array(16));
/** A well-formed id that no session has. */
export const OTHER_SESSION: SessionId = makeSessionId(1_700_000_000_000, new Uint8Array(16).fill(7));
/** The one `tool_use` id that counts as a canary. */
export const SAMPLE_CANARY = 'toolu_sallyport_0123';

/** One action that the guard had decided. */
export interface DecidedAction {
  readonly action: Action;
  readonly scene: GuardScene;
  readonly taint: Taint | null;
}

/** Ports whose answers a test sets, and what the guard did with them. */
export interface ScriptedPorts extends GuardPorts {
  readonly records: AuditRecord[];
  readonly decided: DecidedAction[];
  readonly inspected: PassingText[];
  /** Client sessions that began. */
  readonly clients: string[];
  readonly confirmed: string[];
  readonly noted: string[];
  readonly errors: string[];
}

/** What a test may change; each is asked anew for every call. */
export interface Script {
  decision?: Decision | Error;
  endedReason?: string | null;
  isUnknown?: boolean;
  /** Runs in place of an append that just succeeds; throws or waits as the test wants. */
  append?: (record: AuditRecord) => Promise<void>;
  clock?: () => number;
  wouldBe?: readonly WouldBe[];
  taint?: Taint | null;
  /** What is seen in a text; null where the policy asks for nothing, an error where looking fails. */
  inspect?: (text: PassingText) => Inspection | null;
  staysHere?: boolean;
  known?: readonly Finding[] | 'fails';
  /** Runs where a session is tainted. */
  tainted?: (taint: Taint) => Promise<void>;
  /** Runs in place of a policy that keeps no content. */
  seal?: (call: SeenCall, place: SealPlace) => SealedCall;
}

/** Ports for tests of the guard, without a log, a policy or a session folder. */
export function scriptedPorts(script: Script = {}): ScriptedPorts {
  const records: AuditRecord[] = [];
  const decided: DecidedAction[] = [];
  const inspected: PassingText[] = [];
  const clients: string[] = [];
  const confirmed: string[] = [];
  const noted: string[] = [];
  const errors: string[] = [];
  const session = (): GovernedSession => ({
    id: SAMPLE_SESSION,
    workspace: '/workspace',
    homeDir: '/home/dev',
    provider: 'anthropic',
    endedReason: script.endedReason ?? null,
    taint: script.taint ?? null,
  });
  return {
    records,
    decided,
    inspected,
    clients,
    confirmed,
    noted,
    errors,
    sessions: {
      byToken: () => null,
      byId: (id) => (id === SAMPLE_SESSION && script.isUnknown !== true ? session() : null),
    },
    liveness: {
      isProven: () => false,
      issue: () => SAMPLE_CANARY,
      isCanary: (id) => id === SAMPLE_CANARY,
      confirm: (id, clientSessionId, toolUseId) => void confirmed.push(`${id} ${clientSessionId} ${toolUseId}`),
      noteDecision: (id, toolUseId) => void noted.push(`${id} ${toolUseId}`),
      wasDecided: () => false,
    },
    audit: {
      async append(record): Promise<Receipt> {
        await script.append?.(record);
        records.push(record);
        return { index: records.length - 1, hash: '0'.repeat(64) as Sha256 };
      },
    },
    clock: () => script.clock?.() ?? 1_700_000_000_000,
    decide(action, scene, taint) {
      decided.push({ action, scene, taint });
      if (script.decision instanceof Error) throw script.decision;
      return {
        decision: script.decision ?? { verdict: 'allow', ruleId: ruleId('test/allow') },
        bundleDigest: 'bundle',
        wouldBe: script.wouldBe ?? [],
        facts: null,
      };
    },
    inspects: () => script.inspect !== undefined,
    inspect: async (text) => {
      inspected.push(text);
      return script.inspect?.(text) ?? null;
    },
    staysHere: () => script.staysHere ?? true,
    known: () => {
      if (script.known === 'fails') throw new Error('unreadable');
      return script.known ?? [];
    },
    clientStarted: async (_session, clientSessionId, isFresh) => {
      clients.push(`${clientSessionId} ${isFresh ? 'fresh' : 'goes on'}`);
    },
    taint: async (_session, taint) => {
      await script.tainted?.(taint);
    },
    seal: (call, place) => script.seal?.(call, place) ?? { sealed: null, why: 'policy' },
    logError: (line) => void errors.push(line),
  };
}

/** A log that is full, as a {@link Script} has it. */
export async function fullDisk(): Promise<void> {
  throw new AuditUnavailable('the record could not be written');
}

/** The bytes of an event as the agent's client writes it, with the fields that all events of a tool have. */
export function eventBytes(name: string, fields: JsonObject = {}): Buffer {
  const common: Record<string, Json> = {
    session_id: '25b8c291-a230-49af-982d-b98a17a4e940',
    transcript_path: '/home/dev/.claude/projects/x.jsonl',
    cwd: '/workspace',
    permission_mode: 'default',
    hook_event_name: name,
  };
  return Buffer.from(JSON.stringify({ ...common, ...fields }));
}

/** The bytes of the event that a shell command is about to run. */
export function bashBytes(command: string, fields: JsonObject = {}): Buffer {
  return eventBytes('PreToolUse', { tool_name: 'Bash', tool_input: { command }, tool_use_id: 'toolu_1', ...fields });
}
