import type { SessionId } from '../core/ids.ts';

/** How a result says that its call came out. */
export interface ToldResult {
  readonly id: string;
  readonly outcome: 'ok' | 'error';
}

/** Who sees to the calls of a reply. */
export type CallsBy = 'hooks' | 'gateway' | 'nobody';

/** What some layer saw, in its own words. `atMs` is by the clock of the layer, in milliseconds since the Unix epoch. */
export type Fact = { readonly atMs: number; readonly sessionId: SessionId } & SessionFact;

/** What is told of one session. */
export type SessionFact =
  | { readonly kind: 'session-opened' }
  | { readonly kind: 'session-ended' }
  /** A session of the client began; `isFresh` where it goes on with no earlier one. By its SessionStart hook. */
  | { readonly kind: 'client-started'; readonly clientSessionId: string; readonly isFresh: boolean }
  /** A request went up to the model. */
  | {
      readonly kind: 'request';
      readonly index: number;
      readonly callsBy: CallsBy | null;
      readonly agentId: string | null;
      readonly clientSessionId: string | null;
      readonly results: readonly ToldResult[];
    }
  /** A call of a reply went on to the client. */
  | { readonly kind: 'call-relayed'; readonly id: string; readonly tool: string; readonly requestIndex: number | null }
  /** A call of a reply was taken out of it by the gateway. */
  | { readonly kind: 'call-refused'; readonly id: string; readonly tool: string }
  /** The gateway refused a request for the result of a call that no hook had told of. */
  | { readonly kind: 'undecided-result'; readonly id: string }
  /** The gateway refused a client whose hooks did not answer its canary. */
  | { readonly kind: 'hooks-silent'; readonly clientSessionId: string | null }
  /** A hook asked before the call, and this is what the guard said. */
  | {
      readonly kind: 'decided';
      readonly id: string;
      readonly tool: string;
      readonly agentId: string | null;
      readonly verdict: 'allow' | 'ask' | 'deny' | 'rewrite';
      /** Digest of the input that may run; null where nobody could take it. */
      readonly mayRunSha256: string | null;
    }
  /** A hook told after the call that it ran. */
  | {
      readonly kind: 'ran';
      readonly id: string;
      readonly tool: string;
      readonly agentId: string | null;
      readonly inputSha256: string | null;
    }
  /** Anything else that shows the hooks or the traffic of the session. */
  | { readonly kind: 'sign-of-life' }
  /** A shell of the client's command tool was seen among the processes of the session. */
  | {
      readonly kind: 'command-process';
      readonly pid: number;
      readonly startedAtMs: number;
    }
  /** A process of the session holds a connection past gateway and proxy. */
  | {
      readonly kind: 'connection';
      readonly pid: number;
      readonly startedAtMs: number;
      readonly remote: string;
      /** `model`: an address of a model service. `outside`: one that the policy has nothing for. */
      readonly to: 'model' | 'outside';
    };

/** What is told of the host, whatever the session. */
export type HostFact =
  /** The log was opened, the clock jumped, or there is a gap: time that passed until here tells nothing. */
  | { readonly kind: 'time-unknown'; readonly atMs: number }
  /** A finding is on record already. */
  | { readonly kind: 'recorded-finding'; readonly atMs: number; readonly id: string };
