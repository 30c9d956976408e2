import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { consistencyProof, logSigner, openCheckpoint, parseVkey, signNote, vkeyOf } from '../tlog/index.ts';
import { sampleKey } from '../tlog/sample-tree.ts';
import { formatAddCheckpoint, MAX_PROOF_LINES, parseAddCheckpoint, SIZE_TYPE } from './add-checkpoint.ts';
import type { SignedHead } from './witness-client.ts';
import { makeWitnessKey, parseWitnessKey } from './witness-key.ts';
import { AT_S, head, log, ORIGIN, sampleMemory, sampleWitness, witnessKey } from '../../test/witness-rig.ts';

async function request(of: SignedHead, oldSize: number): Promise<Buffer> {
  const proof = await consistencyProof(of.tiles, oldSize, of.checkpoint.size);
  return Buffer.from(formatAddCheckpoint({ oldSize, proof, note: of.note }));
}

test('a checkpoint is cosigned, and the next one on top of it', async () => {
  const { witness, events } = sampleWitness();
  for (const [old, size] of [
    [0, 5],
    [5, 5],
    [5, 300],
    [300, 700],
  ] as const) {
    const of = head(size);
    const answer = witness.addCheckpoint(await request(of, old));
    assert.equal(answer.status, 200, answer.body);
    const opened = openCheckpoint(`${of.note}${answer.body}`, log, [witnessKey.verifier]);
    assert.deepEqual(
      opened?.cosignatures.map(({ name, timestampS }) => ({ name, timestampS })),
      [{ name: 'witness.example/w1', timestampS: AT_S }],
    );
    assert.deepEqual(events.at(-1), { kind: 'cosigned', origin: ORIGIN, size });
  }
});

test('an empty log is cosigned, and grows from there', async () => {
  const { witness } = sampleWitness();
  assert.equal(witness.addCheckpoint(await request(head(0), 0)).status, 200);
  assert.equal(witness.addCheckpoint(await request(head(3), 0)).status, 200);
});

const other = sampleKey(7);
const stranger = head(9, undefined, logSigner('other.example/log', other.privateKey));
const forged = head(9, undefined, { ...logSigner(ORIGIN, other.privateKey), keyId: log.keyId });
const unsigned = head(9, undefined, logSigner(ORIGIN, other.privateKey));
for (const { name, body, status, type } of [
  {
    name: 'another size than the last is told the last',
    body: async () => await request(head(9), 4),
    status: 409,
    type: SIZE_TYPE,
  },
  { name: 'size 0 is told the last', body: async () => await request(head(9), 0), status: 409, type: SIZE_TYPE },
  {
    name: 'a smaller tree is told the last',
    body: async () => await request(head(4), 0),
    status: 409,
    type: SIZE_TYPE,
  },
  {
    name: 'an old size above that of the checkpoint is no request',
    body: async () => await bodyWith(head(4), { oldSize: 5 }),
    status: 400,
  },
  { name: 'a log rewritten before is refused', body: async () => await request(head(9, 2), 5), status: 422 },
  {
    name: 'a proof too many is refused',
    body: async () => await bodyWith(head(5), { oldSize: 5, extra: 1 }),
    status: 422,
  },
  {
    name: 'a proof too few is refused',
    body: async () => await bodyWith(head(9), { oldSize: 5, drop: true }),
    status: 422,
  },
  { name: 'another tree of the same size is a conflict', body: async () => await request(head(5, 2), 5), status: 409 },
  { name: 'an unknown log is not found', body: async () => await relabelled(stranger), status: 404 },
  {
    name: 'a checkpoint that its log did not sign is forbidden',
    body: async () => await request(unsigned, 5),
    status: 403,
  },
  { name: 'a wrong signature of the log is forbidden', body: async () => await request(forged, 5), status: 403 },
] as const) {
  test(`${name}, and nothing is remembered`, async () => {
    const memory = sampleMemory();
    const { witness } = sampleWitness(memory);
    assert.equal(witness.addCheckpoint(await request(head(5), 0)).status, 200);
    const before = new Map(memory.notes);
    const answer = witness.addCheckpoint(await body());
    assert.equal(answer.status, status, answer.body);
    assert.equal(answer.type, type ?? 'text/plain; charset=utf-8');
    if (type === SIZE_TYPE) assert.equal(answer.body, '5\n');
    assert.deepEqual(memory.notes, before);
  });
}

for (const text of [
  '',
  '\n\n',
  'old 5',
  'old 05\n\nnote',
  'old -1\n\nnote',
  'OLD 5\n\nnote',
  'old 5 \n\nnote',
  'old 9007199254740993\n\nnote',
  'old 0\nAAAA\n\nnote',
  'old 0\n not base64\n\nnote',
  `old 0\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(MAX_PROOF_LINES + 1)}\nnote`,
  `old 0\n${'\n'.repeat(100_000)}`,
  `old 0\n\nno checkpoint\n`,
  `old 0\n\norigin\n1\n${Buffer.alloc(32).toString('base64')}\n`,
]) {
  test(`${JSON.stringify(text.slice(0, 40))} is no request`, () => {
    assert.equal(sampleWitness().witness.addCheckpoint(Buffer.from(text)).status, 400);
  });
}

