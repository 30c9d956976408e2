import { createHash } from 'node:crypto';
import { compileBundle } from '../../src/compile/bundle.ts';
import { SAMPLE_POLICY } from '../../src/compile/sample-policy.ts';
import {
  bundleBody,
  keptSequence,
  readSignedBundle,
  signedBytes,
  signedDocument,
} from '../../src/compile/signed-bundle.ts';
import type { BundleTrust } from '../../src/compile/signed-bundle.ts';
import { canonicalJson, isJsonObject } from '../../src/core/json.ts';
import type { Json } from '../../src/core/json.ts';
import type { Sha256 } from '../../src/core/ids.ts';
import { hasActing, promise } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes } from '../material.ts';

const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
const KEY_ID = sha256('a key');
const SIGNATURE = new Uint8Array(64).fill(7);
const BODY = bundleBody(compileBundle(SAMPLE_POLICY, sha256), {
  keyId: KEY_ID,
  sequence: 7,
  issuedAtMs: 1_760_000_000_000,
});
const GOOD = signedDocument(BODY, SIGNATURE);
const SIGNED = signedBytes(BODY);

/** Knows one signature, over one body. */
const TRUST: BundleTrust = {
  keyId: KEY_ID,
  isSignature: (message, signature) => Buffer.from(message).equals(SIGNED) && Buffer.from(signature).equals(SIGNATURE),
  sha256,
};
/** A signer who signs anything: what is read behind the signature must hold as well. */
const CARELESS: BundleTrust = { ...TRUST, isSignature: () => true };

const WORDS = [
  ...'"sequence": "content": "digest": "formatVersion": "issuedAtMs": "keyId": "signature": "body": null {} [] -1 1.5 1e99'.split(
    ' ',
  ),
  ...'"__proto__": "\\ud800" "\\u0061" 9007199254740993 true , : " '.split(' '),
];

export const bundleEntry: FuzzEntry = {
  name: 'bundle',
  about: 'any bytes as a signed bundle: taken only where every byte is the signer’s, and refused in one harmless line',
  maxBytes: 128 * 1024,
  most: { baseMs: 100, msPerMb: 5000 },
  open(): OpenEntry {
    return {
      seeds: [GOOD, ...asBytes([canonicalJson(BODY), '{}'])],
      words: asBytes(WORDS),
      run(input, watch) {
        // What nobody signed.
        const result = watch.time(() => readSignedBundle(input, TRUST));
        promise(!result.ok || Buffer.from(input).equals(GOOD), 'a bundle is taken that was not signed so');
        watch.time(() => keptSequence(input));
        // The same with its digest put right, by a signer who signs it.
        const again = watch.time(() => readSignedBundle(signedAnew(input) ?? input, CARELESS));
        for (const each of [result, again])
          if (!each.ok) promise(!hasActing(each.fault.why), `${each.fault.code}: it holds what acts on a terminal`);
        return again.ok ? 'taken' : `${again.fault.code} ${again.fault.why.replaceAll(/\d+|`[^`]*`/g, '')}`;
      },
    };
  },
};

/** Null for what is no JSON object with a body, or none that can be written. */
function signedAnew(input: Uint8Array): Uint8Array | null {
  try {
    const document = JSON.parse(Buffer.from(input).toString('utf8')) as Json;
    const body = isJsonObject(document) ? document['body'] : undefined;
    if (body === undefined || !isJsonObject(body)) return null;
    return signedDocument({ ...body, digest: sha256(canonicalJson(body['content'] ?? null)) }, SIGNATURE);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}
