import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { queryRig, queryRigOver, testFolder, writtenLog } from './query-rig.ts';
import { SAMPLE_SESSION, SAMPLE_START_MS, sampleLines } from './sample-lines.ts';
import { CHECKPOINTS, DAMAGED, VIEWS } from './views.ts';

const SOME = [
  { kind: 'log', body: { event: 'opened', size: 0 } },
  { kind: 'hook', session: SAMPLE_SESSION, body: { event: 'UserPromptSubmit', promptLength: 3 } },
] as const;

for (const { name, columns } of [...VIEWS, DAMAGED, CHECKPOINTS])
  test(`the columns of ${name} are those that it declares`, async (t) => {
    const rig = await queryRig(t, SOME);
    const described = await rig.ask(
      `SELECT column_name AS name, replace(lower(data_type), 'json', 'varchar') AS type FROM duckdb_columns() WHERE table_name = '${name}' ORDER BY column_index`,
    );
    assert.deepEqual(
      described.map((row) => [row['name'], row['type']]),
      columns.map((one) => [one.name, one.type]),
    );
  });

test('a view over nothing has no rows, and all of them can be asked', async (t) => {
  const rig = await queryRigOver(t, writtenLog(t, ''));
  for (const { name } of [...VIEWS, DAMAGED, CHECKPOINTS])
    assert.deepEqual(await rig.ask(`SELECT * FROM ${name}`), [], name);
});

test('whole numbers, moments and truth values come as JSON has them', async (t) => {
  const rig = await queryRig(t, SOME);
  assert.deepEqual(
    await rig.ask(
      'SELECT id, time, at_ms, session, id = 0 AS is_first, 9007199254740993 AS large, 0.5::double AS half, NULL AS none FROM records LIMIT 1',
    ),
    [
      {
        id: 0,
        time: '2026-11-22T10:00:00.000Z',
        at_ms: SAMPLE_START_MS,
        session: null,
        is_first: true,
        large: '9007199254740993',
        half: 0.5,
        none: null,
      },
    ],
  );
});

test('only days that are asked for are in any view', async (t) => {
  const records = [0, 1, 2].map(
    (day) => ({ kind: 'hook', at: SAMPLE_START_MS + day * 86_400_000, body: { event: 'Stop' } }) as const,
  );
  const days = { startMs: Date.UTC(2026, 10, 23), endMs: Date.UTC(2026, 10, 24) };
  const rig = await queryRig(t, records, { days });
  assert.deepEqual(await rig.ask('SELECT id, year, month, day FROM records'), [
    { id: 1, year: '2026', month: '11', day: '23' },
  ]);
});

for (const { name, sql } of [
  { name: 'reading a file as text', sql: "SELECT * FROM read_text('/etc/passwd')" },
  { name: 'reading a file as bytes', sql: "SELECT * FROM read_blob('/proc/self/environ')" },
  { name: 'reading a file as a table', sql: "SELECT * FROM '/etc/passwd.csv'" },
  { name: 'reading a file by its quoted name', sql: 'SELECT * FROM "/etc/passwd"' },
  { name: 'guessing the form of a file', sql: "SELECT * FROM sniff_csv('/etc/passwd')" },
  { name: 'listing a folder', sql: "SELECT * FROM glob('/etc/*')" },
  { name: 'reading the metadata of a file', sql: "SELECT * FROM parquet_metadata('/etc/passwd')" },
  {
    name: 'reading a file from a query made of text',
    sql: "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
  },
  { name: 'attaching a database', sql: "ATTACH '/etc/passwd' AS other" },
  { name: 'attaching a database in memory', sql: "ATTACH ':memory:' AS other" },
  { name: 'installing an extension', sql: 'INSTALL httpfs' },
  { name: 'loading an extension', sql: 'LOAD httpfs' },
  { name: 'making a secret', sql: 'CREATE SECRET one (TYPE s3)' },
  { name: 'making a table', sql: 'CREATE TABLE mine AS SELECT 1' },
  { name: 'replacing a view', sql: 'CREATE OR REPLACE VIEW decisions AS SELECT 1' },
  { name: 'dropping a view', sql: 'DROP VIEW records' },
  { name: 'changing what was damaged', sql: 'DELETE FROM damaged' },
  { name: 'changing a setting', sql: 'SET enable_external_access = true' },
  { name: 'unlocking the settings', sql: 'SET lock_configuration = false' },
  { name: 'taking more memory', sql: "SET memory_limit = '64GB'" },
  { name: 'calling a pragma', sql: "PRAGMA enable_profiling = 'json'" },
  { name: 'calling a procedure', sql: 'CALL pragma_version()' },
  { name: 'preparing a statement', sql: 'PREPARE one AS SELECT 1' },
  { name: 'explaining by doing', sql: 'EXPLAIN ANALYZE SELECT 1' },
  { name: 'two statements', sql: 'SELECT 1; SELECT 2' },
  { name: 'a read with a write behind it', sql: 'SELECT 1; DROP VIEW records' },
  { name: 'no statement', sql: '' },
  { name: 'a comment', sql: '-- SELECT 1' },
  { name: 'a parameter', sql: 'SELECT ?' },
  { name: 'no SQL', sql: 'SELEKT 1' },
  { name: 'a view that there is not', sql: 'SELECT * FROM nothing' },
  { name: 'a variable of the environment', sql: "SELECT getenv('HOME')" },
])
  test(`${name} is refused`, async (t) => {
    const rig = await queryRig(t, SOME);
    await assert.rejects(rig.ask(sql), { code: 'QUERY_FAILED' });
    assert.deepEqual(await rig.ask('SELECT count(*) AS n FROM records'), [{ n: 2 }], 'and all is as before');
  });

