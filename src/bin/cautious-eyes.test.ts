import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileUnseen } from '../core/file-unseen.ts';
import { cautiousEyes } from './cautious-eyes.ts';

const ROOT_ONLY = { skip: process.getuid?.() === 0 ? false : 'only root can be somebody who may not look' };

function stage(t: { after(fn: () => void): void }): string {
  const folder = mkdtempSync('/var/tmp/sp-eyes-');
  t.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'open', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'open', 'file'), '');
  symlinkSync(join(folder, 'open', 'file'), join(folder, 'link'));
  symlinkSync('loop', join(folder, 'loop'));
  mkdirSync(join(folder, 'closed'), { mode: 0o700 });
  symlinkSync(join(folder, 'open', 'file'), join(folder, 'closed', 'link'));
  symlinkSync(join(folder, 'closed', 'link'), join(folder, 'blind'));
  return folder;
}

test('what may be looked at is told: links, what is not there yet, and loops', (t) => {
  const folder = stage(t);
  const { realPath, expandGlob } = cautiousEyes(true);
  assert.equal(realPath(join(folder, 'link')), join(folder, 'open', 'file'));
  assert.equal(realPath(join(folder, 'link', 'x')), join(folder, 'open', 'file', 'x'));
  assert.equal(realPath(join(folder, 'new', 'x')), join(folder, 'new', 'x'));
  assert.equal(realPath(join(folder, 'loop')), join(folder, 'loop'));
  assert.deepEqual(expandGlob(`${folder}/op*/fi*`), [join(folder, 'open', 'file')]);
  assert.deepEqual(expandGlob(`${folder}/none/*`), []);
});

test('links behind a glob are followed', (t) => {
  const folder = stage(t);
  const { linkedFiles } = cautiousEyes(false);
  assert.deepEqual(linkedFiles(`${folder}/li*`), [join(folder, 'open', 'file')]);
  assert.deepEqual(linkedFiles(`${folder}/op*/fi*`), []);
  assert.deepEqual(linkedFiles(`${folder}/none/*`), []);
});

test('without the right to look everywhere, only a glob in one folder can be told', (t) => {
  const folder = stage(t);
  const { expandGlob } = cautiousEyes(false);
  assert.deepEqual(expandGlob(`${folder}/open/fi*`), [join(folder, 'open', 'file')]);
  assert.equal(expandGlob(`${folder}/op*/file`), null);
  assert.equal(expandGlob(`${folder}/{open,closed}/link`), null);
});

test('what may not be looked at is told by nobody', ROOT_ONLY, (t) => {
  const folder = stage(t);
  const module = JSON.stringify(join(import.meta.dirname, 'cautious-eyes.ts'));
  const script = `
    import { cautiousEyes } from ${module};
    const { realPath, expandGlob, linkedFiles } = cautiousEyes(false);
    const told = [];
    for (const path of ['closed/link', 'closed/none', 'closed/a/b']) {
      try { told.push(realPath(${JSON.stringify(folder)} + '/' + path)); } catch (error) { told.push(error.name); }
    }
    told.push(expandGlob(${JSON.stringify(folder)} + '/closed/*'));
    for (const glob of ['closed/*', 'cl*/*', 'cl*/link', 'blin*', '**/x', 'open/*']) {
      try { told.push(linkedFiles(${JSON.stringify(folder)} + '/' + glob)); } catch (error) { told.push(error.name); }
    }
    console.log(JSON.stringify(told));`;
  const ran = spawnSync(
    'setpriv',
    ['--reuid', '61003', '--regid', '61003', '--clear-groups', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8', env: {} },
  );
  if (ran.status !== 0) return t.skip('another user cannot reach the sources in this folder');
  assert.deepEqual(JSON.parse(ran.stdout), [
    'FileUnseen',
    'FileUnseen',
    'FileUnseen',
    null,
    'FileUnseen',
    'FileUnseen',
    'FileUnseen',
    'FileUnseen',
    'FileUnseen',
    [],
  ]);
  assert.equal(new FileUnseen(null).message.includes(folder), false);
});
