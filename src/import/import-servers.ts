import { withoutCredential } from './credential.ts';
import { plain } from './diagnostic.ts';
import { launcherSecrets, referenced, variableName } from './launcher-secret.ts';
import { itemsOf, membersOf, textAt } from './ledger.ts';
import type { Cursor, Ledger, Outcome } from './ledger.ts';
import { notTaken, taken, wrongType } from './outcomes.ts';
import type { DraftServer, PolicyDraft } from './policy-draft.ts';

const SERVER_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Imports the servers of a `managed-mcp.json`, `.mcp.json` or `managedMcpServers`. Their tools are asked for. */
export function importServers(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  const client = 'starts these servers and no others';
  if (cursor.node.kind !== 'object') return books.tell(cursor, wrongType('starts no server at all'));
  if (cursor.node.members.length === 0) return books.tell(cursor, taken(client, '`mcp.servers` without a server'));
  for (const [name, member] of membersOf(cursor)) importServer(name, member, client, books, draft);
}

function importServer(name: string, cursor: Cursor, client: string, books: Ledger, draft: PolicyDraft): void {
  const members = membersOf(cursor);
  const refused = (became: string): void => books.tell(cursor, { ...notTaken(client, became), isSecret: true });
  if (!SERVER_NAME.test(name)) return refused('the name of a server is letters, digits, `_` and `-`');
  const told: (readonly [Cursor, Outcome])[] = [];
  const server = serverOf(name, members, (leaf, outcome) => void told.push([leaf, outcome]));
  if (server === null) return refused('a server has a `command`, or a `url` with `https` and without a query');
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
  for (const [leaf, outcome] of told) books.tell(leaf, outcome);
  for (const [key, member] of members) {
    const outcome = FIELDS[server.kind].has(key)
      ? taken(client, `mcp.servers.${name}.${key}${rule}`)
      : key === 'type'
        ? typeOutcome(textAt(member), server.kind)
        : FIELDS.command.has(key) || FIELDS.url.has(key)
          ? notTaken(client, `a server has a \`command\` or a \`url\`, and this one has its \`${server.kind}\``)
          : notTaken('takes this field, or ignores it', 'no field of a server');
    books.tell(member, { ...outcome, isSecret: !(key === 'type' || (SHOWN.has(key) && FIELDS[server.kind].has(key))) });
  }
}

const FIELDS = { command: new Set(['command', 'args', 'env']), url: new Set(['url', 'headers']) } as const;
/** Fields whose values are shown where no credential was found in them. */
const SHOWN = new Set(['command', 'args', 'url']);

function typeOutcome(type: string | null, kind: DraftServer['kind']): Outcome {
  const client = 'speaks with the server in this way';
  const isFitting = kind === 'command' ? type === 'stdio' : type === 'http' || type === 'streamable-http';
  return isFitting
    ? taken(client, `mcp.servers without a \`type\`: it follows from the \`${kind}\``)
    : notTaken(client, `a policy has no \`type\`, and this one does not fit the \`${kind}\``);
}

type Tell = (leaf: Cursor, outcome: Outcome) => void;

/** The server as a policy has it, without credentials. Where it has both a command and an address, `type` says which. */
function serverOf(name: string, members: ReadonlyMap<string, Cursor>, tell: Tell): DraftServer | null {
  const given = (cursor: Cursor, field: string, key: string): string =>
    givenText(cursor, { server: name, field, key }, tell);
  const [command, url] = [members.get('command'), members.get('url')];
  const isCalled = url !== undefined && /^(?:http|sse|streamable-http|ws)$/.test(textAt(members.get('type')) ?? '');
  if (command !== undefined && !isCalled) {
    const args = itemsOf(members.get('args') ?? NOTHING);
    const env = textsOf(members.get('env'), (leaf, key) => given(leaf, 'env', key));
    const isNamed = [...env.keys()].every((key) => /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(key));
    const areTexts = args.every((arg) => oneLine(textAt(arg) ?? '\n', 0));
    if (!oneLine(textAt(command) ?? '') || !isNamed || args.length > 100 || !areTexts) return null;
    const words = args.map((arg, index) => given(arg, 'args', optionOf(args, index)));
    return { kind: 'command', command: given(command, 'command', ''), args: words, env };
  }
  const address = textAt(url);
  if (url === undefined || address === null || !/^https:\/\/[^\s@\\?#]+$/.test(address) || !oneLine(address))
    return null;
  const headers = textsOf(members.get('headers'), (leaf, key) => given(leaf, 'headers', key));
  const isNamed = [...headers.keys()].every((key) => /^[A-Za-z0-9-]{1,100}$/.test(key));
  return isNamed ? { kind: 'url', url: given(url, 'url', ''), headers } : null;
}

const NOTHING: Cursor = { node: { kind: 'null', at: 0 }, path: '' };

/** What an argument is the value of: the option in front of it, or none. */
function optionOf(args: readonly Cursor[], index: number): string {
  const [previous, own] = [textAt(args[index - 1]) ?? '', textAt(args[index]) ?? ''];
  return /^--?[A-Za-z][\w-]*$/.test(previous) && !own.startsWith('-') ? previous : '';
}

interface Place {
  readonly server: string;
  readonly field: string;
  readonly key: string;
}

/** A value as the policy has it: what is secret is a variable that the launcher sets. */
function givenText(cursor: Cursor, { server, field, key }: Place, tell: Tell): string {
  const { node } = cursor;
  const value = node.kind === 'string' ? node.value : node.kind === 'number' ? String(node.value) : '';
  const [, option = key, equals = '', rest = value] =
    field === 'args' ? (/^(--?[A-Za-z][\w-]*)(=)(.*)$/s.exec(value) ?? []) : [];
  const variable = field === 'env' ? key : variableName(`${server}_${option.replace(/^-+/, '') || field}`);
  const { text, variables } = withoutCredential(option, rest, variable);
  const secrets = launcherSecrets(text);
  if (variables.length > 0) tell(cursor, secretOutcome(server, field, variables));
  else if (secrets.length > 0) {
    const names = secrets.map((one) => `\${${one.name}} for \`${plain(one.reference)}\``).join(', ');
    tell(cursor, {
      code: 'import/launcher-secret',
      severity: 'warning',
      client: 'does not know this form of reference and passes the letters to the server',
      became: `mcp.servers.${server}: ${names}; the launcher must set the variable from there`,
    });
  }
  return referenced(equals === '' ? text : `${option}=${text}`);
}

function secretOutcome(server: string, field: string, variables: readonly string[]): Outcome {
  const names = variables.map((name) => `\${${name}}`).join(', ');
  return {
    code: 'import/secret',
    severity: 'warning',
    client: 'hands this credential to the server',
    became: `mcp.servers.${server}.${field}: ${names}; everyone on the machine can read the credential: revoke it, and let the launcher set a new one`,
    isSecret: true,
  };
}

/** What a policy takes as a value of a server: one line without characters that nobody sees. */
function oneLine(text: string, least = 1): boolean {
  return text.length >= least && text.length <= 4_000 && !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text);
}

function textsOf(
  cursor: Cursor | undefined,
  given: (leaf: Cursor, key: string) => string,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [key, leaf] of cursor === undefined ? [] : membersOf(cursor)) {
    const { node } = leaf;
    if (node.kind === 'string' && oneLine(node.value, 0)) texts.set(key, given(leaf, key));
    if (node.kind === 'number') texts.set(key, given(leaf, key));
    if (node.kind === 'boolean') texts.set(key, String(node.value));
  }
  return texts;
}
