import { parseHostPattern } from '../../core/host-pattern.ts';
import type { EgressHost, Policy } from '../../policy/index.ts';

/**
 * One entry of the allowlist in the one spelling that every layer gets: lower case, punycode, no final dot.
 * `subdomains` covers every name below `host`, not `host` itself.
 */
export interface EgressEntry {
  readonly kind: 'exact' | 'subdomains' | 'address';
  readonly host: string;
  /** Ascending, without repeats. */
  readonly ports: readonly number[];
  /** As the policy writes the first entry of this host. */
  readonly reason: string;
  readonly acceptedRisk: string | null;
}

/**
 * The hosts that commands may reach, sorted, each pattern once with the ports of all its entries.
 * The sandbox, the DNS list and the Suricata rules are all written from this, so that none can know a host more.
 *
 * @throws {TypeError} for a host that the policy's checks do not let pass.
 */
export function egressList(policy: Policy): readonly EgressEntry[] {
  const entries = new Map<string, EgressEntry>();
  for (const written of policy.egress.hosts) {
    const { kind, host } = hostOf(written);
    const key = `${host} ${kind}`;
    const known = entries.get(key);
    const ports = [...new Set([...(known?.ports ?? []), ...written.ports])].sort((a, b) => a - b);
    entries.set(key, { kind, host, reason: written.reason, acceptedRisk: written.acceptedRisk, ...known, ports });
  }
  return [...entries.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** The text by which the policy has a host first; for a reader who is to find it there. */
export function writtenHost(policy: Policy, entry: EgressEntry): string {
  const isEntry = (written: EgressHost): boolean => {
    const { kind, host } = hostOf(written);
    return kind === entry.kind && host === entry.host;
  };
  return policy.egress.hosts.find(isEntry)?.host ?? domainText(entry);
}

function hostOf({ host: text }: EgressHost): Pick<EgressEntry, 'kind' | 'host'> {
  const parsed = parseHostPattern(text);
  if (!parsed.ok || parsed.pattern.kind === 'every') throw new TypeError('a host of the allowlist was not checked');
  const { host } = parsed.pattern;
  return { kind: parsed.pattern.kind === 'subdomains' ? 'subdomains' : isAddress(host) ? 'address' : 'exact', host };
}

/** An entry as lists of domains write it: `example.com`, `*.example.com`. */
export function domainText(entry: EgressEntry): string {
  return entry.kind === 'subdomains' ? `*.${entry.host}` : entry.host;
}

/** The host and port that the gateway sends model requests to; null where they are on the gateway's own machine. */
export function upstreamEntry(policy: Policy): EgressEntry | null {
  const url = new URL(policy.models.upstream);
  if (url.protocol !== 'https:') return null;
  const port = url.port === '' ? 443 : Number(url.port);
  const kind = isAddress(url.hostname) ? 'address' : 'exact';
  return { kind, host: url.hostname, ports: [port], reason: 'model requests of the gateway', acceptedRisk: null };
}

/** Of names in the form that the URL standard prints, so that no other spelling of an address is left. */
function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/u.test(host);
}
