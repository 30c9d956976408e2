import { availableParallelism } from 'node:os';
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, StatementType } from '@duckdb/node-api';
import { QueryFailed } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import { cellOf } from './cell.ts';
import type { DayRange } from './day-range.ts';
import { loadDuckDb } from './load-duckdb.ts';
import type { PreparedLines } from './prepared-lines.ts';
import { CHECKPOINTS, DAMAGED, VIEWS } from './views.ts';
import { viewStatement } from './view.ts';

/** What a query gave. */
export interface QueryResult {
  readonly columns: readonly string[];
  /** Batches of rows, each row as long as `columns`. Reading on asks the database for more; memory stays bounded. */
  rows(): AsyncGenerator<readonly (readonly Json[])[]>;
}

/** A database over intact lines. It reads those lines and nothing else, writes nothing, and asks no network. */
export interface QueryDatabase {
  /**
   * Runs one SELECT.
   *
   * @throws {QueryFailed} for anything else, for what the database refuses, and when {@link QueryLimits.timeoutMs} is over;
   *   the last two also while rows are read.
   */
  query(sql: string): Promise<QueryResult>;
  close(): void;
}

export interface QueryLimits {
  readonly memoryBytes: number;
  readonly threads: number;
  /** What the database may write of intermediate results. */
  readonly tempBytes: number;
  readonly timeoutMs: number;
}

/** What holds where nobody says anything else. */
export const QUERY_LIMITS: QueryLimits = {
  memoryBytes: 1024 * 1024 * 1024,
  threads: Math.min(4, availableParallelism()),
  tempBytes: 8 * 1024 * 1024 * 1024,
  timeoutMs: 300_000,
};

export interface DatabaseOptions {
  readonly days: DayRange;
  /** Folder of its own, mode 0700, for intermediate results; who made it removes it. */
  readonly folder: string;
  readonly limits?: QueryLimits;
}

/** Opens a database over lines. @throws {QueryEngineMissing} */
export async function queryDatabase(
  lines: PreparedLines,
  { days, folder, limits = QUERY_LIMITS }: DatabaseOptions,
): Promise<QueryDatabase> {
  const { DuckDBInstance: Instance } = await loadDuckDb();
  const instance = await Instance.create(':memory:', {
    ...OFFLINE,
    memory_limit: `${limits.memoryBytes}B`,
    threads: String(limits.threads),
    temp_directory: folder,
    max_temp_directory_size: `${limits.tempBytes}B`,
    home_directory: folder,
    extension_directory: folder,
    secret_directory: folder,
  });
  try {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(`SET allowed_paths = [${lines.files.map(quoted).join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    for (const statement of statements(lines, days)) await connection.run(statement);
    await connection.run('SET lock_configuration = true');
    return over(instance, connection, limits.timeoutMs);
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** Nothing is fetched, installed or loaded, whatever a query names. */
const OFFLINE = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_unsigned_extensions: 'false',
  allow_persistent_secrets: 'false',
};

function statements(lines: PreparedLines, { startMs, endMs }: DayRange): readonly string[] {
  const columns = `{"at": 'BIGINT', body: 'JSON', "index": 'BIGINT', kind: 'VARCHAR', session: 'VARCHAR'}`;
  const bounds = [startMs === null ? [] : [`"at" >= ${startMs}`], endMs === null ? [] : [`"at" < ${endMs}`]].flat();
  const source = `read_json([${lines.files.map(quoted).join(', ')}], format = 'newline_delimited', columns = ${columns}, compression = 'uncompressed', filename = true, maximum_object_size = 131072)`;
  const select =
    lines.files.length === 0
      ? `SELECT NULL::BIGINT AS "at", NULL::JSON AS body, NULL::BIGINT AS "index", NULL::VARCHAR AS kind, NULL::VARCHAR AS session, NULL::VARCHAR AS file WHERE false`
      : `SELECT "at", body, "index", kind, session, regexp_replace(parse_filename(filename), '^lines-', '') AS file FROM ${source}${bounds.length === 0 ? '' : ` WHERE ${bounds.join(' AND ')}`}`;
  const damages = lines.damages.map((one) => `(${quoted(one.file)}, ${one.line ?? 'NULL'}, ${quoted(one.problem)})`);
  const checkpoints = lines.checkpoints.map(
    (one) => `(${quoted(one.file)}, ${one.size}, ${one.root === null ? 'NULL' : quoted(one.root)})`,
  );
  return [
    `CREATE VIEW record_lines AS ${select}`,
    ...[
      { table: DAMAGED, rows: damages },
      { table: CHECKPOINTS, rows: checkpoints },
    ].flatMap(({ table, rows }) => [
      `CREATE TABLE ${table.name} (${table.columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
      ...(rows.length === 0 ? [] : [`INSERT INTO ${table.name} VALUES ${rows.join(', ')}`]),
    ]),
    ...VIEWS.map((view) => viewStatement(view, 'duckdb')),
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function over(instance: DuckDBInstance, connection: DuckDBConnection, timeoutMs: number): QueryDatabase {
  const inTime = async <Result>(deadlineMs: number, work: () => Promise<Result>): Promise<Result> => {
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        connection.interrupt();
      },
      Math.max(0, deadlineMs - performance.now()),
    );
    try {
      return await work();
    } catch (cause) {
      if (isLate) throw new QueryFailed(`the query took over ${timeoutMs / 1000} s`, { cause });
      throw failureOf(cause);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    async query(sql) {
      const deadlineMs = performance.now() + timeoutMs;
      const result = await inTime(deadlineMs, () => selected(connection, sql));
      return {
        columns: result.deduplicatedColumnNames(),
        async *rows() {
          const types = result.columnTypes();
          for (;;) {
            const chunk = await inTime(deadlineMs, () => result.fetchChunk());
            if (chunk === null || chunk.rowCount === 0) return;
            yield chunk.getRows().map((row) => row.map((value, nth) => cellOf(value, types[nth])));
          }
        },
      };
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Code of the database for a statement that reads and does nothing else. */
const SELECT: StatementType = 1;

async function selected(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new QueryFailed(`one query is asked at a time, and these are ${statements.count}`);
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== SELECT || prepared.parameterCount > 0)
    throw new QueryFailed('this does more than read, or has parameters', { hint: 'a query is one SELECT' });
  return await prepared.stream();
}

function failureOf(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof QueryFailed) return cause;
  const message = cause.message.replace(/\s*\n\s*/g, ' ').trim();
  return new QueryFailed(message.charAt(0).toLowerCase() + message.slice(1), {
    cause,
    hint: '`sallyport audit query --views` lists what can be asked',
  });
}
