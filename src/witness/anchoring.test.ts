import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint } from '../tlog/index.ts';
import type { Anchor, Publishing } from './anchor.ts';
import { Anchoring, type AnchorAlarm, type AnchoringParts } from './anchoring.ts';
import type { Cosigning, SignedHead, WitnessClient } from './witness-client.ts';
import { AT_S, head, log, witnessKey } from '../../test/witness-rig.ts';

interface Stage {
  readonly anchoring: Anchoring;
  readonly kept: string[];
  readonly alarms: AnchorAlarm[];
  readonly published: SignedHead[];
  size: number;
  witness: (head: SignedHead) => Promise<Cosigning>;
  anchor: (head: SignedHead) => Promise<Publishing>;
}

function stage(change: Partial<AnchoringParts> = {}): Stage {
  const kept: string[] = [];
  const alarms: AnchorAlarm[] = [];
  const published: SignedHead[] = [];
  const client: WitnessClient = { name: 'w', cosign: async (of) => await made.witness(of) };
  const anchor: Anchor = { name: 'nas', place: '/mnt', publish: async (of) => await made.anchor(of) };
  const anchoring = new Anchoring({
    newest: () => (made.size === 0 ? null : head(made.size)),
    witnesses: [{ client, place: 'http://w.example' }],
    anchors: [anchor],
    keepWitnessed: async (note) => {
      await Promise.resolve();
      kept.push(note);
    },
    alarm: async (alarm) => {
      await Promise.resolve();
      alarms.push(alarm);
    },
    nowMs: () => 1_000,
    ...change,
  });
  const made: Stage = {
    anchoring,
    kept,
    alarms,
    published,
    size: 5,
    witness: async (of) => await Promise.resolve(cosigned(of)),
    anchor: async (of) => {
      published.push(of);
      return await Promise.resolve({ kind: 'published' });
    },
  };
  return made;
}

function cosigned({ text }: SignedHead): Cosigning {
  const signer = witnessKey.signer(() => AT_S);
  const id = Buffer.alloc(4);
  id.writeUInt32BE(signer.keyId);
  const signature = Buffer.concat([id, signer.sign(text)]).toString('base64');
  return { kind: 'cosigned', line: `— ${signer.name} ${signature}`, timestampS: AT_S };
}

test('a round has the newest checkpoint cosigned, kept, and published with the cosignature', async () => {
  const { anchoring, kept, published } = stage();
  await anchoring.round();
  assert.equal(kept.length, 1);
  assert.equal(openCheckpoint(kept[0] ?? '', log, [witnessKey.verifier])?.cosignatures.length, 1);
  assert.deepEqual(
    published.map(({ note }) => note),
    kept,
  );
  assert.deepEqual(anchoring.status(), [
    { name: 'w', place: 'http://w.example', lastOkMs: 1_000, lastSize: 5, failures: 0, problem: null },
    { name: 'nas', place: '/mnt', lastOkMs: 1_000, lastSize: 5, failures: 0, problem: null },
  ]);
});

test('a log that did not grow is not published twice', async () => {
  const made = stage();
  await made.anchoring.round();
  await made.anchoring.round();
  assert.equal(made.published.length, 1);
  made.size = 6;
  await made.anchoring.round();
  assert.equal(made.published.length, 2);
});

test('without a checkpoint nobody is asked', async () => {
  const made = stage();
  made.size = 0;
  await made.anchoring.round();
  assert.deepEqual(made.published, []);
});

test('a witness that is down does not keep a checkpoint from its anchors, and is asked again', async () => {
  const made = stage();
  const up = made.witness;
  made.witness = async () => await Promise.resolve({ kind: 'failed', problem: 'cannot be reached' });
  await made.anchoring.round();
  await made.anchoring.round();
  assert.deepEqual(
    made.published.map(({ note }) => note),
    [head(5).note],
  );
  assert.deepEqual(made.kept, []);
  assert.deepEqual(made.anchoring.status()[0], {
    name: 'w',
    place: 'http://w.example',
    lastOkMs: null,
    lastSize: null,
    failures: 2,
    problem: 'cannot be reached',
  });
  made.witness = up;
  await made.anchoring.round();
  assert.equal(made.kept.length, 1);
  assert.equal(made.anchoring.status()[0]?.failures, 0);
});

