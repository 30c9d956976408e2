import { canonicalHost } from '../core/host-pattern.ts';
import type { RuleTable } from '../core/rule-table.ts';

/**
 * One host for each way in which host patterns can be told apart: each host that is named, and one below each of them
 * and below none that has no name of its own. Host patterns can tell no others apart.
 */
export function hostSamples(patterns: readonly string[]): readonly string[] {
  // In the spelling that hosts are compared in: `bücher.example` is named as what it is looked up as.
  const named = new Set(patterns.map((text) => text.replace(/^\*\./, '')).map((text) => canonicalHost(text) ?? text));
  named.delete('*');
  const below = (host: string): string => {
    let name = `x.${host}`;
    while (named.has(name)) name = `x${name}`;
    return name;
  };
  const isName = (host: string): boolean => !host.startsWith('[') && !/^\d+(?:\.\d+){3}$/.test(host);
  let none = 'frobnicate.example';
  while ([...named].some((host) => none === host || none.endsWith(`.${host}`))) none = `${none}x`;
  const hosts = [...named].sort();
  return [none, ...hosts, ...hosts.filter(isName).map(below)];
}

/** The host patterns of the web rules of some tables. */
export function webPatterns(tables: readonly RuleTable[]): readonly string[] {
  return tables.flatMap((table) => table.web.flatMap((rule) => [...rule.hosts, ...rule.except]));
}
