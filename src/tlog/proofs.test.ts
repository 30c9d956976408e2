import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TileUnusable } from '../core/error.ts';
import { HASH_BYTES, leafHash, nodeHash, type Hash } from './hash.ts';
import { consistencyProof, inclusionProof, rootAt } from './proofs.ts';
import { sampleEntries, sampleTree } from './sample-tree.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

const SIZES = 300;
const entries = sampleEntries(SIZES);
const trees = Array.from({ length: SIZES + 1 }, (_, size) => sampleTree(entries.slice(0, size)));

/** All sizes with SLOW=1; else the smaller ones, those around a full tile, and the last. */
const sizes = trees
  .map((_, size) => size)
  .filter((size) => process.env['SLOW'] === '1' || size <= 90 || [255, 256, 257, SIZES].includes(size));

function tree(size: number): ReturnType<typeof sampleTree> {
  const found = trees[size];
  if (found === undefined) throw new TypeError(`no tree of ${size}`);
  return found;
}

test('every entry of trees up to 300 entries has a proof that verifies', { timeout: 120_000 }, async () => {
  for (const size of sizes) {
    const { leaves, root } = tree(size);
    for (const [index, leaf] of leaves.entries()) {
      const proof = await inclusionProof(tree(size), index, size);
      assert.ok(verifyInclusion({ leaf, index, size, root, proof }), `entry ${index} of ${size}`);
    }
  }
});

test('trees up to 300 entries begin with every smaller one, and it can be shown', { timeout: 120_000 }, async () => {
  for (const newSize of sizes) {
    for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
      const proof = await consistencyProof(tree(newSize), oldSize, newSize);
      const roots = { oldRoot: tree(oldSize).root, newRoot: tree(newSize).root };
      assert.ok(verifyConsistency({ oldSize, newSize, ...roots, proof }), `${oldSize} in ${newSize}`);
    }
  }
});

test('older roots and proofs come from the tiles of a larger tree that hold them full', async () => {
  const size = 66_000;
  const large = sampleTree(sampleEntries(size));
  assert.deepEqual(await rootAt(large, size), large.root);
  for (const index of [0, 255, 256, 65_535, 65_536, size - 1]) {
    const leaf = large.leaves[index] ?? Buffer.alloc(0);
    const proof = await inclusionProof(large, index, size);
    assert.ok(verifyInclusion({ leaf, index, size, root: large.root, proof }), `entry ${index}`);
  }
  for (const oldSize of [1, 256, 300, 65_535, 65_536, 65_537]) {
    const old = sampleTree(sampleEntries(oldSize));
    assert.deepEqual(await rootAt(large, oldSize, size), old.root, `root at ${oldSize}`);
    // Without being told of the larger size, only what full tiles hold is found: they are cut to the width asked for.
    if (oldSize < 65_536) assert.deepEqual(await rootAt(large, oldSize), old.root, `root at ${oldSize}`);
    const proof = await consistencyProof(large, oldSize, size);
    const roots = { oldRoot: old.root, newRoot: large.root };
    assert.ok(verifyConsistency({ oldSize, newSize: size, ...roots, proof }), `from ${oldSize}`);
  }
});

const someTree = fc.integer({ min: 2, max: SIZES });

test('a proof of which anything is changed proves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(someTree, fc.nat(), fc.nat(), async (size, indexSeed, bitSeed) => {
      const index = indexSeed % size;
      const { leaves, root } = tree(size);
      const leaf = leaves[index] ?? Buffer.alloc(0);
      const proof = await inclusionProof(tree(size), index, size);
      const good = { leaf, index, size, root, proof };
      const bad = [
        ...mutations(proof, bitSeed).map((mutated) => ({ ...good, proof: mutated })),
        { ...good, leaf: flip(leaf, bitSeed) },
        { ...good, root: flip(root, bitSeed) },
        { ...good, index: (index + 1) % size },
        { ...good, size: size * 2 },
        { ...good, leaf: leaf.subarray(1) },
        { ...good, index: -1 },
        { ...good, index: size },
        { ...good, index: index + 0.5 },
        { ...good, size: Number.MAX_SAFE_INTEGER + 1 },
        { ...good, size: Number.NaN },
      ];
      for (const [at, one] of bad.entries()) assert.equal(verifyInclusion(one), false, `mutation ${at}`);
    }),
  );
});

test('a consistency proof of which anything is changed shows nothing', async () => {
  await fc.assert(
    fc.asyncProperty(someTree, fc.nat(), fc.nat(), async (newSize, oldSeed, bitSeed) => {
      const oldSize = 1 + (oldSeed % (newSize - 1));
      const [oldRoot, newRoot] = [tree(oldSize).root, tree(newSize).root];
      const proof = await consistencyProof(tree(newSize), oldSize, newSize);
      const good = { oldSize, oldRoot, newSize, newRoot, proof };
      const bad = [
        ...mutations(proof, bitSeed).map((mutated) => ({ ...good, proof: mutated })),
        { ...good, oldRoot: flip(oldRoot, bitSeed) },
        { ...good, newRoot: flip(newRoot, bitSeed) },
        { ...good, oldRoot: newRoot, newRoot: oldRoot },
        { ...good, oldSize: newSize, newSize: oldSize },
        { ...good, oldSize: 0 },
        { ...good, oldSize: newSize },
        { ...good, oldSize: -1 },
        { ...good, newSize: Number.NaN },
      ];
      for (const [at, one] of bad.entries()) assert.equal(verifyConsistency(one), false, `mutation ${at}`);
    }),
  );
});

