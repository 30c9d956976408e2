/** What a `Bash(…)` rule matches: one line, what starts with words, or a text with `*` for anything. */
export type CommandRule =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pieces: readonly string[] };

const PREFIX_END = ':*';

/** Reads the content of a `Bash(…)` rule. Only `:*` at its end is syntax, and `*`; all else is literal. */
export function readCommandRule(content: string): CommandRule {
  const text = content.trim().replace(/\s+/g, ' ');
  if (text.endsWith(PREFIX_END)) return { kind: 'prefix', text: text.slice(0, -PREFIX_END.length) };
  const pieces = piecesOf(text);
  return pieces.length === 1 ? { kind: 'exact', text: pieces[0] ?? '' } : { kind: 'pattern', pieces };
}

/** Whether a rule matches a command's text. Never throws, and is linear in the text for each piece of the rule. */
export function matchesCommand(rule: CommandRule, written: string): boolean {
  const text = written.trim().replace(/[ \t]+/g, ' ');
  switch (rule.kind) {
    case 'exact':
      return text === rule.text;
    case 'prefix':
      return text === rule.text || text.startsWith(`${rule.text} `);
    case 'pattern':
      return matchesPieces(rule.pieces, text) || isBarePrefix(rule.pieces, text);
  }
}

/** `curl *` means `curl` alone too, if that is the only star. */
function isBarePrefix(pieces: readonly string[], text: string): boolean {
  const [first = '', last] = pieces;
  return pieces.length === 2 && last === '' && first.endsWith(' ') && text === first.slice(0, -1);
}

/** Whether a text is these pieces in their order, with anything between them. */
export function matchesPieces(pieces: readonly string[], text: string): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return at <= end;
}

/** The texts between the stars. A star behind a backslash is itself. */
function piecesOf(text: string): readonly string[] {
  const pieces = [''];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (sign === '*') pieces.push('');
    else if (sign === '\\' && text[at + 1] === '*') {
      at += 1;
      pieces[pieces.length - 1] += '\\*';
    } else pieces[pieces.length - 1] += sign;
  }
  return pieces;
}