for (const { name, sql } of [
  { name: 'COPY', sql: (path: string) => `COPY (SELECT 1) TO '${path}'` },
  { name: 'EXPORT', sql: (path: string) => `EXPORT DATABASE '${path}'` },
  { name: 'EXPLAIN ANALYZE COPY', sql: (path: string) => `EXPLAIN ANALYZE COPY (SELECT 1) TO '${path}'` },
  {
    name: 'a log of the database',
    sql: (path: string) => `SELECT * FROM enable_logging(storage = 'file', storage_path = '${path}')`,
  },
  { name: 'a profile', sql: (path: string) => `PRAGMA profiling_output = '${path}'` },
])
  test(`${name} writes nowhere, over a segment of the log neither`, async (t) => {
    const first = sampleLines([SOME[0]])
      .map((line) => `${line}\n`)
      .join('');
    const log = writtenLog(t, first);
    const second = join(log, 'segments', `${'1'.padStart(20, '0')}.jsonl`);
    writeFileSync(second, '');
    const rig = await queryRigOver(t, log);
    const inPlace = rig.lines.files.find((file) => file.startsWith(log));
    assert.ok(inPlace !== undefined, 'the first segment may be read where it is');
    const free = join(testFolder(t), 'out');
    for (const path of [inPlace, free]) await rig.ask(sql(path)).catch(() => undefined);
    // A log that the database cannot write may spoil what comes behind it, which is the asker's own affair.
    await rig.ask('SELECT 1').catch(() => undefined);
    assert.equal(readFileSync(inPlace, 'utf8'), first);
    assert.ok(!existsSync(free));
    assert.deepEqual(readdirSync(join(log, 'segments')).length, 2);
  });

test('no query asks the network', async (t) => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end('{}');
  });
  server.on('connection', () => (asked += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const rig = await queryRig(t, SOME);
  for (const sql of [
    `SELECT * FROM read_json('http://127.0.0.1:${port}/x.json')`,
    `SELECT * FROM 'http://127.0.0.1:${port}/x.csv'`,
    `SELECT * FROM read_parquet('s3://bucket/x.parquet')`,
    `INSTALL httpfs FROM 'http://127.0.0.1:${port}'`,
  ])
    await assert.rejects(rig.ask(sql), { code: 'QUERY_FAILED' });
  assert.equal(asked, 0);
});

test('a query that takes too long is ended, and the next one runs', async (t) => {
  // A busy machine answers the second query in that time too.
  const rig = await queryRig(t, SOME, { limits: { timeoutMs: 2_000 } });
  await assert.rejects(rig.ask('SELECT sum(a.range * b.range) FROM range(10000000) a, range(100000) b'), {
    code: 'QUERY_FAILED',
    message: 'the query took over 2 s',
  });
  assert.deepEqual(await rig.ask('SELECT 1 AS one'), [{ one: 1 }]);
});

test('a query that takes too much memory and disk is ended', async (t) => {
  const limits = { memoryBytes: 64 * 1024 * 1024, tempBytes: 1024 * 1024 };
  const rig = await queryRig(t, SOME, { limits });
  await assert.rejects(
    rig.ask("SELECT count(*) FROM (SELECT DISTINCT md5(range::varchar) || repeat('x', 200) FROM range(3000000))"),
    {
      code: 'QUERY_FAILED',
      message: /^out of memory/i,
    },
  );
});

const [LINE = ''] = sampleLines([{ kind: 'hook', session: SAMPLE_SESSION, body: { event: 'Stop' } }]);

/** A line that somebody wrote with a checksum that fits. */
function forged(at: number | string, body: string): string {
  const head = `{"at":${at},"body":${body}`;
  const rest = LINE.slice(LINE.lastIndexOf(',"index":'));
  return `${head},"crc":"${crc32(rest, crc32(head)).toString(16).padStart(8, '0')}"${rest}\n`;
}

for (const { at = 1, body } of [
  { body: '{"a":1e400}' },
  { body: '{"a":"\\ud800"}' },
  { body: '{"a":"\\\\ud800"}' },
  { body: '{"a":123456789012345678901234567890}' },
  { body: `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}` },
  { body: '{"a":1,"a":2}' },
  { body: '{"\\u0000":1,"b":"\\u0000"}' },
  { body: '{"__proto__":{"x":1},"event":{"x":1}}' },
  { body: '{"event":"PostToolUse","scan":{"found":[1,2]}}' },
  { body: '{"event":"PostToolUse","scan":{"found":{"x":"y","z":1e99,"w":-1}}}' },
  { body: '{"event":"UserPromptSubmit","promptLength":"many"}' },
  { body: '{}', at: Number.MAX_SAFE_INTEGER },
  { body: '{}', at: Number.MIN_SAFE_INTEGER },
  { body: '{}', at: '-0' },
])
  test(`a forged record of ${body.slice(0, 40)} at ${at} fails no view`, async (t) => {
    const rig = await queryRigOver(t, writtenLog(t, forged(at, body)));
    assert.equal(rig.lines.records + rig.lines.damageCount, 1);
    for (const { name } of VIEWS) await rig.ask(`SELECT * FROM ${name}`);
  });
