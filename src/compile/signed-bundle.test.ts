import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sha256 } from '../core/ids.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { compileBundle } from './bundle.ts';
import { documentBytes, MAX_BUNDLE_BYTES, MAX_BUNDLE_DEPTH, readCanonical } from './bundle-bytes.ts';
import { SAMPLE_POLICY } from './sample-policy.ts';
import {
  bundleBody,
  BUNDLE_DOMAIN,
  keptSequence,
  MAX_SEQUENCE,
  readSignedBundle,
  signedBytes,
  signedDocument,
} from './signed-bundle.ts';
import type { BundleTrust } from './signed-bundle.ts';

const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
const keys = generateKeyPairSync('ed25519');
const signed = (message: Uint8Array): Uint8Array => sign(null, message, keys.privateKey);
const TRUST: BundleTrust = {
  keyId: sha256('a key'),
  isSignature: (message, signature) => verify(null, message, keys.publicKey, signature),
  sha256,
};

const bundle = compileBundle(SAMPLE_POLICY, sha256);
const BODY = bundleBody(bundle, { keyId: TRUST.keyId, sequence: 7, issuedAtMs: 1_760_000_000_000 });
const GOOD = signedDocument(BODY, signed(signedBytes(BODY)));
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A bundle that the trusted key signed, whatever stands in its body. */
function signedAnew(body: JsonObject): Uint8Array {
  return signedDocument(body, signed(signedBytes(body)));
}

function refusal(bytes: Uint8Array, trust: BundleTrust = TRUST): string {
  const result = readSignedBundle(bytes, trust);
  assert.ok(!result.ok, 'it was taken');
  return `${result.fault.code} ${result.fault.why}`;
}

test('what was signed is read back whole', () => {
  const result = readSignedBundle(GOOD, TRUST);
  assert.ok(result.ok, result.ok ? '' : result.fault.why);
  assert.deepEqual(result.signed.bundle.policy, SAMPLE_POLICY);
  assert.deepEqual(result.signed.bundle.table, bundle.table);
  assert.equal(result.signed.bundle.digest, bundle.digest);
  assert.deepEqual(result.signed.issue, { keyId: TRUST.keyId, sequence: 7, issuedAtMs: 1_760_000_000_000 });
  assert.equal(keptSequence(GOOD), 7);
});

test('what is read is frozen to its last part', () => {
  const result = readSignedBundle(GOOD, TRUST);
  assert.ok(result.ok);
  assert.ok(Object.isFrozen(result.signed.bundle.policy.egress.hosts[0]?.ports));
});

test('the same policy gives the same bytes', () => {
  const again = bundleBody(compileBundle(structuredClone(SAMPLE_POLICY), sha256), {
    keyId: TRUST.keyId,
    sequence: 7,
    issuedAtMs: 1_760_000_000_000,
  });
  assert.equal(canonicalJson(again), canonicalJson(BODY));
});

const good = text(GOOD);
const deep = `{"a":${'['.repeat(MAX_BUNDLE_DEPTH)}${']'.repeat(MAX_BUNDLE_DEPTH)}}\n`;
const hex = /"signature":"([0-9a-f]+)"/.exec(good)?.[1] ?? '';
const otherBody: JsonObject = { ...BODY, sequence: 8 };

