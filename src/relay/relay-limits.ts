/** Bounds on what arrives at a central gateway and how long it may take. */
export interface RelayLimits {
  /** Bytes of all request bodies that are held at one time: each is hashed before it is signed. */
  readonly bodyBytesAtOnce: number;
  /** Bytes of the bodies of one caller of these: a host that says much and sends nothing must leave room for others. */
  readonly callerBodyBytesAtOnce: number;
  /** Requests of one caller at one time: sub-agents ask side by side. */
  readonly callerRequestsAtOnce: number;
  /** Requests of one caller in a minute. */
  readonly callerRequestsPerMinute: number;
  /** Refusals of who was not admitted that are recorded in a minute; of more the next record tells how many. */
  readonly otherRecordsPerMinute: number;
  /** Callers that are counted at one time. */
  readonly callers: number;
  /** Bytes of the head of a request: a proof of some 6 KB and what a client sends. */
  readonly headBytes: number;
  /** Milliseconds for the head of a request, and for all of it. */
  readonly headMs: number;
  readonly requestMs: number;
  /** Connections at one time; more are closed as they come. */
  readonly connections: number;
  /** Milliseconds that requests under way have to end when the gateway is told to. ECS kills after 120 s. */
  readonly drainMs: number;
}

const MIB = 1024 * 1024;

export const RELAY_LIMITS: RelayLimits = {
  bodyBytesAtOnce: 512 * MIB,
  callerBodyBytesAtOnce: 128 * MIB,
  callerRequestsAtOnce: 64,
  callerRequestsPerMinute: 600,
  otherRecordsPerMinute: 120,
  callers: 8_192,
  headBytes: 32 * 1024,
  headMs: 15_000,
  requestMs: 120_000,
  connections: 2_048,
  drainMs: 105_000,
};
