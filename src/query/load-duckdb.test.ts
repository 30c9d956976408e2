import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryEngineMissing } from '../core/error.ts';
import { loadDuckDb } from './load-duckdb.ts';

for (const { name, code, message } of [
  { name: 'is not there', code: 'ERR_MODULE_NOT_FOUND', message: 'DuckDB is not installed' },
  { name: 'has no program for this machine', code: 'MODULE_NOT_FOUND', message: 'DuckDB does not run on this machine' },
  {
    name: 'has a program that this machine cannot load',
    code: 'ERR_DLOPEN_FAILED',
    message: 'DuckDB does not run on this machine',
  },
])
  test(`a package that ${name} is named as missing, with what to do`, async () => {
    const cause = Object.assign(new Error('somewhere/in/the/file/system'), { code });
    await assert.rejects(
      loadDuckDb(() => Promise.reject(cause)),
      (error) => {
        assert.ok(error instanceof QueryEngineMissing);
        assert.deepEqual([error.code, error.message, error.cause], ['QUERY_ENGINE_MISSING', message, cause]);
        assert.match(error.hint ?? '', /^install it with `npm install @duckdb\/node-api`/);
        return true;
      },
    );
  });

test('a package that is there is loaded', async () => {
  assert.match((await loadDuckDb()).version(), /^v\d+\./);
});
