import { isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { restoreText } from './restore-text.ts';
import type { TokenLookup } from './token-space.ts';

type Container = readonly Json[] | JsonObject;
type Made = Json[] | Record<string, Json>;

/**
 * A copy of the value with tokens restored in all its strings and keys. Of keys that have become the same the last one
 * stays, as it does when JSON is parsed. Without recursion, so any depth does; linear in the value.
 */
export function restoreJson(value: Json, lookup: TokenLookup): Json {
  const open: { readonly from: Container; readonly to: Made }[] = [];
  const copied = (from: Json): Json => {
    if (typeof from === 'string') return restoreText(from, lookup);
    if (from === null || typeof from !== 'object') return from;
    const to: Made = isJsonObject(from) ? {} : [];
    open.push({ from, to });
    return to;
  };
  const top = copied(value);
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const [key, member] of Object.entries(next.from))
      // Defined, not assigned: a value may be called `__proto__`.
      Object.defineProperty(next.to, Array.isArray(next.to) ? key : restoreText(key, lookup), {
        value: copied(member),
        configurable: true,
        enumerable: true,
        writable: true,
      });
  return top;
}
