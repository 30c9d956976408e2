import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { followedFile } from './followed-file.ts';
import { watchedPlaces } from './watched-places.ts';

test('names are looked up when a connection asks for it, once for a while, and old addresses stay good', async () => {
  let nowMs = 0;
  const asked: string[] = [];
  const places = watchedPlaces({
    named: () => ({
      own: ['http://127.0.0.1:4000'],
      model: ['https://model.example'],
      allowedHosts: ['registry.example'],
      isClosed: true,
    }),
    uptimeMs: () => nowMs,
    lookUp: (host) => {
      asked.push(host);
      return Promise.resolve(host === 'model.example' ? [nowMs === 0 ? '192.0.2.1' : '192.0.2.2'] : ['192.0.2.9']);
    },
  });
  assert.ok(places.isOfInterest({ address: '192.0.2.1', port: 443 }));
  assert.ok(!places.isOfInterest({ address: '127.0.0.1', port: 4000 }));
  assert.deepEqual(asked, []);
  const of = (address: string): Promise<string> => places.of({ address, port: 443 });
  assert.deepEqual(await Promise.all(['192.0.2.1', '192.0.2.9', '192.0.2.77'].map(of)), [
    'model',
    'expected',
    'outside',
  ]);
  assert.deepEqual(new Set(asked), new Set(['model.example', 'registry.example']));
  assert.equal(asked.length, 2);
  nowMs = 61_000;
  assert.deepEqual(await Promise.all(['192.0.2.1', '192.0.2.2'].map(of)), ['model', 'model']);
  assert.equal(asked.length, 4);
});

test('a name that nobody knows names no place', async () => {
  const places = watchedPlaces({
    named: () => ({ own: [], model: ['https://model.invalid'], allowedHosts: [], isClosed: false }),
    uptimeMs: () => 0,
    lookUp: () => Promise.resolve([]),
  });
  assert.equal(await places.of({ address: '192.0.2.1', port: 443 }), 'unexplained');
});

test('a file is followed from its end, over its rotation and its cut', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-follow-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'audit.log');
  assert.equal(followedFile(path), null);
  writeFileSync(path, 'before\n');
  const file = followedFile(path);
  assert.ok(file);
  assert.deepEqual(file.lines(), []);
  appendFileSync(path, 'one\ntw');
  assert.deepEqual(file.lines(), ['one']);
  appendFileSync(path, 'o\n');
  assert.deepEqual(file.lines(), ['two']);
  appendFileSync(path, 'three\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'four\n');
  assert.deepEqual(file.lines(), ['three', 'four']);
  writeFileSync(path, 'x\n');
  assert.deepEqual(file.lines(), ['x']);
  file.close();
  assert.deepEqual(file.lines(), []);
});
