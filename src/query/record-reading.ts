import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Looked } from './timeline-entry.ts';

/** The number under a key; null where there is none. */
export function numberField(body: JsonObject, key: string): number | null {
  const value = Object.hasOwn(body, key) ? body[key] : undefined;
  return typeof value === 'number' ? value : null;
}

/** The object under a key; an empty one where there is none. */
export function objectField(body: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(body, key) ? body[key] : undefined;
  return isJsonObject(value) ? value : {};
}

/** The entries under a key that are objects. */
export function objectsIn(body: JsonObject, key: string): readonly JsonObject[] {
  const value: Json | undefined = Object.hasOwn(body, key) ? body[key] : undefined;
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

/** The members of an object of counts. */
export function countsIn(counts: JsonObject): readonly (readonly [string, number])[] {
  return Object.entries(counts).flatMap(([name, count]) => (typeof count === 'number' ? [[name, count] as const] : []));
}

/** What the guard says of looking at the text of an event; null where nobody looked. */
export function lookedAt(body: JsonObject): Looked | null {
  if (!isJsonObject(body['scan'])) return null;
  const { scan } = body;
  const did = stringField(scan, 'did');
  return {
    found: countsIn(objectField(scan, 'found')),
    did: stringField(scan, 'embedded') === 'failed' ? 'not looked at' : did,
  };
}
