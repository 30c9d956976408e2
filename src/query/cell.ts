import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { Json } from '../core/json.ts';

/**
 * A value of a result as JSON has it. Whole numbers that JSON readers would round are text, as are decimals; moments are in
 * the form of RFC 3339.
 */
export function cellOf(value: DuckDBValue, type: DuckDBType | undefined): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  const text = value.toString();
  return type?.toString().startsWith('TIMESTAMP') === true ? momentOf(text) : text;
}

/** The database leaves out what is zero: `2026-11-22 01:40:12.5`. */
function momentOf(text: string): string {
  const found = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d+)?(?:[+-]00(?::00)?)?$/.exec(text);
  if (found === null) return text;
  const [, day = '', time = '', fraction = ''] = found;
  return `${day}T${time}.${fraction.slice(1).padEnd(3, '0').slice(0, 6)}Z`;
}
