import fc from 'fast-check';
import { z } from 'zod';
import type { AuditRecord } from '../src/core/audit.ts';
import { isJsonObject } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import { RECORD_BODIES } from '../src/records/index.ts';
import type { RecordBody } from '../src/records/index.ts';

/** Bodies of a shape, with everything in them that the schema lets be. */
export function bodiesOf({ schema }: RecordBody): fc.Arbitrary<JsonObject> {
  return arbitraryOf(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))) as JsonObject).map((body) => {
    if (!isJsonObject(body)) throw new TypeError('a body is an object');
    return body;
  });
}

/** Kinds and bodies of records of every event. */
export function anyRecord(): fc.Arbitrary<Pick<AuditRecord, 'kind' | 'body'>> {
  return fc.oneof(...RECORD_BODIES.map((shape) => bodiesOf(shape).map((body) => ({ kind: shape.kind, body }))));
}

function arbitraryOf(schema: JsonObject): fc.Arbitrary<Json> {
  const { anyOf, const: constant, enum: values, pattern, maxLength, minimum, maximum, exclusiveMinimum } = schema;
  if (constant !== undefined) return fc.constant(constant);
  if (Array.isArray(values)) return fc.constantFrom(...(values as readonly Json[]));
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.filter(isJsonObject).map(arbitraryOf));
  const { type } = schema;
  if (Array.isArray(type)) return fc.oneof(...type.map((one: Json) => arbitraryOf({ ...schema, type: one })));
  switch (typeof type === 'string' ? type : 'any') {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'string':
      if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
      return fc.string({ unit: 'grapheme', maxLength: Math.min(40, typeof maxLength === 'number' ? maxLength : 40) });
    case 'integer':
      return fc.integer({ min: numberOr(minimum, -(2 ** 52)), max: numberOr(maximum, 2 ** 52) });
    case 'number':
      return fc.double({ min: numberOr(minimum ?? exclusiveMinimum, -1e9), max: 1e9, noNaN: true, minExcluded: true });
    case 'array':
      return fc.array(isJsonObject(schema['items']) ? arbitraryOf(schema['items']) : anyJson(), { maxLength: 4 });
    case 'object':
      return objectsOf(schema);
    default:
      return anyJson();
  }
}

function objectsOf(schema: JsonObject): fc.Arbitrary<Json> {
  const { properties, required, additionalProperties: free } = schema;
  if (!isJsonObject(properties)) {
    const values = isJsonObject(free) ? arbitraryOf(free) : anyJson();
    return fc.dictionary(
      fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name !== '__proto__'),
      values,
      { maxKeys: 4 },
    );
  }
  const members = Object.entries(properties).map(
    ([name, one]) => [name, arbitraryOf(isJsonObject(one) ? one : {})] as const,
  );
  const needed = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  return fc.record(Object.fromEntries(members), { requiredKeys: needed }).map((made) => ({ ...made }));
}

function anyJson(): fc.Arbitrary<Json> {
  return fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' && Math.abs(value) < 2 ** 52 ? value : otherwise;
}
