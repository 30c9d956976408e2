import { itemsOf, membersOf, textAt } from './ledger.ts';
import type { Cursor, Ledger, Outcome } from './ledger.ts';
import { plain } from './diagnostic.ts';
import { notTaken, taken, wrongType } from './outcomes.ts';
import type { DraftServer, PolicyDraft } from './policy-draft.ts';

const IGNORED = 'has no such setting and ignores it without a word: such a server connects and runs';
const SERVER_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Imports the `mcp{defaultPolicy, allowlist, denylist}` object, which the client does not have. */
export function importMcpBlock(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  const members = membersOf(cursor);
  const fallback = members.get('defaultPolicy');
  if (fallback !== undefined) {
    const text = textAt(fallback);
    const verdict = text === 'deny' || text === 'ask' ? text : null;
    if (verdict !== null) draft.setValue('defaults.mcp', verdict, books.placeOf(fallback));
    const became = 'only servers under `mcp.servers` start, and their tools are asked for';
    books.tell(fallback, verdict === null ? notTaken(IGNORED, became) : taken(IGNORED, `defaults.mcp: ${verdict}`));
  }
  for (const [key, verdict] of [
    ['allowlist', 'ask'],
    ['denylist', 'deny'],
  ] as const) {
    const list = members.get(key);
    if (list === undefined) continue;
    if (list.node.kind === 'array' && list.node.items.length === 0)
      books.tell(list, taken(IGNORED, verdict === 'ask' ? '`mcp.servers` without a server' : 'no rule'));
    for (const item of itemsOf(list)) importListed(item, verdict, IGNORED, books, draft);
  }
}

/** Imports the client's own lists: names are rules; commands and addresses belong into `mcp.servers`. */
export function importServerList(key: string, cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  const isDeny = /^(?:denied|disabled)/.test(key);
  const client = isDeny ? 'keeps these servers from starting' : 'lets only these servers start';
  if (cursor.node.kind === 'array' && cursor.node.items.length === 0)
    return books.tell(cursor, taken(client, isDeny ? 'no rule' : '`mcp.servers` without a server'));
  for (const item of itemsOf(cursor)) importListed(item, isDeny ? 'deny' : 'ask', client, books, draft);
}

function importListed(item: Cursor, verdict: 'ask' | 'deny', client: string, books: Ledger, draft: PolicyDraft): void {
  const members = membersOf(item);
  const name = textAt(item) ?? textAt(members.get('name')) ?? textAt(members.get('serverName'));
  if (name === null) {
    const became = 'a server starts only where it stands under `mcp.servers` with its command or address';
    return books.tell(item, verdict === 'deny' ? taken(client, `no field: ${became}`) : notTaken(client, became));
  }
  if (name === '*' && verdict === 'deny') {
    draft.setValue('defaults.mcp', 'deny', books.placeOf(item));
    return books.tell(item, taken(client, 'defaults.mcp: deny, and only servers under `mcp.servers` start'));
  }
  books.tell(item, ruleOutcome(name, verdict, client, books.placeOf(item), draft));
}

function ruleOutcome(
  name: string,
  verdict: 'ask' | 'deny',
  client: string,
  source: string,
  draft: PolicyDraft,
): Outcome {
  const added = draft.addRule(
    {
      verdict,
      name: `mcp-${name}`,
      reason:
        verdict === 'deny' ? 'This MCP server is not used.' : 'Tools of this MCP server are confirmed by a person.',
      body: { family: 'mcp', server: name, tools: ['*'] },
    },
    `${source} ${plain(name)}`,
  );
  if (!added.ok) return notTaken(client, `\`${plain(name)}\` cannot be the name of a server`);
  if (verdict === 'deny') return taken(client, `mcp.deny ${added.id}`);
  const became = `mcp.ask ${added.id}; the server itself must be put under \`mcp.servers\``;
  return { code: 'import/taken-over', severity: 'warning', client, became };
}

/** Imports the servers of a `managed-mcp.json`, `.mcp.json` or `managedMcpServers`. Their tools are asked for. */
export function importServers(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  const client = 'starts these servers and no others';
  if (cursor.node.kind !== 'object') return books.tell(cursor, wrongType('starts no server at all'));
  if (cursor.node.members.length === 0) return books.tell(cursor, taken(client, '`mcp.servers` without a server'));
  for (const [name, member] of membersOf(cursor)) importServer(name, member, client, books, draft);
}

