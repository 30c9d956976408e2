import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';

import type { SinkForm } from '../../core/audit-rules.ts';
import { ocsfOf } from '../../ocsf/index.ts';
import { textOf } from '../form.ts';
import { failedBy } from '../http-post.ts';
import { ALL_TAKEN, SinkFailed } from '../sink.ts';
import type { BatchLimits, DeliveredRecord, Sink } from '../sink.ts';

/** Each batch has a connection of its own: fewer and larger ones than others. */
const LIMITS: BatchLimits = { maxRecords: 2_000, maxBytes: 1024 * 1024, maxAgeMs: 5_000 };

/** Milliseconds until a connection stands, and until the receiver has closed its side of it. */
const CONNECT_MS = 10_000;
const CLOSE_MS = 20_000;

/**
 * Milliseconds between the last byte of a batch and our goodbye. A receiver that is stopped with bytes unread says goodbye as
 * one does that has read all: it is known by saying so first.
 */
const SETTLE_MS = 250;

/** Facility "log audit" (RFC 5424, section 6.2.1). */
const FACILITY = 13;

/** Private enterprise number that is kept for examples (RFC 5612): the program has none of its own. */
const STRUCTURE = 'sallyport@32473';

// RFC 5424, section 6.4: what follows is UTF-8.
const BOM = '\uFEFF';

export interface SyslogSinkOptions {
  readonly host: string;
  readonly port: number;
  /** PEM certificates that the receiver's must come from; null for those of the system. */
  readonly ca: string | null;
  readonly form: SinkForm;
  readonly hostname: string;
}

/**
 * Delivers records as messages of RFC 5424 over TLS (RFC 5425). The receiver's certificate must be for `host`.
 *
 * Syslog knows no acknowledgement. A batch has a connection of its own, and counts as delivered once the receiver has closed
 * its side in order after we closed ours: one that closes first, or resets the connection, has not read to the end. That is as
 * much as the protocol can say: a receiver that is stopped between our goodbye and its reading of it loses a batch, and what it
 * does with a message that it has read, nobody is told.
 */
export function syslogSink(options: SyslogSinkOptions): Sink {
  return {
    limits: LIMITS,
    store: null,
    deliver: async ({ records }, signal) => {
      const frames = records.map((delivered) => frameOf(messageOf(delivered, options)));
      await send(Buffer.concat(frames), options, signal);
      return ALL_TAKEN;
    },
    close: () => Promise.resolve(),
  };
}

async function send(bytes: Uint8Array, options: SyslogSinkOptions, signal: AbortSignal): Promise<void> {
  const socket = open(options);
  const ended = Promise.withResolvers<void>();
  // It is looked at where we wait for it; until then a failure must not count as one that nobody handles.
  ended.promise.catch(() => undefined);
  let isEnding = false;
  socket.on('error', (cause) => ended.reject(cause));
  socket.on('end', () => {
    // A receiver that ends before we do has not read to the end.
    if (isEnding) ended.resolve();
    else ended.reject(new SinkFailed('the receiver closed the connection before it had all'));
  });
  socket.on('close', () => ended.reject(new SinkFailed('the connection broke before the receiver closed it')));
  // By the protocol it says nothing; what it says must be read for its end to be seen.
  socket.resume();
  const abort = (): void => void socket.destroy(new SinkFailed('broken off'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await within(CONNECT_MS, 'connection', socket, Promise.race([once(socket, 'secureConnect'), ended.promise]));
    const written = new Promise<void>((resolve) => {
      socket.write(bytes, () => resolve());
    });
    await within(CLOSE_MS, 'taking of the batch', socket, Promise.race([written, ended.promise]));
    await Promise.race([pause(SETTLE_MS), ended.promise]);
    isEnding = true;
    socket.end();
    await within(CLOSE_MS, 'end', socket, ended.promise);
  } catch (cause) {
    throw failedBy(cause);
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

function open({ host, port, ca }: SyslogSinkOptions): TLSSocket {
  return connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
  });
}

async function within<Result>(
  mostMs: number,
  what: string,
  socket: TLSSocket,
  action: Promise<Result>,
): Promise<Result> {
  const timer = setTimeout(() => socket.destroy(new SinkFailed(`no ${what} within ${mostMs / 1_000} s`)), mostMs);
  try {
    return await action;
  } finally {
    clearTimeout(timer);
  }
}

/** Octet counting (RFC 5425, section 4.3). */
function frameOf(message: string): Uint8Array {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

/** One message of RFC 5424. */
export function messageOf(
  delivered: DeliveredRecord,
  { form, hostname }: Pick<SyslogSinkOptions, 'form' | 'hostname'>,
): string {
  const { record, source } = delivered;
  const priority = FACILITY * 8 + severityOf(delivered);
  const time = new Date(Math.min(Math.max(record.occurredAtMs, 0), LAST_MS)).toISOString();
  const host = hostname.replaceAll(/[^\x21-\x7e]/g, '-').slice(0, 255) || '-';
  const parameters = [
    parameter('log', source.logId),
    parameter('index', String(record.index)),
    parameter('hash', record.hash),
  ].join(' ');
  return `<${priority}>1 ${time} ${host} sallyport - ${record.kind} [${STRUCTURE} ${parameters}] ${BOM}${textOf(delivered, form)}`;
}

const LAST_MS = Date.UTC(9999, 11, 31);

function parameter(name: string, value: string): string {
  return `${name}="${value.replaceAll(/["\\\]]/g, '\\$&')}"`;
}

/** Severities of syslog by severity ids of OCSF: informational, low, medium, high, critical, fatal. */
const SEVERITIES = [6, 6, 5, 4, 3, 2, 1] as const;

function severityOf({ record, source }: DeliveredRecord): number {
  return SEVERITIES[ocsfOf(record, source).severity_id] ?? 6;
}
