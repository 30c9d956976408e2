import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { verifyCheckpoint, type LogCheckpoint } from '@sigstore/verify/dist/tlog/checkpoint.js';
import { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js';
import { sampleEntries, sampleKey, sampleTree, type SampleTree } from '../src/tlog/sample-tree.ts';
import {
  base64,
  checkpointText,
  consistencyProof,
  cosigner,
  emptyRoot,
  inclusionProof,
  logSigner,
  parseVkey,
  signNote,
  vkeyOf,
  type Hash,
} from '../src/tlog/index.ts';
import { checkLog, SKIP_WITHOUT_CHECKER } from './tlog-checker.ts';

const ORIGIN = 'sallyport/host/0a1b2c3d';
const log = sampleKey(1);
const witness = sampleKey(2);
const logVkey = vkeyOf(ORIGIN, log.publicKey, 'log');
const witnessVkey = vkeyOf('witness.example/w1', witness.publicKey, 'witness');
const SIZE = 700;
const entries = sampleEntries(SIZE);
const tree = sampleTree(entries);
const note = noteOf(tree, SIZE);

test('the verifier of sigstore takes our inclusion proofs, and no changed one', async () => {
  for (const index of [0, 1, 255, 256, 511, 512, 698, 699]) {
    const proof = await inclusionProof(tree, index, SIZE);
    const entry = entryOf(index, proof);
    const checkpoint = checkpointOf(note);
    verifyMerkleInclusion(entry, checkpoint);
    const flipped = proof.map((hash, at) => (at === 0 ? Buffer.from(hash).fill(0) : hash));
    assert.throws(() => {
      verifyMerkleInclusion(entryOf(index, flipped), checkpoint);
    });
    assert.throws(() => {
      verifyMerkleInclusion(entryOf(index === 0 ? 1 : index - 1, proof), checkpoint);
    });
  }
});

test('the verifier of sigstore takes our checkpoint, and no changed one', () => {
  assert.equal(checkpointOf(note).logSize, BigInt(SIZE));
  assert.deepEqual(new Uint8Array(checkpointOf(note).logHash), new Uint8Array(tree.root));
  assert.throws(() => checkpointOf(note.replace(`\n${SIZE}\n`, `\n${SIZE - 1}\n`)), /invalid checkpoint signature/);
});

test('the worked example of the specification is what we write', () => {
  const spec = readFileSync(new URL('../spec/audit-log.md', import.meta.url), 'utf8');
  const text = checkpointText({ origin: 'example.com/log', size: 0, root: emptyRoot(), extensions: [] });
  const signers = [
    logSigner('example.com/log', log.privateKey),
    cosigner('witness.example/w1', witness.privateKey, () => 1_679_315_147),
  ];
  for (const want of [
    vkeyOf('example.com/log', log.publicKey, 'log'),
    vkeyOf('witness.example/w1', witness.publicKey, 'witness'),
    signNote(text, signers).trimEnd(),
  ]) {
    assert.ok(spec.includes(`\`\`\`\n${want}\n\`\`\`\n`), want);
  }
});

test(
  'the code of the Go checksum database takes our tiles, checkpoint, cosignature, proofs and records',
  {
    skip: SKIP_WITHOUT_CHECKER,
  },
  async (t) => {
    const folder = await logFolder(t, SIZE);
    const ended = checkLog([...allOf(folder), folder, logVkey]);
    assert.deepEqual(ended, {
      status: 0,
      told: 'ok: checkpoint of 700 entries, 1 cosignatures, 700 records, 26 proofs',
    });
  },
);

test(
  'it takes a log of each shape: empty, one entry, a full tile, more than one level',
  {
    skip: SKIP_WITHOUT_CHECKER,
  },
  async (t) => {
    for (const size of [0, 1, 255, 256, 257, 66_000]) {
      const folder = await logFolder(t, size);
      const flags = size === 0 ? ['-records'] : allOf(folder);
      const ended = checkLog([...flags, folder, logVkey]);
      assert.equal(ended.status, 0, `size ${size}: ${ended.told}`);
    }
  },
);

const proofLine = (change: (proof: Record<string, unknown>) => Record<string, unknown>) => (text: string) =>
  text.replace(/^.*$/m, (line) => JSON.stringify(change(JSON.parse(line) as Record<string, unknown>)));

for (const { name, path, change, want } of [
  { name: 'a tile with one byte changed', path: 'tile/0/001', change: firstByte, want: /tile|inconsistent/i },
  {
    name: 'a partial tile with one byte changed',
    path: 'tile/1/000.p/2',
    change: firstByte,
    want: /tile|inconsistent/i,
  },
  {
    name: 'a checkpoint of another size',
    path: 'checkpoint',
    change: text((note) => note.replace('\n700\n', '\n699\n')),
    want: /checkpoint: /,
  },
  {
    name: 'a checkpoint without its cosignature',
    path: 'checkpoint',
    change: text((note) => note.replace(/— witness.*\n/, '')),
    want: /not cosigned/,
  },
  {
    name: 'a changed record',
    path: 'segments/00000000000000000000.jsonl',
    change: text((lines) => lines.replace('entry 17\n', 'entry 71\n')),
    want: /record 17 is not the leaf/,
  },
  {
    name: 'a missing record',
    path: 'segments/00000000000000000000.jsonl',
    change: text((lines) => lines.replace('entry 699\n', '')),
    want: /699 records for a tree of 700/,
  },
  {
    name: 'a proof for another entry',
    path: 'proofs',
    change: text(proofLine((proof) => ({ ...proof, index: 1 }))),
    want: /proof 0 \(inclusion\)/,
  },
  {
    name: 'a proof with a hash too many',
    path: 'proofs',
    change: text(proofLine((proof) => ({ ...proof, proof: [...(proof['proof'] as string[]), base64(tree.root)] }))),
    want: /proof 0 \(inclusion\)/,
  },
]) {
  test(`it refuses ${name}`, { skip: SKIP_WITHOUT_CHECKER }, async (t) => {
    const folder = await logFolder(t, SIZE, { path, change });
    const ended = checkLog([...allOf(folder), folder, logVkey]);
    assert.equal(ended.status, 3, ended.told);
    assert.match(ended.told, want);
  });
}

test('it refuses another key than ours, and another witness', { skip: SKIP_WITHOUT_CHECKER }, async (t) => {
  const folder = await logFolder(t, SIZE);
  const other = sampleKey(9).publicKey;
  assert.equal(checkLog([folder, vkeyOf(ORIGIN, other, 'log')]).status, 3);
  assert.equal(checkLog(['-witness', vkeyOf('witness.example/w1', other, 'witness'), folder, logVkey]).status, 3);
});

function allOf(folder: string): readonly string[] {
  return ['-records', '-proofs', join(folder, 'proofs'), '-witness', witnessVkey];
}

interface Change {
  readonly path: string;
  readonly change: (bytes: Buffer) => Buffer;
}

/** A copy of a log as an auditor gets it, of which at most one file was changed. */
async function logFolder(t: TestContext, size: number, changed?: Change): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tlog-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const some = size === SIZE ? entries : sampleEntries(size);
  const own = size === SIZE ? tree : sampleTree(some);
  const files = new Map<string, Uint8Array>(own.tiles);
  files.set('checkpoint', Buffer.from(noteOf(own, size)));
  files.set('proofs', Buffer.from(await proofLines(own, size)));
  // Two segments, as a log that was rotated.
  const half = Math.floor(size / 2);
  const lines = some.map((entry) => `${Buffer.from(entry).toString()}\n`);
  files.set('segments/00000000000000000000.jsonl', Buffer.from(lines.slice(0, size === SIZE ? size : half).join('')));
  if (size !== SIZE) files.set('segments/00000000000000001000.jsonl', Buffer.from(lines.slice(half).join('')));
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path === changed?.path ? changed.change(Buffer.from(bytes)) : bytes);
  }
  return folder;
}

