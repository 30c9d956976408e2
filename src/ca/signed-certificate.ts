import { createHash, createPublicKey, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  Certificate,
  Extension,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  Name,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
} from '@peculiar/asn1-x509';

/** What a certificate says, but for who signed it. */
export interface CertificateContent {
  readonly subject: CommonName;
  readonly publicKey: KeyObject;
  /** Milliseconds since the Unix epoch; seconds are what the format holds. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Beside the two key identifiers, which every certificate here has. */
  readonly extensions: readonly Extension[];
}

/** Who signs. Its own certificate is signed with its own key. */
export interface Issuer {
  readonly subject: CommonName;
  /** P-256. */
  readonly privateKey: KeyObject;
}

/** The one name that subjects and issuers here have, under the organisation that made them. */
export type CommonName = string;

/** Signs a certificate, X.509 version 3, with ECDSA over SHA-256 and a serial number of 127 random bits. */
export function signedCertificate(content: CertificateContent, issuer: Issuer): X509Certificate {
  const signature = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const signed = new TBSCertificate({
    version: V3,
    serialNumber: serialNumber(),
    signature,
    issuer: distinguishedName(issuer.subject),
    validity: new Validity({ notBefore: new Date(content.notBeforeMs), notAfter: new Date(content.notAfterMs) }),
    subject: distinguishedName(content.subject),
    subjectPublicKeyInfo: publicKeyInfo(content.publicKey),
    extensions: new Extensions([
      ...content.extensions,
      extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyIdentifier(content.publicKey))),
      extension(id_ce_authorityKeyIdentifier, false, authorityKeyIdentifier(createPublicKey(issuer.privateKey))),
    ]),
  });
  const bytes = Buffer.from(AsnConvert.serialize(signed));
  const certificate = new Certificate({
    tbsCertificate: signed,
    signatureAlgorithm: signature,
    signatureValue: ownBuffer(sign('sha256', bytes, issuer.privateKey)),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate)));
}

/** An extension of a certificate; `value` is one of the structures of RFC 5280. */
export function extension(id: string, isCritical: boolean, value: object): Extension {
  return new Extension({
    extnID: id,
    critical: isCritical,
    extnValue: new OctetString(AsnConvert.serialize(value)),
  });
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const ID_ORGANISATION = '2.5.4.10';
const ID_COMMON_NAME = '2.5.4.3';
const ORGANISATION = 'Sallyport';
const V3 = 2;
const SERIAL_BYTES = 16;

/** Positive, and of the same length always: the first bit is 0, the second 1 (RFC 5280, section 4.1.2.2). */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return ownBuffer(bytes);
}

function distinguishedName(commonName: CommonName): Name {
  const pair = (type: string, text: string): RelativeDistinguishedName =>
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String: text }) }),
    ]);
  return new Name([pair(ID_ORGANISATION, ORGANISATION), pair(ID_COMMON_NAME, commonName)]);
}

function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo);
}

/** The first way of RFC 5280, section 4.2.1.2, where SHA-1 only names. */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  const bits = new Uint8Array(publicKeyInfo(key).subjectPublicKey);
  return ownBuffer(createHash('sha1').update(bits).digest());
}

function authorityKeyIdentifier(key: KeyObject): AuthorityKeyIdentifier {
  return new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(key)) });
}

/** Node's buffers share one store; the serializer takes the whole of it. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
