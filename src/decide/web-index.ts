import { canonicalHost, hostMatches, parseHostPattern } from '../core/host-pattern.ts';
import type { HostPattern } from '../core/host-pattern.ts';
import type { WebRule } from '../core/rule-table.ts';
import type { Finding } from './finding.ts';
import { strongest } from './finding.ts';

/** The web rules of a table, ready to be asked. */
export interface WebIndex {
  /** What the rules say about a host, the strongest of them; null where none names it. */
  ruleOn(host: string): Finding | null;
}

/** Compiles web rules. @throws {TypeError} where a host pattern cannot be read. */
export function webIndex(rules: readonly WebRule[]): WebIndex {
  const exact = new Map<string, WebRule[]>();
  const wide: { readonly pattern: HostPattern; readonly rule: WebRule }[] = [];
  const exceptions = new Map<WebRule, readonly HostPattern[]>();
  for (const rule of rules) {
    exceptions.set(
      rule,
      rule.except.map((text) => parsed(rule, text)),
    );
    for (const text of rule.hosts) {
      const pattern = parsed(rule, text);
      if (pattern.kind === 'exact') exact.set(pattern.host, [...(exact.get(pattern.host) ?? []), rule]);
      else wide.push({ pattern, rule });
    }
  }
  const isExcepted = (rule: WebRule, name: string): boolean =>
    exceptions.get(rule)?.some((pattern) => hostMatches(pattern, name)) === true;
  return {
    ruleOn(host) {
      const name = canonicalHost(host);
      if (name === null) return null;
      const matched = [
        ...(exact.get(name) ?? []),
        ...wide.filter(({ pattern }) => hostMatches(pattern, name)).map(({ rule }) => rule),
      ].filter((rule) => !isExcepted(rule, name));
      return strongest(matched.map((rule) => ({ verdict: rule.verdict, ruleId: rule.id, reason: rule.reason })));
    },
  };
}

function parsed(rule: WebRule, text: string): HostPattern {
  const result = parseHostPattern(text);
  if (!result.ok) throw new TypeError(`rule ${rule.id}: host \`${text}\`: ${result.problem}`);
  return result.pattern;
}

/** A URL that a web request goes to, taken apart. Null where it is no plain `http` or `https` URL or names a user. */
export function readHttpUrl(text: string): URL | null {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  // `https://docs.rs@evil.example` is a URL of evil.example that people read as one of docs.rs.
  return url.username !== '' || url.password !== '' || url.hostname === '' ? null : url;
}
