import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketStore } from './log-place.ts';

for (const { name, given, place } of [
  { name: 'a bucket', given: 's3://the-vault', place: 's3://the-vault' },
  { name: 'a slash at the end', given: 's3://the-vault/logs/', place: 's3://the-vault/logs' },
  {
    name: 'the store of an instance',
    given: 's3://the-vault/logs/AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0/sallyport/host/1',
    place: 's3://the-vault/logs/AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0/sallyport/host/1',
  },
  {
    name: 'the store of a person',
    given: 's3://the-vault/logs/AROAPERSONEXAMPLE000:ada+x=1,2@example.com',
    place: 's3://the-vault/logs/AROAPERSONEXAMPLE000:ada+x=1,2@example.com',
  },
])
  test(`the address of ${name} opens it`, async () => {
    const store = await bucketStore(given, { region: 'eu-central-1' });
    assert.equal(store.place, place);
    store.close();
  });

for (const { name, given, code } of [
  { name: 'of no bucket', given: 's3://B/logs', code: 'USAGE' },
  { name: 'with a question', given: 's3://the-vault/logs?x', code: 'USAGE' },
  { name: 'with a space', given: 's3://the-vault/logs/AROA:a b', code: 'USAGE' },
  { name: 'with a way up', given: 's3://the-vault/logs/../x', code: 'STORE_REFUSED' },
])
  test(`an address ${name} opens nothing`, async () => {
    await assert.rejects(bucketStore(given, { region: 'eu-central-1' }), { code });
  });
