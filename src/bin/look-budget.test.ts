import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { FileUnseen } from '../core/file-unseen.ts';
import { cautiousEyes } from './cautious-eyes.ts';
import { expandGlob, linkedFiles, realPath } from './file-facts.ts';
import { decisionLooks, globLooks } from './look-budget.ts';
import { watchedFacts } from './watched-facts.ts';
import type { FileEyes } from './watched-facts.ts';

/** Milliseconds within which the questions of one decision are answered, on a slow and loaded machine. */
const LIMIT_MS = 2_000;
const EYES: readonly (readonly [name: string, eyes: FileEyes])[] = [
  ['own', { realPath, expandGlob, linkedFiles }],
  ['cautious', cautiousEyes(true)],
];

let folder = '';
before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sp-looks-')));
  mkdirSync(join(folder, 'big'));
  for (let at = 0; at < 60_000; at += 1) writeFileSync(join(folder, 'big', `f${at}`), '');
  mkdirSync(join(folder, 'd'));
  for (let at = 0; at < 100; at += 1) symlinkSync('a/'.repeat(1_900), join(folder, 'd', `l${at}`));
  return () => rmSync(folder, { recursive: true });
});

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

test('a glob that is too broad for itself is one for its decision', () => {
  const decision = decisionLooks();
  assert.equal(globLooks(decision).spend(60_000), false);
  assert.equal(globLooks(decision).spend(1), false);
  const other = decisionLooks();
  assert.equal(globLooks(other).spend(20_000), true);
  assert.equal(globLooks(other).spend(20_000), true);
  assert.equal(globLooks(other).spend(1), false);
});

for (const [name, eyes] of EYES) {
  test(`two hundred globs in a folder of sixty thousand names hold nobody up, with ${name} eyes`, () => {
    const asked = watchedFacts(eyes);
    const took = milliseconds(() => {
      for (let at = 0; at < 200; at += 1) {
        assert.equal(asked.linkedFiles(`${folder}/big/${at}*`), null);
        assert.equal(asked.expandGlob(`${folder}/big/${at}*`), null);
      }
    });
    assert.ok(took < LIMIT_MS, `${took} ms`);
  });

  test(`links to very deep places hold nobody up, with ${name} eyes`, () => {
    const byName = watchedFacts(eyes);
    let unseen = 0;
    const took = milliseconds(() => {
      assert.equal(watchedFacts(eyes).linkedFiles(`${folder}/d/*`), null);
      for (let at = 0; at < 100; at += 1) {
        try {
          byName.realPath(`${folder}/d/l${at}`);
        } catch (error) {
          assert.ok(error instanceof FileUnseen);
          unseen += 1;
        }
      }
    });
    assert.ok(took < LIMIT_MS, `${took} ms`);
    assert.ok(unseen > 90);
  });

  test(`a deep path that is not there, and a few links to one, are still told, with ${name} eyes`, () => {
    const { realPath: asked } = watchedFacts(eyes);
    const deep = `${folder}/big${'/a'.repeat(1_000)}`;
    assert.equal(asked(deep), deep);
    assert.equal(asked(`${folder}/d/l0`), join(folder, 'd', 'a/'.repeat(1_900)).slice(0, -1));
  });

  test(`ten thousand names of one command line are told, with ${name} eyes`, () => {
    const { realPath: asked } = watchedFacts(eyes);
    for (let at = 0; at < 10_000; at += 1) assert.equal(asked(`${folder}/big/f${at}`), `${folder}/big/f${at}`);
  });
}

test('a path of which a beginning is there and the rest is not is followed through links to what is not there', () => {
  mkdirSync(join(folder, 'x', 'y'), { recursive: true });
  symlinkSync('../none/more', join(folder, 'x', 'gone'));
  symlinkSync('y/../gone', join(folder, 'x', 'again'));
  symlinkSync('loop', join(folder, 'x', 'loop'));
  for (const [asked, want] of [
    ['x/y/a/b', 'x/y/a/b'],
    ['x/gone/a', 'none/more/a'],
    ['x/again/a/b/', 'none/more/a/b'],
    ['x/again/../b', 'none/b'],
    ['x/loop/a', 'x/loop/a'],
    ['big/f1/a', 'big/f1/a'],
  ] as const)
    assert.equal(realPath(`${folder}/${asked}`), join(folder, want), asked);
});