test('an anchor that failed gets the cosignature at a later round, though the witness is not asked again', async () => {
  const made = stage();
  const up = made.anchor;
  made.anchor = async () => await Promise.resolve({ kind: 'failed', problem: 'failed (EIO)' });
  await made.anchoring.round();
  made.anchor = up;
  made.witness = async () => await Promise.reject(new Error('asked again'));
  await made.anchoring.round();
  assert.equal(openCheckpoint(made.published[0]?.note ?? '', log, [witnessKey.verifier])?.cosignatures.length, 1);
});

test('a place that hangs does not keep anchoring from its end', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const made = stage();
  made.anchor = async () => await new Promise(() => undefined);
  made.anchoring.start();
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  const closed = made.anchoring.close();
  t.mock.timers.tick(2_000);
  await closed;
});

test('a place that throws is a place that failed', async () => {
  const made = stage();
  made.anchor = async () => await Promise.reject(new Error('tile `tile/0/000` is missing'));
  await made.anchoring.round();
  assert.equal(made.anchoring.status()[1]?.problem, 'tile `tile/0/000` is missing');
});

for (const kind of ['ahead', 'inconsistent', 'put-back'] as const) {
  test(`that a place says \`${kind}\` is an alarm, once for each thing that it says`, async () => {
    const made = stage();
    made.anchor = async () => await Promise.resolve({ kind, size: 300 });
    await made.anchoring.round();
    made.size = 6;
    await made.anchoring.round();
    assert.deepEqual(made.alarms, [{ kind, name: 'nas', place: '/mnt', size: 5, theirSize: 300 }]);
    made.anchor = async () => await Promise.resolve({ kind, size: 301 });
    made.size = 7;
    await made.anchoring.round();
    assert.equal(made.alarms.length, 2);
    assert.notEqual(made.anchoring.status()[1]?.problem, null);
  });
}

test('an alarm that could not be recorded is raised again', async () => {
  let tries = 0;
  const made = stage({
    alarm: async () => {
      tries += 1;
      return await Promise.reject(new Error('disk full'));
    },
  });
  made.anchor = async () => await Promise.resolve({ kind: 'ahead', size: 300 });
  await made.anchoring.round();
  made.size = 6;
  await made.anchoring.round();
  assert.equal(tries, 2);
});

test('a full disk of the log does not keep cosignatures from the anchors', async () => {
  const made = stage({ keepWitnessed: async () => await Promise.reject(new Error('disk full')) });
  await made.anchoring.round();
  assert.equal(openCheckpoint(made.published[0]?.note ?? '', log, [witnessKey.verifier])?.cosignatures.length, 1);
});

test('a place that does not answer holds nobody up, and is not asked twice at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const made = stage();
  let asked = 0;
  const stuck = Promise.withResolvers<Publishing>();
  made.anchor = async () => {
    asked += 1;
    return await stuck.promise;
  };
  const first = made.anchoring.round();
  while (asked === 0) await new Promise(setImmediate);
  t.mock.timers.tick(90_000);
  await first;
  assert.equal(made.anchoring.status()[1]?.problem, 'does not answer');
  await made.anchoring.round();
  assert.equal(asked, 1);
  assert.equal(made.anchoring.status()[1]?.problem, 'has not answered yet');
  stuck.resolve({ kind: 'published' });
  await new Promise(setImmediate);
  made.size = 6;
  await made.anchoring.round();
  assert.equal(asked, 2);
  assert.equal(made.anchoring.status()[1]?.problem, null);
});

test('rounds go on by themselves until they are ended', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const made = stage();
  made.anchoring.start(60);
  await made.anchoring.round();
  made.size = 6;
  t.mock.timers.tick(60_000);
  await made.anchoring.close();
  assert.equal(made.published.length, 2);
  made.size = 7;
  t.mock.timers.tick(600_000);
  await made.anchoring.close();
  assert.equal(made.published.length, 2);
});
