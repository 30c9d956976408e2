import { hash } from 'node:crypto';

import type { Sha256 } from '../core/ids.ts';
import { canonicalJson, isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** A batch that may have been sent already: another try sends the same records, or none. */
export interface BatchPlan {
  /** Indexes, both included. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** SHA-256 over the lines with a newline each, in hex. */
  readonly sha256: string;
}

/** How far one sink is. */
export interface Position {
  readonly logId: string;
  /** Where the sink is, in one spelling: another place begins anew. */
  readonly target: string;
  /** Records from 0 that need not be sent any more: acknowledged, set aside, or of kinds that the sink is not given. */
  readonly acked: number;
  /** Hash of the last of them, by which a log that was put back and grew again is known; null where it is not known. */
  readonly head: Sha256 | null;
  readonly plan: BatchPlan | null;
  /** Size of the newest checkpoint that the sink has with all its tiles. */
  readonly treeSize: number;
  /** Records that were set aside. */
  readonly refused: number;
  /**
   * Size of the log when the sink came to it: what is older is sent too, and counts for no limit. In a place that the sink was moved
   * to, it is the first record that no place had.
   */
  readonly addedAt: number;
  /** Milliseconds that the oldest record that waits has waited for, in all runs of the program together. */
  readonly waitedMs: number;
  /** Whether a store is still to be asked what it holds already. */
  readonly isFresh: boolean;
  /** Whether the policy names the sink no more. */
  readonly isRemoved: boolean;
}

/** The position of a sink that got nothing yet, in a log of `size` records. */
export function newPosition(logId: string, target: string, size: number): Position {
  const nothing = {
    acked: 0,
    head: null,
    plan: null,
    treeSize: 0,
    refused: 0,
    waitedMs: 0,
    isFresh: true,
    isRemoved: false,
  };
  return { logId, target, addedAt: size, ...nothing };
}

/** Name of the file that the position of a sink is in. */
export function positionFile(sink: string): string {
  return `${sink}.json`;
}

/** Name of the sink whose position a file holds; null for other files. */
export function sinkOfFile(file: string): string | null {
  return /^([a-z0-9][a-z0-9-]{0,39})\.json$/.exec(file)?.[1] ?? null;
}

/** Writes a position as one line with its checksum. */
export function encodePosition(position: Position): string {
  const text = canonicalJson(plainPosition(position));
  return `${canonicalJson({ position: plainPosition(position), sha256: hash('sha256', text), v: 1 })}\n`;
}

/** Reads what {@link encodePosition} wrote. Null for all other bytes: damaged, cut, or of another version. */
export function decodePosition(bytes: Uint8Array): Position | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!isJsonObject(parsed) || parsed['v'] !== 1 || !isJsonObject(parsed['position'])) return null;
  const position = positionOf(parsed['position']);
  // One comparison covers the checksum, unknown fields and every other spelling.
  if (position === null || encodePosition(position) !== Buffer.from(bytes).toString('utf8')) return null;
  return position;
}

function plainPosition(position: Position): JsonObject {
  const { plan, ...rest } = position;
  return { ...rest, plan: plan === null ? null : { ...plan } };
}

function positionOf(value: JsonObject): Position | null {
  const { logId, target, acked, head, treeSize, refused, addedAt, waitedMs, isFresh, isRemoved } = value;
  const plan = planOf(value['plan']);
  if (plan === undefined || typeof logId !== 'string' || typeof target !== 'string') return null;
  if (!isCount(acked) || !isCount(treeSize) || !isCount(refused) || !isCount(addedAt) || !isCount(waitedMs))
    return null;
  if (typeof isFresh !== 'boolean' || typeof isRemoved !== 'boolean' || treeSize > acked) return null;
  if (head !== null && !isSha256(head)) return null;
  if (plan !== null && (plan.firstIndex !== acked || plan.lastIndex < plan.firstIndex)) return null;
  return { logId, target, acked, head, plan, treeSize, refused, addedAt, waitedMs, isFresh, isRemoved };
}

function planOf(value: Json | undefined): BatchPlan | null | undefined {
  if (value === null) return null;
  if (!isJsonObject(value)) return undefined;
  const { firstIndex, lastIndex, sha256 } = value;
  if (!isCount(firstIndex) || !isCount(lastIndex) || !isSha256(sha256)) return undefined;
  return { firstIndex, lastIndex, sha256 };
}

function isSha256(value: Json | undefined): value is Sha256 {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
