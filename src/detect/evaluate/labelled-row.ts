import { isJsonObject, stringField } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';

/** One text of a body of labelled data, as a line of it says. */
export interface LabelledRow {
  readonly id: string;
  readonly text: string;
  /** What must be found in it, or that nothing must: `secret`, `none`, `benign` and so on. */
  readonly label: string;
  /** What kind of it, in the words of the data's makers. */
  readonly kind: string;
  readonly path: string | null;
  readonly note: string | null;
  readonly spans: readonly LabelledSpan[];
}

/** What lies where; half-open, in UTF-16 code units. */
export interface LabelledSpan {
  readonly type: string;
  readonly startUtf16: number;
  readonly endUtf16: number;
}

/** Reads one line: a JSON object with `text` or `command`, and `label`. A string says what is wrong with it, and quotes nothing of it. */
export function readLabelledRow(line: string): LabelledRow | string {
  const row = parsed(line);
  if (!isJsonObject(row)) return 'it is no JSON object';
  const text = stringField(row, 'text') ?? stringField(row, 'command');
  if (text === null) return 'it has neither `text` nor `command`';
  const label = stringField(row, 'label');
  if (label === null) return 'it has no `label`';
  const spans = readSpans(row['spans'], text);
  if (spans === null) return 'its `spans` are not ranges of its text with a type';
  return {
    id: stringField(row, 'id') ?? '',
    text,
    label,
    kind: stringField(row, 'kind') ?? 'unknown',
    path: stringField(row, 'path'),
    note: stringField(row, 'note'),
    spans,
  };
}

function readSpans(spans: unknown, text: string): readonly LabelledSpan[] | null {
  if (spans === undefined || spans === null) return [];
  if (!Array.isArray(spans)) return null;
  const read = spans.map((span: unknown) => (isJsonObject(span) ? readSpan(span, text) : null));
  return read.includes(null) ? null : read.filter((span) => span !== null);
}

function readSpan(span: JsonObject, text: string): LabelledSpan | null {
  const type = stringField(span, 'type');
  const { start, end } = span;
  if (type === null || typeof start !== 'number' || typeof end !== 'number') return null;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start >= end) return null;
  // Some makers of data count characters, others code units: the value that the span quotes tells which.
  const value = stringField(span, 'value');
  const isInCharacters = value !== null && text.slice(start, end) !== value;
  const [startUtf16, endUtf16] = isInCharacters ? [unitsOf(text, start), unitsOf(text, end)] : [start, end];
  if (endUtf16 > text.length || (value !== null && text.slice(startUtf16, endUtf16) !== value)) return null;
  return { type, startUtf16, endUtf16 };
}

function unitsOf(text: string, characters: number): number {
  let units = 0;
  for (let seen = 0; seen < characters && units < text.length; seen += 1)
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  return units;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
