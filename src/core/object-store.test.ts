import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_KEY_BYTES, isObjectKey, isStorePrefix } from './object-store.ts';

for (const { name, text, isKey, isPrefix } of [
  { name: 'the store of an instance', text: 'logs/AROA0:i-0123/sallyport/h/1', isKey: false, isPrefix: true },
  { name: 'the store of a person', text: 'logs/AROA0:ada+x=1,2@example.com', isKey: false, isPrefix: true },
  { name: 'an object of a store', text: 'records/year=2026/a.ndjson.gz', isKey: true, isPrefix: true },
  { name: 'a colon first', text: 'logs/:x', isKey: false, isPrefix: false },
  { name: 'a way up', text: 'logs/../x', isKey: false, isPrefix: false },
  { name: 'a way up behind a name', text: 'logs/AROA0:..', isKey: false, isPrefix: true },
  { name: 'two slashes', text: 'logs//x', isKey: false, isPrefix: false },
  { name: 'a slash at the end', text: 'logs/AROA0:i-1/', isKey: false, isPrefix: false },
  { name: 'a placeholder that nobody wrote out', text: 'logs/{identity}', isKey: false, isPrefix: false },
  { name: 'a variable of IAM', text: 'logs/${aws:userid}', isKey: false, isPrefix: false },
  { name: 'a space', text: 'logs/AROA0:a b', isKey: false, isPrefix: false },
  { name: 'a line end', text: 'logs/AROA0:i-1\n', isKey: false, isPrefix: false },
  { name: 'nothing', text: '', isKey: false, isPrefix: false },
  { name: 'too much', text: 'a'.repeat(MAX_KEY_BYTES + 1), isKey: false, isPrefix: false },
])
  test(`${name} ${isPrefix ? 'may' : 'may not'} be the prefix of a store, and ${isKey ? 'may' : 'may not'} be a key`, () => {
    assert.deepEqual([isObjectKey(text), isStorePrefix(text)], [isKey, isPrefix]);
  });

test('whatever is a key may be a prefix', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9._=:@+,/-]{0,40}$/);
  fc.assert(fc.property(text, (one) => !isObjectKey(one) || isStorePrefix(one)));
});

test('whatever the name of a session is, it stays one segment of the prefix', () => {
  const session = fc.stringMatching(/^[A-Za-z0-9_+=,.@-]{2,64}$/);
  fc.assert(
    fc.property(session, (name) => {
      const prefix = `logs/AROAROLEEXAMPLE0000:${name}/log`;
      assert.ok(isStorePrefix(prefix));
      assert.equal(new URL(`s3://b/${prefix}`).pathname.split('/').length, 4);
    }),
  );
});
