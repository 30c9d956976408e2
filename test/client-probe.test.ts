import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { measureCases } from '../scripts/measure-cases.ts';
import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { agreementOf, readMeasuredCase } from '../src/predict/index.ts';
import { clientSkipReason } from './client-skip.ts';

const CASES = new URL('fixtures/permission-cases/probe.jsonl', import.meta.url);
const TIMEOUT_MS = 180_000;

const cases = readFileSync(CASES, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const read = readMeasuredCase(line);
    assert.ok(typeof read !== 'string', line);
    return read;
  });

test('the cases of the probe are predicted as recorded', () => {
  const placed = cases.map((one, index) => ({ ...one, line: index + 1 }));
  assert.deepEqual(agreementOf(placed, { cwd: '/workspace', home: '/home/dev' }).mismatches, []);
});

test('the real client does with each case what was recorded', { skip: clientSkipReason() }, async () => {
  const client = bundledClient();
  assert.ok(client !== null);
  const outcomes = await measureCases(cases, { client, bwrap: findBwrap(process.env['PATH'] ?? '') }, TIMEOUT_MS);
  assert.deepEqual(
    cases.map(({ input }, at) => [input, outcomes[at]?.observed]),
    cases.map(({ input, observed }) => [input, observed]),
  );
});
