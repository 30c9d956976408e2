import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leafHash } from './hash.ts';
import { sampleEntries, sampleTree } from './sample-tree.ts';
import { TileEdge } from './tile-edge.ts';
import { entriesPath, parseTilePath, tilePath, type TileId } from './tile-path.ts';
import { tilesBetween, tilesOf, tileWidth } from './tiles.ts';

for (const { name, tile, path } of [
  { name: 'a full tile', tile: { level: 0, index: 0, width: 256 }, path: 'tile/0/000' },
  { name: 'a partial tile', tile: { level: 0, index: 273, width: 112 }, path: 'tile/0/273.p/112' },
  { name: 'an index of more digits', tile: { level: 3, index: 1_234_067, width: 256 }, path: 'tile/3/x001/x234/067' },
  { name: 'an index of four digits', tile: { level: 1, index: 1_067, width: 1 }, path: 'tile/1/x001/067.p/1' },
]) {
  test(`${name} lies where tlog-tiles says`, () => {
    assert.equal(tilePath(tile.level, tile.index, tile.width), path);
    assert.deepEqual(parseTilePath(path), tile);
  });
}

test('a bundle of entries lies beside the tiles', () => {
  assert.equal(entriesPath(1_234_067, 256), 'tile/entries/x001/x234/067');
  assert.equal(entriesPath(0, 17), 'tile/entries/000.p/17');
});

test('every path of a tile is read as what it was made from', () => {
  const id = fc.record({
    level: fc.integer({ min: 0, max: 6 }),
    index: fc.integer({ min: 0, max: 2 ** 45 }),
    width: fc.integer({ min: 1, max: 256 }),
  });
  fc.assert(
    fc.property(id, (tile) => {
      assert.deepEqual(parseTilePath(tilePath(tile.level, tile.index, tile.width)), { ...tile });
    }),
  );
});

for (const path of [
  '',
  'tile/0/0',
  'tile/00/000',
  'tile/0/x000/001',
  'tile/0/x001',
  'tile/0/001/002',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/000.p/017',
  'tile/0/000.p/',
  'tile/0/../../etc',
  'tile/0/000\n',
  'tile/0/x999/x999/x999/x999/x999/x999/999',
  'tile/entries/000',
]) {
  test(`\`${JSON.stringify(path)}\` is no path of a tile`, () => {
    assert.equal(parseTilePath(path), null);
  });
}

test('a tree of 70,000 entries ends in the tiles that tlog-tiles names', () => {
  assert.deepEqual(tilesOf(70_000), [
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  assert.deepEqual(tilesOf(256), [
    { level: 0, index: 0, width: 256 },
    { level: 1, index: 0, width: 1 },
  ]);
  assert.deepEqual(tilesOf(0), []);
});

test('the tiles since size 0 are the ones that appending makes', () => {
  for (const size of [1, 255, 256, 257, 1_000, 66_000]) {
    const made = [...sampleTree(sampleEntries(size)).tiles.keys()].sort();
    assert.deepEqual([...tilesBetween(0, size)].map(pathOf).sort(), made, `size ${size}`);
  }
});

test('what was there and what is new make up the larger tree, and no tile is told twice', () => {
  fc.assert(
    fc.property(fc.nat(70_000), fc.nat(70_000), (one, other) => {
      const [oldSize, newSize] = [Math.min(one, other), Math.max(one, other)];
      const fresh = [...tilesBetween(oldSize, newSize)].map(pathOf);
      assert.equal(new Set(fresh).size, fresh.length);
      const all = new Set([...tilesBetween(0, newSize)].map(pathOf));
      const kept = [...tilesBetween(0, oldSize)].map(pathOf).filter((path) => all.has(path));
      assert.deepEqual(new Set([...kept, ...fresh]), all);
      for (const tile of tilesBetween(oldSize, newSize)) {
        assert.equal(tileWidth(tile.level, tile.index, newSize), tile.width);
      }
    }),
    { numRuns: 60 },
  );
});

test('an edge goes on from its partial tiles as if it had never stopped', () => {
  const leaves = sampleEntries(600).map(leafHash);
  let edge = new TileEdge();
  const made = new Map<string, Uint8Array>();
  for (const [at, leaf] of leaves.entries()) {
    if (at % 7 === 0) edge = new TileEdge(edge.size, edge.partials());
    for (const tile of edge.append(leaf)) made.set(pathOf(tile), tile.bytes);
  }
  for (const tile of edge.partials()) made.set(pathOf(tile), tile.bytes);
  assert.equal(edge.size, 600);
  assert.deepEqual(made, sampleTree(sampleEntries(600)).tiles);
});

test('an edge is not begun from other tiles than those of its size', () => {
  const edge = new TileEdge();
  for (const leaf of sampleEntries(300).map(leafHash)) edge.append(leaf);
  const [bottom, top] = edge.partials();
  assert.ok(bottom !== undefined && top !== undefined);
  assert.throws(() => new TileEdge(300, [bottom]), TypeError);
  assert.throws(() => new TileEdge(301, [bottom, top]), TypeError);
  assert.throws(() => new TileEdge(300, [{ ...bottom, index: 0 }, top]), TypeError);
  assert.throws(() => edge.append(Buffer.alloc(1)), TypeError);
});

function pathOf({ level, index, width }: TileId): string {
  return tilePath(level, index, width);
}
