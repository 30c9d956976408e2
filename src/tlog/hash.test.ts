import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashLines, hashTile, TileHasher } from './batch.ts';
import { Frontier } from './frontier.ts';
import { emptyRoot, leafHash, nodeHash, type Hash } from './hash.ts';
import { consistencyProof, inclusionProof, rootAt } from './proofs.ts';
import { sampleEntries, sampleTree } from './sample-tree.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

/** The tree of eight entries that implementations of Certificate Transparency test themselves with. */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSION = [
  {
    index: 0,
    size: 8,
    proof: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    index: 5,
    size: 8,
    proof: [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  { index: 2, size: 3, proof: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'] },
  {
    index: 1,
    size: 5,
    proof: [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
];
const CONSISTENCY = [
  { oldSize: 1, newSize: 1, proof: [] },
  { oldSize: 1, newSize: 8, proof: INCLUSION[0]?.proof ?? [] },
  {
    oldSize: 6,
    newSize: 8,
    proof: [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  {
    oldSize: 2,
    newSize: 5,
    proof: [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
];

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
const unhex = (text: string): Hash => Buffer.from(text, 'hex');
const entries = ENTRIES.map(unhex);
const rootHex = (size: number): string => ROOTS[size] ?? '';

for (const [size, want] of ROOTS.entries()) {
  test(`the root of the first ${size} known entries is the known one, three ways`, async () => {
    const tree = sampleTree(entries.slice(0, size));
    assert.equal(hex(tree.root), want);
    assert.equal(hex(await rootAt(tree, size)), want);
    if (size > 0) assert.equal(hex(hashTile(Buffer.concat(tree.leaves))), want);
  });
}

for (const { index, size, proof } of INCLUSION) {
  test(`the proof of entry ${index} of ${size} is the known one`, async () => {
    const tree = sampleTree(entries.slice(0, size));
    assert.deepEqual((await inclusionProof(tree, index, size)).map(hex), proof);
    const leaf = leafHash(entries[index] ?? Buffer.alloc(0));
    assert.ok(verifyInclusion({ leaf, index, size, root: unhex(rootHex(size)), proof: proof.map(unhex) }));
  });
}

for (const { oldSize, newSize, proof } of CONSISTENCY) {
  test(`the proof that a tree of ${newSize} begins with one of ${oldSize} is the known one`, async () => {
    const tree = sampleTree(entries.slice(0, newSize));
    assert.deepEqual((await consistencyProof(tree, oldSize, newSize)).map(hex), proof);
    const roots = { oldRoot: unhex(rootHex(oldSize)), newRoot: unhex(rootHex(newSize)) };
    assert.ok(verifyConsistency({ oldSize, newSize, ...roots, proof: proof.map(unhex) }));
  });
}

test('a frontier goes on from what it gave, and gives the root of the definition at every size', () => {
  const leaves = sampleEntries(300).map(leafHash);
  let frontier = new Frontier();
  for (const [index, leaf] of leaves.entries()) {
    frontier = new Frontier(frontier.size, frontier.hashes());
    frontier.append(leaf);
    assert.equal(hex(frontier.root()), hex(definition(leaves.slice(0, index + 1))));
  }
});

test('what a frontier is made from is copied and counted', () => {
  const [one, two] = [leafHash(Buffer.from('1')), leafHash(Buffer.from('2'))];
  const frontier = new Frontier(1, [one]);
  const before = hex(frontier.root());
  one.fill(0);
  assert.equal(hex(frontier.root()), before);
  assert.throws(() => new Frontier(2, [one, two]), TypeError);
  assert.throws(() => new Frontier(-1), TypeError);
  assert.throws(() => new Frontier(1, [Buffer.alloc(31)]), TypeError);
  assert.throws(() => {
    frontier.append(Buffer.alloc(33));
  }, TypeError);
});

test('the root of a tile of any width is the one of the definition, with one hasher for all', () => {
  const leaves = sampleEntries(256).map(leafHash);
  const hasher = new TileHasher();
  for (let width = 1; width <= 256; width += 1) {
    const some = leaves.slice(0, width);
    assert.equal(hex(hasher.root(Buffer.concat(some))), hex(definition(some)), `width ${width}`);
  }
  for (const bytes of [0, 31, 33, 257 * 32]) assert.throws(() => hasher.root(Buffer.alloc(bytes)), TypeError);
});

test('lines are hashed in place, as their leaves, and their bytes are as before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.map((byte) => (byte === 10 ? 32 : byte)))),
      fc.nat(5),
      fc.nat(12),
      fc.string({ maxLength: 5 }),
      (lines, skip, room, rest) => {
        const head = Buffer.alloc(skip + 1, 'x');
        const body = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
        const chunk = Buffer.concat([head, body, Buffer.from(rest.replaceAll('\n', ''))]);
        const copy = Buffer.from(chunk);
        const into = Buffer.alloc(room * 32 + 16);
        const got = hashLines(chunk, { start: head.length, end: chunk.length }, into, 16);
        const want = lines.slice(0, room);
        assert.deepEqual(chunk, copy);
        assert.equal(got.lines, want.length);
        assert.equal(got.next, head.length + want.reduce((sum, line) => sum + line.length + 1, 0));
        assert.equal(hex(into.subarray(16, 16 + want.length * 32)), want.map((line) => hex(leafHash(line))).join(''));
      },
    ),
  );
  assert.throws(() => hashLines(Buffer.from('a\n'), { start: 0, end: 2 }, Buffer.alloc(32), 0), TypeError);
});

/** RFC 6962 section 2.1, word for word. */
function definition(leaves: readonly Hash[]): Hash {
  const [first] = leaves;
  if (first === undefined) return emptyRoot();
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(definition(leaves.slice(0, split)), definition(leaves.slice(split)));
}
