import type { Dialect, Sql } from './sql.ts';

/** Types of columns; both databases know them by these names. */
export type ColumnType = 'bigint' | 'double' | 'boolean' | 'varchar' | 'timestamp';

/** A column as people ask for it. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** What it says, in a few words. */
  readonly about: string;
}

/** One SELECT: where rows come from, and what each column of the view is made of, in the order of the columns. */
export interface Branch {
  /** The FROM clause without its keyword; the record is `r` where there is one. */
  readonly from: Sql;
  readonly where: Sql | null;
  readonly values: readonly Sql[];
  /** What follows the WHERE clause; null for nothing. */
  readonly groupBy: Sql | null;
}

/** A view over the log: rows of all branches together. */
export interface View {
  readonly name: string;
  /** What one row is, in one sentence. */
  readonly about: string;
  readonly columns: readonly Column[];
  readonly branches: readonly Branch[];
}

/** A column with what it is made of. */
export type Made = Column & { readonly from: Sql };

/** Writes a column. */
export function column(name: string, type: ColumnType, from: Sql, about: string): Made {
  return { name, type, about, from };
}

/** A view of one SELECT. */
export function plainView(
  name: string,
  about: string,
  source: { readonly from: Sql; readonly where?: Sql; readonly groupBy?: Sql },
  columns: readonly Made[],
): View {
  const { from, where = null, groupBy = null } = source;
  const values = columns.map((one) => one.from);
  return { name, about, columns: columns.map(columnOf), branches: [{ from, where, groupBy, values }] };
}

/**
 * A view of several SELECTs. Columns that a branch says nothing of are NULL.
 *
 * @throws {TypeError} for a branch with a column that the view lacks.
 */
export function unionView(
  name: string,
  about: string,
  columns: readonly Column[],
  branches: readonly { readonly from: Sql; readonly where: Sql; readonly values: Readonly<Record<string, Sql>> }[],
): View {
  return {
    name,
    about,
    columns,
    branches: branches.map(({ from, where, values }) => {
      const stray = Object.keys(values).find((key) => columns.every((one) => one.name !== key));
      if (stray !== undefined) throw new TypeError(`view ${name} has no column ${stray}`);
      return { from, where, groupBy: null, values: columns.map((one) => values[one.name] ?? nullOf(one.type)) };
    }),
  };
}

/** The statement that makes a view, without a semicolon. */
export function viewStatement(view: View, dialect: Dialect): string {
  const selects = view.branches.map(({ from, where, groupBy, values }) => {
    const rows = values.map((value, nth) => `  ${value[dialect]} AS ${view.columns[nth]?.name ?? ''}`);
    const filter = where === null ? '' : `\nWHERE ${where[dialect]}`;
    const group = groupBy === null ? '' : `\n${groupBy[dialect]}`;
    return `SELECT\n${rows.join(',\n')}\nFROM ${from[dialect]}${filter}${group}`;
  });
  return `CREATE OR REPLACE VIEW ${view.name} AS\n${selects.join('\nUNION ALL\n')}`;
}

function columnOf({ name, type, about }: Made): Column {
  return { name, type, about };
}

function nullOf(type: ColumnType): Sql {
  return { duckdb: `CAST(NULL AS ${type})`, athena: `CAST(NULL AS ${type === 'timestamp' ? 'timestamp(3)' : type})` };
}
