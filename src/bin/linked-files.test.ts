import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { folderLook, linkedFiles } from './file-facts.ts';
import { linkedFiles as linkedFilesBy } from './linked-files.ts';
import { decisionLooks } from './look-budget.ts';
import { watchedFacts } from './watched-facts.ts';

/** Files below a folder; `name -> target` is a link. */
function stage(t: { after(fn: () => void): void }, entries: readonly string[]): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sp-links-')));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const entry of entries) {
    const [name = '', target] = entry.split(' -> ');
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (target === undefined) writeFileSync(join(folder, name), '');
    else symlinkSync(target, join(folder, name));
  }
  return folder;
}

const TREE = [
  '.env',
  'a.txt',
  'q/plain',
  'q/note -> ../.env',
  'q/.hid -> ../.env',
  'q/sub/deep -> ../../.env',
  'far/x/file',
  'far/up',
  'w/dir -> ../far/x',
  'w/gone -> ../far/none',
  'w/loop -> loop',
  '[id]/k -> ../.env',
  'n/Note -> ../.env',
];

for (const { name, glob, want } of [
  { name: 'what is no link leads nowhere', glob: '*.txt', want: [] },
  { name: 'a link by a star', glob: 'q/*', want: ['.env'] },
  { name: 'a link by a mark', glob: 'q/not?', want: ['.env'] },
  { name: 'a hidden link wants its dot', glob: 'q/h*', want: [] },
  { name: 'a written dot finds it', glob: 'q/.h*', want: ['.env'] },
  { name: 'any text finds it too', glob: 'q/[*]', want: ['.env'] },
  { name: 'any text is of any case', glob: 'n/nOT[*]', want: ['.env'] },
  { name: 'a star is of the case that is written', glob: 'n/nOT*', want: [] },
  { name: 'a folder by a star, and a link in it by its name', glob: '*/note', want: ['.env'] },
  { name: 'a linked folder, and what is in it', glob: 'w/d*/f*', want: ['far/x/file'] },
  { name: 'a linked folder by its name', glob: 'w/dir/*', want: ['far/x/file'] },
  { name: 'up from a linked folder is where it lies', glob: 'w/d*/../u*', want: ['far/up'] },
  { name: 'a link to what is not there', glob: 'w/g*', want: ['far/none'] },
  { name: 'a link to itself', glob: 'w/l*', want: ['w/loop'] },
  { name: 'a class that nothing matches is a name', glob: '?/k', want: ['.env'] },
  { name: 'two stars are any folders', glob: '**/deep', want: ['.env'] },
  { name: 'two stars may be no folder', glob: 'q/**/note', want: ['.env'] },
  { name: 'two stars find a linked folder, and what is in it', glob: '**/file', want: ['far/x/file'] },
  { name: 'two stars at the end are all that is below', glob: 'q/**', want: ['.env'] },
  { name: 'two stars of any text find hidden folders', glob: '[**]/deep', want: ['.env'] },
  { name: 'a slash at the end', glob: 'w/d*/', want: ['far/x'] },
  { name: 'what is not there', glob: 'none/*', want: [] },
  { name: 'a dot and a mark are the folder above to some shells', glob: 'far/.?/q/note', want: ['.env'] },
  { name: 'what lies in it is elsewhere than the glob says', glob: 'far/.?/a.txt', want: ['a.txt'] },
  { name: 'a dot and a star are the folder itself, too', glob: 'q/.*/note', want: ['.env'] },
  { name: 'at the end they are hidden names alone', glob: 'far/.*', want: [] },
  { name: 'a hidden name that is spelled on is no folder above', glob: 'q/.h*/a.txt', want: [] },
  { name: 'a slash at the end leaves files out', glob: 'w/*/', want: ['far/x'] },
  { name: 'three stars, by which one shell enters links', glob: '***/note', want: null },
]) {
  test(`behind a glob: ${name}`, (t) => {
    const folder = stage(t, TREE);
    const found = linkedFiles(`${folder}/${glob}`);
    assert.deepEqual(found?.toSorted() ?? null, want?.map((path) => join(folder, path)).toSorted() ?? null);
  });
}

test('what is below a linked folder is not walked by two stars, so that a loop ends', (t) => {
  const folder = stage(t, ['a/b/up -> ../..', 'a/x', 'l -> x']);
  assert.deepEqual(linkedFiles(`${folder}/**/x`), []);
  assert.deepEqual(linkedFiles(`${folder}/**/l`)?.toSorted(), [join(folder, 'x')]);
});

test('links among very many names are found; very many names too look at are not', (t) => {
  const folder = stage(t, ['many/0 -> ../x']);
  for (let at = 1; at < 5_000; at += 1) writeFileSync(join(folder, 'many', `${at}`), '');
  assert.deepEqual(linkedFiles(`${folder}/many/*`), [join(folder, 'x')]);
  assert.equal(linkedFiles('/*/*/*/*/*/*/*/none'), null);
});

test('a name that is no text is not passed over', (t) => {
  const folder = stage(t, ['q/a']);
  symlinkSync('../.env', Buffer.concat([Buffer.from(`${folder}/q/n`), Buffer.from([0xff])]));
  assert.equal(linkedFiles(`${folder}/q/n*`), null);
  assert.deepEqual(linkedFiles(`${folder}/q/a*`), []);
});

test('all globs of one decision share what may be looked at', (t) => {
  const folder = stage(t, ['many/0 -> ../x']);
  for (let at = 1; at < 1_000; at += 1) writeFileSync(join(folder, 'many', `${at}`), '');
  const looks = decisionLooks();
  const look = folderLook(() => undefined);
  const answers = Array.from({ length: 80 }, (_, at) => linkedFilesBy(`${folder}/many/*${at}*`, look, looks));
  assert.ok(answers[0] !== null);
  assert.equal(answers.at(-1), null);
});

test('what the eyes answered about links is kept with the decision', (t) => {
  const folder = stage(t, ['q/note -> ../.env', '.env']);
  const eyes = watchedFacts({ realPath: (path) => path, expandGlob: () => [], linkedFiles });
  assert.deepEqual(eyes.linkedFiles(`${folder}/q/*`), [join(folder, '.env')]);
  rmSync(join(folder, 'q', 'note'));
  assert.deepEqual(eyes.linkedFiles(`${folder}/q/*`), [join(folder, '.env')], 'asked once');
  assert.deepEqual(eyes.facts()?.links, [[`${folder}/q/*`, [join(folder, '.env')]]]);
});
