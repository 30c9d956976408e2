import type { Json, JsonObject } from '../core/json.ts';

/** A field that differs between two documents. */
export interface FieldChange {
  /** Names with dots between; an element of a list of objects by its name, in brackets. */
  readonly field: string;
  /** Null where the document has no such field. */
  readonly before: Json;
  readonly after: Json;
  /** For lists of plain values: what is in one and not in the other. Both empty where only the order differs. */
  readonly lists: { readonly added: readonly Json[]; readonly removed: readonly Json[] } | null;
}

/** Names every field in which two documents differ, in the order of their names. Documents are at most 64 deep. */
export function diffFields(before: Json, after: Json, field = ''): readonly FieldChange[] {
  if (before === after || JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isObject(before) && isObject(after)) return diffObjects(before, after, (name) => joined(field, name));
  if (!Array.isArray(before) || !Array.isArray(after)) return [{ field, before, after, lists: null }];
  const [old, next] = [namedElements(before), namedElements(after)];
  if (old !== null && next !== null) {
    const inside = diffObjects(old, next, (name) => `${field}[${name}]`);
    if (inside.length > 0) return inside;
  }
  const [had, has] = [before, after].map((list) => new Set(list.map((each) => JSON.stringify(each))));
  const added = after.filter((each) => had?.has(JSON.stringify(each)) !== true);
  const removed = before.filter((each) => has?.has(JSON.stringify(each)) !== true);
  return [{ field, before, after, lists: { added, removed } }];
}

function diffObjects(before: JsonObject, after: JsonObject, path: (name: string) => string): readonly FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => diffFields(before[name] ?? null, after[name] ?? null, path(name)));
}

/** The elements of a list by what each is called; null where one has no name or two have the same. */
function namedElements(list: readonly Json[]): JsonObject | null {
  const byName = new Map<string, Json>();
  for (const each of list) {
    const name = isObject(each) ? (each['id'] ?? each['name'] ?? each['host']) : null;
    if (typeof name !== 'string' || byName.has(name)) return null;
    byName.set(name, each);
  }
  return Object.fromEntries(byName);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function joined(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}
