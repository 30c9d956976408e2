import type { PDFPageProxy } from './pdf-library.ts';
import { OPS } from './pdf-library.ts';

/** What one page draws. */
export interface DrawnPage {
  /** In the order of drawing; touching pieces are joined, lines broken. Only what lies on the page. */
  readonly text: string;
  /** All letters that are drawn, where some lie beside the page; else empty. */
  readonly beside: string;
  /** Whether something was drawn that can show text and has no letters. */
  readonly hasUnread: boolean;
}

/** More bends than rules, frames and plots have: a dozen letters drawn as lines have more. */
const MOST_BENDS = 200;
/** As the library packs them: a path is numbers, each of these followed by its coordinates. */
const PATH_STEPS: Readonly<Record<number, { readonly length: number; readonly isBend: boolean }>> = {
  0: { length: 3, isBend: false },
  1: { length: 3, isBend: false },
  2: { length: 7, isBend: true },
  3: { length: 5, isBend: true },
  4: { length: 1, isBend: false },
};
const PICTURES: ReadonlySet<number> = new Set(
  Object.entries(OPS)
    .filter(([name]) => /^paint.*Image|shadingFill|InlineImage/.test(name))
    .map(([, code]) => code),
);

/** @throws whatever the library throws for a damaged page. */
export async function drawnPage(page: PDFPageProxy): Promise<DrawnPage> {
  const { items } = await page.getTextContent({ disableNormalization: true, includeMarkedContent: false });
  const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  const { fnArray, argsArray } = await page.getOperatorList({ intent: 'any' });
  const letters: string[] = [];
  let bends = 0;
  let hasUnread = false;
  for (const [index, code] of fnArray.entries()) {
    const given = argsArray[index] as readonly unknown[] | null;
    if (code === OPS.showText) letters.push(lettersOf(given?.[0]));
    else if (code === OPS.moveText || code === OPS.nextLine || code === OPS.beginText) letters.push(lineBreak(given));
    else if (code === OPS.constructPath) bends += bendsOf(given?.[1]);
    else if (code === OPS.setFont) hasUnread ||= !tellsLetters(page, given?.[0]);
    else if (PICTURES.has(code) || isPattern(code, given) || mayReadOtherwise(code, given)) hasUnread = true;
  }
  const all = letters.join('').replace(/\n{2,}/g, '\n');
  const isAllShown = withoutBlanks(all).length <= withoutBlanks(text).length;
  return { text, beside: isAllShown ? '' : all, hasUnread: hasUnread || bends > MOST_BENDS };
}

function lettersOf(glyphs: unknown): string {
  if (!Array.isArray(glyphs)) return '';
  return glyphs.map((glyph: unknown) => (hasUnicode(glyph) ? glyph.unicode : '')).join('');
}

function hasUnicode(glyph: unknown): glyph is { readonly unicode: string } {
  return typeof glyph === 'object' && glyph !== null && 'unicode' in glyph && typeof glyph.unicode === 'string';
}

/** A move along a line may be one within a word. */
function lineBreak(given: readonly unknown[] | null): string {
  return given?.[1] === 0 ? '' : '\n';
}

function bendsOf(paths: unknown): number {
  let bends = 0;
  for (const path of Array.isArray(paths) ? (paths as unknown[]) : []) {
    if (!(path instanceof Float32Array)) continue;
    for (let at = 0; at < path.length;) {
      const step = PATH_STEPS[path[at] ?? -1];
      if (step === undefined) return MOST_BENDS + 1;
      bends += step.isBend ? 1 : 0;
      at += step.length;
    }
  }
  return bends;
}

/** A font whose glyphs are drawings, or whose codes are said to be letters by nothing in the file, tells none. */
function tellsLetters(page: PDFPageProxy, name: unknown): boolean {
  if (typeof name !== 'string' || !page.commonObjs.has(name)) return false;
  const font: unknown = page.commonObjs.get(name);
  if (typeof font !== 'object' || font === null) return false;
  const { isType3Font, toUnicode } = font as { isType3Font?: unknown; toUnicode?: unknown };
  return isType3Font !== true && !(typeof toUnicode === 'object' && toUnicode !== null && 'firstChar' in toUnicode);
}

function isPattern(code: number, given: readonly unknown[] | null): boolean {
  return (code === OPS.setFillColorN || code === OPS.setStrokeColorN) && given?.[0] === 'TilingPattern';
}

/** A span that is no part of the structure is one that says, in a property the library drops, how its letters are to be read. */
function mayReadOtherwise(code: number, given: readonly unknown[] | null): boolean {
  return code === OPS.beginMarkedContentProps && given?.[0] === 'Span' && typeof given[1] !== 'number';
}

function withoutBlanks(text: string): string {
  return text.replace(/\s+/g, '');
}
