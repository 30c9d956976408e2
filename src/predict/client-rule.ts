/**
 * One rule of the settings, as the client takes it: for every call of a tool, for calls with a certain content, or not
 * at all. `text` is the settings' own.
 */
export type ClientRule =
  | { readonly kind: 'tool'; readonly tool: string; readonly text: string }
  | { readonly kind: 'content'; readonly tool: string; readonly content: string; readonly text: string }
  | { readonly kind: 'skipped'; readonly tool: null; readonly text: string; readonly why: string };

/** Tools whose rules may be written in lower case: those of MCP servers. */
const MCP_PREFIX = 'mcp__';
/** Means every tool, in lists that deny and ask. */
export const EVERY_TOOL = '*';

/** Reads one rule text. Never throws; what the client leaves out at its start is `skipped`, and says why. */
export function readClientRule(text: string): ClientRule {
  const skipped = (why: string): ClientRule => ({ kind: 'skipped', tool: null, text, why });
  if (text.trim() === '') return skipped('the rule is empty');
  if (text === EVERY_TOOL) return { kind: 'tool', tool: EVERY_TOOL, text };
  if (!text.startsWith(MCP_PREFIX) && !/^\p{Lu}/u.test(text))
    return skipped('the name of a tool starts with an upper-case letter');
  const open = unescapedIndex(text, '(');
  if (open === -1) return { kind: 'tool', tool: text, text };
  const close = lastUnescapedIndex(text, ')');
  if (close !== text.length - 1 || close < open) return skipped('its parentheses do not close at the end');
  const tool = text.slice(0, open);
  const content = unescaped(text.slice(open + 1, close));
  if (tool.startsWith(MCP_PREFIX)) return skipped('rules on tools of MCP servers take no parentheses');
  if (content.trim() === '') return skipped('there is nothing between its parentheses');
  if (content === '*') return { kind: 'tool', tool, text };
  return { kind: 'content', tool, content, text };
}

function unescapedIndex(text: string, sign: string): number {
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) if (!isEscaped(text, at)) return at;
  return -1;
}

function lastUnescapedIndex(text: string, sign: string): number {
  for (let at = text.lastIndexOf(sign); at > -1; at = at === 0 ? -1 : text.lastIndexOf(sign, at - 1))
    if (!isEscaped(text, at)) return at;
  return -1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

function unescaped(text: string): string {
  return text.replace(/\\([()\\])/g, '$1');
}
