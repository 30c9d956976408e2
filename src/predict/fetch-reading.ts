import { VERBS, nothing, something } from './reading.ts';
import type { RuleReading } from './reading.ts';
import type { RuleList } from './prediction.ts';

const DOMAIN = 'domain:';

/** Reads what stands between the parentheses of a `WebFetch(…)` rule. */
export function fetchReading(list: RuleList, content: string): RuleReading {
  const text = content.trim();
  const meant = text.replace(/^(?:domain|url):\s*/, '').replace(/^[a-z*]+:\/\//i, '');
  const host =
    /^[^/?#]*/
      .exec(meant)?.[0]
      .replace(/^[^@]*@/, '')
      .replace(/:(?:\d+|\*)$/, '') ?? '';
  const wider = /^[\w*.[\]:-]+$/.test(host) ? `WebFetch(${DOMAIN}${host.toLowerCase()})` : null;
  if (!text.startsWith(DOMAIN)) return nothing('a host is written `domain:NAME`', wider);
  if (text.slice(DOMAIN.length).trim() === '') return nothing('there is no host in it');
  if (host !== text.slice(DOMAIN.length)) return nothing('a host has no scheme, port or path here', wider);
  return something(`${VERBS[list]} this host`);
}
