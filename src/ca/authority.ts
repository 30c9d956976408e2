import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints,
} from '@peculiar/asn1-x509';
import { MAX_AUTHORITY_DAYS } from '../core/authority-days.ts';
import { extension, signedCertificate } from './signed-certificate.ts';

/** A certificate authority that can speak for a few hosts and for nothing else. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
  /** The hosts that it may speak for, as the certificate itself says. */
  readonly hosts: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface AuthorityRequest {
  /** Names in the form of `canonicalHost`, at least one. */
  readonly hosts: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** From 1 to {@link MAX_AUTHORITY_DAYS}. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
/** A clock that is a little behind must not make a new certificate one of the future. */
export const CLOCK_SKEW_MS = 3_600_000;

/**
 * Makes an authority with a new P-256 key. Its certificate permits server certificates for the given hosts and what lies
 * below them, excludes every IP address, and forbids authorities below it; all of that is critical, so that a verifier
 * that cannot hold to it refuses the certificate.
 *
 * @throws {TypeError} where there is no host, a host is none, or the days are out of bounds.
 */
export function makeAuthority({ hosts, nowMs, days }: AuthorityRequest): Authority {
  if (hosts.length === 0 || !hosts.every((host) => HOST.test(host))) throw new TypeError('an authority is for hosts');
  if (!Number.isInteger(days) || days < 1 || days > MAX_AUTHORITY_DAYS) throw new TypeError('days are out of bounds');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Two authorities of one name would be taken for one another by whoever looks them up by name.
  const subject = `Sallyport authority ${randomBytes(4).toString('hex')}`;
  const certificate = signedCertificate(
    {
      subject,
      publicKey,
      notBeforeMs: nowMs - CLOCK_SKEW_MS,
      notAfterMs: nowMs + days * DAY_MS,
      extensions: [
        extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 })),
        extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign)),
        extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
        extension(id_ce_nameConstraints, true, constraintsTo(hosts)),
      ],
    },
    { subject, privateKey },
  );
  return authorityOf(certificate, privateKey);
}

/** The authority as one text: its certificate, then its private key, which only its owner may read. */
export function authorityText({ certificate, privateKey }: Authority): string {
  return `${certificate.toString()}${privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()}`;
}

/** Reads what {@link authorityText} wrote; null where the text is none, or its two parts do not belong together. */
export function readAuthority(text: string): Authority | null {
  const [, certificatePem, keyPem] = PARTS.exec(text) ?? [];
  if (certificatePem === undefined || keyPem === undefined) return null;
  try {
    const certificate = new X509Certificate(certificatePem);
    const privateKey = createPrivateKey(keyPem);
    if (!certificate.ca || !certificate.checkPrivateKey(privateKey)) return null;
    const authority = authorityOf(certificate, privateKey);
    return authority.hosts.length === 0 ? null : authority;
  } catch {
    // The error may quote the text, which holds the key.
    return null;
  }
}

const PARTS =
  /^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]{1,8192}-----END CERTIFICATE-----\n)(-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{1,4096}-----END PRIVATE KEY-----\n)$/;

/** A whole name in lower case, no address: what a name constraint can hold. */
const HOST =
  /^(?=.{1,253}$)(?!\d+(?:\.\d+){3}$)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

function constraintsTo(hosts: readonly string[]): NameConstraints {
  return new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(
      hosts.map((host) => new GeneralSubtree({ base: new GeneralName({ dNSName: host }) })),
    ),
    // A kind of name that no constraint mentions is free (RFC 5280, section 4.2.1.10).
    excludedSubtrees: new GeneralSubtrees(
      ['0.0.0.0/0', '::/0'].map((range) => new GeneralSubtree({ base: new GeneralName({ iPAddress: range }) })),
    ),
  });
}

function authorityOf(certificate: X509Certificate, privateKey: KeyObject): Authority {
  return {
    certificate,
    privateKey,
    hosts: permittedHosts(certificate),
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
  };
}

function permittedHosts(certificate: X509Certificate): readonly string[] {
  const { extensions } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const found = extensions?.find(({ extnID }) => extnID === id_ce_nameConstraints);
  if (found === undefined) return [];
  const { permittedSubtrees } = AsnConvert.parse(found.extnValue, NameConstraints);
  return [...(permittedSubtrees ?? [])].flatMap(({ base }) => (base.dNSName === undefined ? [] : [base.dNSName]));
}
