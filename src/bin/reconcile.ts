import type { AuditSink } from '../core/audit.ts';
import type { ReconcileStatus } from '../core/reconcile-status.ts';
import type { SessionId } from '../core/ids.ts';
import { auditEvents } from '../observe/index.ts';
import type { Endpoint } from '../observe/index.ts';
import { discrepancyBody, factOf, reconciler } from '../reconcile/index.ts';
import type { Discrepancy, Fact, PlacedRecord, ReconcileLimits } from '../reconcile/index.ts';
import { followedFile } from './followed-file.ts';
import { osWatch } from './os-watch.ts';
import type { OsWatch, Sample, SeenConnection } from './os-watch.ts';
import { watchedPlaces } from './watched-places.ts';
import type { NamedPlaces } from './watched-places.ts';

/** What reconciling needs of the daemon. */
export interface ReconcileDesk {
  /** The log's records from one on, as they come, until the signal. */
  readonly records: (fromIndex: number, follow: AbortSignal) => AsyncIterable<PlacedRecord>;
  /** Records that the log holds at this moment. */
  readonly sizeRecords: number;
  readonly audit: AuditSink;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Sessions that run now. */
  readonly running: () => readonly SessionId[];
  readonly places: () => NamedPlaces;
  readonly limits?: Partial<ReconcileLimits>;
  /** Null where processes are not to be looked at; this machine's where absent. */
  readonly watch?: OsWatch | null;
  /** Whose a session is, where the daemon serves several users. */
  readonly uidOf?: (session: SessionId) => number | null;
  readonly logError: (line: string) => void;
}

/** Reconciling that goes on beside the daemon. */
export interface Reconciling {
  readonly status: ReconcileStatus;
  /** Ends it. What was found and is not on record yet is found again at the next start. */
  close(): Promise<void>;
}

/** Records before the end of the log that are read again at the start. */
const TAIL_RECORDS = 20_000;
/** Milliseconds between two looks at the processes, and between two ticks. */
export const SAMPLE_MS = 250;
/** Milliseconds between two looks at their connections. */
export const CONNECTION_MS = 1_000;
const TICK_MS = 500;
const MOST_BETWEEN_TICKS_MS = 5_000;
/** Milliseconds before a log that could not be read is read on. */
const RETRY_MS = 2_000;
/** Records that are joined in one go while others wait. */
const BATCH_RECORDS = 200;
/** Findings that wait for a log that takes no records. */
const MAX_UNRECORDED = 1_000;
/** Connections of one session that are recorded without being a finding. */
const MAX_CONNECTIONS = 256;
/** Where the kernel's audit is written on every distribution that has it. */
const AUDIT_LOG = '/var/log/audit/audit.log';

/**
 * Follows the log and the processes of running sessions, and has each discrepancy recorded, once. It stands beside the way
 * of a call and never holds one up.
 */
