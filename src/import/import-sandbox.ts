import { multiTenantService } from '../policy/index.ts';
import { parseHostPattern } from '../core/host-pattern.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import { itemsOf, membersOf, textAt } from './ledger.ts';
import type { Cursor, Ledger, Outcome } from './ledger.ts';
import { plain } from './diagnostic.ts';
import { always, notTaken, taken, wrongType } from './outcomes.ts';
import { meantPaths } from './path-rules.ts';
import type { PolicyDraft } from './policy-draft.ts';

const FLAT = 'has no such key in `sandbox` and ignores it without a word';

/** Imports the `sandbox` object, in the client's nested form and in the flat one that it ignores. */
export function importSandbox(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  if (cursor.node.kind === 'boolean') return importEnabled(cursor, FLAT, books, draft);
  const members = membersOf(cursor);
  const enabled = members.get('enabled');
  if (enabled !== undefined) importEnabled(enabled, 'runs commands in the sandbox or not', books, draft);
  for (const [key, member] of members) {
    if (key === 'network') importNetwork(member, 'holds commands to these hosts', books, draft);
    else if (key === 'filesystem') importFileSystem(member, 'holds commands to these folders', books, draft);
    else if (key === 'credentials') importCredentials(member, books, draft);
    else if (key === 'allowNetwork' && member.node.kind === 'boolean')
      books.tell(
        member,
        member.node.value
          ? notTaken(FLAT, 'name the hosts under `egress.hosts`')
          : always(FLAT, 'no field: what `egress.hosts` does not name is not reached'),
      );
    else if (ALWAYS.has(key)) books.tell(member, pinned(member, ALWAYS.get(key) === true));
    else if (key === 'excludedCommands')
      books.tell(member, notTaken('runs these outside of the sandbox', 'no command runs outside of it'));
  }
  importNetwork(cursor, FLAT, books, draft);
  importFileSystem(cursor, FLAT, books, draft);
}

/** Members that every compiled policy sets, and to what. */
const ALWAYS: ReadonlyMap<string, boolean> = new Map([
  ['failIfUnavailable', true],
  ['allowUnsandboxedCommands', false],
  ['autoAllowBashIfSandboxed', false],
  ['enableWeakerNestedSandbox', false],
  ['allowNestedUserNamespaces', false],
]);

function pinned({ node }: Cursor, value: boolean): Outcome {
  const client = 'takes this as it is';
  const became = `no field: the compiled policy says ${value}`;
  return node.kind === 'boolean' && node.value === value
    ? always(client, became)
    : notTaken(client, became.slice('no field: '.length));
}

function importEnabled(cursor: Cursor, client: string, books: Ledger, draft: PolicyDraft): void {
  const { node } = cursor;
  const isOn = node.kind === 'boolean' ? node.value : textAt(cursor) === 'true' ? true : null;
  if (isOn === null) return books.tell(cursor, wrongType());
  draft.setValue('sandbox.enabled', isOn, books.placeOf(cursor));
  books.tell(cursor, taken(client, `sandbox.enabled: ${isOn}`));
}

function importNetwork(cursor: Cursor, client: string, books: Ledger, draft: PolicyDraft): void {
  const members = membersOf(cursor);
  for (const key of ['allowedDomains', 'allowedHosts']) {
    for (const item of itemsOf(members.get(key) ?? NOTHING)) books.tell(item, allowedHost(item, client, books, draft));
    const list = members.get(key);
    if (list !== undefined) books.tell(list, taken(client, '`egress.hosts` without a host'));
  }
  for (const item of itemsOf(members.get('deniedDomains') ?? NOTHING)) {
    const host = textAt(item) ?? '';
    const body = { family: 'web', hosts: [host] } as const;
    const rule = { verdict: 'deny', name: `web-${host}`, reason: 'This host is not reached.', body } as const;
    const added = draft.addRule(rule, `${books.placeOf(item)} ${plain(host)}`);
    books.tell(item, added.ok ? taken(client, `web.deny ${added.id}`) : notTaken(client, plain(added.problem)));
  }
  const isManaged = members.get('allowManagedDomainsOnly');
  if (isManaged !== undefined) books.tell(isManaged, pinned(isManaged, true));
  for (const key of [
    'allowUnixSockets',
    'allowAllUnixSockets',
    'allowLocalBinding',
    'httpProxyPort',
    'socksProxyPort',
    'strictAllowlist',
    'parentProxy',
    'tlsTerminate',
  ]) {
    const member = members.get(key);
    if (member !== undefined) books.tell(member, notTaken(client, 'a policy opens no such way out'));
  }
}

