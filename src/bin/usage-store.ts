import type { UsageLedger } from '../core/usage.ts';
import { readIfThere } from './state-folder.ts';
import { DAY_MS, MINUTE_MS, usageCounts, usageKey } from './usage-counts.ts';
import type { Moment, UsageCounts } from './usage-counts.ts';
import { newUsageFile } from './usage-file.ts';
import type { UsageFile } from './usage-file.ts';
import { parseUsageLines, usageLineText } from './usage-lines.ts';
import type { UsageLine } from './usage-lines.ts';

export interface UsageStore extends UsageLedger {
  close(): void;
}

export interface UsageClocks {
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Milliseconds that only go forward. */
  readonly uptimeMs: () => number;
}

/** Bytes of the file after which it is written anew, with sums in place of what has passed. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Counts usage of this machine in memory, and in a file from which it goes on after a restart: the tokens of the last
 * days, and the requests of the last minute. A request that was under way when the process ended counts with what it
 * was said to cost if lost.
 *
 * @param path of the file, which is made where it is missing. One process at a time has it: the state folder's lock.
 * @throws {StateFolder} where the file is damaged before its last line.
 * @throws {Error} where it cannot be read or written.
 */
export function openUsageStore(path: string, { clock, uptimeMs }: UsageClocks): UsageStore {
  const now = (): Moment => ({ wallMs: Math.max(0, Math.floor(clock())), uptimeMs: uptimeMs() });
  const counts = usageCounts();
  const found = replay(parseUsageLines(readIfThere(path)?.toString('utf8') ?? '', path), counts, now());
  const lastMinute = found.lastMinute;
  const open = new Map<number, RequestLine>();
  let nextId = found.nextId;
  /** Null while the file may lack what is counted, or hold more. */
  let file: UsageFile | null = null;

  const lose = (): void => {
    file?.close();
    file = null;
  };
  const dropOldRequests = (): void => {
    const firstMs = uptimeMs() - MINUTE_MS;
    const kept = lastMinute.findIndex((request) => request.uptimeMs > firstMs);
    lastMinute.splice(0, kept === -1 ? lastMinute.length : kept);
  };
  const rewrite = (): UsageFile => {
    dropOldRequests();
    const sums = counts.sums().map((sum): UsageLine => ({ event: 'day', ...sum }));
    // The tokens of one that is settled are in the sums.
    const settled = lastMinute
      .filter(({ line }) => !open.has(line.id))
      .map(({ line }) => ({ ...line, tokensIfLost: 0 }));
    const lines = [...sums, ...settled, ...open.values()];
    const fresh = newUsageFile(path, lines.map(usageLineText), () => {
      if (file === fresh) lose();
    });
    return fresh;
  };
  /** The file, and whether it was written anew just now, with all that is counted. */
  const ready = (): { readonly to: UsageFile; readonly isFresh: boolean } => {
    if (file !== null && file.sizeBytes > MAX_FILE_BYTES) lose();
    const isFresh = file === null;
    file ??= rewrite();
    return { to: file, isFresh };
  };
  const append = (to: UsageFile, line: UsageLine): void => {
    try {
      to.append(usageLineText(line));
    } catch (error) {
      lose();
      throw error;
    }
  };
  const settle = (request: RequestLine, tokens: number): void => {
    if (!open.delete(request.id)) return;
    const { wallMs } = now();
    counts.addTokens(request.keys, wallMs, tokens);
    const { to, isFresh } = ready();
    if (!isFresh) append(to, { event: 'settled', id: request.id, atMs: wallMs, tokens });
  };
  file = rewrite();

  return {
    admit: async (request) => {
      const moment = now();
      const reached = counts.reached(request, moment);
      if (reached !== null) return reached;
      const { tokensIfLost } = request;
      const keys = request.accounts.map(usageKey);
      const line: RequestLine = { event: 'request', id: nextId, atMs: moment.wallMs, keys, tokensIfLost };
      append(ready().to, line);
      nextId += 1;
      dropOldRequests();
      lastMinute.push({ line, uptimeMs: moment.uptimeMs });
      counts.addRequest(keys, moment.uptimeMs);
      open.set(line.id, line);
      return { kind: 'counted', settle: async (tokens) => settle(line, tokens) };
    },
    close: lose,
  };
}

type RequestLine = Extract<UsageLine, { readonly event: 'request' }>;

interface TimedRequest {
  readonly line: RequestLine;
  readonly uptimeMs: number;
}

interface Replayed {
  readonly nextId: number;
  /** The oldest first. */
  readonly lastMinute: TimedRequest[];
}

function replay(lines: readonly UsageLine[], counts: UsageCounts, now: Moment): Replayed {
  const open = new Map<number, RequestLine>();
  const lastMinute: TimedRequest[] = [];
  let nextId = 0;
  for (const line of lines) {
    switch (line.event) {
      case 'day':
        counts.addTokens([line.key], line.day * DAY_MS, line.tokens);
        break;
      case 'request': {
        nextId = Math.max(nextId, line.id + 1);
        open.set(line.id, line);
        // One from the future was made before the clock was set back, nobody knows when: it counts as made now.
        const ageMs = Math.max(0, now.wallMs - line.atMs);
        if (ageMs < MINUTE_MS) lastMinute.push({ line, uptimeMs: now.uptimeMs - ageMs });
        break;
      }
      case 'settled': {
        const request = open.get(line.id);
        open.delete(line.id);
        if (request !== undefined) counts.addTokens(request.keys, line.atMs, line.tokens);
        break;
      }
    }
  }
  for (const line of open.values()) counts.addTokens(line.keys, line.atMs, line.tokensIfLost);
  lastMinute.sort((a, b) => a.uptimeMs - b.uptimeMs);
  for (const request of lastMinute) counts.addRequest(request.line.keys, request.uptimeMs);
  return { nextId, lastMinute };
}
