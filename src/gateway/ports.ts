import type { AuditSink } from '../core/audit.ts';
import type { SessionId } from '../core/ids.ts';
import type { GovernedSession, Liveness, SessionDirectory } from '../core/session.ts';
import type { CallPorts } from './calls/index.ts';
import type { Telemetry } from '../core/telemetry.ts';
import type { UsageLedger } from '../core/usage.ts';
import type { ContentStore } from './content-log/index.ts';
import type { ContentPorts } from './masking/index.ts';
import type { ForwardProxyPorts } from './proxy/proxy-ports.ts';

/** What the gateway needs of the rest of the program. */
export interface GatewayPorts {
  readonly sessions: SessionDirectory;
  readonly liveness: Liveness;
  readonly audit: AuditSink;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Milliseconds that only go forward, with fractions. */
  readonly uptimeMs: () => number;
  readonly usage: UsageLedger;
  /** The user of the operating system whose session it is. */
  readonly userOf: (session: GovernedSession) => string;
  readonly telemetry: Telemetry;
  /**
   * Where requests of this session go, or null where nothing is set up for its provider. A `SallyportError` thrown
   * here is shown to the developer, message and hint; any other error is not.
   */
  readonly upstreamFor: (session: GovernedSession) => Promise<Upstream | null>;
  /** Whether requests may name this model; null where one names none. */
  readonly mayUseModel: (model: string | null) => boolean;
  /** Looks at what goes up, and keeps what was masked. */
  readonly content: ContentPorts;
  /** Where what goes up and what comes back is kept, as far as the policy has it kept. */
  readonly contents: ContentStore;
  /** Looks at what comes back. */
  readonly calls: CallPorts;
  /** What it takes to be a proxy for clients that know no base URL; absent where it is none. */
  readonly forwardProxy?: ForwardProxyPorts;
  /** Takes one line for the operator about a fault that has no other reader. Never holds content or a secret. */
  readonly logError?: (line: string) => void;
}

/** A model service and how to prove to it who asks. The session's own token never goes there. */
export type Upstream =
  | {
      readonly provider: 'anthropic';
      /** `http:` or `https:`, optionally with a path in front of `/v1`. */
      readonly baseUrl: string;
      /** Sent as `x-api-key`; null sends none. */
      readonly apiKey: string | null;
      /** Sent as `authorization: Bearer`; null or absent sends none. */
      readonly bearer?: string | null;
    }
  | {
      readonly provider: 'bedrock';
      /** The runtime endpoint; inference profiles are asked of its control plane where the host names one. */
      readonly baseUrl: string;
      readonly region: string;
      /** Asked before each request. Null sends it unsigned, which only a loopback test takes. */
      readonly credentials: (() => Promise<AwsCredentials>) | null;
      /** A Bedrock API key, sent instead of a signature. */
      readonly bearer?: string | null;
      /**
       * Where the upstream is a central gateway: makes the header fields that prove to it who sends a request of a session,
       * given the host that the request goes to. They are sent instead of a signature and of a key.
       */
      readonly proof?: (host: string, sessionId: SessionId) => Promise<ReadonlyArray<readonly [string, string]>>;
    }
  | {
      readonly provider: 'vertex';
      /** `http:` or `https:`, optionally with a path in front of `/v1`. */
      readonly baseUrl: string;
      /** Whose models may be asked and where. A request for another project's goes nowhere: it could be logged there. */
      readonly project: string;
      readonly location: string;
      /** Asked before each request; sent as `authorization: Bearer`. Null sends none, which only a loopback test takes. */
      readonly bearer: (() => Promise<string>) | null;
    };

/** Keys that sign requests to AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
