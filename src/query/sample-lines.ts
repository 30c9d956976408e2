import { crc32 } from 'node:zlib';
import type { RecordKind } from '../core/audit.ts';
import { canonicalJson } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { leafHash } from '../tlog/index.ts';

/** What a test has in the log. */
export interface SampleRecord {
  readonly kind: RecordKind;
  readonly body: JsonObject;
  /** Milliseconds since the Unix epoch; one second behind the one before where absent. */
  readonly at?: number;
  readonly session?: string | null;
  /** The next one where absent. */
  readonly index?: number;
}

/** The moment of the first record: 22 November 2026, 10:00 UTC. */
export const SAMPLE_START_MS = Date.UTC(2026, 10, 22, 10);
/** A session that records of tests may belong to. */
export const SAMPLE_SESSION = 'ses_01m80egg019kvr9nhxqxba6y8n';

/** Lines of a log as the log writes them, without newlines. */
export function sampleLines(records: readonly SampleRecord[]): readonly string[] {
  let prev = '0'.repeat(64);
  let index = -1;
  return records.map((record, nth) => {
    index = record.index ?? index + 1;
    const { kind, body, at = SAMPLE_START_MS + 1_000 * nth, session = null } = record;
    const head = `{"at":${at},"body":${canonicalJson(body)}`;
    const tail = `,"index":${index},"kind":"${kind}","prev":"${prev}","session":${JSON.stringify(session)},"v":2}`;
    const crc = crc32(tail, crc32(head)).toString(16).padStart(8, '0');
    const line = `${head},"crc":"${crc}"${tail}`;
    prev = Buffer.from(leafHash(Buffer.from(line))).toString('hex');
    return line;
  });
}
