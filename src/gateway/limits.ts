/** Bounds on what arrives and how long it may take. */
export interface GatewayLimits {
  /** Bytes of a request body, the client's and as scanned: a transcript with images stays below. */
  readonly maxBodyBytes: number;
  /** Bytes of a reply that is read whole before it is relayed. */
  readonly maxReplyBytes: number;
  /** Bytes of one event of a stream, and of the input of one tool call. AWS frames are at most this long. */
  readonly maxEventBytes: number;
  /** Milliseconds until a connection to the upstream stands. */
  readonly connectTimeoutMs: number;
  /** Milliseconds without a byte from the upstream, or without the client taking one. Streams have no total limit. */
  readonly idleTimeoutMs: number;
  /** Milliseconds for a client to send its request's head. */
  readonly headersTimeoutMs: number;
  /** Milliseconds for a client to send its whole request. */
  readonly requestTimeoutMs: number;
  /** Client connections at one time; more are closed as they come. */
  readonly maxConnections: number;
  /** Of these those of one user; a request by one more is refused. */
  readonly userConnections: number;
  /** Connections at one time of which nobody knows yet whose they are; the oldest is closed for one more. */
  readonly strangerConnections: number;
  /** Requests at one time, each of which may hold a connection to an upstream; more are refused. */
  readonly requestsAtOnce: number;
  /** Of these those of one user: sub-agents of several sessions ask side by side. */
  readonly userRequestsAtOnce: number;
  /** Bytes of all bodies of requests that are under way; a request beyond is refused. Memory takes up to three times as much. */
  readonly bodyBytesAtOnce: number;
  /** Of these those of one user: two of the largest, and some dozens of usual ones. */
  readonly userBodyBytesAtOnce: number;
}

const MIB = 1024 * 1024;

export const GATEWAY_LIMITS: GatewayLimits = {
  maxBodyBytes: 64 * MIB,
  maxReplyBytes: 64 * MIB,
  maxEventBytes: 16 * MIB,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 600_000,
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 120_000,
  maxConnections: 4_096,
  userConnections: 512,
  strangerConnections: 1_024,
  requestsAtOnce: 4_096,
  userRequestsAtOnce: 512,
  bodyBytesAtOnce: 512 * MIB,
  userBodyBytesAtOnce: 192 * MIB,
};
