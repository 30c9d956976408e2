import { hostCertificates, makeAuthority } from '../ca/index.ts';

/** How long a certificate made here is used. It is good for twice as long. */
export const RENEW_CERTIFICATE_MS = 43_200_000;

/**
 * A certificate for a host that nobody vouches for, with a key that is on no disk: for the way between a load balancer,
 * which ends the connections of hosts with the company's certificate and checks none behind it, and the gateway.
 *
 * @throws {TypeError} where the host is no name.
 */
export function ownCertificate(
  host: string,
  nowMs: number,
): { readonly certificate: string; readonly privateKey: string } {
  const made = hostCertificates(makeAuthority({ hosts: [host], nowMs, days: 2 })).of(host, nowMs);
  if (made === null) throw new TypeError('a certificate for the host of its own authority was not made');
  return made;
}
