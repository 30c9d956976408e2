import { Document, isMap, isSeq } from 'yaml';
import type { Node } from 'yaml';
import { spelledOut } from './diagnostic.ts';
import type { DraftRule, DraftServer, PolicyDraft, RuleBody } from './policy-draft.ts';

/** Comments that name the sources of one rule; more of them are counted. */
const MAX_SOURCES = 200;

/** A policy holds no anchors, also where two rules share a list. */
const PLAIN = { aliasDuplicateObjects: false } as const;

/** Writes the policy in YAML, with a comment on each rule and field that names where it comes from. */
export function writePolicy(draft: PolicyDraft, name: string, files: readonly string[]): string {
  const document = new Document({ version: 1, name });
  const set = (path: readonly string[], value: unknown, comment: string): void => {
    const node = document.createNode(value, PLAIN);
    document.setIn(path, node);
    const owner = document.getIn(path.slice(0, -1), true);
    const pair = isMap(owner) ? owner.items.find((item) => String(item.key) === path.at(-1)) : undefined;
    if (pair === undefined) return;
    const key = document.createNode(path.at(-1));
    key.commentBefore = ` ${spelledOut(comment)}`;
    pair.key = key;
  };
  for (const [field, { value, source }] of draft.values()) set(field.split('.'), value, source);
  for (const list of ['allow', 'deny'] as const) {
    const models = draft.models(list);
    if (models.size > 0)
      set(['models', list], [...models.keys()], [...models.values()].slice(0, MAX_SOURCES).join(', '));
  }
  const hosts = [...draft.hosts()].map(([host, source]) => ({ host, reason: `Imported from ${source}.` }));
  if (hosts.length > 0) document.setIn(['egress', 'hosts'], document.createNode(hosts, PLAIN));
  for (const [server, { server: draftServer, source }] of draft.servers())
    set(['mcp', 'servers', server], writtenServer(draftServer), source);
  for (const family of ['commands', 'files', 'web', 'tools', 'mcp'] as const) {
    for (const verdict of ['deny', 'ask', 'allow'] as const) {
      const rules = draft.rules().filter((rule) => rule.body.family === family && rule.verdict === verdict);
      if (rules.length === 0) continue;
      const list = document.createNode(rules.map(writtenRule), PLAIN);
      if (isSeq(list)) for (const [index, item] of list.items.entries()) comment(item, rules[index]);
      document.setIn([family, verdict], list);
    }
  }
  document.commentBefore = ` Imported from ${files.map(spelledOut).join(', ')}.\n Each rule names the line that it comes from.`;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function comment(node: Node, rule: DraftRule | undefined): void {
  if (rule === undefined) return;
  const shown = rule.sources.slice(0, MAX_SOURCES);
  const more = rule.sources.length - shown.length;
  node.commentBefore = [...shown, ...(more > 0 ? [`and ${more} more`] : [])]
    .map((line) => ` ${spelledOut(line)}`)
    .join('\n');
}

function writtenRule({ id, reason, body }: DraftRule): object {
  return { id, ...writtenBody(body), reason };
}

function writtenBody(body: RuleBody): object {
  switch (body.family) {
    case 'commands':
      return { run: body.run, ...(body.unless.length > 0 ? { unless: body.unless } : {}) };
    case 'files':
      return { access: body.access, paths: body.paths, ...(body.except.length > 0 ? { except: body.except } : {}) };
    case 'web':
      return { hosts: body.hosts };
    case 'mcp':
      return { server: body.server, tools: body.tools };
    case 'tools':
      return { tools: body.tools };
  }
}

function writtenServer(server: DraftServer): object {
  if (server.kind === 'command') {
    const env = Object.fromEntries(server.env);
    return {
      command: server.command,
      ...(server.args.length > 0 ? { args: server.args } : {}),
      ...(server.env.size > 0 ? { env } : {}),
    };
  }
  return { url: server.url, ...(server.headers.size > 0 ? { headers: Object.fromEntries(server.headers) } : {}) };
}