for (const { name, content, want } of [
  { name: 'an empty file', content: '', want: /^BUNDLE_ALTERED it is empty/ },
  {
    name: 'a file cut off in the middle',
    content: good.slice(0, good.length / 2),
    want: /^BUNDLE_ALTERED it is no JSON/,
  },
  {
    name: 'a file without its line feed',
    content: good.trimEnd(),
    want: /^BUNDLE_ALTERED its bytes are not canonical/,
  },
  { name: 'something after the end', content: `${good}{}`, want: /^BUNDLE_ALTERED it is no JSON/ },
  { name: 'a byte order mark', content: `\uFEFF${good}`, want: /^BUNDLE_ALTERED it is no JSON/ },
  { name: 'an array', content: '[]\n', want: /^BUNDLE_ALTERED it is no JSON object/ },
  { name: 'a policy in JSON', content: '{"name":"x","version":1}\n', want: /^BUNDLE_UNSIGNED it is no signed bundle/ },
  {
    name: 'a body without a signature',
    content: text(documentBytes({ body: BODY })),
    want: /^BUNDLE_UNSIGNED it carries no/,
  },
  {
    name: 'a signature of null',
    content: text(documentBytes({ body: BODY, signature: null })),
    want: /^BUNDLE_UNSIGNED/,
  },
  {
    name: 'an empty signature',
    content: text(documentBytes({ body: BODY, signature: '' })),
    want: /^BUNDLE_ALTERED its sig/,
  },
  {
    name: 'a signature in upper case',
    content: good.replace(hex, hex.toUpperCase()),
    want: /^BUNDLE_ALTERED its signature/,
  },
  { name: 'a second body in front', content: good.replace('{"body":', '{"body":{},"body":'), want: /not canonical/ },
  {
    name: 'a second sequence inside',
    content: good.replace('"sequence":7', '"sequence":9,"sequence":7'),
    want: /not canonical/,
  },
  {
    name: 'a key spelled with an escape',
    content: good.replace('"sequence"', '"\\u0073equence"'),
    want: /not canonical/,
  },
  {
    name: 'another sequence',
    content: good.replace('"sequence":7', '"sequence":8'),
    want: /^BUNDLE_ALTERED its signature is/,
  },
  {
    name: 'a sequence in another spelling',
    content: good.replace('"sequence":7', '"sequence":7.0'),
    want: /not canonical/,
  },
  {
    name: 'a sequence with an exponent',
    content: good.replace('"sequence":7', '"sequence":7e0'),
    want: /not canonical/,
  },
  {
    name: 'a sequence beyond what is exact',
    content: good.replace('"sequence":7', '"sequence":9007199254740993'),
    want: /not canonical/,
  },
  {
    name: 'a sequence of infinity',
    content: good.replace('"sequence":7', '"sequence":1e999'),
    want: /^BUNDLE_ALTERED/,
  },
  {
    name: 'another verdict',
    content: good.replace('"verdict":"deny"', '"verdict":"allow"'),
    want: /^BUNDLE_ALTERED its signature/,
  },
  {
    name: 'a field beside the signature',
    content: good.replace(/}\n$/, ',"x":1}\n'),
    want: /^BUNDLE_ALTERED it holds more/,
  },
  {
    name: 'a prototype in the place of a field',
    content: good.replace('{"body"', '{"__proto__":{},"body"'),
    want: /^BUNDLE_ALTERED it holds more/,
  },
  { name: 'nesting beyond the bound', content: deep, want: /^BUNDLE_ALTERED it is nested deeper/ },
  { name: 'a million open brackets', content: '['.repeat(1_000_000), want: /^BUNDLE_ALTERED it is nested deeper/ },
  { name: 'a lone surrogate', content: '{"body":{"a":"\\ud800"},"signature":""}\n', want: /not canonical/ },
  {
    name: 'the signature of another body',
    content: text(signedDocument(BODY, signed(signedBytes(otherBody)))),
    want: /^BUNDLE_ALTERED its signature is not over/,
  },
  {
    name: 'a signature over the same body without the domain',
    content: text(signedDocument(BODY, signed(bytesOf(canonicalJson(BODY))))),
    want: /^BUNDLE_ALTERED its signature is not over/,
  },
  {
    name: 'a signature over the digest alone',
    content: text(signedDocument(BODY, signed(bytesOf(`${BUNDLE_DOMAIN}${bundle.digest}`)))),
    want: /^BUNDLE_ALTERED its signature is not over/,
  },
  {
    name: 'a key that is not the trusted one',
    content: text(signedAnew({ ...BODY, keyId: sha256('b') })),
    want: /^BUNDLE_KEY/,
  },
  { name: 'no key named', content: text(signedAnew(without(BODY, 'keyId'))), want: /^BUNDLE_KEY/ },
  {
    name: 'a signed field that is unknown',
    content: text(signedAnew({ ...BODY, note: 'x' })),
    want: /^BUNDLE_FORMAT its field `note`/,
  },
  {
    name: 'a signed format of tomorrow',
    content: text(signedAnew({ ...BODY, formatVersion: 2 })),
    want: /^BUNDLE_FORMAT its format/,
  },
  {
    name: 'a signed sequence of zero',
    content: text(signedAnew({ ...BODY, sequence: 0 })),
    want: /^BUNDLE_FORMAT its sequence/,
  },
  {
    name: 'a signed sequence that is a text',
    content: text(signedAnew({ ...BODY, sequence: '7' })),
    want: /^BUNDLE_FORMAT its seq/,
  },
  {
    name: 'a signed sequence of a fraction',
    content: text(signedAnew({ ...BODY, sequence: 7.5 })),
    want: /^BUNDLE_FORMAT its seq/,
  },
  {
    name: 'a signed digest of other content',
    content: text(signedAnew({ ...BODY, digest: sha256('x') })),
    want: /^BUNDLE_FORMAT its digest/,
  },
  {
    name: 'a signed unknown field of the policy',
    content: inPolicy({ extra: 1 }),
    want: /^BUNDLE_FORMAT its field `policy`/,
  },
  {
    name: 'a signed verdict that is none',
    content: inPolicy({ commands: [{ verdict: 'maybe' }] }),
    want: /^BUNDLE_FORMAT its field `policy\.commands/,
  },
  {
    name: 'a signed policy whose table is another',
    content: withTable(),
    want: /^BUNDLE_FORMAT this version makes other rules/,
  },
]) {
  test(`${name} is refused`, () => assert.match(refusal(bytesOf(content)), want));
}

test('a bundle beyond the size bound is refused before it is read', () => {
  assert.match(refusal(new Uint8Array(MAX_BUNDLE_BYTES + 1).fill(0x20)), /^BUNDLE_ALTERED it is larger/);
});

test('bytes that are no UTF-8 are refused', () => {
  const broken = Uint8Array.from(GOOD);
  broken[20] = 0xff;
  assert.match(refusal(broken), /^BUNDLE_ALTERED it is no JSON document/);
});

test('any one byte changed, left out or put in is refused', () => {
  fc.assert(
    fc.property(fc.nat(GOOD.length - 1), fc.nat(255), fc.constantFrom('change', 'drop', 'add'), (at, byte, how) => {
      const cut = how === 'add' ? at : at + 1;
      const altered = [...GOOD.subarray(0, at), ...(how === 'drop' ? [] : [byte]), ...GOOD.subarray(cut)];
      fc.pre(!(how === 'change' && GOOD[at] === byte));
      assert.ok(!readSignedBundle(Uint8Array.from(altered), TRUST).ok);
    }),
    { numRuns: process.env['SLOW'] === '1' ? 20_000 : 300 },
  );
});

test('no bytes throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readSignedBundle(bytes, TRUST)));
  fc.assert(fc.property(fc.json(), (json) => void readSignedBundle(bytesOf(`${json}\n`), TRUST)));
});

test('canonical bytes are read back as the same document, whatever it holds', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 })), (document) => {
      const written = JSON.parse(JSON.stringify(document)) as JsonObject;
      const result = readCanonical(documentBytes(written));
      assert.ok(result.ok);
      assert.deepEqual(result.document, written);
    }),
  );
});

test('a sequence out of bounds is not signed', () => {
  for (const sequence of [0, -1, 1.5, Number.NaN, MAX_SEQUENCE + 1]) {
    assert.throws(() => bundleBody(bundle, { keyId: TRUST.keyId, sequence, issuedAtMs: 0 }), TypeError);
  }
  bundleBody(bundle, { keyId: TRUST.keyId, sequence: MAX_SEQUENCE, issuedAtMs: 0 });
});

test('an exception and its end are part of the digest', () => {
  const [exception] = SAMPLE_POLICY.exceptions;
  assert.ok(exception !== undefined);
  const later = { ...SAMPLE_POLICY, exceptions: [{ ...exception, expiresAtMs: exception.expiresAtMs + 1 }] };
  assert.notEqual(compileBundle(later, sha256).digest, bundle.digest);
});

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** A signed bundle with a right digest, whose content was made by somebody else's compiler. */
function withContent(content: JsonObject): string {
  return text(signedAnew({ ...BODY, content, digest: sha256(canonicalJson(content)) }));
}

function inPolicy(fields: Readonly<Record<string, Json>>): string {
  const content = BODY['content'] as JsonObject;
  return withContent({ ...content, policy: { ...(content['policy'] as JsonObject), ...fields } });
}

function withTable(): string {
  const content = BODY['content'] as JsonObject;
  return withContent({ ...content, table: { ...(content['table'] as JsonObject), commands: [] } });
}
