import type { WithoutHooks } from '../core/gateway-rules.ts';
import type { SessionId } from '../core/ids.ts';
import type { Liveness } from '../core/session.ts';
import type { CallsBy } from './calls/index.ts';
import { canariesAnswered } from './canary-cut.ts';
import { CANARY_TOOLS } from './canary-reply.ts';
import type { CanaryTool } from './canary-reply.ts';
import { toolNames } from './messages-body.ts';
import type { MessagesBody } from './messages-body.ts';
import type { Refusal } from './refusal.ts';

/** What becomes of a request, by what is known of the hooks of its client. */
export type LivenessStep =
  | {
      readonly kind: 'forward';
      readonly callsBy: CallsBy;
      /** Canaries whose results came without the guard's word. */
      readonly canaryIds: readonly string[];
    }
  | { readonly kind: 'canary'; readonly toolUseId: string; readonly tool: CanaryTool }
  | { readonly kind: 'refuse'; readonly refusal: Refusal; readonly canaryIds: readonly string[] };

/**
 * Sees to it that no client session gets an answer of the model before its hooks were seen to work, or, where the policy
 * lets the gateway decide without them, that it does.
 */
export interface CanaryWatch {
  step(request: LivenessRequest): LivenessStep;
}

export interface LivenessRequest {
  readonly sessionId: SessionId;
  readonly clientSessionId: string | null;
  readonly bytes: Buffer;
  readonly body: MessagesBody;
  readonly withoutHooks: WithoutHooks;
}

/** How long a client that did not answer a canary is told so before it gets another one, in milliseconds. */
export const REFUSAL_MS = 60_000;
/** Canaries that are remembered at one time; beyond, the oldest is forgotten, and its client gets another. */
const MAX_REMEMBERED = 4_096;

/**
 * The canaries issued by this process are remembered, so that a result without a denial of the guard is told from one that
 * was left over by a process that was killed: there the guard's word is lost, and the client gets a new canary.
 */
export function canaryWatch(liveness: Liveness, clock: () => number): CanaryWatch {
  const refusedAtMs = new Map<string, number | null>();
  /** Client sessions that did not answer a canary, and whose calls the gateway has decided since. */
  const unhooked = new Set<string>();

  const mayStillRefuse = (id: string): boolean => {
    const since = refusedAtMs.get(id);
    return since !== undefined && (since === null || clock() - since < REFUSAL_MS);
  };

  return {
    step: ({ sessionId, clientSessionId, bytes, body, withoutHooks }) => {
      if (clientSessionId !== null && liveness.isProven(sessionId, clientSessionId)) return forward('hooks');
      const isDecided = withoutHooks === 'decide';
      if (body.tools === null) return forward(isDecided ? 'gateway' : 'nobody');
      if (clientSessionId === null) return isDecided ? forward('gateway') : refuse(NO_CLIENT_SESSION);
      const client = JSON.stringify([sessionId, clientSessionId]);
      if (isDecided && unhooked.has(client)) return forward('gateway');
      const names = toolNames(bytes, body.tools);
      if (names === null) return refuse({ why: 'unreadable-request', message: 'Sallyport: `tools` cannot be read.' });
      const answered = canariesAnswered(bytes, body, (id) => liveness.isCanary(id));
      if (answered === null) {
        return refuse({ why: 'unreadable-request', message: 'Sallyport: `messages` cannot be read.' });
      }
      const unanswered = answered.filter(mayStillRefuse);
      if (unanswered.length > 0) {
        for (const id of unanswered) refusedAtMs.set(id, refusedAtMs.get(id) ?? clock());
        if (isDecided) {
          const [oldest] = unhooked;
          if (unhooked.size >= MAX_REMEMBERED && oldest !== undefined) unhooked.delete(oldest);
          unhooked.add(client);
          return forward('gateway', unanswered);
        }
        return { kind: 'refuse', refusal: UNANSWERED, canaryIds: unanswered };
      }
      const tool = CANARY_TOOLS.find((name) => names.includes(name));
      if (tool === undefined) return isDecided ? forward('gateway') : refuse(NO_CANARY_TOOL);
      const toolUseId = liveness.issue(sessionId, clientSessionId);
      const [oldest] = refusedAtMs.keys();
      if (refusedAtMs.size >= MAX_REMEMBERED && oldest !== undefined) refusedAtMs.delete(oldest);
      refusedAtMs.set(toolUseId, null);
      return { kind: 'canary', toolUseId, tool };
    },
  };
}

function forward(callsBy: CallsBy, canaryIds: readonly string[] = []): LivenessStep {
  return { kind: 'forward', callsBy, canaryIds };
}

function refuse(refusal: Refusal): LivenessStep {
  return { kind: 'refuse', refusal, canaryIds: [] };
}

const UNANSWERED: Refusal = {
  why: 'canary-unanswered',
  message:
    'Sallyport refused this session: its hooks did not reach the guard, so its tool calls would not be checked. ' +
    'Run `sallyport doctor`.',
};

const NO_CLIENT_SESSION: Refusal = {
  why: 'no-client-session',
  message:
    'Sallyport refused this request: it offers tools but names no client session, so nobody could tell whether its tool ' +
    'calls are checked. Start the client with `sallyport run`.',
};

const NO_CANARY_TOOL: Refusal = {
  why: 'no-canary-tool',
  message:
    'Sallyport refused this request: it offers neither the Bash nor the Read tool, by which Sallyport checks that the ' +
    "session's hooks work. Make the first request of a session with one of them.",
};
