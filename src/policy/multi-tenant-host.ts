import { parseHostPattern } from '../core/host-pattern.ts';
import { ACCOUNT_DOMAINS, ACCOUNT_HOSTS, HOSTING_DOMAINS, PATH_HOSTS } from './shared-services.ts';

/** Why a host pattern stands for hosts of many parties, or null where it does not as far as is known. */
export function multiTenantService(text: string): string | null {
  const parsed = parseHostPattern(text);
  if (!parsed.ok || parsed.pattern.kind === 'every') return null;
  const { kind, host } = parsed.pattern;
  if (kind === 'exact') return PATH_HOSTS.get(host) ?? regionalBucketService(host);
  for (const [domain, why] of HOSTING_DOMAINS) {
    // Above a shared domain (`*.aws`) as well as at it or below it (`*.s3.eu-west-1.amazonaws.com`).
    if (host === domain || host.endsWith(`.${domain}`) || domain.endsWith(`.${host}`)) return why;
  }
  return null;
}

/** The names of {@link sharedHostRisk}, for whoever judges by them in another language. */
export const SHARED_NAMES: {
  /** The domain itself, what stands below it, and a wildcard above it. */
  readonly domains: ReadonlyMap<string, string>;
  /** The host itself, and a wildcard above it. */
  readonly hosts: ReadonlyMap<string, string>;
} = { domains: new Map([...HOSTING_DOMAINS, ...ACCOUNT_DOMAINS]), hosts: new Map([...PATH_HOSTS, ...ACCOUNT_HOSTS]) };

/**
 * Why data can reach strangers by a host pattern, or null where it cannot as far as is known. Stricter than {@link multiTenantService}: it counts one
 * host of such a domain too, and registries and forges, where whoever has an account can put what they like.
 */
export function sharedHostRisk(text: string): string | null {
  const parsed = parseHostPattern(text);
  if (!parsed.ok || parsed.pattern.kind === 'every') return null;
  const { kind, host } = parsed.pattern;
  const above = (name: string): boolean => kind === 'subdomains' && name.endsWith(`.${host}`);
  for (const [name, why] of SHARED_NAMES.hosts) if (host === name || above(name)) return why;
  for (const [name, why] of SHARED_NAMES.domains) {
    if (host === name || host.endsWith(`.${name}`) || above(name)) return why;
  }
  return null;
}

/** `s3.eu-west-1.amazonaws.com` and its like, where the bucket is in the path. */
function regionalBucketService(host: string): string | null {
  const isBucketService = /^s3[.-](?:dualstack\.)?[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(host);
  return isBucketService ? 'a path names the bucket, of anybody' : null;
}