export function startReconcile(desk: ReconcileDesk): Reconciling {
  const { clock, logError } = desk;
  const join = reconciler(desk.limits === undefined ? {} : { limits: desk.limits });
  const stopped = new AbortController();
  const places = watchedPlaces({ named: desk.places, uptimeMs: () => performance.now() });
  const isOfInterest = (remote: Endpoint): boolean => places.isOfInterest(remote);
  const watch = desk.watch === undefined ? ownWatch(isOfInterest, desk.uidOf) : desk.watch;
  const auditLog = watch === null ? null : followedFile(AUDIT_LOG);
  const events = auditEvents();
  const osView = watch === null ? 'none' : auditLog === null ? 'proc' : 'auditd';
  const queue: Discrepancy[] = [];
  const recorded = new Set<string>();
  const connections = new Map<SessionId, Set<string>>();
  const pending = new Set<Promise<unknown>>();
  let status: ReconcileStatus = { state: 'catching-up', osView, findings: 0, newest: null };

  const give = (found: readonly Discrepancy[]): void => {
    queue.push(...found.slice(0, MAX_UNRECORDED - queue.length));
    if (status.state === 'live') flush();
  };
  const flush = (): void => {
    for (const one of queue.splice(0)) {
      if (!recorded.has(one.id)) started(record(one));
    }
  };
  const record = async (one: Discrepancy): Promise<void> => {
    try {
      const { sessionId } = one;
      await desk.audit.append({ kind: 'finding', occurredAtMs: clock(), sessionId, body: discrepancyBody(one) });
      recorded.add(one.id);
      const { event, severity } = one;
      status = { ...status, findings: status.findings + 1, newest: { event, severity, sessionId, atMs: clock() } };
      logError(`reconcile: ${severity}: ${event} in session ${sessionId}; see \`sallyport audit reconcile\``);
    } catch {
      // Tried again with the next tick; the log itself says loudly that it takes nothing.
      if (queue.length < MAX_UNRECORDED) queue.push(one);
    }
  };
  const started = (work: Promise<unknown>): void => {
    const done = work
      .catch((error: unknown) => logError(`reconcile: ${nameOf(error)}`))
      .finally(() => pending.delete(done));
    pending.add(done);
  };
  const observe = (fact: Fact): void => give(join.observe(fact, clock()));

  const connected = async ({ sessionId, pid, startedAtMs, remote }: SeenConnection): Promise<void> => {
    const to = await places.of(remote);
    const name = `${remote.address} ${remote.port}`;
    if (to === 'expected') return;
    if (to !== 'unexplained') {
      observe({ kind: 'connection', atMs: clock(), sessionId, pid, startedAtMs, remote: name, to });
    }
    const told = connections.get(sessionId) ?? new Set();
    connections.set(sessionId, told);
    if (told.has(name) || told.size >= MAX_CONNECTIONS) return;
    told.add(name);
    const body = { event: 'connection', seenBy: osView, pid, remote: name, to };
    await desk.audit.append({ kind: 'egress', occurredAtMs: clock(), sessionId, body });
  };
  const seen = ({ commands, connections: held }: Sample): void => {
    for (const command of commands) observe({ kind: 'command-process', atMs: clock(), ...command });
    for (const connection of held) {
      started(connected(connection));
    }
  };

  const sample = setInterval(() => {
    const running = new Set(desk.running());
    for (const id of connections.keys()) if (!running.has(id)) connections.delete(id);
    if (watch === null || running.size === 0 || status.state !== 'live') return;
    for (const line of auditLog?.lines() ?? []) {
      const event = events.push(line);
      if (event !== null) seen(watch.take(event, running));
    }
    seen(watch.sample(clock(), running));
  }, SAMPLE_MS);
  let isLooking = false;
  const connectionLook = setInterval(() => {
    if (watch === null || isLooking || status.state !== 'live') return;
    isLooking = true;
    const look = watch.connections().then((held) => seen({ commands: [], connections: held }));
    started(look.finally(() => (isLooking = false)));
  }, CONNECTION_MS);
  let ticked = { atMs: clock(), uptimeMs: performance.now() };
  const tick = setInterval(() => {
    const now = { atMs: clock(), uptimeMs: performance.now() };
    const [passedMs, upMs] = [now.atMs - ticked.atMs, now.uptimeMs - ticked.uptimeMs];
    ticked = now;
    // A machine that slept, a clock that was set: nobody was silent in that time.
    const isUnknown = Math.max(Math.abs(passedMs), upMs) > MOST_BETWEEN_TICKS_MS;
    if (isUnknown) give(join.observe({ kind: 'time-unknown', atMs: now.atMs }, now.atMs));
    if (status.state !== 'live') return;
    give(join.tick(now.atMs));
    flush();
  }, TICK_MS);

  let next = Math.max(0, desk.sizeRecords - TAIL_RECORDS);
  const follow = async (): Promise<void> => {
    let count = 0;
    if (next >= desk.sizeRecords) live();
    for await (const entry of desk.records(next, stopped.signal)) {
      next = entry.index + 1;
      const fact = factOf(entry);
      if (fact !== null) {
        if (fact.kind === 'recorded-finding') recorded.add(fact.id);
        give(join.observe(fact, clock()));
      }
      if (fact !== null && fact.kind === 'session-opened' && status.state === 'live') started(tellView(fact.sessionId));
      if (next >= desk.sizeRecords) live();
      count += 1;
      if (count % BATCH_RECORDS === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  /** What was found in the records of before and is on record among them is no news. */
  const live = (): void => {
    if (status.state === 'live') return;
    status = { ...status, state: 'live' };
    flush();
  };
  const tellView = async (sessionId: SessionId): Promise<void> => {
    const body = { event: 'watched', osView, ...(osView === 'none' ? {} : { intervalMs: SAMPLE_MS }) };
    await desk.audit.append({ kind: 'session', occurredAtMs: clock(), sessionId, body });
  };
  const following = (async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        await follow();
      } catch (error) {
        logError(`reconcile: the log cannot be read on: ${nameOf(error)}`);
        status = { ...status, state: 'failing' };
        await pausedUnless(stopped.signal, RETRY_MS);
        status = { ...status, state: 'catching-up' };
      }
    }
  })();

  return {
    get status() {
      return status;
    },
    async close() {
      stopped.abort();
      clearInterval(sample);
      clearInterval(connectionLook);
      clearInterval(tick);
      auditLog?.close();
      await following;
      await Promise.allSettled(pending);
    },
  };
}

/** Processes are looked at where there is a `/proc`. */
function ownWatch(
  isOfInterest: (remote: Endpoint) => boolean,
  uidOf: ((session: SessionId) => number | null) | undefined,
): OsWatch | null {
  if (process.platform !== 'linux') return null;
  return osWatch(uidOf === undefined ? { isOfInterest } : { isOfInterest, uidOf });
}

async function pausedUnless(signal: AbortSignal, milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.message : 'an unknown failure';
}
