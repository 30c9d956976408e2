import { text as textOf } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { UsageError } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import {
  CHECKPOINTS,
  DAMAGED,
  QUERY_LIMITS,
  SAVED_QUERIES,
  VIEWS,
  dayRange,
  logLines,
  preparedLines,
  queryDatabase,
  savedQuery,
  storeLines,
} from '../query/index.ts';
import type { DayRange, PreparedLines, QueryResult } from '../query/index.ts';
import { EXIT } from './exit-code.ts';
import { logPlace } from './log-place.ts';
import type { PlaceOptions } from './log-place.ts';
import { progressLine } from './progress-line.ts';
import type { ProgressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { csvLine, queryTable } from './query-table.ts';
import { scratchFolder } from './scratch-folder.ts';
import { shownLine } from './shown-line.ts';
import { written } from './written.ts';

/** Rows that people are shown where they name no other number. */
const SHOWN_ROWS = 1_000;
/** Damaged places that are named; the table `damaged` has the others. */
const MAX_NAMED = 10;
/** Columns where standard output is no terminal. */
const PLAIN_WIDTH = 160;

interface QueryOptions extends PlaceOptions {
  readonly saved?: string;
  readonly list?: boolean;
  readonly views?: boolean;
  readonly log?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly limit?: number;
  readonly timeout?: number;
}

/** Adds `audit query` to the commands of the log. */
export function addQueryCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('query')
    .description(
      'ask the log in SQL: one SELECT over the views of docs/audit-query.md; damaged lines are named on stderr and left out, and it then exits 1',
    )
    .argument('[sql]', 'the query; `-` reads it from standard input')
    .option('--saved <name>', 'ask a saved query instead')
    .option('--list', 'list the saved queries; with `--json` also their SQL')
    .option('--views', 'list the views and their columns')
    .option('--log <place>', 'a folder, or `s3://bucket/prefix` (default: the log of the state folder)')
    .option('--region <region>', 'region of the bucket (default: AWS_REGION)')
    .option('--endpoint <url>', 'address of the bucket (default: the one of the region)')
    .option(
      '--from <day>',
      'first UTC day that is read, such as 2026-11-22; of a bucket only days that are read are fetched',
    )
    .option('--to <day>', 'last UTC day that is read')
    .option('--limit <rows>', `rows that are printed (default: ${SHOWN_ROWS} in a table, else all)`, positive)
    .option('--timeout <seconds>', 'how long the query may take', positive, QUERY_LIMITS.timeoutMs / 1_000)
    .option('--json', 'print JSON lines, one for each row')
    .option('--csv', 'print comma-separated values, with a line of names')
    .action(async (sql: string | undefined, options: QueryOptions) => {
      if (options.list === true) return await written(listed(options.json === true));
      if (options.views === true) return await written(viewsText(options.json === true));
      await query(await asked(sql, options), options, setExitCode);
    });
}

async function asked(sql: string | undefined, { saved, json, csv }: QueryOptions): Promise<string> {
  if (json === true && csv === true) throw new UsageError('`--json` and `--csv` do not go together');
  if ((sql === undefined) === (saved === undefined))
    throw new UsageError('a query is wanted, or the name of a saved one', {
      hint: '`sallyport audit query --list` names those, and `--views` what can be asked',
    });
  if (saved === undefined) return sql === '-' ? await textOf(process.stdin) : (sql ?? '');
  const found = savedQuery(saved);
  if (found === null)
    throw new UsageError(`no saved query is named \`${shownLine(saved)}\``, {
      hint: 'see `sallyport audit query --list`',
    });
  return found.sql;
}

