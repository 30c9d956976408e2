import { plainAddress } from './tcp-table.ts';

/** What the kernel's audit told of one system call that succeeded. */
export type AuditEvent =
  | {
      readonly kind: 'exec';
      readonly atMs: number;
      readonly pid: number;
      readonly parentPid: number;
      readonly words: readonly string[];
    }
  | {
      readonly kind: 'connect';
      readonly atMs: number;
      readonly pid: number;
      readonly parentPid: number;
      readonly address: string;
      readonly port: number;
    };

/** Puts the lines of one event together. Holds state; one per log. */
export interface AuditEvents {
  /** @returns the event that this line ended, or null. Lines of any other shape tell nothing. Never throws. */
  push(line: string): AuditEvent | null;
}

interface Open {
  atMs: number;
  syscall: { readonly pid: number; readonly parentPid: number } | null;
  words: Map<number, string> | null;
  socket: { readonly address: string; readonly port: number } | null;
}

const HEAD = /^(?:node=\S+ )?type=([A-Z_]{1,32}) msg=audit\((\d{1,11})\.(\d{1,3}):(\d{1,20})\):(.*)$/s;
/** Longer lines are cut by the audit service itself. */
const MAX_LINE_LENGTH = 32 * 1024;
/** Events whose lines have not all come; a line that ends one may be lost. */
const MAX_OPEN = 256;
const MAX_WORDS = 64;
const AF_INET = 2;
const AF_INET6 = 10;

/**
 * Reads lines of `audit.log`. An event is given with its `EOE` or `PROCTITLE`, whichever is first: services that write no
 * end write a title. What programs name themselves is hex or quoted, so that no name ends a field.
 */
export function auditEvents(): AuditEvents {
  const open = new Map<string, Open>();
  const finish = (serial: string): AuditEvent | null => {
    const event = open.get(serial);
    open.delete(serial);
    if (event === undefined || event.syscall === null) return null;
    const { pid, parentPid } = event.syscall;
    const { atMs } = event;
    if (event.words !== null) return { kind: 'exec', atMs, pid, parentPid, words: inOrder(event.words) };
    return event.socket === null ? null : { kind: 'connect', atMs, pid, parentPid, ...event.socket };
  };
  return {
    push(line) {
      if (line.length > MAX_LINE_LENGTH) return null;
      const [, type = '', seconds = '', millis = '', serial = '', rest = ''] = HEAD.exec(line) ?? [];
      if (serial === '') return null;
      if (type === 'EOE' || type === 'PROCTITLE') return finish(serial);
      if (type !== 'SYSCALL' && type !== 'EXECVE' && type !== 'SOCKADDR') return null;
      const atMs = Number(seconds) * 1000 + Number(millis);
      const event = open.get(serial) ?? { atMs, syscall: null, words: null, socket: null };
      open.set(serial, event);
      const [oldest] = open.keys();
      if (open.size > MAX_OPEN && oldest !== undefined) open.delete(oldest);
      if (type === 'SYSCALL') event.syscall = syscallOf(rest);
      else if (type === 'EXECVE') addWords(event, rest);
      else event.socket = socketOf(rest);
      return null;
    },
  };
}

/** Null for a call that failed: nothing came of it. A connection that is not made at once succeeds later. */
function syscallOf(rest: string): { readonly pid: number; readonly parentPid: number } | null {
  const isDone = / success=yes(?: |$)/.test(rest) || / exit=-115(?: |$)/.test(rest);
  const pid = Number(/ pid=(\d{1,10})(?: |$)/.exec(rest)?.[1] ?? Number.NaN);
  const parentPid = Number(/ ppid=(\d{1,10})(?: |$)/.exec(rest)?.[1] ?? Number.NaN);
  return isDone && Number.isSafeInteger(pid) && Number.isSafeInteger(parentPid) ? { pid, parentPid } : null;
}

/** Words come as `a0="ls"`, as `a1=2D6C` in hex, and long ones in pieces as `a2[0]=…`. */
function addWords(event: Open, rest: string): void {
  const words = (event.words ??= new Map());
  for (const [, place = '', piece, quoted, hex] of rest.matchAll(
    /(?:^| )a(\d{1,5})(?:\[(\d{1,5})\])?=(?:"([^"]*)"|([0-9A-Fa-f]*))(?= |$)/g,
  )) {
    const index = Number(place);
    if (index >= MAX_WORDS) continue;
    const text = quoted ?? Buffer.from(hex ?? '', 'hex').toString('utf8');
    words.set(index, piece === undefined || piece === '0' ? text : `${words.get(index) ?? ''}${text}`);
  }
}

function inOrder(words: ReadonlyMap<number, string>): readonly string[] {
  return [...words].sort(([a], [b]) => a - b).map(([, word]) => word);
}

function socketOf(rest: string): { readonly address: string; readonly port: number } | null {
  const hex = / saddr=([0-9A-Fa-f]{16,256})(?: |$)/.exec(rest)?.[1] ?? '';
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length < 8) return null;
  const [family, port] = [bytes.readUInt16LE(0), bytes.readUInt16BE(2)];
  if (family === AF_INET) return { address: [...bytes.subarray(4, 8)].join('.'), port };
  if (family !== AF_INET6 || bytes.length < 24) return null;
  const groups = Array.from({ length: 8 }, (_, nth) => bytes.readUInt16BE(8 + 2 * nth).toString(16));
  const address = plainAddress(groups.join(':'));
  return address === null ? null : { address, port };
}