test('no bytes make a witness throw or cosign', () => {
  const { witness } = sampleWitness();
  const start = Buffer.from('old 0\n\n');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isHeaded) => {
      const answer = witness.addCheckpoint(isHeaded ? Buffer.concat([start, bytes]) : bytes);
      assert.notEqual(answer.status, 200);
    }),
  );
});

test('a request is read as it is written', async () => {
  const of = head(9);
  const proof = await consistencyProof(of.tiles, 5, 9);
  const read = parseAddCheckpoint(Buffer.from(formatAddCheckpoint({ oldSize: 5, proof, note: of.note })));
  assert.deepEqual(read, { oldSize: 5, proof, note: of.note });
});

test('what could not be remembered is not cosigned, and can be asked for again', async () => {
  const memory = sampleMemory();
  const { witness, events } = sampleWitness(memory);
  assert.equal(witness.addCheckpoint(await request(head(5), 0)).status, 200);
  memory.fail = true;
  const answer = witness.addCheckpoint(await request(head(9), 5));
  assert.equal(answer.status, 500);
  assert.ok(!answer.body.includes('—'));
  assert.equal(events.at(-1)?.kind, 'memory-failed');
  memory.fail = false;
  assert.equal(witness.addCheckpoint(await request(head(9), 5)).status, 200);
});

test('a witness that was killed between writing and answering goes on from what it wrote', async () => {
  const memory = sampleMemory();
  assert.equal(sampleWitness(memory).witness.addCheckpoint(await request(head(9), 0)).status, 200);
  // The answer was lost: the log asks again as before, is told the size, and gets its cosignature for the same tree.
  const { witness } = sampleWitness(memory);
  const told = witness.addCheckpoint(await request(head(9), 0));
  assert.deepEqual({ status: told.status, body: told.body }, { status: 409, body: '9\n' });
  assert.equal(witness.addCheckpoint(await request(head(9), 9)).status, 200);
});

test('what is remembered and was changed stops that log, and is never taken for nothing', async () => {
  const memory = sampleMemory();
  const { witness, events } = sampleWitness(memory);
  assert.equal(witness.addCheckpoint(await request(head(9), 0)).status, 200);
  const note = memory.notes.get(ORIGIN) ?? '';
  for (const changed of ['', 'garbage\n', note.replace('\n9\n', '\n4\n'), head(4).note]) {
    memory.notes.set(ORIGIN, changed);
    assert.equal(witness.addCheckpoint(await request(head(12), 9)).status, 500, changed);
    assert.equal(witness.addCheckpoint(await request(head(12), 0)).status, 500, changed);
    assert.equal(events.at(-1)?.kind, 'memory-failed');
    assert.throws(() => witness.latest(ORIGIN));
  }
});

test('a witness whose state was put back says so when it sees its own signature', async () => {
  const memory = sampleMemory();
  const { witness, events } = sampleWitness(memory);
  assert.equal(witness.addCheckpoint(await request(head(5), 0)).status, 200);
  const old = memory.notes.get(ORIGIN) ?? '';
  const newer = witness.addCheckpoint(await request(head(9), 5));
  memory.notes.set(ORIGIN, old);
  const shown = { ...head(9), note: `${head(9).note}${newer.body}` };
  assert.equal(witness.addCheckpoint(await request(shown, 9)).status, 409);
  assert.deepEqual(events.slice(-2), [
    { kind: 'state-behind', origin: ORIGIN, size: 9, known: 5 },
    { kind: 'stale', origin: ORIGIN, old: 9, known: 5 },
  ]);
});

test('a log that changes its key is cosigned while both keys are known', async () => {
  const second = parseVkey(vkeyOf(ORIGIN, other.publicKey, 'log'));
  assert.ok(second !== null);
  const { witness } = sampleWitness(sampleMemory(), [log, second]);
  assert.equal(witness.addCheckpoint(await request(head(5), 0)).status, 200);
  const resigned = head(9, undefined, logSigner(ORIGIN, other.privateKey));
  assert.equal(witness.addCheckpoint(await request(resigned, 5)).status, 200);
});

test('a key is one line that is read as it was made, and nothing else is a key', () => {
  const line = makeWitnessKey('w.example/1');
  const key = parseWitnessKey(line);
  assert.equal(key?.vkey.split('+')[0], 'w.example/1');
  assert.equal(parseVkey(key.vkey)?.keyId, key.verifier.keyId);
  for (const wrong of [
    '',
    line.slice(1),
    `${line}x`,
    line.replace('w.example/1', 'w.example/2'),
    line.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
  ]) {
    assert.equal(parseWitnessKey(wrong), null, wrong.slice(0, 30));
  }
  assert.throws(() => makeWitnessKey('a b'), TypeError);
});

async function bodyWith(of: SignedHead, change: { oldSize: number; extra?: number; drop?: boolean }): Promise<Buffer> {
  const { size } = of.checkpoint;
  const proof = change.oldSize > size ? [] : await consistencyProof(of.tiles, change.oldSize, size);
  const more = Array.from({ length: change.extra ?? 0 }, () => of.checkpoint.root);
  const changed = change.drop === true ? proof.slice(1) : [...proof, ...more];
  return Buffer.from(formatAddCheckpoint({ oldSize: change.oldSize, proof: changed, note: of.note }));
}

async function relabelled(of: SignedHead): Promise<Buffer> {
  const text = of.text.replace(ORIGIN, 'other.example/log');
  return await request({ ...of, note: signNote(text, [logSigner('other.example/log', other.privateKey)]) }, 5);
}
