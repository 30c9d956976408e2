import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isStoreName } from './store-name.ts';

for (const { name, text, want } of [
  { name: 'a word', text: 'gateway', want: true },
  { name: 'one with account and hyphens', text: 'sallyport-gateway-111122223333', want: true },
  { name: 'one letter', text: 'g', want: true },
  { name: 'the longest', text: 'g'.repeat(64), want: true },
  { name: 'one that is longer', text: 'g'.repeat(65), want: false },
  { name: 'nothing', text: '', want: false },
  { name: 'a number at its beginning', text: '1gateway', want: false },
  { name: 'the number of an account', text: '111122223333', want: false },
  { name: 'a capital', text: 'Gateway', want: false },
  { name: 'a role and its instance', text: 'AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0', want: false },
  { name: 'two steps of a path', text: 'gateway/x', want: false },
  { name: 'the step up', text: '..', want: false },
  { name: 'another word that stands for something', text: '{log}', want: false },
  { name: 'the end of a line', text: 'gateway\n', want: false },
  { name: 'a letter of another alphabet', text: 'gatewаy', want: false },
])
  test(`a store is${want ? '' : ' not'} named by ${name}`, () => assert.equal(isStoreName(text), want));

test('no name is whom AWS could take a caller for', () => {
  const sessions = fc.stringMatching(/^[A-Z0-9]{4,24}:[a-z][a-z0-9-]{1,20}$/);
  const others = fc.stringMatching(/^[A-Z0-9]{4,24}$/);
  fc.assert(fc.property(fc.oneof(sessions, others), (userId) => !isStoreName(userId)));
});
