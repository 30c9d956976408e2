import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { DEFECT_IDS, defectRows, defectTests, testsIn } from './lib/defects.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(repository, file), 'utf8');

test('every known defect has a test whose name begins with its id', (t) => {
  const tested = new Set(defectTests().map(({ id }) => id));
  assert.deepEqual(
    DEFECT_IDS.filter((id) => !tested.has(id)),
    [],
  );
  t.diagnostic(`infra: defects with a test = ${tested.size}`);
});

test('the table of defects in docs/aws-reference.md has one row per defect, each with its words', () => {
  const rows = defectRows(read('docs/aws-reference.md'));
  assert.deepEqual(
    rows.map(({ id }) => id),
    DEFECT_IDS,
    'node scripts/defect-tests.ts prints the table',
  );
  assert.deepEqual(
    rows.filter(({ what }) => what.length < 10).map(({ id }) => id),
    [],
  );
});

test('the table of defects in docs/aws-reference.md names files that hold a test of that defect', () => {
  const tests = defectTests();
  const faults = defectRows(read('docs/aws-reference.md')).flatMap(({ id, tests: cell }) => {
    const files = [...cell.matchAll(/`([^`]+\.(?:test\.ts|tftest\.hcl))`/gu)].map(([, file = '']) => file);
    if (files.length === 0) return [`${id}: no file`];
    return files.flatMap((file) => {
      if (!existsSync(join(repository, file))) return [`${id}: no file ${file}`];
      return tests.some((one) => one.id === id && one.file === file) ? [] : [`${id}: no test of it in ${file}`];
    });
  });
  assert.deepEqual(faults, []);
});

for (const { name, file, text, want } of [
  { name: 'a test by its name', file: 'a.test.ts', text: "test('N1: the group is bound', () => {});", want: ['N1'] },
  { name: 'a case in a table', file: 'a.test.ts', text: '{ name: "I3: batch jobs", want: 1 }', want: ['I3'] },
  { name: 'a name with a part that changes', file: 'a.test.ts', text: 'test(`A7: ${name}`, run)', want: ['A7'] },
  { name: 'a run of Terraform', file: 'a.tftest.hcl', text: 'run "h8_user_data_is_small" {\n}', want: ['H8'] },
  { name: 'no id in the middle of a name', file: 'a.test.ts', text: "test('as N1: says', f)", want: [] },
  { name: 'no id that nobody knows', file: 'a.test.ts', text: "test('N99: what', f)", want: [] },
  { name: 'no longer id for a shorter one', file: 'a.test.ts', text: "test('N10: direct', f)", want: ['N10'] },
]) {
  test(`the search for tests of defects finds ${name}`, () => {
    assert.deepEqual(
      testsIn(file, text).map(({ id }) => id),
      want,
    );
  });
}