test('no sizes but the right ones fit a consistency proof of a log that was rewritten', async () => {
  const forked = sampleTree(entries.slice(0, 200).map((entry, at) => (at === 150 ? Buffer.from('rewritten') : entry)));
  const proof = await consistencyProof(forked, 180, 200);
  const roots = { oldRoot: tree(180).root, newRoot: forked.root };
  assert.equal(verifyConsistency({ oldSize: 180, newSize: 200, ...roots, proof }), false);
});

test('proofs of great length, and of things that are no hashes, are refused before they are hashed', () => {
  const root = tree(2).root;
  const leaf = leafHash(Buffer.from('entry 0'));
  const started = performance.now();
  const huge = Array.from({ length: 1_000_000 }, () => root);
  assert.equal(verifyInclusion({ leaf, index: 0, size: 2, root, proof: huge }), false);
  assert.equal(verifyInclusion({ leaf, index: 0, size: 2, root, proof: [Buffer.alloc(1 << 20)] }), false);
  assert.equal(verifyConsistency({ oldSize: 1, oldRoot: leaf, newSize: 2, newRoot: root, proof: huge }), false);
  assert.ok(performance.now() - started < 2_000);
});

test('sizes beyond 32 bits are halved, not cut', () => {
  // In a tree of 2^52 equal entries each level has one hash, so a proof is one hash for each level.
  let hash: Hash = leafHash(Buffer.from('same'));
  const leaf = hash;
  const proof: Hash[] = [];
  for (let level = 0; level < 52; level += 1) {
    proof.push(hash);
    hash = nodeHash(hash, hash);
  }
  const size = 2 ** 52;
  for (const index of [0, 2 ** 31, 2 ** 32, 2 ** 33 + 7, size - 1]) {
    assert.ok(verifyInclusion({ leaf, index, size, root: hash, proof }), `entry ${index}`);
  }
});

for (const { name, path, bytes, want } of [
  { name: 'a missing tile', path: 'tile/0/001.p/44', bytes: null, want: /tile `tile\/0\/001\.p\/44` is missing/ },
  { name: 'a tile cut short', path: 'tile/0/000', bytes: Buffer.alloc(8191), want: /is 8191 bytes long, not 8192/ },
  { name: 'an empty tile', path: 'tile/1/000.p/1', bytes: Buffer.alloc(0), want: /is 0 bytes long, not 32/ },
  { name: 'a tile with a hash too many', path: 'tile/1/000.p/1', bytes: Buffer.alloc(64), want: /is 64 bytes long/ },
]) {
  test(`${name} is named`, async () => {
    const broken = sampleTree(entries);
    if (bytes === null) broken.tiles.delete(path);
    else broken.tiles.set(path, bytes);
    // One of the two needs the tile: the proof the leaves, the root the tile above them.
    const made = rootAt(broken, SIZES).then(async () => await inclusionProof(broken, 3, SIZES));
    await assert.rejects(made, (error) => error instanceof TileUnusable && want.test(error.message));
  });
}

test('what is not in a tree is a mistake of the caller', async () => {
  await assert.rejects(inclusionProof(tree(5), 5, 5), TypeError);
  await assert.rejects(inclusionProof(tree(5), -1, 5), TypeError);
  await assert.rejects(consistencyProof(tree(5), 6, 5), TypeError);
  await assert.rejects(rootAt(tree(5), 2 ** 53), TypeError);
  await assert.rejects(rootAt(tree(5), 5, 4), TypeError);
});

/** Each hash with a bit flipped, one too few at either end, one too many, two swapped. */
function mutations(proof: readonly Hash[], seed: number): readonly (readonly Hash[])[] {
  const changed = proof.map((hash, at) => proof.with(at, flip(hash, seed)));
  const extra = leafHash(Buffer.from('extra'));
  const shorter = proof.length === 0 ? [] : [proof.slice(1), proof.slice(0, -1)];
  const swapped = proof.length < 2 ? [] : [[proof[1] ?? extra, proof[0] ?? extra, ...proof.slice(2)]];
  const cut = proof.length === 0 ? [] : [proof.with(0, (proof[0] ?? extra).subarray(1))];
  return [...changed, ...shorter, ...swapped, ...cut, [...proof, extra], [extra, ...proof]];
}

function flip(hash: Hash, seed: number): Hash {
  const copy = Uint8Array.from(hash);
  const at = seed % HASH_BYTES;
  copy[at] = (copy[at] ?? 0) ^ (1 << (seed % 8));
  return copy;
}
