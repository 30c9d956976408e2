import { StateFolder } from '../core/error.ts';
import { isJsonObject } from '../core/json.ts';
import type { Json } from '../core/json.ts';
import { USAGE_HOLDERS } from '../core/usage.ts';
import type { UsageKey } from './usage-counts.ts';

/** What one line of the file of usage says. */
export type UsageLine =
  /** Tokens of one key in a day of UTC, in days since the Unix epoch. */
  | { readonly event: 'day'; readonly day: number; readonly key: UsageKey; readonly tokens: number }
  /** A request was let in. */
  | {
      readonly event: 'request';
      readonly id: number;
      /** Milliseconds since the Unix epoch. */
      readonly atMs: number;
      readonly keys: readonly UsageKey[];
      readonly tokensIfLost: number;
    }
  /** How many tokens it was. */
  | { readonly event: 'settled'; readonly id: number; readonly atMs: number; readonly tokens: number };

/** A line without its end. */
export function usageLineText(line: UsageLine): string {
  return JSON.stringify(line);
}

/**
 * Reads the lines of a file. A last line without an end is what a crash left of it and counts as not written.
 *
 * @throws {StateFolder} where another line is none of ours: counts that were tampered with are not guessed at.
 */
export function parseUsageLines(text: string, path: string): readonly UsageLine[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const parsed = parseLine(line);
      if (parsed !== null) return parsed;
      throw new StateFolder(`line ${index + 1} of \`${path}\` is damaged`, {
        hint: 'delete the file; what was used today is then counted anew',
      });
    });
}

function parseLine(text: string): UsageLine | null {
  const value = parseJson(text);
  if (!isJsonObject(value)) return null;
  const { event, day, key, tokens, id, atMs, keys, tokensIfLost } = value;
  if (event === 'day') {
    return isCount(day) && isKey(key) && isCount(tokens) ? { event, day, key, tokens } : null;
  }
  if (!isCount(id) || !isCount(atMs)) return null;
  if (event === 'settled') return isCount(tokens) ? { event, id, atMs, tokens } : null;
  if (event !== 'request' || !isCount(tokensIfLost)) return null;
  return Array.isArray(keys) && keys.every(isKey) ? { event, id, atMs, keys, tokensIfLost } : null;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isKey(value: Json | undefined): value is UsageKey {
  return typeof value === 'string' && USAGE_HOLDERS.some((holder) => value.startsWith(`${holder}:`));
}
