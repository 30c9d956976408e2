import { itemsOf, membersOf, textAt } from './ledger.ts';
import type { Cursor, Ledger, Outcome } from './ledger.ts';
import { plain } from './diagnostic.ts';
import { notTaken, taken } from './outcomes.ts';
import type { PolicyDraft } from './policy-draft.ts';

const IGNORED = 'has no such setting and ignores it without a word: such a server connects and runs';

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
