import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../core/json.ts';
import { ALL_DAYS } from './day-range.ts';
import type { DayRange } from './day-range.ts';
import { logLines } from './log-lines.ts';
import { preparedLines } from './prepared-lines.ts';
import type { PreparedLines } from './prepared-lines.ts';
import { QUERY_LIMITS, queryDatabase } from './query-database.ts';
import type { QueryLimits } from './query-database.ts';
import { sampleLines } from './sample-lines.ts';
import type { SampleRecord } from './sample-lines.ts';

/** What a test is run with. */
interface Test {
  after(fn: () => void): void;
}

/** A folder that goes with the test. */
export function testFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-query-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes the folder of a log of one segment. */
export function writtenLog(t: Test, text: string | Uint8Array): string {
  const folder = testFolder(t);
  mkdirSync(join(folder, 'segments'));
  writeFileSync(join(folder, 'segments', `${'0'.repeat(20)}.jsonl`), text);
  return folder;
}

/** Rows by the names of their columns. */
export type Row = Readonly<Record<string, Json>>;

export interface QueryRig {
  readonly lines: PreparedLines;
  readonly ask: (sql: string) => Promise<readonly Row[]>;
}

/** A database over records. */
export async function queryRig(
  t: Test,
  records: readonly SampleRecord[],
  options: { readonly days?: DayRange; readonly limits?: Partial<QueryLimits> } = {},
): Promise<QueryRig> {
  const text = sampleLines(records).map((line) => `${line}\n`);
  return await queryRigOver(t, writtenLog(t, text.join('')), options);
}

/** A database over the log of a folder. */
export async function queryRigOver(
  t: Test,
  log: string,
  { days = ALL_DAYS, limits = {} }: { readonly days?: DayRange; readonly limits?: Partial<QueryLimits> } = {},
): Promise<QueryRig> {
  const folder = testFolder(t);
  const lines = await preparedLines(await logLines(log), { folder });
  const database = await queryDatabase(lines, { days, folder, limits: { ...QUERY_LIMITS, ...limits } });
  t.after(() => database.close());
  return {
    lines,
    ask: async (sql) => {
      const result = await database.query(sql);
      const rows: Row[] = [];
      for await (const batch of result.rows())
        for (const row of batch)
          rows.push(Object.fromEntries(result.columns.map((name, nth) => [name, row[nth] ?? null])));
      return rows;
    },
  };
}
