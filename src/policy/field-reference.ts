import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { alternatives, objectAt, policyJsonSchema } from './json-schema.ts';

/**
 * The reference of all fields of a policy as Markdown: one table row per field, from the schema alone. Rules that
 * several lists of one family hold alike are told with the first of them.
 */
export function fieldReference(): string {
  const rows = ['| field | values | default | meaning |', '| --- | --- | --- | --- |'];
  addFields(policyJsonSchema(), '', rows);
  return `${rows.join('\n')}\n`;
}

function addFields(schema: JsonObject, prefix: string, rows: string[]): void {
  let lastItems = '';
  for (const [name, field] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    if (!isJsonObject(field)) continue;
    const path = `${prefix}${name}`;
    const items = JSON.stringify(field['items'] ?? null);
    // The lists of one family mostly hold the same kind of rule: its fields are told once.
    const isSameAgain = objectAt(field, 'items')?.['type'] === 'object' && items === lastItems;
    lastItems = items;
    addRow(field, path, isRequired(schema, name), rows);
    if (!isSameAgain) addFields(objectAt(field, 'items') ?? {}, `${path}[].`, rows);
    for (const form of alternatives(objectAt(field, 'additionalProperties') ?? {})) {
      addFields(form, `${path}.NAME.`, rows);
    }
    addFields(field, `${path}.`, rows);
  }
}

function addRow(field: JsonObject, path: string, isNeeded: boolean, rows: string[]): void {
  const cells = [
    `\`${path}\``,
    valuesText(field),
    defaultText(field, isNeeded),
    stringField(field, 'description') ?? '',
  ];
  rows.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
}

function valuesText(field: JsonObject): string {
  const { enum: values, const: constant, type, minimum, maximum, minItems, maxItems, maxLength } = field;
  if (constant !== undefined) return `\`${plain(constant)}\``;
  if (Array.isArray(values)) return values.map((value) => `\`${plain(value)}\``).join(', ');
  if (type === 'integer' || type === 'number') return `${plain(minimum)} to ${plain(maximum)}`;
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'array') {
    const items = objectAt(field, 'items');
    const isRule = objectAt(items ?? {}, 'properties')?.['id'] !== undefined;
    const what = isRule
      ? 'rules'
      : items?.['type'] === 'object'
        ? 'mappings'
        : items?.['type'] === 'integer'
          ? 'numbers'
          : 'texts';
    return `${minItems === undefined ? 'up to' : `${plain(minItems)} to`} ${plain(maxItems)} ${what}`;
  }
  if (type === 'string') return maxLength === undefined ? 'text' : `text, up to ${plain(maxLength)} characters`;
  return 'mapping';
}

function defaultText(field: JsonObject, isNeeded: boolean): string {
  if (isNeeded) return 'required';
  const value = field['default'];
  return value === undefined || typeof value === 'object' ? '' : `\`${plain(value)}\``;
}

function plain(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function isRequired(schema: JsonObject, name: string): boolean {
  return Array.isArray(schema['required']) && schema['required'].includes(name);
}
