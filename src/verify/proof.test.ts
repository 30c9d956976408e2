import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import fc from 'fast-check';

import { AuditCorrupt, NoSuchRecord } from '../core/error.ts';
import { formatProof, parseProof } from './proof-text.ts';
import { prove } from './prove.ts';
import {
  SAMPLE_ORIGIN,
  SAMPLE_TIME_MS,
  SAMPLE_WITNESS,
  memoryTree,
  sampleLog,
  sampleStore,
  sampleVkey,
} from './sample-files.ts';
import { verifyProof } from './verify-proof.ts';

const TRUST = { keys: [sampleVkey('a')], witnesses: [] };
const WITNESSED = { ...TRUST, witnesses: [sampleVkey('w', SAMPLE_WITNESS, 'witness')] };
const OPTIONS = { count: 600, perFile: 200, witnessedSize: 512 };

test('the proof of every record of a log and of a store holds by its text and the key alone', async () => {
  for (const files of [sampleLog(OPTIONS), sampleStore(OPTIONS)]) {
    for (const index of [0, 1, 199, 200, 255, 256, 511, 512, 598, 599]) {
      const text = formatProof(await prove(memoryTree(files), index));
      const verdict = verifyProof(text, TRUST);
      assert.ok(verdict.ok, JSON.stringify(verdict));
      assert.deepEqual([verdict.origin, verdict.record.index], [SAMPLE_ORIGIN, index]);
      assert.ok(text.length <= 2_048, `${text.length} bytes`);
    }
  }
});

test('a record that witnesses saw is proven against what they signed, a newer one against the newest checkpoint', async () => {
  const tree = memoryTree(sampleLog(OPTIONS));
  const seen = verifyProof(formatProof(await prove(tree, 511)), WITNESSED);
  assert.ok(seen.ok);
  assert.deepEqual(seen.witnesses, [{ name: SAMPLE_WITNESS, size: 512, seenAtMs: SAMPLE_TIME_MS }]);
  assert.deepEqual(verifyProof(formatProof(await prove(tree, 512)), WITNESSED), {
    ok: false,
    problem: `has no cosignature of the witness \`${SAMPLE_WITNESS}\``,
  });
});

test('a proof with any one character changed shows nothing', async () => {
  const text = formatProof(await prove(memoryTree(sampleLog({ count: 300 })), 77));
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 127 }), (at, flip) => {
      const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ flip) + text.slice(at + 1);
      assert.equal(verifyProof(changed, TRUST).ok, false);
    }),
    { numRuns: 3_000 },
  );
});

test('what is no proof is told from what proves nothing', async () => {
  const proof = await prove(memoryTree(sampleLog({ count: 300 })), 77);
  const other = await prove(memoryTree(sampleLog({ count: 300 })), 78);
  for (const { text, want } of [
    { text: '', want: /^is no proof of a record$/ },
    { text: 'x'.repeat(10_000_000), want: /^is no proof of a record$/ },
    { text: formatProof({ ...proof, note: 'hello' }), want: /^holds no checkpoint$/ },
    { text: formatProof({ ...proof, index: 78 }), want: /^does not lead from the record/ },
    { text: formatProof({ ...proof, line: other.line }), want: /^does not lead from the record/ },
    { text: formatProof({ ...proof, hashes: proof.hashes.slice(1) }), want: /^does not lead from the record/ },
    { text: formatProof(proof).replace('extra ', 'Extra '), want: /^is no proof of a record$/ },
  ]) {
    const verdict = verifyProof(text, TRUST);
    assert.ok(!verdict.ok);
    assert.match(verdict.problem, want);
  }
  const elsewhere = { ...TRUST, keys: [sampleVkey('b')] };
  assert.match(JSON.stringify(verifyProof(formatProof(proof), elsewhere)), /the trusted key did not sign/);
  assert.deepEqual(parseProof(formatProof(proof)), {
    ...proof,
    line: Buffer.from(proof.line),
    hashes: [...proof.hashes],
  });
});

test('nothing is proven of what no checkpoint covers, or what is not as it was signed', async () => {
  await assert.rejects(prove(memoryTree(sampleLog({ count: 300, signedSize: 290 })), 295), NoSuchRecord);
  const files = sampleLog({ count: 300 });
  const name = 'segments/00000000000000000000.jsonl';
  files.set(name, Buffer.from((files.get(name) ?? assert.fail()).toString().replaceAll('allow', 'allaw')));
  await assert.rejects(prove(memoryTree(files), 7), AuditCorrupt);
});

test('the vectors of the specification are what this writes and reads', async () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../spec/audit/vectors/proof.json', import.meta.url), 'utf8'),
  ) as readonly { readonly name: string; readonly key: string; readonly proof: string; readonly holds: boolean }[];
  const written = formatProof(await prove(memoryTree(sampleLog({ count: 300 })), 77));
  assert.equal(vectors[0]?.proof, written);
  for (const { name, key, proof, holds } of vectors) {
    assert.equal(key, sampleVkey('a').vkey);
    assert.equal(verifyProof(proof, TRUST).ok, holds, name);
  }
});
