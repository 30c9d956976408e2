import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  BasicConstraints,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';
import { authorityText, hostCertificates, makeAuthority, readAuthority } from './index.ts';
import { extension, signedCertificate } from './signed-certificate.ts';

const DAY_MS = 86_400_000;
const HOSTS = ['api.anthropic.com', 'gateway.example.org'];
const now = Date.now();
const authority = makeAuthority({ hosts: HOSTS, nowMs: now, days: 365 });
const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed';

test('what is written is read again, key, hosts and times', () => {
  const again = readAuthority(authorityText(authority));
  assert.ok(again !== null);
  assert.deepEqual(again.hosts, HOSTS);
  assert.ok(Array.isArray(again.hosts));
  assert.equal(again.certificate.fingerprint256, authority.certificate.fingerprint256);
  assert.ok(again.certificate.checkPrivateKey(again.privateKey));
  assert.equal(again.notAfterMs, Math.floor((now + 365 * DAY_MS) / 1000) * 1000);
});

const other = makeAuthority({ hosts: HOSTS, nowMs: now, days: 1 });
const text = authorityText(authority);
const keyAt = text.indexOf('-----BEGIN PRIVATE');
for (const { name, given } of [
  { name: 'nothing', given: '' },
  { name: 'a certificate alone', given: text.slice(0, keyAt) },
  { name: 'a key alone', given: text.slice(keyAt) },
  { name: 'the key of another authority', given: text.slice(0, keyAt) + authorityText(other).slice(keyAt) },
  { name: 'a text with something after it', given: `${text}\n# x` },
  { name: 'a text that is cut', given: text.slice(0, -40) },
  { name: 'a certificate for a host', given: leafWithKey() },
  { name: 'a long text of nothing', given: `-----BEGIN CERTIFICATE-----\n${'A'.repeat(100_000)}` },
]) {
  test(`${name} is no authority`, () => assert.equal(readAuthority(given), null));
}

test('an authority is for host names, at least one, and for a bounded time', () => {
  for (const hosts of [[], ['*.example.org'], ['EXAMPLE.org'], ['10.0.0.1'], ['[::1]'], ['a b'], ['.x'], ['x.']]) {
    assert.throws(() => makeAuthority({ hosts, nowMs: now, days: 1 }), TypeError, hosts.join());
  }
  for (const days of [0, -1, 826, 1.5, Number.NaN]) {
    assert.throws(() => makeAuthority({ hosts: HOSTS, nowMs: now, days }), TypeError, String(days));
  }
});

test('two authorities share neither key, serial number nor name', () => {
  assert.notEqual(authority.certificate.subject, other.certificate.subject);
  assert.notEqual(authority.certificate.serialNumber, other.certificate.serialNumber);
  assert.equal(authority.certificate.checkPrivateKey(other.privateKey), false);
});

test('a host’s certificate is the same while it is good, and a new one an hour before its end', () => {
  const certificates = hostCertificates(authority);
  const first = certificates.of('api.anthropic.com', now);
  assert.ok(first !== null);
  assert.equal(certificates.of('api.anthropic.com', now + 22 * 3_600_000), first);
  const next = certificates.of('api.anthropic.com', now + 23 * 3_600_000);
  assert.ok(next !== null && next !== first);
  const parsed = new X509Certificate(first.certificate);
  assert.equal(parsed.subjectAltName, 'DNS:api.anthropic.com');
  assert.equal(parsed.ca, false);
  assert.ok(parsed.checkIssued(authority.certificate));
  assert.ok(parsed.verify(createPublicKey(authority.privateKey)));
});

test('no certificate is made for a host that the authority does not name, nor outside of its time', () => {
  const certificates = hostCertificates(authority);
  assert.equal(certificates.of('example.org', now), null);
  assert.equal(certificates.of('sub.api.anthropic.com', now), null);
  assert.equal(certificates.of('api.anthropic.com', authority.notAfterMs), null);
  assert.equal(certificates.of('api.anthropic.com', authority.notBeforeMs - 1), null);
});

test('no certificate outlives its authority', () => {
  const certificates = hostCertificates(authority);
  const nearEnd = authority.notAfterMs - 60_000;
  const last = certificates.of('api.anthropic.com', nearEnd);
  assert.equal(last?.notAfterMs, authority.notAfterMs);
  assert.equal(certificates.of('api.anthropic.com', nearEnd + 30_000), last);
});

