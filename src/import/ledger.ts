import { plain } from './diagnostic.ts';
import type { ImportCode, ImportDiagnostic } from './diagnostic.ts';
import type { JsonNode } from './json-tree.ts';
import { positions } from './positions.ts';
import type { Position } from './positions.ts';

/** A place in a document: a value, and the way to it. */
export interface Cursor {
  readonly node: JsonNode;
  /** Such as `permissions.deny[3]`. */
  readonly path: string;
}

/** What is said about an entry; see {@link ImportDiagnostic}. */
export interface Outcome {
  readonly code: ImportCode;
  readonly severity: 'note' | 'warning';
  readonly client: string;
  readonly became: string;
  /** The value can be a credential and is not shown. */
  readonly isSecret?: boolean;
}

/**
 * Keeps the account of one document: every leaf gets a diagnostic.
 *
 * INVARIANT: after {@link Ledger.close} each leaf of the document has one, whatever the import looked at.
 */
export interface Ledger {
  readonly file: string;
  /** Tells what became of a value, and of all that is in it. A leaf that has been told about keeps its first outcome. */
  tell(cursor: Cursor, outcome: Outcome): void;
  /** `FILE:LINE` of a place, for comments in the policy. */
  placeOf(cursor: Cursor): string;
  /** Says of every leaf that nobody told about that its key is none of the client's, and gives all diagnostics in order. */
  close(): readonly ImportDiagnostic[];
}

/** A ledger for one document. What a later key of the same name takes out of force is told about at once. */
export function ledger(file: string, text: string, root: JsonNode): Ledger {
  const positionOf = positions(text);
  const told = new Set<JsonNode>();
  const diagnostics: ImportDiagnostic[] = [];
  const tell = (cursor: Cursor, outcome: Outcome): void => {
    for (const leaf of leavesOf(cursor)) {
      if (told.has(leaf.node)) continue;
      told.add(leaf.node);
      const { isSecret, ...rest } = outcome;
      const said = isSecret === true ? 'a value that is not shown here' : shownValue(leaf.node);
      diagnostics.push({ ...rest, file, ...positionOf(leaf.node.at), path: leaf.path, said });
    }
  };
  tellOverridden({ node: root, path: '' }, positionOf, tell);
  return {
    file,
    tell,
    placeOf: (cursor) => `${plain(file)}:${positionOf(cursor.node.at).line}`,
    close() {
      tell({ node: root, path: '' }, UNKNOWN_KEY);
      return diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column);
    },
  };
}

/** What is said of a key that the client does not have. */
export const UNKNOWN_KEY: Outcome = {
  code: 'import/unknown-key',
  severity: 'warning',
  client: 'has no such key and ignores it without a word',
  became: 'nothing; say what it was meant for in the policy',
};

/** The members of an object that count, by key: of a key that is given twice the last one. Empty for any other value. */
export function membersOf({ node, path }: Cursor): ReadonlyMap<string, Cursor> {
  if (node.kind !== 'object') return new Map();
  return new Map(
    node.members
      .filter((member) => member.overriddenAt === null)
      .map(({ key, value }) => [key, { node: value, path: joined(path, key) }]),
  );
}

/** The entries of a list, in order. Empty for any other value. */
export function itemsOf({ node, path }: Cursor): readonly Cursor[] {
  return node.kind === 'array' ? node.items.map((item, index) => ({ node: item, path: `${path}[${index}]` })) : [];
}

/** The text of a value, or null where it is none. */
export function textAt(cursor: Cursor | undefined): string | null {
  return cursor?.node.kind === 'string' ? cursor.node.value : null;
}

/** The values that hold no others: texts, numbers, booleans, nulls, empty objects and empty lists. */
export function leavesOf(cursor: Cursor): readonly Cursor[] {
  const { node, path } = cursor;
  if (node.kind === 'array' && node.items.length > 0) return itemsOf(cursor).flatMap(leavesOf);
  if (node.kind === 'object' && node.members.length > 0)
    return node.members.flatMap(({ key, value }) => leavesOf({ node: value, path: joined(path, key) }));
  return [cursor];
}

function joined(path: string, key: string): string {
  const name = /^[\w$-]+$/.test(key) ? key : JSON.stringify(plain(key));
  return path === '' ? name : `${path}.${name}`;
}

function shownValue(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return `\`${plain(node.value)}\``;
    case 'number':
    case 'boolean':
      return `\`${String(node.value)}\``;
    case 'null':
      return '`null`';
    case 'array':
      return 'an empty list';
    case 'object':
      return 'an empty object';
  }
}

function tellOverridden(
  { node, path }: Cursor,
  positionOf: (at: number) => Position,
  tell: (cursor: Cursor, outcome: Outcome) => void,
): void {
  if (node.kind === 'array') for (const item of itemsOf({ node, path })) tellOverridden(item, positionOf, tell);
  if (node.kind !== 'object') return;
  for (const { key, at, value, overriddenAt } of node.members) {
    const inner = { node: value, path: joined(path, key) };
    if (overriddenAt === null) {
      tellOverridden(inner, positionOf, tell);
      continue;
    }
    const [first, last] = [positionOf(at), positionOf(overriddenAt)];
    tell(inner, {
      code: 'import/duplicate-key',
      severity: 'warning',
      client: `reads the key at ${first.line}:${first.column} not at all: it is given again at ${last.line}:${last.column}, and the last one wins`,
      became: 'nothing; put both into one',
      isSecret: true,
    });
  }
}
