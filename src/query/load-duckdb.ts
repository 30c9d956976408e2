import { QueryEngineMissing } from '../core/error.ts';

type DuckDb = typeof import('@duckdb/node-api');

/**
 * Loads the database, which not every machine has.
 *
 * @param load for tests.
 * @throws {QueryEngineMissing} where it is not installed or does not run here.
 */
export async function loadDuckDb(
  load: () => Promise<DuckDb> = async () => await import('@duckdb/node-api'),
): Promise<DuckDb> {
  try {
    return await load();
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    throw new QueryEngineMissing(isAbsent ? 'DuckDB is not installed' : 'DuckDB does not run on this machine', {
      cause,
      hint: 'install it with `npm install @duckdb/node-api` in the folder of Sallyport, or query the store with Athena',
    });
  }
}
