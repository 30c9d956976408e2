import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AuditRecord } from '../core/audit.ts';
import { AuditUnavailable, ErasureRefused, StateFolder } from '../core/error.ts';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import { destroyContent } from './destroy-content.ts';
import { eraser } from './erasure.ts';
import type { Eraser, EraserPorts } from './erasure.ts';
import { legalHolds } from './holds.ts';

const ID = makeSessionId(1, new Uint8Array(16).fill(3));
const OTHER = makeSessionId(1, new Uint8Array(16).fill(4));
const ASKED = { sessionId: ID, cause: 'request', reason: 'asked for', by: 'ann' } as const;

interface Rig {
  readonly eraser: Eraser;
  readonly records: AuditRecord[];
  readonly paths: { readonly contentKeys: string; readonly content: string; readonly masks: string };
  readonly erasures: string;
  readonly holdsFile: string;
  readonly forgotten: SessionId[];
  readonly anew: (more?: Partial<EraserPorts>) => Eraser;
}

function rig(t: TestContext, more: Partial<EraserPorts> = {}): Rig {
  const home = mkdtempSync(join(tmpdir(), 'sp-erase-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const paths = { contentKeys: join(home, 'keys'), content: join(home, 'content'), masks: join(home, 'masks') };
  const erasures = join(home, 'erasures');
  for (const folder of [...Object.values(paths), erasures]) mkdirSync(folder);
  for (const id of [ID, OTHER]) {
    writeFileSync(join(paths.contentKeys, id), Buffer.alloc(32, 7));
    writeFileSync(join(paths.content, id), 'masked text\n');
    writeFileSync(join(paths.masks, id), 'sealed\n');
  }
  const records: AuditRecord[] = [];
  const forgotten: SessionId[] = [];
  const holdsFile = join(home, 'holds.json');
  const anew = (changed: Partial<EraserPorts> = {}): Eraser =>
    eraser({
      audit: {
        append: async (record) => {
          records.push(record);
          return await Promise.resolve({ index: records.length - 1, hash: '0'.repeat(64) as never });
        },
      },
      clock: () => 1_000,
      holds: legalHolds(holdsFile),
      folder: erasures,
      isRunning: () => false,
      isKnown: (id) => id === ID || id === OTHER,
      forget: (id) => {
        forgotten.push(id);
        return true;
      },
      destroy: (id) => destroyContent(paths, id),
      ...more,
      ...changed,
    });
  return { eraser: anew(), records, paths, erasures, holdsFile, forgotten, anew };
}

const events = (records: readonly AuditRecord[]): readonly unknown[] => records.map(({ body }) => body['event']);

test('an erasure is recorded, destroys key, contents and masks of its session alone, and is recorded again', async (t) => {
  const { eraser: erasing, records, paths, erasures, forgotten } = rig(t);
  const erased = await erasing.erase(ASKED);
  assert.deepEqual(erased, { key: 'destroyed', contentBytes: 12, maskBytes: 7, record: 1 });
  for (const folder of Object.values(paths)) assert.deepEqual(readdirSync(folder), [OTHER]);
  assert.deepEqual(events(records), ['erase-asked', 'erased']);
  assert.deepEqual(records[0]?.body, {
    event: 'erase-asked',
    cause: 'request',
    reason: 'asked for',
    by: 'ann',
    resumed: false,
  });
  assert.equal(records[1]?.body['asked'], 0);
  assert.ok(records.every(({ sessionId }) => sessionId === ID));
  assert.deepEqual(readdirSync(erasures), []);
  assert.ok(forgotten.length >= 2, 'before and after');
});

for (const { name, more, want } of [
  { name: 'a session that runs is not erased', more: { isRunning: () => true }, want: /still runs/ },
  { name: 'a session that nobody knows is not erased', more: { isKnown: () => false }, want: /nothing of session/ },
  { name: 'a session whose request is on its way is not erased', more: { forget: () => false }, want: /on its way/ },
]) {
  test(name, async (t) => {
    const { eraser: erasing, records, paths, erasures } = rig(t, more);
    await assert.rejects(erasing.erase(ASKED), (error) => error instanceof ErasureRefused && want.test(error.message));
    assert.deepEqual(events(records), []);
    assert.ok(existsSync(join(paths.contentKeys, ID)));
    assert.deepEqual(readdirSync(erasures), []);
  });
}

test('what is held is not erased, by its own hold or by one over all, until it is released', async (t) => {
  const { eraser: erasing, records, paths, anew } = rig(t);
  for (const sessionId of [ID, null]) {
    await erasing.hold({ sessionId, reason: 'a case', by: 'eve' });
    // Another start of the program finds it.
    await assert.rejects(anew().erase(ASKED), /legal hold/);
    await assert.rejects(erasing.release(OTHER, 'x', 'eve'), ErasureRefused);
    assert.ok(existsSync(join(paths.contentKeys, ID)));
    await erasing.release(sessionId, 'it is over', 'eve');
  }
  await erasing.erase(ASKED);
  assert.ok(!existsSync(join(paths.contentKeys, ID)));
  assert.deepEqual(events(records), ['hold', 'hold-released', 'hold', 'hold-released', 'erase-asked', 'erased']);
  assert.equal(records[2]?.body['scope'], 'all');
});

for (const damage of [
  '',
  '{',
  '[]',
  '{"formatVersion":1,"holds":[{"sessionId":"ses_x","reason":"r","by":"b","atMs":1}]}',
  '{"formatVersion":2,"holds":[]}',
  '{"formatVersion":1,"holds":[null]}',
])
  test(`while the file of holds reads ${JSON.stringify(damage)}, nothing is erased`, async (t) => {
    const { eraser: erasing, holdsFile, paths, records } = rig(t);
    writeFileSync(holdsFile, damage);
    await assert.rejects(erasing.erase(ASKED), StateFolder);
    await assert.rejects(erasing.hold({ sessionId: ID, reason: 'r', by: 'b' }), StateFolder);
    assert.ok(existsSync(join(paths.contentKeys, ID)));
    assert.deepEqual(records, []);
  });

test('a log that does not take the request keeps the content; one that does not take the end is told at the next start', async (t) => {
  const failing = new Set(['erase-asked']);
  const kept: AuditRecord[] = [];
  const append = async (record: AuditRecord): Promise<never> => {
    await Promise.resolve();
    if (failing.has(stringField(record.body, 'event') ?? '')) throw new AuditUnavailable('no space');
    kept.push(record);
    return { index: kept.length - 1, hash: '0'.repeat(64) } as never;
  };
  const { eraser: erasing, paths, erasures, anew } = rig(t, { audit: { append } });
  await assert.rejects(erasing.erase(ASKED), AuditUnavailable);
  assert.ok(existsSync(join(paths.contentKeys, ID)));
  assert.deepEqual(readdirSync(erasures), []);
  failing.delete('erase-asked');
  failing.add('erased');
  await assert.rejects(erasing.erase(ASKED), AuditUnavailable);
  assert.ok(!existsSync(join(paths.contentKeys, ID)));
  assert.deepEqual(readdirSync(erasures), [ID]);
  failing.clear();
  await anew().resume(() => assert.fail('nothing is left to be said'));
  assert.deepEqual(events(kept), ['erase-asked', 'erase-asked', 'erased']);
  assert.equal(kept[1]?.body['resumed'], true);
  assert.deepEqual(readdirSync(erasures), []);
});

test('an erasure that a crash or a failing disk cut short at any step is brought to its end at the next start', async (t) => {
  for (const step of ['content', 'masks'] as const) {
    let isBroken = true;
    const stage = rig(t);
    const destroy: EraserPorts['destroy'] = (id) => {
      if (!isBroken) return destroyContent(stage.paths, id);
      destroyContent({ ...stage.paths, [step]: stage.erasures.replace(/erasures$/, 'nowhere') }, id);
      throw Object.assign(new Error('broken'), { code: 'EIO' });
    };
    await assert.rejects(
      stage.anew({ destroy }).erase(ASKED),
      (error) => error instanceof StateFolder && error.message.includes('EIO'),
    );
    assert.deepEqual(readdirSync(stage.erasures), [ID]);
    isBroken = false;
    await stage.anew({ destroy }).resume((line) => assert.fail(line));
    for (const folder of Object.values(stage.paths)) assert.deepEqual(readdirSync(folder), [OTHER]);
    assert.deepEqual(readdirSync(stage.erasures), []);
  }
});

test('a hold that was placed in between stops an erasure from being taken up, and it is said', async (t) => {
  const { erasures, anew, paths } = rig(t);
  writeFileSync(join(erasures, ID), JSON.stringify({ cause: 'request', reason: 'r', by: 'b' }));
  await anew().hold({ sessionId: ID, reason: 'a case', by: 'eve' });
  const said: string[] = [];
  await anew().resume((line) => said.push(line));
  assert.match(said.join(), /legal hold/);
  assert.ok(existsSync(join(paths.contentKeys, ID)));
});

test('what is no erasure in the folder of erasures is left alone and named', async (t) => {
  const { erasures, anew, records } = rig(t);
  writeFileSync(join(erasures, 'note.txt'), 'x');
  writeFileSync(join(erasures, ID), '{"cause":"boredom"}');
  writeFileSync(join(erasures, OTHER), '\xff{');
  const said: string[] = [];
  await anew().resume((line) => said.push(line));
  assert.equal(said.length, 3);
  assert.deepEqual(records, []);
  assert.equal(readdirSync(erasures).length, 3);
});

test('a link in the place of a key goes, and what it points at stays', (t) => {
  const { paths } = rig(t);
  const victim = join(paths.contentKeys, '..', 'victim');
  writeFileSync(victim, 'of somebody else');
  rmSync(join(paths.contentKeys, ID));
  symlinkSync(victim, join(paths.contentKeys, ID));
  assert.equal(destroyContent(paths, ID).key, 'destroyed');
  assert.ok(existsSync(victim));
  assert.deepEqual(destroyContent(paths, ID), { key: 'absent', contentBytes: null, maskBytes: null });
});
