import { z } from 'zod';
import { isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { policySchema } from './policy-schema.ts';

/** JSON Schema (draft 2020-12) of a policy as it is written. Patterns and addresses are checked beyond it. */
export function policyJsonSchema(): JsonObject {
  const schema: Json = JSON.parse(JSON.stringify(z.toJSONSchema(policySchema, { io: 'input' })));
  if (!isJsonObject(schema)) throw new TypeError('the schema is not an object');
  return schema;
}

/**
 * Names of the fields that may stand at a path of a policy; empty where names are free or there are none.
 *
 * @param kind which of several forms of the mapping is meant, counted from 0 in the order of the schema.
 */
export function fieldNamesAt(schema: JsonObject, path: readonly (string | number)[], kind: number): readonly string[] {
  let branches: readonly JsonObject[] = [schema];
  for (const part of path) branches = branches.flatMap((branch) => childrenOf(branch, part));
  return branches.flatMap((branch) => {
    const meant = alternatives(branch)[kind] ?? branch;
    return Object.keys(objectAt(meant, 'properties') ?? {});
  });
}

function childrenOf(schema: JsonObject, part: string | number): readonly JsonObject[] {
  return alternatives(schema).flatMap((branch) => {
    const child =
      typeof part === 'number'
        ? objectAt(branch, 'items')
        : (objectAt(objectAt(branch, 'properties') ?? {}, part) ?? objectAt(branch, 'additionalProperties'));
    return child === null ? [] : [child];
  });
}

/** The schemas one of which holds: those of `anyOf`, else the schema itself. */
export function alternatives(schema: JsonObject): readonly JsonObject[] {
  const anyOf = schema['anyOf'];
  return Array.isArray(anyOf) ? anyOf.filter(isJsonObject) : [schema];
}

/** The object under `key`, or null where the key is absent or holds something else. */
export function objectAt(object: JsonObject, key: string): JsonObject | null {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : null;
}
