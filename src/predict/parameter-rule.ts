import type { Json, JsonObject } from '../core/json.ts';
import type { ClientRule } from './client-rule.ts';
import { matchesPieces } from './command-rule.ts';

/** Fields that rules speak of in their own language, never as `field:value`. */
const OWN_LANGUAGE = new Set(['command', 'file_path', 'notebook_path', 'url']);

/**
 * The first deny or ask rule of the form `Tool(field:value)` that a call fulfils, or null. Only fields with one plain
 * value count; a `*` stands for anything in it; in allow rules the client does not know the form.
 */
export function parameterRule(rules: readonly ClientRule[], tool: string, input: JsonObject): ClientRule | null {
  return (
    rules.find((rule) => {
      if (rule.kind !== 'content' || rule.tool !== tool) return false;
      const colon = rule.content.indexOf(':');
      const field = rule.content.slice(0, Math.max(0, colon));
      if (OWN_LANGUAGE.has(field) || !Object.hasOwn(input, field)) return false;
      const value = plainText(input[field]);
      const wanted = rule.content.slice(colon + 1).split('*');
      return value !== null && (wanted.length === 1 ? value === wanted[0] : matchesPieces(wanted, value));
    }) ?? null
  );
}

function plainText(value: Json | undefined): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
