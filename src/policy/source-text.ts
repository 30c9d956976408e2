/** A policy text as written, and where its lines begin. */
export interface SourceText {
  /** Without a byte order mark. */
  readonly text: string;
  /** Line and column, both counted from 1, of a UTF-16 offset. */
  positionOf(offset: number): { readonly line: number; readonly column: number };
  /** The text of a line counted from 1, without its line end; empty past the end. */
  lineAt(line: number): string;
}

/** Cuts a byte order mark off and finds the lines, which end in `\n` or `\r\n`. */
export function sourceText(written: string): SourceText {
  const text = written.startsWith('\uFEFF') ? written.slice(1) : written;
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    text,
    positionOf(offset) {
      const bounded = Math.min(Math.max(offset, 0), text.length);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= bounded) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: bounded - (starts[low] ?? 0) + 1 };
    },
    lineAt(line) {
      const start = starts[line - 1];
      if (start === undefined) return '';
      return text.slice(start, starts[line] ?? text.length).replace(/\r?\n$/, '');
    },
  };
}
