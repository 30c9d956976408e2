import type { AuditSink } from '../core/audit.ts';
import type { GovernedSession, Liveness, SessionDirectory } from '../core/session.ts';

/** What the gateway needs of the rest of the program. */
export interface GatewayPorts {
  readonly sessions: SessionDirectory;
  readonly liveness: Liveness;
  readonly audit: AuditSink;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /**
   * Where requests of this session go, or null where nothing is set up for its provider. A `SallyportError` thrown
   * here is shown to the developer, message and hint; any other error is not.
   */
  readonly upstreamFor: (session: GovernedSession) => Promise<Upstream | null>;
  /** Whether requests may name this model; null where one names none. */
  readonly mayUseModel: (model: string | null) => boolean;
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
    };

/** Keys that sign requests to AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
