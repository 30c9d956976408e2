import { z } from 'zod';
import { RECORD_KINDS } from '../core/audit.ts';
import { isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { digest, recordIndex, sessionId, timeMs } from './field.ts';
import { RECORD_BODIES } from './record-bodies.ts';

/**
 * JSON Schema (draft 2020-12) of one line of the log. The bytes of a line have rules beyond it: canonical form, checksum,
 * chain and length stand in `spec/audit-record.md`.
 */
export function recordJsonSchema(): JsonObject {
  const line = z.strictObject({
    at: timeMs.describe(
      'when it happened, in milliseconds since the Unix epoch, by the clock of the machine that acted',
    ),
    body: z.looseObject({ event: z.string() }),
    crc: z
      .string()
      .regex(/^[0-9a-f]{8}$/)
      .describe('CRC-32 of the line without this member'),
    index: recordIndex.describe('position in the log, from 0, without gaps'),
    kind: z.enum(RECORD_KINDS),
    prev: digest.describe('leaf hash of the record before; 64 zeros for the first'),
    session: sessionId.nullable().describe('the governed session it belongs to, or null for what concerns the host'),
    v: z.literal(2),
  });
  const bodies = Object.fromEntries(
    RECORD_BODIES.map(({ kind, event, schema, about }) => [
      nameOf(kind, event),
      plain(z.toJSONSchema(schema.describe(about), { io: 'input' })),
    ]),
  );
  const kinds = [...new Set(RECORD_BODIES.map(({ kind }) => kind))];
  return {
    ...plain(z.toJSONSchema(line, { io: 'input' })),
    title: 'A record of the audit log',
    allOf: kinds.map((kind) => ({
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      // oxlint-disable-next-line unicorn/no-thenable
      then: { properties: { body: { anyOf: refsOf(kind) } } },
    })),
    $defs: bodies,
  };
}

function refsOf(kind: string): readonly JsonObject[] {
  return RECORD_BODIES.filter((one) => one.kind === kind).map(({ event }) => ({
    $ref: `#/$defs/${nameOf(kind, event)}`,
  }));
}

/** `*` is no character of a name in a schema. */
function nameOf(kind: string, event: string): string {
  return `${kind}.${event === '*' ? 'any' : event}`;
}

function plain(schema: unknown): JsonObject {
  const copy: Json = JSON.parse(JSON.stringify(schema));
  if (!isJsonObject(copy)) throw new TypeError('the schema is not an object');
  const { $schema, ...rest } = copy;
  return $schema === undefined ? rest : { $schema, ...rest };
}
