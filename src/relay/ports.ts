import type { AuditSink } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import type { AwsCredentials } from '../gateway/index.ts';
import type { Identity } from '../identity/index.ts';

/** What a central gateway needs of the rest of the program. */
export interface RelayPorts {
  /** The name that hosts ask for and that their proofs are made for; lower case, without a port. */
  readonly name: string;
  /** Who a proof is of. Never rejects. */
  readonly identify: (proof: string) => Promise<Identity>;
  /** Asked anew for each request. */
  readonly rules: () => RelayRules;
  readonly upstream: RelayUpstream;
  readonly audit: AuditSink;
  /** Whether records can be written and a policy is in force, so that requests could be served. */
  readonly isReady: () => boolean;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Milliseconds that only go forward, with fractions. */
  readonly uptimeMs: () => number;
  /** Takes one line for the operator about a fault that has no other reader. Never holds content or a secret. */
  readonly logError: (line: string) => void;
}

/** What the policy in force says of requests here. */
export interface RelayRules {
  /** Digest of the policy. */
  readonly bundle: Sha256;
  /** Whether its patterns allow a model. */
  readonly mayUseModel: (model: string) => boolean;
  /** Whether it allows a model by its whole id, without a star. */
  readonly namesModel: (model: string) => boolean;
  readonly maxBodyBytes: number;
  readonly timeouts: { readonly connectMs: number; readonly idleMs: number };
}

/** Amazon Bedrock, and the one role that may ask it. */
export interface RelayUpstream {
  readonly baseUrl: string;
  readonly region: string;
  /** Asked before each request. */
  readonly credentials: () => Promise<AwsCredentials>;
}
