import { isJsonObject } from '../../core/json.ts';
import type { Json } from '../../core/json.ts';

/**
 * Writes a value as an XML property list, with the keys of each dictionary sorted.
 *
 * @throws {TypeError} for null, which a property list has no word for, and for characters that XML cannot hold.
 */
export function propertyList(value: Json): string {
  const head =
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';
  return `${head}<plist version="1.0">\n${element(value, '')}</plist>\n`;
}

function element(value: Json, indent: string): string {
  if (value === null) throw new TypeError('a property list holds no null');
  if (typeof value === 'boolean') return `${indent}<${String(value)}/>\n`;
  if (typeof value === 'number')
    return `${indent}${Number.isInteger(value) ? `<integer>${value}</integer>` : `<real>${value}</real>`}\n`;
  if (typeof value === 'string') return `${indent}<string>${escaped(value)}</string>\n`;
  const inner = `${indent}\t`;
  if (!isJsonObject(value)) {
    if (value.length === 0) return `${indent}<array/>\n`;
    return `${indent}<array>\n${value.map((one) => element(one, inner)).join('')}${indent}</array>\n`;
  }
  const keys = Object.keys(value).sort();
  if (keys.length === 0) return `${indent}<dict/>\n`;
  const members = keys.map((key) => `${inner}<key>${escaped(key)}</key>\n${element(value[key] ?? null, inner)}`);
  return `${indent}<dict>\n${members.join('')}${indent}</dict>\n`;
}

function escaped(text: string): string {
  // XML 1.0 section 2.2; a reader would refuse the whole profile, or drop the character from a rule.
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
    throw new TypeError('XML cannot hold this text');
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
