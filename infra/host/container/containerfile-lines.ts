/** An instruction in one line, without its comments, as `KEYWORD REST`. */
export interface Instruction {
  /** Of its first line, from 1. */
  readonly lineNumber: number;
  /** In capitals. */
  readonly keyword: string;
  readonly rest: string;
}

/** The instructions of a file, or why it cannot be told what they are. */
export type ReadLines =
  { readonly ok: true; readonly instructions: readonly Instruction[] } | { readonly ok: false; readonly why: string };

/**
 * Cuts a Containerfile into instructions. What engines of several ages read differently is refused: another sign for the end of a line,
 * heredocs, control signs.
 */
export function instructionsOf(text: string): ReadLines {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const escape = lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('#')),
    )
    .find((line) => ESCAPE.test(line));
  if (escape !== undefined) return refused(1, 'write its lines with `\\`, without `# escape=`');
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (isEmpty(lines[at])) continue;
    const lineNumber = at + 1;
    let whole = lines[at] ?? '';
    while (CONTINUES.test(whole) && at + 1 < lines.length) {
      at += 1;
      if (!isEmpty(lines[at])) whole = whole.replace(CONTINUES, '') + (lines[at] ?? '');
    }
    if (/[\p{Cc}\u2028\u2029]/u.test(whole.replaceAll('\t', ' ')))
      return refused(lineNumber, 'it holds a control sign');
    const match = /^([A-Za-z]+)[ \t]+(\S.*)$/u.exec(whole.trim());
    const [, keyword = '', rest = ''] = match ?? [];
    if (match === null) return refused(lineNumber, 'it is no instruction with something behind it');
    if (CONTINUES.test(rest)) return refused(lineNumber, 'it ends with a backslash and nothing follows');
    if (/(?<!<)<{2}(?!<)/.test(rest)) return refused(lineNumber, 'heredocs are not looked at; put it into a script');
    instructions.push({ lineNumber, keyword: keyword.toUpperCase(), rest });
  }
  return instructions.length > 0 ? { ok: true, instructions } : refused(1, 'it holds no instruction');
}

const ESCAPE = /^#\s*escape\s*=\s*[^\s\\]/i;

const CONTINUES = /\\[ \t]*$/;

function isEmpty(line = ''): boolean {
  return /^\s*(?:#|$)/.test(line);
}

function refused(lineNumber: number, why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why: `line ${lineNumber} of the file to build: ${why}` };
}
