import { importEnv } from './import-env.ts';
import { importHooks } from './import-hooks.ts';
import { importMcpBlock, importServerList } from './import-mcp.ts';
import { importServers } from './import-servers.ts';
import { importPermissions, lockOutcome } from './import-permissions.ts';
import { importSandbox } from './import-sandbox.ts';
import { importNumber, importSession } from './import-session.ts';
import { KNOWN_KEYS } from './known-keys.ts';
import { itemsOf, membersOf, textAt } from './ledger.ts';
import type { Cursor, Ledger } from './ledger.ts';
import { plain } from './diagnostic.ts';
import { narrowed, notTaken, taken, wrongType } from './outcomes.ts';
import type { PolicyDraft } from './policy-draft.ts';
import type { RuleReader } from './rule-port.ts';

/** Where an import puts what it finds, and whom it asks. */
export interface ImportDesk {
  readonly books: Ledger;
  readonly draft: PolicyDraft;
  readonly readRule: RuleReader;
  /** Three numbers: an older client than this is never let in by an import. */
  readonly floorVersion: string;
}

/** Imports one document: managed, user or project settings, or a list of MCP servers. */
export function importSettings(root: Cursor, desk: ImportDesk): void {
  for (const [key, member] of membersOf(root)) {
    READERS.get(key)?.(member, desk);
    const known = KNOWN_KEYS.get(key);
    if (known !== undefined) desk.books.tell(member, known);
  }
}

/** Whether a key is one that an import reads; a document without any is something else. */
export function isSettingsKey(key: string): boolean {
  return READERS.has(key) || KNOWN_KEYS.has(key);
}

type Read = (member: Cursor, desk: ImportDesk) => void;

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['permissions', (member, { books, draft, readRule }) => importPermissions(member, books, draft, readRule)],
  ['env', (member, { books, draft }) => importEnv(member, books, draft)],
  ['hooks', (member, { books }) => importHooks(member, books)],
  ['session', (member, { books, draft }) => importSession(member, books, draft)],
  ['mcp', (member, { books, draft }) => importMcpBlock(member, books, draft)],
  ['mcpServers', (member, { books, draft }) => importServers(member, books, draft)],
  ['managedMcpServers', (member, { books, draft }) => importServers(member, books, draft)],
  ['sandbox', (member, { books, draft }) => importSandbox(member, books, draft)],
  ['cleanupPeriodDays', readTranscriptDays],
  ['disableBypassPermissionsMode', (member, { books }) => books.tell(member, lockOutcome(member, IGNORED_HERE))],
  [
    'disableAutoMode',
    (member, { books }) => books.tell(member, lockOutcome(member, 'shuts the mode in which a model decides')),
  ],
  ['requiredMinimumVersion', readVersion],
  ['availableModels', (member, desk) => readModels('allow', member, desk)],
  ['deniedModels', (member, desk) => readModels('deny', member, desk)],
  [
    'enforceAvailableModels',
    (member, { books }) => books.tell(member, taken('holds its default to the list too', 'models.allow')),
  ],
  ...['allowedMcpServers', 'deniedMcpServers', 'enabledMcpjsonServers', 'disabledMcpjsonServers'].map(
    (key): readonly [string, Read] => [key, (member, { books, draft }) => importServerList(key, member, books, draft)],
  ),
]);

const IGNORED_HERE = 'ignores this without a word outside of `permissions`: the mode in which nothing is asked starts';

function readTranscriptDays(member: Cursor, { books, draft }: ImportDesk): void {
  const client = 'keeps local transcripts for so many days; takes a positive whole number';
  importNumber(member, 'session.transcript_days', 1, 365, client, books, draft);
}

function readVersion(member: Cursor, { books, draft, floorVersion }: ImportDesk): void {
  const version = textAt(member) ?? '';
  if (!/^(?:0|[1-9]\d{0,4})(?:\.(?:0|[1-9]\d{0,4})){2}$/.test(version))
    return books.tell(member, wrongType('ignores a version of another form, and starts'));
  const client = 'does not start where it is older';
  const isOlder = compareVersions(version, floorVersion) < 0;
  const kept = isOlder ? floorVersion : version;
  draft.setValue('client.minimum_version', kept, books.placeOf(member));
  const became = `client.minimum_version: ${kept}`;
  books.tell(
    member,
    isOlder ? narrowed(client, `${became}, the oldest that policies were measured with`) : taken(client, became),
  );
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (const [index, part] of (left ?? []).entries()) {
    const difference = part - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function readModels(list: 'allow' | 'deny', member: Cursor, { books, draft }: ImportDesk): void {
  const client = list === 'allow' ? 'offers these models only' : 'does not offer these models';
  if (member.node.kind === 'array' && member.node.items.length === 0)
    return books.tell(
      member,
      list === 'deny'
        ? taken(client, 'models.deny without a model')
        : notTaken(client, 'a policy that allows no model runs nothing'),
    );
  for (const item of itemsOf(member)) {
    const text = textAt(item);
    if (text === null || !/^[A-Za-z0-9*][A-Za-z0-9*._:/@-]{0,199}$/.test(text)) {
      books.tell(item, wrongType(client));
      continue;
    }
    // The client knows families by a short name, the gateway sees the whole one.
    const glob = /^(?:opus|sonnet|haiku)$/.test(text) ? `*${text}*` : text;
    draft.addModel(list, glob, books.placeOf(item));
    books.tell(item, taken(client, `models.${list}: ${plain(glob)}`));
  }
}
