import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { bundleBody, compileBundle, readSignedBundle, signedBytes, signedDocument } from '../src/compile/index.ts';
import type { BundleTrust } from '../src/compile/index.ts';
import type { Sha256 } from '../src/core/ids.ts';
import { parsePolicy } from '../src/policy/index.ts';

const file = new URL('../spec/bundle/vectors/minimal.json', import.meta.url);

/** Everything about one bundle; bytes in lower-case hex, the bundle as the text of its file. */
interface Vector {
  readonly policy: string;
  readonly seed: string;
  readonly publicKey: string;
  readonly keyId: string;
  readonly sequence: number;
  readonly issuedAtMs: number;
  readonly signedBytesSha256: string;
  readonly signature: string;
  readonly bundle: string;
}

/** The first test key of RFC 8032 section 7.1; whoever trusts it trusts everybody. */
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
/** What stands in front of a seed in PKCS 8 (RFC 8410 section 7). */
const PKCS8_HEAD = '302e020100300506032b657004220420';

const sha256 = (text: string | Uint8Array): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
const privateKey = createPrivateKey({ key: Buffer.from(PKCS8_HEAD + SEED, 'hex'), format: 'der', type: 'pkcs8' });
const publicKey = createPublicKey(privateKey);
const rawPublicKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);

function made(policyText: string): Vector {
  const parsed = parsePolicy(policyText);
  assert.ok(parsed.ok);
  const [sequence, issuedAtMs, keyId] = [42, 1_760_000_000_000, sha256(rawPublicKey)];
  const body = bundleBody(compileBundle(parsed.policy, sha256), { keyId, sequence, issuedAtMs });
  const signature = sign(null, signedBytes(body), privateKey);
  return {
    policy: policyText,
    seed: SEED,
    publicKey: rawPublicKey.toString('hex'),
    keyId,
    sequence,
    issuedAtMs,
    signedBytesSha256: sha256(signedBytes(body)),
    signature: signature.toString('hex'),
    bundle: Buffer.from(signedDocument(body, signature)).toString('utf8'),
  };
}

if (process.env['UPDATE_GOLDEN'] === '1') {
  writeFileSync(file, `${JSON.stringify(made('version: 1\nname: vector\n'), null, 2)}\n`);
}
const vector = JSON.parse(readFileSync(file, 'utf8')) as Vector;

test('the policy of the vector is signed to the bytes of the vector', () => {
  assert.deepEqual(made(vector.policy), vector);
});

test('the bundle of the vector is read with its key, and with no other', () => {
  const trust: BundleTrust = {
    keyId: vector.keyId as Sha256,
    isSignature: (message, signature) => verify(null, message, publicKey, signature),
    sha256,
  };
  const bytes = Buffer.from(vector.bundle, 'utf8');
  const result = readSignedBundle(bytes, trust);
  assert.ok(result.ok);
  assert.equal(result.signed.issue.sequence, vector.sequence);
  const other = readSignedBundle(bytes, { ...trust, keyId: sha256('another') });
  assert.ok(!other.ok && other.fault.code === 'BUNDLE_KEY');
});

test('the bytes of the vector can be checked by hand, as the specification says', () => {
  const body = /^\{"body":(.*),"signature":"[0-9a-f]{128}"\}\n$/s.exec(vector.bundle)?.[1] ?? '';
  const message = Buffer.from(`sallyport policy bundle, format 1\n${body}`, 'utf8');
  assert.equal(sha256(message), vector.signedBytesSha256);
  assert.ok(verify(null, message, publicKey, Buffer.from(vector.signature, 'hex')));
});
