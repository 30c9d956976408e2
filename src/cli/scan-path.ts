import type { ScannerParts, SourceKind } from '../detect/index.ts';

/** What stands in a printed path for a part of it that is found itself. */
const LEFT_OUT = '[...]';

/** A path without what a scan finds in the path itself: reports hold nothing of what was found. */
export function pathWithoutFindings(path: string, scanner: ScannerParts, source: SourceKind): string {
  const parts: string[] = [];
  let shown = 0;
  for (const { startUtf16, endUtf16 } of scanner.scanText(path.toWellFormed(), { source, path: null })) {
    if (startUtf16 >= shown) parts.push(path.slice(shown, startUtf16), LEFT_OUT);
    shown = Math.max(shown, endUtf16);
  }
  return `${parts.join('')}${path.slice(shown)}`;
}
