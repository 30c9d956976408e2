import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import {
  beginsCommand,
  commandScript,
  parseStat,
  startedAtMs,
  socketInode,
  tcpRows,
  wordsOf,
} from '../observe/index.ts';
import { uidOfProcess } from './process-facts.ts';
import type { AuditEvent, Endpoint, TcpRow } from '../observe/index.ts';

/** A process of a session that was seen to begin a command of the client. */
export interface SeenCommand {
  readonly sessionId: SessionId;
  readonly pid: number;
  readonly startedAtMs: number;
}

/** A connection that a process of a session holds. */
export interface SeenConnection extends SeenCommand {
  readonly remote: Endpoint;
}

/** What one look at the machine's processes showed that no look before it did. */
export interface Sample {
  readonly commands: readonly SeenCommand[];
  readonly connections: readonly SeenConnection[];
}

export interface OsWatch {
  /** Looks at the processes once; what ends between two looks is not seen. */
  sample(nowMs: number, running: ReadonlySet<SessionId>): Sample;
  /** Looks at the connections of the processes that {@link sample} saw. Not to be called before the last call is over. */
  connections(): Promise<readonly SeenConnection[]>;
  /** Takes an event of the kernel's audit, where that is read, and says the same of it. */
  take(event: AuditEvent, running: ReadonlySet<SessionId>): Sample;
}

export interface OsWatchOptions {
  /** Whether a remote end is worth to know who holds it. */
  readonly isOfInterest: (remote: Endpoint) => boolean;
  readonly procFolder?: string;
  /** Whose a session is, where processes of several users are looked at; null for a session that is nobody's. */
  readonly uidOf?: (session: SessionId) => number | null;
}

/** Looks at a process before what it is counts as settled: between its fork and its exec it looks like its parent. */
const SETTLED_LOOKS = 4;
/** Of a socket whose other end is known. */
const PLACED = Number.POSITIVE_INFINITY;
/** Every so manieth look for connections is for all sockets, also those that had no other end for long. */
const FULL_LOOK_EVERY = 30;
/** Processes that are remembered, and sockets. */
const MAX_PROCESSES = 20_000;
const MAX_SOCKETS = 20_000;
const MAX_LINKS = 4_096;

interface Known {
  sessionId: SessionId | null;
  parentPid: number;
  startedAtMs: number;
  looks: number;
  isTold: boolean;
  words: readonly string[];
}

type Open = Omit<SeenConnection, 'remote'>;

const NOTHING: Sample = { commands: [], connections: [] };

/**
 * Watches the processes of sessions: those started with a session's id in their environment, and what they start. A program
 * that clears its environment and leaves its parent between two looks gets away, and so do processes of other users.
 */
