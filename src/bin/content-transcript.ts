import { readLog } from '../audit/index.ts';
import type { AuditCorrupt } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { parseRecordedRef, parseReplyList, parseRequestList } from './content-lists.ts';
import type { ContentProblem, ContentReader, ContentRef } from './content-reader.ts';

/** A request or a reply of which a record says that its content is kept. */
export interface ContentRecord {
  readonly index: number;
  readonly sessionId: SessionId;
  readonly kind: 'request' | 'reply';
  readonly occurredAtMs: number;
  /** The record of the request that a reply answers, or of the request before in its conversation. */
  readonly follows: number | null;
  readonly model: string | null;
  readonly masked: ContentRef;
  /** Null where the policy has it not kept. The same as `masked` where nothing was masked. */
  readonly original: ContentRef | null;
}

/** Where the log is read from, and who is told of what is damaged and how far the reading is. */
export interface LogSource {
  readonly folder: string;
  readonly onDamage: (damage: AuditCorrupt) => void;
  readonly onProgress: (records: number) => void;
}

/** The records that name kept content, in the order of the log. */
export async function* contentRecords(source: LogSource): AsyncGenerator<ContentRecord> {
  let count = 0;
  for await (const { index, kind, sessionId, occurredAtMs, body } of readLog(source.folder, {
    onDamage: source.onDamage,
  })) {
    count += 1;
    source.onProgress(count);
    if (kind !== 'model' || sessionId === null || !isJsonObject(body['kept'])) continue;
    const kept = body['kept'];
    const masked = parseRecordedRef(kept['masked']);
    if (masked === null) continue;
    const isReply = body['event'] === 'response';
    const follows = isReply ? body['requestIndex'] : kept['previous'];
    yield {
      index,
      sessionId,
      kind: isReply ? 'reply' : 'request',
      occurredAtMs,
      follows: typeof follows === 'number' ? follows : null,
      model: stringField(body, 'model'),
      masked,
      original: kept['original'] === 'as-masked' ? masked : parseRecordedRef(kept['original']),
    };
  }
}

/** A message or a block of a reply, read. `cut` where the reply broke off in it. */
export type Said =
  | { readonly ok: true; readonly value: Json; readonly isCut: boolean }
  | { readonly ok: false; readonly problem: ContentProblem };

/** What is new with a request: its messages behind those of the one before. One at a time, so that memory stays bounded. */
export async function* newWith(reader: ContentReader, ref: ContentRef): AsyncGenerator<Said> {
  const piece = await reader.piece(ref);
  const list = piece.ok ? parseRequestList(piece.text) : null;
  if (list === null) return yield { ok: false, problem: piece.ok ? 'malformed' : piece.problem };
  for (const segment of list.messages) if (typeof segment !== 'string') yield await saidIn(reader, [segment]);
}

/** The blocks of a reply. */
export async function* blocksOf(reader: ContentReader, ref: ContentRef): AsyncGenerator<Said> {
  const piece = await reader.piece(ref);
  const list = piece.ok ? parseReplyList(piece.text) : null;
  if (list === null) return yield { ok: false, problem: piece.ok ? 'malformed' : piece.problem };
  for (const refs of list) yield await saidIn(reader, refs, true);
}

async function saidIn(reader: ContentReader, refs: readonly ContentRef[], isBlock = false): Promise<Said> {
  const parts: JsonObject[] = [];
  for (const ref of refs) {
    const piece = await reader.piece(ref);
    if (!piece.ok) return piece;
    const value = parsed(piece.text);
    if (value === undefined) return { ok: false, problem: 'malformed' };
    if (!isBlock) return { ok: true, value, isCut: false };
    if (!isJsonObject(value)) return { ok: false, problem: 'malformed' };
    parts.push(value);
  }
  return { ok: true, value: wholeBlock(parts), isCut: parts.at(-1)?.['isCut'] === true };
}

/** A block as a message has it: what came in parts is one again. */
function wholeBlock(parts: readonly JsonObject[]): JsonObject {
  const opened = parts[0]?.['block'];
  const block = isJsonObject(opened) ? opened : {};
  const text = parts.map((part) => stringField(part, 'text') ?? '').join('');
  const citations = parts.flatMap((part): readonly Json[] => {
    const cited: Json | undefined = part['citations'];
    return Array.isArray(cited) ? cited : [];
  });
  const type = stringField(block, 'type') ?? '';
  const cited = citations.length === 0 ? {} : { citations };
  if (text === '') return { ...block, ...cited };
  if (type.endsWith('tool_use')) return { ...block, input: parsed(text) ?? text };
  const field = type === 'thinking' ? 'thinking' : 'text';
  return { ...block, [field]: (stringField(block, field) ?? '') + text, ...cited };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
