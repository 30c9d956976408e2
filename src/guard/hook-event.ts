import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Sha256 } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { jsonShapeFault } from './json-shape.ts';
import { MAX_EVENT_BYTES } from './limits.ts';

/** One event of the agent's client, as it came. Fields beyond the common ones are read where they are needed. */
export interface HookEvent {
  /** The client's `hook_event_name`: letters only, at most 64. */
  readonly name: string;
  readonly fields: JsonObject;
  readonly bytes: number;
  /** Of the bytes as they came. */
  readonly sha256: Sha256;
}

/** An event, or why the bytes are none. `problem` follows on "because" and quotes nothing of them. */
export type ReadEvent =
  | { readonly ok: true; readonly event: HookEvent }
  | { readonly ok: false; readonly problem: string; readonly bytes: number; readonly sha256: Sha256 };

const EVENT_NAME = /^[A-Za-z]{1,64}$/;

/**
 * Reads what a hook client sent. Strict where two parsers could disagree: bytes that are not UTF-8, a key twice in one
 * object, too much or too deep are no event. Unknown fields are kept.
 */
export function readEvent(bytes: Uint8Array): ReadEvent {
  const sha256 = sha256Of(bytes);
  const fault = (problem: string): ReadEvent => ({ ok: false, problem, bytes: bytes.length, sha256 });
  if (bytes.length > MAX_EVENT_BYTES) return fault('its event is larger than 8 MiB');
  // A lenient decoder would put another character for what it cannot read.
  if (!isUtf8(bytes)) return fault('its event is not UTF-8 text');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const value = parse(text);
  if (value === undefined) return fault('its event is not JSON');
  if (!isJsonObject(value)) return fault('its event is not a JSON object');
  const shapeFault = jsonShapeFault(text);
  if (shapeFault !== null) return fault(`its event is not plain JSON: ${shapeFault}`);
  const name = stringField(value, 'hook_event_name');
  if (name === null || !EVENT_NAME.test(name)) return fault('its event has no name');
  return { ok: true, event: { name, fields: value, bytes: bytes.length, sha256 } };
}

/** SHA-256 of bytes or of text as UTF-8. */
export function sha256Of(content: Uint8Array | string): Sha256 {
  return hash('sha256', content, 'hex') as Sha256;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
