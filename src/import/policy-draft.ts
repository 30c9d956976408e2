import { parsePolicy } from '../policy/index.ts';
import { spelledOut } from './diagnostic.ts';
import { parseCommandPattern } from '../core/command-pattern.ts';
import { parseHostPattern } from '../core/host-pattern.ts';
import { parsePathPattern } from '../core/path-pattern.ts';
import type { RuleVerdict } from '../core/rule-table.ts';

/** What a rule of the policy takes, by the family that it stands in. */
export type RuleBody =
  | { readonly family: 'commands'; readonly run: readonly string[]; readonly unless: readonly string[] }
  | {
      readonly family: 'files';
      readonly access: 'read' | 'write';
      readonly paths: readonly string[];
      readonly except: readonly string[];
    }
  | { readonly family: 'web'; readonly hosts: readonly string[] }
  | { readonly family: 'mcp'; readonly server: string; readonly tools: readonly string[] }
  | { readonly family: 'tools'; readonly tools: readonly string[] };

/** A rule as a translation proposes it. */
export interface ProposedRule {
  readonly verdict: RuleVerdict;
  /** What the id is made from. */
  readonly name: string;
  readonly reason: string;
  readonly body: RuleBody;
}

/** A rule of the policy in the making, with the entries that it comes from. */
export interface DraftRule extends ProposedRule {
  /** `imported/…`, once in the policy. */
  readonly id: string;
  /** `FILE:LINE` and what stands there. */
  readonly sources: readonly string[];
}

/** An MCP server in the making; values name secrets as `${NAME}`. */
export type DraftServer =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'url'; readonly url: string; readonly headers: ReadonlyMap<string, string> };

/** Values of a policy that are no rule, by their way in it, such as `session.max_duration_minutes`. */
export type DraftValue = string | number | boolean;

/** Collects what an import finds. Rules that take the very same are one rule with several sources. */
export interface PolicyDraft {
  /** @returns the rule's id, or why its patterns cannot be read. */
  addRule(rule: ProposedRule, source: string): AddedRule;
  /** The last value for a field counts. */
  setValue(field: string, value: DraftValue, source: string): void;
  value(field: string): DraftValue | undefined;
  addHost(host: string, source: string): void;
  addServer(name: string, server: DraftServer, source: string): void;
  addModel(list: 'allow' | 'deny', glob: string, source: string): void;
  readonly rules: () => readonly DraftRule[];
  readonly values: () => ReadonlyMap<string, { readonly value: DraftValue; readonly source: string }>;
  readonly hosts: () => ReadonlyMap<string, string>;
  readonly servers: () => ReadonlyMap<string, { readonly server: DraftServer; readonly source: string }>;
  readonly models: (list: 'allow' | 'deny') => ReadonlyMap<string, string>;
}

export type AddedRule =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly pattern: string; readonly problem: string };

/** An empty draft. */
export function policyDraft(): PolicyDraft {
  const rules = new Map<string, DraftRule>();
  const ids = new Set<string>();
  const values = new Map<string, { readonly value: DraftValue; readonly source: string }>();
  const hosts = new Map<string, string>();
  const servers = new Map<string, { readonly server: DraftServer; readonly source: string }>();
  const models = { allow: new Map<string, string>(), deny: new Map<string, string>() };
  return {
    addRule(rule, source) {
      const problem = patternProblem(rule.body);
      if (problem !== null) return { ok: false, ...problem };
      const key = JSON.stringify([rule.verdict, rule.body]);
      const earlier = rules.get(key);
      const id = earlier?.id ?? freeId(rule.name, ids);
      ids.add(id);
      const sources = [...(earlier?.sources ?? []), source];
      rules.set(
        key,
        earlier === undefined ? { ...rule, reason: shownReason(rule.reason), id, sources } : { ...earlier, sources },
      );
      return { ok: true, id };
    },
    setValue: (field, value, source) => void values.set(field, { value, source }),
    value: (field) => values.get(field)?.value,
    addHost: (host, source) => void hosts.set(host, hosts.get(host) ?? source),
    addServer: (name, server, source) => void servers.set(name, { server, source }),
    addModel: (list, glob, source) => void models[list].set(glob, source),
    rules: () => [...rules.values()],
    values: () => values,
    hosts: () => hosts,
    servers: () => servers,
    models: (list) => models[list],
  };
}

/** What a policy takes as the reason of a rule, in UTF-16 code units. */
const MAX_REASON_LENGTH = 300;

/** A reason reaches terminals and models, and quotes text of the input. */
function shownReason(reason: string): string {
  const text = spelledOut(reason);
  return text.length > MAX_REASON_LENGTH ? `${text.slice(0, MAX_REASON_LENGTH - 3)}...` : text;
}

/** What the id of a rule takes behind the slash. */
const MAX_SLUG_LENGTH = 60;

function freeId(name: string, taken: ReadonlySet<string>): string {
  const slug =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, MAX_SLUG_LENGTH - 6)
      .replace(/-+$/, '') || 'rule';
  if (!taken.has(`imported/${slug}`)) return `imported/${slug}`;
  for (let count = 2; ; count += 1) {
    const id = `imported/${slug}-${count}`;
    if (!taken.has(id)) return id;
  }
}

function patternProblem(body: RuleBody): { readonly pattern: string; readonly problem: string } | null {
  switch (body.family) {
    case 'commands':
      return firstProblem([...body.run, ...body.unless], parseCommandPattern);
    case 'files':
      return firstProblem([...body.paths, ...body.except], parsePathPattern);
    case 'web':
      return firstProblem(body.hosts, parseHostPattern);
    case 'mcp':
      return firstProblem([body.server, ...body.tools], nameReading(/^(?:\*|[A-Za-z0-9_-]{1,64})$/));
    case 'tools':
      return firstProblem(body.tools, nameReading(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/));
  }
}

type Reading = { readonly ok: true } | { readonly ok: false; readonly problem: string };

function nameReading(form: RegExp): (text: string) => Reading {
  return (text) =>
    form.test(text) ? { ok: true } : { ok: false, problem: 'the name holds what a policy does not take' };
}

function firstProblem(
  patterns: readonly string[],
  read: (text: string) => Reading,
): { readonly pattern: string; readonly problem: string } | null {
  if (patterns.length === 0) return { pattern: '', problem: 'it stands for nothing' };
  for (const pattern of patterns) {
    // A policy refuses text with characters that nobody sees, wherever it stands.
    if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(pattern)) return { pattern, problem: 'it holds a hidden character' };
    if (pattern.length > 2_000) return { pattern, problem: 'it is too long' };
    const reading = read(pattern);
    if (!reading.ok) return { pattern, problem: reading.problem };
    const problem = /[^\x20-\x7e]/.test(pattern) ? wordProblem(pattern) : null;
    if (problem !== null) return { pattern, problem };
  }
  return null;
}

/** What a policy says against letters that pass for others; it says the same of the patterns of every family. */
function wordProblem(text: string): string | null {
  const rule = { id: 'imported/probe', run: [text], reason: 'x' };
  const probe = { version: 1, name: 'probe', commands: { deny: [rule] } };
  const result = parsePolicy(JSON.stringify(probe));
  if (result.ok) return null;
  return result.diagnostics.find(({ code }) => code === 'policy/look-alike')?.message ?? null;
}