const NOTHING: Cursor = { node: { kind: 'null', at: 0 }, path: '' };

function allowedHost(item: Cursor, client: string, books: Ledger, draft: PolicyDraft): Outcome {
  const text = textAt(item);
  if (text === null) return wrongType();
  const host = text.replace(/^https?:\/\//, '').replace(/[:/].*$/s, '');
  if (host === '*' || !parseHostPattern(host).ok) return notTaken(client, 'name the hosts under `egress.hosts`');
  const shared = multiTenantService(host);
  if (shared !== null) return notTaken(client, `${shared}; name the host, or write it with \`accepted_risk\``);
  draft.addHost(host, books.placeOf(item));
  return taken(client, `egress.hosts: ${plain(host)} at port 443`);
}

const FOLDER_LISTS: readonly (readonly [key: string, verdict: RuleVerdict, access: 'read' | 'write'])[] = [
  ['denyRead', 'deny', 'read'],
  ['denyWrite', 'deny', 'write'],
  ['allowWrite', 'allow', 'write'],
  ['allowRead', 'allow', 'read'],
];

function importFileSystem(cursor: Cursor, client: string, books: Ledger, draft: PolicyDraft): void {
  const members = membersOf(cursor);
  for (const [key, verdict, access] of FOLDER_LISTS) {
    const list = members.get(key);
    if (list === undefined) continue;
    if (list.node.kind === 'array' && list.node.items.length === 0) books.tell(list, taken(client, 'no rule'));
    for (const item of itemsOf(list)) importFolder(item, verdict, access, client, books, draft);
  }
  for (const key of ['allowManagedReadPathsOnly', 'disabled']) {
    const member = members.get(key);
    if (member !== undefined) books.tell(member, notTaken(client, 'folders are a matter of the `files` rules'));
  }
}

function importFolder(
  item: Cursor,
  verdict: RuleVerdict,
  access: 'read' | 'write',
  client: string,
  books: Ledger,
  draft: PolicyDraft,
): void {
  const text = textAt(item);
  if (text === null) return books.tell(item, wrongType());
  // Here, and not in permission rules, one slash is the root of the file system.
  const rooted = text.replace(/^\/(?!\/)/, '//').replace(/^(?![/~.*$])/, './');
  const paths = meantPaths(verdict, rooted).flatMap((path) => (/\*\*?$/.test(path) ? [path] : [path, `${path}/**`]));
  const added = draft.addRule(
    {
      verdict,
      name: `sandbox-${verdict}-${access}-${text}`,
      reason: verdict === 'deny' ? 'This place is closed to commands.' : 'This place is open to commands.',
      body: { family: 'files', access, paths: [...new Set(paths)], except: [] },
    },
    `${books.placeOf(item)} ${plain(text)}`,
  );
  books.tell(item, added.ok ? taken(client, `files.${verdict} ${added.id}`) : notTaken(client, plain(added.problem)));
}

function importCredentials(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  const members = membersOf(cursor);
  for (const item of itemsOf(members.get('files') ?? NOTHING)) {
    const path = membersOf(item).get('path');
    if (path !== undefined) importFolder(path, 'deny', 'read', 'hides this file from commands', books, draft);
    else if (item.node.kind === 'string')
      importFolder(item, 'deny', 'read', 'hides this file from commands', books, draft);
    books.tell(item, taken('hides this file from commands', 'a `files.deny` rule'));
  }
  const variables = members.get('envVars');
  if (variables !== undefined)
    books.tell(
      variables,
      notTaken(
        'hides these variables from commands',
        'the compiled policy hides the credentials of the model provider',
      ),
    );
}
