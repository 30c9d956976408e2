import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  BasicConstraints,
  ExtendedKeyUsage,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';
import { CLOCK_SKEW_MS } from './authority.ts';
import type { Authority } from './authority.ts';
import { extension, signedCertificate } from './signed-certificate.ts';

/** A server's certificate and its key, both in PEM. The key is on no disk. */
export interface HostCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** Milliseconds since the Unix epoch, as the certificate says it. */
  readonly notAfterMs: number;
}

/** Certificates of one authority for its hosts, made when they are asked for. */
export interface HostCertificates {
  /**
   * A certificate that holds for at least another hour, or as long as the authority does; null for a host that the
   * authority does not name itself, and where the authority does not hold now. The same one while it is good.
   */
  of(host: string, nowMs: number): HostCertificate | null;
}

/** How long a certificate for a host is good. It is never longer than its authority. */
const HOST_DAYS_MS = 86_400_000;
/** A connection that begins now should not outlive its certificate. */
const RENEW_BEFORE_MS = 3_600_000;

/** What stands where browsers show a name; clients go by the name of the host alone. */
const HOST_SUBJECT = 'Sallyport gateway';

export function hostCertificates(authority: Authority): HostCertificates {
  const made = new Map<string, HostCertificate>();
  let pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | null = null;
  return {
    of(host, nowMs) {
      if (!authority.hosts.includes(host)) return null;
      if (nowMs < authority.notBeforeMs || nowMs >= authority.notAfterMs) return null;
      const known = made.get(host);
      if (known !== undefined && isGood(known, authority, nowMs)) return known;
      pair ??= generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const notAfterMs = Math.min(nowMs + HOST_DAYS_MS, authority.notAfterMs);
      const certificate = signedCertificate(
        {
          subject: HOST_SUBJECT,
          publicKey: pair.publicKey,
          notBeforeMs: Math.max(nowMs - CLOCK_SKEW_MS, authority.notBeforeMs),
          notAfterMs,
          extensions: [
            extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
            extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
            extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
            extension(id_ce_subjectAltName, false, new SubjectAlternativeName([new GeneralName({ dNSName: host })])),
          ],
        },
        { subject: subjectOf(authority), privateKey: authority.privateKey },
      );
      const fresh = {
        certificate: certificate.toString(),
        privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        notAfterMs,
      };
      made.set(host, fresh);
      return fresh;
    },
  };
}

function isGood({ notAfterMs }: HostCertificate, authority: Authority, nowMs: number): boolean {
  return notAfterMs - nowMs > RENEW_BEFORE_MS || notAfterMs >= authority.notAfterMs;
}

function subjectOf({ certificate }: Authority): string {
  return /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? '';
}
