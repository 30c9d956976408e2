import { domainText, egressList, upstreamEntry } from './egress-list.ts';
import type { EgressEntry } from './egress-list.ts';
import { textFile } from './target.ts';
import type { Target, TargetGap } from './target.ts';

/**
 * Domain lists for Route 53 Resolver DNS Firewall: one name a line. `*.example.com` covers every name below and not the
 * name itself, in the firewall as in the policy. The gateway's own host is in a list of its own: machines of developers
 * have no business there.
 */
export const dnsList: Target = {
  name: 'dns-list',
  about: 'domain lists for Route 53 Resolver DNS Firewall',
  compile({ policy }) {
    const entries = egressList(policy);
    const upstream = upstreamEntry(policy);
    const files = [
      textFile('egress.domains.txt', 'DNS Firewall: ALLOW list of the machines of developers', lines(entries)),
    ];
    if (upstream !== null) {
      files.push(textFile('gateway.domains.txt', 'DNS Firewall: ALLOW list of the gateway', lines([upstream])));
    }
    return { files, gaps: entries.flatMap(gapsOf) };
  },
};

function lines(entries: readonly EgressEntry[]): string {
  return entries
    .filter((entry) => entry.kind !== 'address')
    .map((entry) => `${domainText(entry)}\n`)
    .join('');
}

function gapsOf(entry: EgressEntry): readonly TargetGap[] {
  if (entry.kind === 'address')
    return [{ subject: entry.host, why: 'an address is reached without a name to ask for' }];
  const ports = entry.ports.join(', ');
  return [{ subject: domainText(entry), why: `DNS knows no port: the name is answered for more than ${ports}` }];
}