async function proofLines(own: SampleTree, size: number): Promise<string> {
  const lines: string[] = [];
  const places = (from: number, to: number): readonly number[] =>
    Array.from({ length: 13 }, (_, at) => from + Math.floor((at * (to - from)) / 13));
  for (const index of size === 0 ? [] : places(0, size)) {
    const proof = (await inclusionProof(own, index, size)).map(base64);
    lines.push(JSON.stringify({ kind: 'inclusion', index, leaf: base64(own.leaves[index] ?? own.root), proof }));
  }
  for (const old of size === 0 ? [] : places(1, size + 1)) {
    const proof = (await consistencyProof(own, old, size)).map(base64);
    // The root of the old size from leaves alone: its partial tiles are no longer there.
    const root = base64(sampleTree(sampleEntries(old)).root);
    lines.push(JSON.stringify({ kind: 'consistency', size: old, root, proof }));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function noteOf(own: SampleTree, size: number): string {
  return signNote(checkpointText({ origin: ORIGIN, size, root: own.root, extensions: [] }), [
    logSigner(ORIGIN, log.privateKey),
    cosigner('witness.example/w1', witness.privateKey, () => 1_700_000_000),
  ]);
}

/** An entry in the form that the verifier of sigstore takes. */
type Entry = Parameters<typeof verifyMerkleInclusion>[0];

function checkpointOf(envelope: string): LogCheckpoint {
  const keyId = Buffer.alloc(4);
  keyId.writeUInt32BE(parseVkey(logVkey)?.keyId ?? 0);
  const always = { start: new Date(0), end: new Date(8.64e15) };
  return verifyCheckpoint(entryOf(0, [], envelope), [
    { logID: keyId, publicKey: log.publicKey, baseURL: ORIGIN, validFor: always },
  ]);
}

function entryOf(index: number, proof: readonly Hash[], envelope = note): Entry {
  return {
    logIndex: String(index),
    logId: { keyId: Buffer.alloc(0) },
    kindVersion: { kind: '', version: '' },
    integratedTime: '0',
    inclusionPromise: undefined,
    canonicalizedBody: Buffer.from(entries[index] ?? Buffer.alloc(0)),
    inclusionProof: {
      logIndex: String(index),
      treeSize: String(SIZE),
      rootHash: Buffer.from(tree.root),
      hashes: proof.map((hash) => Buffer.from(hash)),
      checkpoint: { envelope },
    },
  };
}

function firstByte(bytes: Buffer): Buffer {
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes;
}

function text(change: (text: string) => string): (bytes: Buffer) => Buffer {
  return (bytes) => Buffer.from(change(bytes.toString()));
}
