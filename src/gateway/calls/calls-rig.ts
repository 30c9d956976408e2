import { DEFAULT_GATEWAY_RULES } from '../../core/gateway-rules.ts';
import type { GatewayRules } from '../../core/gateway-rules.ts';
import { makeSessionId, ruleId } from '../../core/ids.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { TokenLookup } from '../../mask/index.ts';
import { ClientGone } from '../client-writer.ts';
import type { ClientWriter } from '../client-writer.ts';
import { CONVERSE_CODEC } from '../converse-codec.ts';
import { EVENT_STREAM_CODEC } from '../event-stream-codec.ts';
import type { MessageFormat } from '../message-format.ts';
import { admitWhole, relayStream } from '../relay.ts';
import { SSE_CODEC } from '../sse-codec.ts';
import type { StreamCodec } from '../stream-codec.ts';
import type { CallPorts, CallVerdict, WordScanner } from './call-ports.ts';
import type { CallsBy } from './call-rule.ts';
import { replyGuard } from './reply-guard.ts';
import type { WordFinding } from './word-findings.ts';

export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** Each form in which a reply streams. */
export const CODECS: ReadonlyArray<{
  readonly name: string;
  readonly codec: StreamCodec;
  readonly format: MessageFormat;
}> = [
  { name: 'server-sent events', codec: SSE_CODEC, format: 'messages' },
  { name: 'frames', codec: EVENT_STREAM_CODEC, format: 'messages' },
  { name: 'Converse', codec: CONVERSE_CODEC, format: 'converse' },
];

const SESSION_ID = makeSessionId(0, new Uint8Array(16));

/** Says to each call what its name begins with. */
export function byName(name: string): CallVerdict {
  const verdict = (['deny', 'ask'] as const).find((word) => name.startsWith(word)) ?? 'allow';
  return { verdict, ruleId: ruleId(`rig/${verdict}`), reason: verdict === 'allow' ? null : 'So it is', bundle: 'b' };
}

export interface CallsSetup {
  readonly callsBy?: CallsBy;
  readonly rules?: Partial<GatewayRules>;
  readonly decide?: CallPorts['decide'];
  readonly scanner?: WordScanner;
  readonly lookup?: TokenLookup;
  readonly isLogBroken?: boolean;
  readonly maxHeldBytes?: number;
  readonly onSent?: (sent: Buffer) => void;
  /** Ends the stream as a connection that breaks. */
  readonly isBroken?: boolean;
}

/** What became of a reply. */
export interface CallsRun {
  readonly sent: Buffer;
  readonly isCut: boolean;
  readonly lastWords: string | null;
  readonly ended: string;
  readonly records: readonly JsonObject[];
  readonly told: readonly WordFinding[];
  /** Ids of the calls that may go. */
  readonly relayed: readonly string[];
}

function guarded(format: MessageFormat, setup: CallsSetup) {
  const records: JsonObject[] = [];
  const relayed: string[] = [];
  const session = { id: SESSION_ID, workspace: '/w', homeDir: '/h', provider: 'anthropic', taint: null } as const;
  const known = { ...session, endedReason: null };
  const guard = replyGuard({
    ports: {
      sessions: { byToken: () => known, byId: () => known },
      calls: {
        decide: setup.decide ?? ((_, { name }) => byName(name)),
        scanner: () => setup.scanner ?? null,
      },
      content: {
        inspects: () => false,
        inspect: () => Promise.resolve(null),
        rules: () => ({ gateway: { ...DEFAULT_GATEWAY_RULES, ...setup.rules }, bundle: 'b' }),
        readDocument: () => Promise.resolve(null),
        store: { open: () => null },
        read: () => Promise.resolve(),
      },
    },
    sessionId: SESSION_ID,
    callsBy: setup.callsBy ?? 'hooks',
    format,
    lookup: setup.lookup ?? (() => null),
    recorder: {
      record: (body) => {
        if (setup.isLogBroken === true) return Promise.resolve(null);
        records.push(body);
        return Promise.resolve(records.length);
      },
    },
    requestIndex: 3,
    maxHeldBytes: setup.maxHeldBytes ?? MAX_EVENT_BYTES,
    relayed: (uses) => relayed.push(...uses.map(({ id }) => id)),
  });
  return { guard, records, relayed };
}

/** Sends a stream through everything that looks at a reply. */
export async function run(
  { codec, format }: { readonly codec: StreamCodec; readonly format: MessageFormat },
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  setup: CallsSetup = {},
): Promise<CallsRun> {
  const { guard, records, relayed } = guarded(format, setup);
  const sent: Buffer[] = [];
  const end: { isCut: boolean; lastWords: string | null } = { isCut: false, lastWords: null };
  const client: ClientWriter = {
    head: () => undefined,
    isHeadSent: true,
    write: (bytes) => {
      if (end.isCut) return Promise.reject(new ClientGone('gone'));
      sent.push(bytes);
      setup.onSent?.(Buffer.concat(sent));
      return Promise.resolve();
    },
    end: () => undefined,
    cut: (words) => {
      end.isCut = true;
      end.lastWords = words?.toString() ?? null;
    },
    goneSignal: new AbortController().signal,
    sent: () => ({ bytes: 0, sha256: '' as Sha256 }),
    release: () => undefined,
  };
  async function* source(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) yield chunk;
    if (setup.isBroken === true) throw new Error('ECONNRESET');
  }
  const { ended } = await relayStream(source(), codec, guard.gate, client, MAX_EVENT_BYTES, guard.stages(codec));
  return { sent: Buffer.concat(sent), ...end, ended, records, told: await guard.told(), relayed };
}

/** The same for a reply that comes whole. What is refused gives no bytes. */
export async function runWhole(
  body: JsonObject | Buffer,
  format: MessageFormat,
  setup: CallsSetup = {},
): Promise<Pick<CallsRun, 'sent' | 'ended' | 'records' | 'told'>> {
  const { guard, records } = guarded(format, setup);
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  try {
    const sent = await guard.whole(bytes);
    const admitted = await admitWhole(sent, guard.gate, format);
    const told = await guard.told();
    if (admitted.kind === 'admitted') return { sent, ended: 'complete', records, told };
    return { sent: Buffer.alloc(0), ended: admitted.refusal.why, records, told };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { sent: Buffer.alloc(0), ended: error.message, records, told: await guard.told() };
  }
}

/** A stream of these events in the form of a codec. */
export function streamOf(codec: StreamCodec, events: readonly JsonObject[]): Buffer {
  return Buffer.concat(events.map((event) => codec.write(event)));
}

/** The events in a stream, as its codec reads them; what is not whole is left out. */
export function eventsIn(codec: StreamCodec, bytes: Buffer): readonly JsonObject[] {
  const units = codec.splitter(MAX_EVENT_BYTES).push(bytes);
  return units.map((unit, at) => codec.read(unit, at === 0)).filter((event) => event !== null);
}
