import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { athenaFiles } from './athena-ddl.ts';
import { SAVED_QUERIES } from './saved-queries.ts';
import { CHECKPOINTS, DAMAGED, VIEWS } from './views.ts';

const FOLDER = join(import.meta.dirname, '../../infra/athena');

test('the files for Athena are those that lie in infra/athena, byte for byte', () => {
  const files = athenaFiles();
  if (process.env['UPDATE_GOLDEN'] === '1') {
    rmSync(FOLDER, { recursive: true, force: true });
    for (const { name, text } of files) {
      mkdirSync(dirname(join(FOLDER, name)), { recursive: true });
      writeFileSync(join(FOLDER, name), text);
    }
  }
  const found = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'));
  assert.deepEqual(found.sort(), files.map(({ name }) => name).sort());
  for (const { name, text } of files) assert.equal(readFileSync(join(FOLDER, name), 'utf8'), text, name);
});

test('every view, side table and saved query has a file, each behind what it reads', () => {
  const names = athenaFiles().map(({ name }) => name);
  const at = (name: string): number => names.findIndex((one) => one.endsWith(`-${name}.sql`));
  for (const { name } of [...VIEWS, DAMAGED, CHECKPOINTS]) assert.ok(at(name) > at('record_lines'), name);
  for (const { name } of VIEWS.slice(1)) assert.ok(at(name) > at('records'), name);
  for (const { name } of SAVED_QUERIES) assert.ok(names.includes(`saved/${name}.sql`), name);
});

test('no file holds a word of the other database', () => {
  for (const { name, text } of athenaFiles())
    assert.ok(!/json_extract_string|epoch_ms|strftime|map_entries|map_extract|json_each|read_json|::/.test(text), name);
});

/** An interpreter that has a parser of Athena's SQL. */
const PYTHON = process.env['SALLYPORT_SQL_PYTHON'] ?? 'python3';
const PARSE = `
import sys, sqlglot
for path in sys.argv[1:]:
    text = open(path).read().replace('\${database}', 'audit').replace('\${location}', 's3://bucket/prefix')
    assert len(sqlglot.parse(text, read='athena', error_level=sqlglot.ErrorLevel.RAISE)) == 1, path
print(len(sys.argv) - 1)
`;

function parserSkip(): string | false {
  const asked = spawnSync(PYTHON, ['-c', 'import sqlglot'], { timeout: 30_000 });
  return asked.status === 0 ? false : 'no parser of Athena SQL is here (`pip install sqlglot`)';
}

test('a parser of Athena SQL reads every file as one statement', { skip: parserSkip() }, () => {
  const paths = athenaFiles().map(({ name }) => join(FOLDER, name));
  const ran = spawnSync(PYTHON, ['-c', PARSE, ...paths], { encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual([ran.stderr, ran.stdout.trim()], ['', String(paths.length)]);
});