export function osWatch({ isOfInterest, procFolder = '/proc', uidOf }: OsWatchOptions): OsWatch {
  const known = new Map<number, Known>();
  /** How often each open socket was looked for, or {@link PLACED}. */
  const sockets = new Map<number, number>();
  let looks = 0;

  const read = (pid: number, file: string): string | null =>
    orNull(() => readFileSync(join(procFolder, String(pid), file), 'utf8'));

  const look = (pid: number, nowMs: number, uptimeS: number, running: ReadonlySet<SessionId>): Known | null => {
    const stat = parseStat(read(pid, 'stat') ?? '');
    if (stat === null) return null;
    const entry = known.get(pid) ?? {
      sessionId: null,
      parentPid: stat.parentPid,
      startedAtMs: startedAtMs(stat.startTicks, uptimeS, nowMs),
      looks: 0,
      isTold: false,
      words: [],
    };
    entry.looks += 1;
    entry.parentPid = stat.parentPid;
    const own = sessionIn(read(pid, 'environ') ?? '');
    entry.sessionId ??=
      (own !== null && running.has(own) && mayBelong(own, pid) ? own : null) ??
      known.get(stat.parentPid)?.sessionId ??
      null;
    if (entry.sessionId !== null) entry.words = wordsOf(read(pid, 'cmdline') ?? '');
    if (known.size < MAX_PROCESSES || known.has(pid)) known.set(pid, entry);
    return entry;
  };

  /** A user can give a process the name of anybody's session. */
  const mayBelong = (session: SessionId, pid: number): boolean =>
    uidOf === undefined || uidOfProcess(pid, procFolder) === uidOf(session);

  const commandOf = (pid: number, entry: Known): SeenCommand | null => {
    if (entry.sessionId === null || entry.isTold || commandScript(entry.words) === null) return null;
    const parent = known.get(entry.parentPid);
    if (parent === undefined || parent.sessionId !== entry.sessionId) return null;
    if (!beginsCommand(entry.words, parent.words)) return null;
    entry.isTold = true;
    return { sessionId: entry.sessionId, pid, startedAtMs: entry.startedAtMs };
  };

  /** The open sockets of a session's processes, with what is known of each; those that were closed are forgotten. */
  const openSockets = (): ReadonlyMap<number, Open> => {
    const open = new Map<number, Open>();
    for (const [pid, { sessionId, startedAtMs: since }] of known) {
      if (sessionId === null) continue;
      for (const inode of socketsOf(procFolder, pid)) {
        if (open.size < MAX_SOCKETS && !open.has(inode)) open.set(inode, { pid, sessionId, startedAtMs: since });
      }
    }
    for (const inode of sockets.keys()) if (!open.has(inode)) sockets.delete(inode);
    return open;
  };

  /** The tables of the network namespaces in which these processes are; reading one costs milliseconds of the kernel's. */
  const tablesOf = async (pids: ReadonlySet<number>): Promise<readonly TcpRow[]> => {
    const byNamespace = new Map<string, number>();
    for (const pid of pids) {
      const namespace = orNull(() => readlinkSync(join(procFolder, String(pid), 'ns/net')));
      if (namespace !== null) byNamespace.set(namespace, pid);
    }
    const rows: TcpRow[] = [];
    for (const pid of byNamespace.values()) {
      for (const file of ['net/tcp', 'net/tcp6']) {
        const text = await readFile(join(procFolder, String(pid), file), 'utf8').catch(() => '');
        for (const row of tcpRows(text)) rows.push(row);
      }
    }
    return rows;
  };

  return {
    sample(nowMs, running) {
      const uptimeS = Number((orNull(() => readFileSync(join(procFolder, 'uptime'), 'utf8')) ?? '').split(' ')[0]);
      const names = orNull(() => readdirSync(procFolder));
      if (!Number.isFinite(uptimeS) || names === null) return NOTHING;
      const pids = new Set(names.map(Number).filter((pid) => Number.isSafeInteger(pid) && pid > 1));
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid);
      const commands: SeenCommand[] = [];
      for (const pid of pids) {
        const before = known.get(pid);
        const entry =
          before !== undefined && before.looks >= SETTLED_LOOKS ? before : look(pid, nowMs, uptimeS, running);
        const command = entry === null ? null : commandOf(pid, entry);
        if (command !== null) commands.push(command);
      }
      return { commands, connections: [] };
    },
    async connections() {
      looks += 1;
      const open = openSockets();
      const isFullLook = looks % FULL_LOOK_EVERY === 0;
      const asking = new Set<number>();
      for (const [inode, { pid }] of open) {
        const seen = sockets.get(inode) ?? 0;
        if (seen === PLACED) continue;
        if (seen < SETTLED_LOOKS || isFullLook) asking.add(pid);
        sockets.set(inode, seen + 1);
      }
      if (asking.size === 0) return [];
      const found: SeenConnection[] = [];
      for (const { inode, remoteAddress: address, remotePort: port } of await tablesOf(asking)) {
        const holder = open.get(inode);
        if (holder === undefined || sockets.get(inode) === PLACED) continue;
        sockets.set(inode, PLACED);
        if (isOfInterest({ address, port })) found.push({ ...holder, remote: { address, port } });
      }
      return found;
    },
    take(event, running) {
      const parent = known.get(event.parentPid);
      const before = known.get(event.pid);
      const sessionId = before?.sessionId ?? parent?.sessionId ?? null;
      if (sessionId === null || !running.has(sessionId)) return NOTHING;
      const since = before?.startedAtMs ?? event.atMs;
      if (event.kind === 'connect') {
        const remote = { address: event.address, port: event.port };
        const seen = { sessionId, pid: event.pid, startedAtMs: since, remote };
        return isOfInterest(remote) ? { commands: [], connections: [seen] } : NOTHING;
      }
      const entry: Known = before ?? {
        sessionId,
        parentPid: event.parentPid,
        startedAtMs: since,
        looks: 0,
        isTold: false,
        words: [],
      };
      entry.words = event.words;
      if (known.size < MAX_PROCESSES || before !== undefined) known.set(event.pid, entry);
      const command = commandOf(event.pid, entry);
      return command === null ? NOTHING : { commands: [command], connections: [] };
    },
  };
}

const VARIABLE = 'SALLYPORT_SESSION=';

function sessionIn(environ: string): SessionId | null {
  const entry = environ.split('\0').find((one) => one.startsWith(VARIABLE));
  return entry === undefined ? null : parseSessionId(entry.slice(VARIABLE.length));
}

function socketsOf(procFolder: string, pid: number): readonly number[] {
  const folder = join(procFolder, String(pid), 'fd');
  const links = (orNull(() => readdirSync(folder)) ?? []).slice(0, MAX_LINKS);
  return links.flatMap((link) => {
    const inode = socketInode(orNull(() => readlinkSync(join(folder, link))) ?? '');
    return inode === null ? [] : [inode];
  });
}

/** Processes end while they are looked at, and some are others'. */
function orNull<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