async function query(sql: string, options: QueryOptions, setExitCode: SetExitCode): Promise<void> {
  const days = dayRange(options.from ?? null, options.to ?? null);
  if (days === null)
    throw new UsageError('`--from` and `--to` are days, the earlier one first', { hint: 'write 2026-11-22' });
  const scratch = scratchFolder('query');
  const folder = scratch.path;
  const line = progressLine(() => performance.now());
  try {
    const lines = await linesOf(options, days, folder, line);
    line.show(`asking ${lines.records} records`);
    const limits = { ...QUERY_LIMITS, timeoutMs: (options.timeout ?? QUERY_LIMITS.timeoutMs / 1_000) * 1_000 };
    const database = await queryDatabase(lines, { days, folder, limits });
    try {
      await print(await database.query(sql), options, line);
    } finally {
      database.close();
    }
    nameDamages(lines);
    if (lines.damageCount > 0) setExitCode(EXIT.failed);
  } finally {
    line.clear();
    scratch.remove();
  }
}

async function linesOf(
  options: QueryOptions,
  days: DayRange,
  folder: string,
  line: ProgressLine,
): Promise<PreparedLines> {
  const place = await logPlace(options.log ?? null, options);
  try {
    line.show('looking for the log');
    const source = place.kind === 'log' ? await logLines(place.folder) : await storeLines(place.store, days, folder);
    const verb = place.kind === 'log' ? 'reading' : 'fetching';
    return await preparedLines(source, {
      folder,
      onProgress: (bytes, total) =>
        line.show(`${verb} ${total === 0 ? 100 : Math.floor((100 * bytes) / total)} % of ${megabytes(total)}`),
    });
  } finally {
    if (place.kind === 'store') place.store.close();
  }
}

async function print(result: QueryResult, options: QueryOptions, line: ProgressLine): Promise<void> {
  const isTable = options.json !== true && options.csv !== true;
  const limit = options.limit ?? (isTable ? SHOWN_ROWS : Infinity);
  const table: (readonly Json[])[] = [];
  let count = 0;
  if (options.csv === true) await written(`${csvLine(result.columns)}\r\n`);
  for await (const batch of result.rows()) {
    line.clear();
    const rows = batch.slice(0, limit - count);
    count += batch.length;
    if (isTable) table.push(...rows);
    else if (options.csv === true) await written(rows.map((row) => `${csvLine(row)}\r\n`).join(''));
    else await written(rows.map((row) => `${JSON.stringify(objectOf(result.columns, row))}\n`).join(''));
    if (count > limit) break;
  }
  line.clear();
  if (isTable) await written(queryTable(result.columns, table, process.stdout.columns ?? PLAIN_WIDTH));
  if (count > limit) process.stderr.write(`warning: only the first ${limit} rows are printed; \`--limit\` sets that\n`);
}

function objectOf(columns: readonly string[], row: readonly Json[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(columns.map((name, nth) => [name, row[nth] ?? null]));
}

function nameDamages({ damages, damageCount }: PreparedLines): void {
  for (const { file, line, problem } of damages.slice(0, MAX_NAMED))
    process.stderr.write(`error: ${shownLine(file)}${line === null ? '' : `:${line}`}: ${problem}\n`);
  if (damageCount === 0) return;
  process.stderr.write(
    `error: ${damageCount} damaged ${damageCount === 1 ? 'place was' : 'places were'} left out of the answer\n` +
      'hint: the table `damaged` names them; keep the log as it is, and see `sallyport audit verify`\n',
  );
}

function listed(isJson: boolean): string {
  if (isJson) return SAVED_QUERIES.map((one) => `${JSON.stringify(one)}\n`).join('');
  return SAVED_QUERIES.map(({ name, about }) => `${name}\n  ${about}\n`).join('');
}

function viewsText(isJson: boolean): string {
  const tables = [...VIEWS, DAMAGED, CHECKPOINTS].map(({ name, about, columns }) => ({ name, about, columns }));
  if (isJson) return tables.map((one) => `${JSON.stringify(one)}\n`).join('');
  return tables
    .map(({ name, about, columns }) => {
      const lines = columns.map((one) => `  ${one.name.padEnd(22)}${one.type.padEnd(11)}${one.about}\n`);
      return `${name}: ${about}\n${lines.join('')}`;
    })
    .join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above zero is wanted');
  return value;
}