function importServer(name: string, cursor: Cursor, client: string, books: Ledger, draft: PolicyDraft): void {
  const members = membersOf(cursor);
  if (!SERVER_NAME.test(name))
    return books.tell(cursor, {
      ...notTaken(client, 'the name of a server is letters, digits, `_` and `-`'),
      isSecret: true,
    });
  const server = serverOf(members);
  if (server === null)
    return books.tell(cursor, {
      ...notTaken(client, 'a server has a `command`, or a `url` with `https`'),
      isSecret: true,
    });
  const source = books.placeOf(cursor);
  draft.addServer(name, server, source);
  const added = draft.addRule(
    {
      verdict: 'ask',
      name: `mcp-${name}`,
      reason: 'Tools of this MCP server are confirmed by a person.',
      body: { family: 'mcp', server: name, tools: ['*'] },
    },
    `${source} ${name}`,
  );
  const rule = added.ok ? `, and mcp.ask ${added.id} on its tools` : '';
  for (const [key, member] of members) {
    if (!/^(?:command|args|env|url|headers|type)$/.test(key)) {
      books.tell(member, { ...notTaken('takes this field, or ignores it', `no field of a server`), isSecret: true });
      continue;
    }
    for (const leaf of [member, ...membersOf(member).values(), ...itemsOf(member)]) {
      const text = textAt(leaf);
      const secrets = text === null ? [] : launcherSecrets(text);
      if (secrets.length === 0) continue;
      const names = secrets
        .map(({ reference, name: variable }) => `\${${variable}} for \`${plain(reference)}\``)
        .join(', ');
      books.tell(leaf, {
        code: 'import/launcher-secret',
        severity: 'warning',
        client: 'does not know this form of reference and passes the letters to the server',
        became: `mcp.servers.${name}: ${names}; the launcher must set the variable from there`,
      });
    }
    books.tell(member, {
      ...taken(client, `mcp.servers.${name}.${key}${rule}`),
      isSecret: key === 'env' || key === 'headers',
    });
  }
}

function serverOf(members: ReadonlyMap<string, Cursor>): DraftServer | null {
  const command = textAt(members.get('command'));
  if (command !== null && oneLine(command)) {
    const args = itemsOf(members.get('args') ?? NOTHING).map(textAt);
    const env = textsOf(members.get('env'));
    const isNamed = [...env.keys()].every((name) => /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name));
    if (!isNamed || args.length > 100 || !args.every((arg) => arg !== null && oneLine(arg, 0))) return null;
    return { kind: 'command', command: referenced(command), args: args.map((arg) => referenced(arg ?? '')), env };
  }
  const url = textAt(members.get('url'));
  if (url === null || !/^https:\/\/[^\s@\\]+$/.test(url) || !oneLine(url)) return null;
  const headers = textsOf(members.get('headers'));
  const isNamed = [...headers.keys()].every((name) => /^[A-Za-z0-9-]{1,100}$/.test(name));
  return isNamed ? { kind: 'url', url: referenced(url), headers } : null;
}

const NOTHING: Cursor = { node: { kind: 'null', at: 0 }, path: '' };

/** What a policy takes as a value of a server: one line without characters that nobody sees. */
function oneLine(text: string, least = 1): boolean {
  return text.length >= least && text.length <= 4_000 && !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text);
}

function textsOf(cursor: Cursor | undefined): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, { node }] of cursor === undefined ? [] : membersOf(cursor)) {
    if (node.kind === 'string' && oneLine(node.value, 0)) texts.set(name, referenced(node.value));
    if (node.kind === 'number' || node.kind === 'boolean') texts.set(name, String(node.value));
  }
  return texts;
}

interface LauncherSecret {
  /** As it was written. */
  readonly reference: string;
  /** The variable that stands for it. */
  readonly name: string;
}

const REFERENCE = /\$\{([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*(?::-.*)?$/s;

/** References that the client does not expand, such as `${ssm:/a/b}`, and the environment names that replace them. */
export function launcherSecrets(text: string): readonly LauncherSecret[] {
  return [...text.matchAll(REFERENCE)]
    .filter(([, inner = '']) => !VARIABLE.test(inner))
    .map(([reference, inner = '']) => ({ reference, name: variableName(inner) }));
}

function referenced(text: string): string {
  const known = text.replaceAll(REFERENCE, (reference, inner: string) =>
    VARIABLE.test(inner) ? reference : `\${${variableName(inner)}}`,
  );
  // What is left of an opened reference would not be expanded, and a policy refuses it.
  return known.replaceAll(/\$\{(?![A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\})/g, '$ {');
}

function variableName(inner: string): string {
  const name = inner
    .replace(/^[a-z]+:/i, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase()
    .slice(-80);
  return /^[A-Z]/.test(name) ? name : `SECRET_${name || 'VALUE'}`;
}
