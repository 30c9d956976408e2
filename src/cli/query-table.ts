import type { Json } from '../core/json.ts';
import { shownLine } from './shown-line.ts';

/** Widest cell of a table, in characters. What is longer is cut, and is whole with `--json`. */
const MAX_CELL_WIDTH = 60;

/**
 * Rows for people: a table where it fits, else a block for each row. Values come from agents and the internet, so nothing of
 * them reaches the terminal but plain characters.
 *
 * @param width columns of the terminal.
 */
export function queryTable(columns: readonly string[], rows: readonly (readonly Json[])[], width: number): string {
  if (rows.length === 0) return 'no rows\n';
  const heads = columns.map(shownLine);
  const cells = rows.map((row) => row.map(shownCell));
  const widths = heads.map((head, nth) =>
    Math.max(head.length, ...cells.map((row) => Math.min(MAX_CELL_WIDTH, row[nth]?.length ?? 0))),
  );
  const isNumber = columns.map((_, nth) => rows.every((row) => row[nth] === null || typeof row[nth] === 'number'));
  if (widths.reduce((sum, one) => sum + one + 2, -2) > width) return blocks(heads, cells);
  const line = (words: readonly string[]): string =>
    words
      .map((word, nth) => {
        const at = widths[nth] ?? 0;
        const shown = word.length > at ? `${word.slice(0, at - 1)}…` : word;
        return isNumber[nth] === true ? shown.padStart(at) : shown.padEnd(at);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((one) => '-'.repeat(one)).join('  ');
  return `${[line(heads), rule, ...cells.map(line)].join('\n')}\n`;
}

/** One value as a word of a table; `-` for none. */
function shownCell(value: Json | undefined): string {
  if (value === null || value === undefined) return '-';
  return shownLine(typeof value === 'string' ? value : JSON.stringify(value));
}

function blocks(heads: readonly string[], cells: readonly (readonly string[])[]): string {
  const at = Math.max(...heads.map((head) => head.length));
  return cells
    .map((row, nth) => {
      const lines = row.flatMap((word, column) =>
        word === '-' ? [] : [`  ${(heads[column] ?? '').padEnd(at)}  ${word}`],
      );
      return `row ${nth + 1}\n${lines.join('\n')}\n`;
    })
    .join('');
}

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A line of comma-separated values (RFC 4180) without its end. Text that a spreadsheet would run gets an apostrophe in front. */
export function csvLine(row: readonly Json[]): string {
  return row.map(csvCell).join(',');
}

function csvCell(value: Json): string {
  if (value === null) return '';
  if (typeof value !== 'string') return typeof value === 'object' ? csvCell(JSON.stringify(value)) : String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
