import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { agreementOf, readMeasuredCase } from '../src/predict/index.ts';
import type { Agreement, PlacedCase } from '../src/predict/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = join(ROOT, 'test', 'fixtures', 'permission-cases');
const SHARED = join(ROOT, '..', 'shared', 'reference', 'permission-cases.jsonl');
/** Where the cases were measured. */
const SCENE = { cwd: '/workspace', home: '/home/dev' };
/** Least share of the cases that must agree. */
const WANTED = 0.995;

for (const { name, file, skip } of [
  { name: 'the reference cases', file: join(FIXTURES, 'reference.jsonl'), skip: false },
  { name: 'the cases measured since', file: join(FIXTURES, 'measured.jsonl'), skip: false },
  {
    name: 'the reference cases as they are published',
    file: SHARED,
    skip: existsSync(SHARED) ? false : 'the reference is not beside the project',
  },
])
  test(`${name} are predicted as measured`, { skip }, (t) => {
    const agreement = agreementOf(casesOf(file), SCENE);
    t.diagnostic(`${agreement.agree} of ${agreement.cases} agree`);
    assert.ok(agreement.cases > 100);
    assert.ok(agreement.agreement >= WANTED, shown(agreement));
  });

test('what the client lets run is not predicted as denied, and what it denies not as allowed', () => {
  const { mismatches } = agreementOf(casesOf(join(FIXTURES, 'measured.jsonl')), SCENE);
  const grave = mismatches.filter(
    ({ observed, predicted }) =>
      (observed === 'deny' && predicted.verdict === 'allow') || (observed === 'allow' && predicted.verdict === 'deny'),
  );
  assert.deepEqual(grave, []);
});

function casesOf(file: string): readonly PlacedCase[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      if (text === '') return [];
      const read = readMeasuredCase(text);
      assert.ok(typeof read !== 'string', `${file}:${index + 1}: ${read as string}`);
      return [{ ...read, line: index + 1 }];
    });
}

function shown({ mismatches }: Agreement): string {
  return mismatches
    .map(
      ({ line, observed, predicted, input }) =>
        `line ${line}: measured ${observed}, predicted ${predicted.verdict}: ${JSON.stringify(input)}`,
    )
    .join('\n');
}
