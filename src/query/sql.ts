/** The two databases that read a log: DuckDB on a host, Athena over the bucket. */
export const DIALECTS = ['duckdb', 'athena'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** A piece of SQL as each database writes it. Made from constants of this program, never from what somebody typed. */
export type Sql = Readonly<Record<Dialect, string>>;

/** The same words in both. */
export function same(text: string): Sql {
  return { duckdb: text, athena: text };
}

/** Joins pieces: `sql` stands for a template whose values are SQL themselves. */
export function sql(parts: TemplateStringsArray, ...values: readonly (Sql | string)[]): Sql {
  const written = (dialect: Dialect): string =>
    parts.reduce((text, part, nth) => {
      const value = values[nth - 1];
      return `${text}${value === undefined ? '' : typeof value === 'string' ? value : value[dialect]}${part}`;
    });
  return { duckdb: written('duckdb'), athena: written('athena') };
}

/** A text in the body of the record `r`; NULL where there is none. The path is of plain names with dots between them. */
export function text(path: string, of = 'r.body'): Sql {
  return { duckdb: `json_extract_string(${of}, '$.${path}')`, athena: `json_extract_scalar(${of}, '$.${path}')` };
}

/** A whole number in the body; NULL where there is none. */
export function whole(path: string, of = 'r.body'): Sql {
  return sql`TRY_CAST(${text(path, of)} AS bigint)`;
}

/** A number of any form in the body; NULL where there is none. */
export function real(path: string): Sql {
  return sql`TRY_CAST(${text(path)} AS double)`;
}

/** A truth value in the body; NULL where there is none. */
export function flag(path: string): Sql {
  return sql`(${text(path)} = 'true')`;
}

/** An object or array of the body as text; NULL where there is none. */
export function jsonText(path: string): Sql {
  return {
    duckdb: `CAST(json_extract(r.body, '$.${path}') AS varchar)`,
    athena: `json_format(json_extract(r.body, '$.${path}'))`,
  };
}

/** How many entries an array of the body has; NULL where there is none. */
export function length(path: string): Sql {
  return {
    duckdb: `CAST(json_array_length(r.body, '$.${path}') AS bigint)`,
    athena: `json_array_length(json_extract(r.body, '$.${path}'))`,
  };
}

/** Milliseconds since the Unix epoch as a timestamp in UTC. */
export function timeOf(ms: Sql): Sql {
  return {
    duckdb: `epoch_ms(${ms.duckdb})`,
    athena: `CAST(from_unixtime(${ms.athena} / 1e3) AS timestamp(3))`,
  };
}

/**
 * Each member of an object of counts in the body of `r`: where rows come from, and what name and count of a member are.
 *
 * In DuckDB the list is unfolded where rows are made: a join with `json_each` takes a hundred times as long.
 */
export function eachCount(path: string): { readonly from: Sql; readonly name: Sql; readonly count: Sql } {
  return {
    from: {
      duckdb: unfolded(`map_entries(TRY_CAST(json_extract(body, '$.${path}') AS MAP(varchar, bigint)))`, path),
      athena: `records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.${path}') AS map(varchar, bigint))) AS e(name, hits)`,
    },
    name: { duckdb: 'r.e.key', athena: 'e.name' },
    count: { duckdb: 'r.e.value', athena: 'e.hits' },
  };
}

/** Whether an object of counts in the body of `r` has a member of that name. */
export function isCounted(path: string, name: Sql): Sql {
  const counts = sql`TRY_CAST(json_extract(r.body, '$.${path}') AS map(varchar, bigint))`;
  return {
    duckdb: `map_extract_value(${counts.duckdb}, ${name.duckdb}) IS NOT NULL`,
    athena: `element_at(${counts.athena}, ${name.athena}) IS NOT NULL`,
  };
}

/** Each entry of an array in the body of `r`: where rows come from, and a text of an entry. */
export function eachEntry(path: string): { readonly from: Sql; readonly text: (name: string) => Sql } {
  return {
    from: {
      duckdb: unfolded(`CAST(json_extract(body, '$.${path}[*]') AS json[])`, path),
      athena: `records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.${path}') AS array(json))) AS e(entry)`,
    },
    text: (name) => ({
      duckdb: `json_extract_string(r.e, '$.${name}')`,
      athena: `json_extract_scalar(e.entry, '$.${name}')`,
    }),
  };
}

function unfolded(list: string, path: string): string {
  return `(SELECT *, unnest(${list}) AS e FROM records WHERE json_extract(body, '$.${path}') IS NOT NULL) r`;
}
