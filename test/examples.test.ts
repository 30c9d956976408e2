import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadPolicy, sha256 } from '../src/bin/load-policy.ts';
import { readPolicyFiles } from '../src/bin/policy-files.ts';
import { coverageOf, parseCases, runCases } from '../src/cases/index.ts';
import type { CaseFile } from '../src/cases/index.ts';
import { anySite } from '../src/cli/policy-compile.ts';
import { policyCoverage } from '../src/cli/policy-coverage.ts';
import { TARGETS } from '../src/compile/index.ts';
import type { RuleTable } from '../src/core/rule-table.ts';
import { lintPolicy } from '../src/lint/index.ts';
import { ROOT } from './daemon-process.ts';

/** A day on which the exceptions of the examples hold. */
const NOW_MS = Date.UTC(2026, 11, 1);
const STATE = '/home/dev/.local/state/sallyport';
const FOLDER = join(ROOT, 'examples', 'policies');
const FEWEST_CASES = 10;
const FEWEST_EXAMPLES = 10;

/** What the check says of an example that is meant to be so, as the example's header says too. */
const KNOWN_WARNINGS: Readonly<Record<string, readonly string[]>> = { 'smallest.yaml': ['lint/missing-floor'] };

const examples = readdirSync(FOLDER).filter((name) => !name.endsWith('.cases.yaml') && name !== 'README.md');

function casesOf(example: string): CaseFile {
  const path = join(FOLDER, example);
  const files = statSync(path).isDirectory()
    ? globSync('*.cases.yaml', { cwd: path }).map((name) => join(path, name))
    : [path.replace(/\.yaml$/, '.cases.yaml')];
  assert.equal(files.length, 1, `${example} has one case file`);
  return readCases(files[0] ?? '');
}

function readCases(file: string): CaseFile {
  assert.ok(existsSync(file), file);
  const result = parseCases(readFileSync(file));
  assert.ok(result.ok, JSON.stringify(result));
  return result.file;
}

function undecided(table: RuleTable, results: ReturnType<typeof runCases>): readonly string[] {
  return coverageOf(table, results).rules.flatMap(({ id, cases }) => (cases === 0 ? [id] : []));
}

test('there are examples, and each has a header that says for whom', () => {
  assert.ok(examples.length >= FEWEST_EXAMPLES, examples.join());
  for (const example of examples) {
    const headers = readPolicyFiles([join(FOLDER, example)]).map(
      ({ bytes }) => /^# .*\n/.exec(Buffer.from(bytes).toString('utf8'))?.[0] ?? '',
    );
    assert.ok(
      headers.every((header) => header !== '') && headers.some((header) => header.startsWith('# For ')),
      example,
    );
  }
});

for (const example of examples) {
  const path = join(FOLDER, example);

  test(`${example}: every case holds, and every rule decides one`, () => {
    const { cases, scene } = casesOf(example);
    const loaded = loadPolicy([path], STATE, NOW_MS);
    const results = runCases({ cases, scene }, loaded.indexAt(NOW_MS));
    assert.deepEqual(
      results.filter(({ problem }) => problem !== null),
      [],
    );
    assert.ok(results.length >= FEWEST_CASES);
    const wanted = new Set(cases.map(({ want }) => want));
    assert.deepEqual([...wanted].sort(), example === 'smallest.yaml' ? ['ask', 'deny'] : ['allow', 'ask', 'deny']);
    assert.deepEqual(undecided(loaded.tableAt(NOW_MS), results), []);
  });

  test(`${example}: the check warns of nothing`, () => {
    const { findings } = lintPolicy(readPolicyFiles([path]), NOW_MS);
    const known = KNOWN_WARNINGS[example] ?? [];
    assert.deepEqual(
      findings.filter(({ severity, code }) => severity !== 'note' && !known.includes(code)),
      [],
    );
  });

  test(`${example}: it compiles to every kind of document, and the layers agree`, () => {
    const { policy } = loadPolicy([path], STATE, NOW_MS).bundle;
    const table = loadPolicy([path], STATE, NOW_MS).tableAt(NOW_MS);
    const site = anySite(policy);
    for (const target of TARGETS)
      assert.ok(target.compile({ policy, table, site, awsOrganizationId: null, sha256 }).files.length > 0, target.name);
    assert.deepEqual(policyCoverage(policy, table, site).faults, []);
  });
}

test('every example but the smallest says what is done with secrets and with instructions of someone else', () => {
  const silent = examples.filter((example) => {
    const { dlp, injection } = loadPolicy([join(FOLDER, example)], STATE, NOW_MS).bundle.policy;
    return dlp.secret === null || injection.onFinding === null;
  });
  assert.deepEqual(silent, ['smallest.yaml']);
});

test('a team adds words, patterns and a stricter action to those of its company', () => {
  const { dlp, company } = loadPolicy([join(FOLDER, 'monorepo')], STATE, NOW_MS).bundle.policy;
  assert.deepEqual([dlp.secret, dlp.personal, dlp.company], ['mask', 'mask', 'mask']);
  assert.deepEqual(company.words, [{ name: 'code-names', words: ['Bluebird', 'Northern Lights', 'Kestrel'] }]);
  assert.deepEqual(company.patterns, [{ name: 'merchant', pattern: 'MRC-[0-9]{7}' }]);
});

test('the exception of the example ends by itself', () => {
  const index = loadPolicy([join(FOLDER, 'hotfix')], STATE, NOW_MS).indexAt(Date.UTC(2027, 0, 1));
  const [pushed, read] = runCases(casesOf('hotfix'), index);
  assert.equal(pushed?.problem, 'wanted ask, got deny by git/force-push');
  assert.equal(read?.problem, 'wanted allow, got deny by secrets/files');
});

test('every rule of the default policy decides a case of its own', () => {
  const loaded = loadPolicy([join(ROOT, 'policies', 'default.yaml')], STATE, NOW_MS);
  const results = runCases(readCases(join(ROOT, 'policies', 'default.cases.yaml')), loaded.indexAt(NOW_MS));
  assert.deepEqual(
    results.filter(({ problem }) => problem !== null),
    [],
  );
  assert.deepEqual(undecided(loaded.tableAt(NOW_MS), results), []);
});
