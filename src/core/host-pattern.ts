import type { PatternResult } from './command-pattern.ts';

/**
 * A policy's host pattern. `subdomains` covers every name below `host` and not `host` itself; `exact` is one name or
 * one IP address; `every` is `*`. Names are in the form that {@link canonicalHost} gives.
 */
export type HostPattern =
  | { readonly kind: 'exact' | 'subdomains'; readonly text: string; readonly host: string }
  | { readonly kind: 'every'; readonly text: string };

/** Longest host name that DNS can carry, in characters. */
const MAX_HOST_LENGTH = 253;

/** Reads one host pattern of a policy: `example.com`, `*.example.com`, an IP address, or `*`. Never throws. */
export function parseHostPattern(text: string): PatternResult<HostPattern> {
  if (text === '*') return { ok: true, pattern: { kind: 'every', text } };
  const isWide = text.startsWith('*.');
  const name = isWide ? text.slice(2) : text;
  const star = name.indexOf('*');
  if (star >= 0)
    return fault(text, star + text.length - name.length, '`*` stands only for whole labels in front: `*.example.com`');
  const host = canonicalHost(name);
  if (host === null) return fault(text, 0, `\`${text}\` is no host name; write it without scheme, port and path`);
  if (isWide && isIpLiteral(host)) return fault(text, 0, 'an IP address has no subdomains');
  if (isWide && !host.includes('.')) return fault(text, 2, 'name at least two labels after `*.`');
  return { ok: true, pattern: { kind: isWide ? 'subdomains' : 'exact', text, host } };
}

/** Whether a host, as written in a URL or a connection, is one that the pattern covers. A host that cannot be read is covered by nothing. */
export function hostMatches(pattern: HostPattern, host: string): boolean {
  const name = canonicalHost(host);
  if (name === null) return false;
  if (pattern.kind === 'every') return true;
  if (pattern.kind === 'exact') return name === pattern.host;
  return name.endsWith(`.${pattern.host}`) && name.length > pattern.host.length + 1;
}

/**
 * One spelling for each host: lower case, punycode, no trailing dot, IP addresses as the WHATWG URL standard prints
 * them (`0x7f.1` is `127.0.0.1`, IPv6 in brackets). Null where the text is no host.
 */
export function canonicalHost(text: string): string | null {
  if (text === '' || text.length > MAX_HOST_LENGTH || /[\s/\\?#@%]/u.test(text)) return null;
  const isBareIpv6 = text.includes(':') && !text.startsWith('[');
  const spelled = isBareIpv6 ? `[${text}]` : text;
  // A port in the text would vanish in `hostname`: only brackets may hold a colon.
  if (!spelled.startsWith('[') && spelled.includes(':')) return null;
  if (spelled.startsWith('[') && !spelled.endsWith(']')) return null;
  const url = URL.parse(`http://${spelled}/`);
  if (url === null || url.hostname === '') return null;
  const host = url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname;
  return /^$|^\.|\.\.|\.$/u.test(host) ? null : host;
}

function isIpLiteral(host: string): boolean {
  return host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/u.test(host);
}

function fault(text: string, at: number, problem: string): PatternResult<HostPattern> {
  return { ok: false, at: Math.min(at, text.length), problem };
}
