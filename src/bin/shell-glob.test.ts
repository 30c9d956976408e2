import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globPart } from './shell-glob.ts';

for (const { part, name, want } of [
  { part: 'a?c', name: 'abc', want: true },
  { part: 'a?c', name: 'abbc', want: false },
  { part: '??', name: 'é', want: true },
  { part: '?', name: 'é', want: true },
  { part: 'l??', name: 'lä', want: true },
  { part: '????x', name: '😀x', want: true },
  { part: '?x', name: 'éy', want: false },
  { part: '??', name: '.é', want: false },
  { part: '?', name: '[id]', want: true },
  { part: '?', name: 'id', want: false },
  { part: 'a?', name: 'a\\', want: true },
  { part: 'a?', name: 'a\\b', want: false },
]) {
  test(`${part} ${want ? 'may be put' : 'is not put'} for ${name}`, () => {
    const matches = globPart(part);
    assert.ok(typeof matches !== 'string');
    assert.equal(matches(name), want);
  });
}
