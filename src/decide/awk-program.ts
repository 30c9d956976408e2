import { MARK } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Whether an awk program runs other programs or opens files by itself: `system`, `getline`, pipes, redirected output. */
export function awkRunsPrograms(program: ShellWord): boolean {
  const { text } = program;
  if (MARK.test(text)) return true;
  const code = withoutLiterals(text);
  if (/\b(?:system|getline|ENVIRON|ARGV|ARGC|@load|extension)\b|@\w/.test(code)) return true;
  if (/(?<!\|)\|(?!\|)/.test(code)) return true;
  return /\bprintf?\b[^;}\n]*>/.test(code);
}

/** The program without its strings, regular expressions and comments: what is left is what it does. */
function withoutLiterals(text: string): string {
  let code = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') at = endOfLiteral(text, at, '"');
    else if (character === '/' && startsRegExp(code)) at = endOfLiteral(text, at, '/');
    else if (character === '#') {
      const end = text.indexOf('\n', at);
      if (end < 0) break;
      at = end;
      code += '\n';
      continue;
    } else {
      code += character;
      continue;
    }
    code += '_';
  }
  return code;
}

function endOfLiteral(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote || text[at] === '\n') return at;
  }
  return text.length;
}

/** A slash is a division only after a value. After a blank and a value it is taken for one: what follows stays visible. */
function startsRegExp(before: string): boolean {
  const last = before.trimEnd().at(-1);
  return last === undefined || '({,;!~&|}\n?:='.includes(last);
}