test('OpenSSL takes a certificate for a host, and prints the bounds as critical', { skip: noOpenssl }, (t) => {
  const leaf = hostCertificates(authority).of('api.anthropic.com', now);
  assert.match(verified(t, leaf?.certificate ?? '', 'api.anthropic.com'), /: OK\n$/);
  const shown = execFileSync('openssl', ['x509', '-noout', '-text'], { input: authority.certificate.toString() });
  assert.match(shown.toString(), /Basic Constraints: critical\n\s+CA:TRUE, pathlen:0\n/);
  assert.match(shown.toString(), /Key Usage: critical\n\s+Certificate Sign\n/);
  assert.match(
    shown.toString(),
    /Name Constraints: critical\n\s+Permitted:\n\s+DNS:api\.anthropic\.com\n\s+DNS:gateway\.example\.org\n\s+Excluded:\n\s+IP:0\.0\.0\.0\/0\.0\.0\.0\n/,
  );
});

for (const { name, names, host } of [
  { name: 'for another host', names: [{ dNSName: 'example.com' }], host: 'example.com' },
  { name: 'for the domain above', names: [{ dNSName: 'anthropic.com' }], host: 'anthropic.com' },
  { name: 'for a host whose name ends alike', names: [{ dNSName: 'evil-api.anthropic.com' }], host: null },
  { name: 'for every host', names: [{ dNSName: '*' }], host: null },
  { name: 'for an allowed and another host', names: [{ dNSName: HOSTS[0] ?? '' }, { dNSName: 'x.com' }], host: null },
  { name: 'for an address', names: [{ iPAddress: '127.0.0.1' }], host: null },
  { name: 'for an address of version 6', names: [{ iPAddress: '::1' }], host: null },
]) {
  test(`OpenSSL refuses what the authority’s key signs ${name}`, { skip: noOpenssl }, (t) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const leaf = signedBy({ publicKey, names: names.map((each) => new GeneralName(each)) });
    assert.match(verified(t, leaf, host), /permitted subtree violation|excluded subtree violation/);
  });
}

test('OpenSSL refuses what an authority below this one has signed', { skip: noOpenssl }, (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = 'below';
  const isAuthority = extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true }));
  const below = signedCertificate(
    { subject, publicKey, notBeforeMs: now - 60_000, notAfterMs: now + DAY_MS, extensions: [isAuthority] },
    { subject: ownSubject(), privateKey: authority.privateKey },
  );
  const names = new SubjectAlternativeName([new GeneralName({ dNSName: 'api.anthropic.com' })]);
  const leaf = signedCertificate(
    {
      subject: 'somebody',
      publicKey,
      notBeforeMs: now - 60_000,
      notAfterMs: now + DAY_MS,
      extensions: [extension(id_ce_subjectAltName, false, names)],
    },
    { subject, privateKey },
  );
  assert.match(verified(t, leaf.toString(), 'api.anthropic.com', below.toString()), /path length constraint exceeded/);
});

function ownSubject(): string {
  return /^CN=(.+)$/m.exec(authority.certificate.subject)?.[1] ?? '';
}

function signedBy(given: {
  readonly publicKey: Parameters<typeof signedCertificate>[0]['publicKey'];
  readonly names: GeneralName[];
}): string {
  return signedCertificate(
    {
      subject: 'somebody',
      publicKey: given.publicKey,
      notBeforeMs: now - 60_000,
      notAfterMs: now + DAY_MS,
      extensions: [extension(id_ce_subjectAltName, false, new SubjectAlternativeName(given.names))],
    },
    { subject: ownSubject(), privateKey: authority.privateKey },
  ).toString();
}

function leafWithKey(): string {
  const leaf = hostCertificates(authority).of('api.anthropic.com', now);
  return `${leaf?.certificate}${leaf?.privateKey}`;
}

/** What `openssl verify` says of a certificate under the authority. */
function verified(
  t: { after(run: () => void): void },
  leaf: string,
  host: string | null,
  below: string | null = null,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'sp-ca-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'ca.pem'), authority.certificate.toString());
  writeFileSync(join(folder, 'leaf.pem'), leaf);
  const named = host === null ? [] : ['-verify_hostname', host];
  if (below !== null) writeFileSync(join(folder, 'below.pem'), below);
  const given = below === null ? [] : ['-untrusted', 'below.pem'];
  // An authority without key identifiers or key usage is not what is tried here.
  const strict = below === null ? ['-x509_strict'] : [];
  const words = ['verify', ...strict, '-purpose', 'sslserver', ...named, ...given, '-CAfile', 'ca.pem', 'leaf.pem'];
  const { stdout, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}
