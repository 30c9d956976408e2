import type { Paragraphs, Showing } from './paragraphs.ts';
import { localName } from './xml-names.ts';
import type { XmlScene } from './xml-text.ts';

/** Word, Excel and PowerPoint; the OpenDocument formats; any other XML. */
export type XmlDialect = 'office' | 'open-document';

/** The elements of a part as they come, as what they mean for its text. */
export interface Marks {
  open(element: string, attributes: Readonly<Record<string, string>>): void;
  close(element: string): void;
  readonly text: (text: string) => void;
}

interface Frame {
  readonly element: string;
  showing: Showing;
}

const PARAGRAPHS: Readonly<Record<XmlDialect, ReadonlySet<string>>> = {
  office: new Set(['p', 'si', 'is']),
  'open-document': new Set(['p', 'h']),
};
const ROWS = new Set(['tr', 'row', 'table-row']);
/** Notes and boxes that stand within a paragraph and are none of its text. */
const APART = new Set([
  'annotation',
  'note',
  'txbxContent',
  'textbox',
  'text-box',
  'comment',
  'object',
  'drawing',
  'pict',
]);
/** Text that is not shown: deleted, moved away, the code of a field, a reading aid, the second form of a drawing. */
const NOT_SHOWN = new Set(['del', 'moveFrom', 'rPh', 'rt', 'Fallback', 'ruby-text']);
const INSERTED = new Set(['ins', 'moveTo']);
const HIDDEN = new Set(['vanish', 'webHidden', 'specVanish']);
/** Elements in which blanks alone are text; between others they only indent. */
const BLANKS_COUNT = new Set(['t', 'delText', 'instrText', 'v']);
/** `text:s` can ask for any number of blanks. */
const MOST_BLANKS = 64;

export function markedUp(scene: XmlScene, flow: Paragraphs, aside: (text: string) => void): Marks {
  const frames: Frame[] = [];
  let pending = '';
  let cellType: string | undefined;
  const isParagraph = (element: string): boolean =>
    PARAGRAPHS[scene.dialect].has(element) ||
    // The text of a cell's comment is built of runs as a paragraph is.
    (scene.dialect === 'office' && element === 'text' && frames.at(-1)?.element === 'comment');

  const flush = (): void => {
    if (pending === '') return;
    const text = pending;
    pending = '';
    const frame = frames.at(-1);
    if (frame === undefined) return;
    if (frame.element === 'v') return flow.put(valueOf(text, cellType, scene), frame.showing);
    if (frame.element === 'f') return aside(text);
    if (scene.dialect === 'open-document') return flow.put(text.replace(/[ \t\r\n]+/g, ' '), frame.showing);
    if (text.trim() === '' && !BLANKS_COUNT.has(frame.element)) return;
    // What a paragraph shows stands in one element alone; text in any other is passed over by those who show it.
    const isShown = frame.element === 't' || !flow.isInParagraph();
    flow.put(text, isShown ? frame.showing : 'other');
  };

  return {
    open(element, attributes) {
      flush();
      const around = frames.at(-1);
      if (isParagraph(element)) flow.openParagraph();
      if (APART.has(element)) flow.openApart();
      if (ROWS.has(element)) flow.openRow();
      if (element === 'c') cellType = attributes['t'];
      if (HIDDEN.has(element) && isOn(attributes) && around?.element === 'rPr') hideRun(frames);
      const sign = flow.isInParagraph() ? signOf(element, attributes, around?.element) : '';
      if (sign !== '') flow.put(sign, around?.showing ?? 'both');
      frames.push({ element, showing: showingOf(element, around?.showing ?? 'both') });
    },
    close(element) {
      flush();
      frames.pop();
      if (isParagraph(element)) flow.closeParagraph(element === 'si');
      if (APART.has(element)) flow.closeApart();
      if (ROWS.has(element)) flow.closeRow();
      if (element === 'c') cellType = undefined;
    },
    text: (text) => {
      pending += text;
    },
  };
}

function showingOf(element: string, around: Showing): Showing {
  if (NOT_SHOWN.has(element)) return 'other';
  return INSERTED.has(element) && around === 'both' ? 'shown' : around;
}

/** Properties stand in front of the text of their run. */
function hideRun(frames: readonly Frame[]): void {
  const run = frames.at(-2);
  if (run?.element !== 'r') return;
  for (const frame of frames.slice(-2)) frame.showing = 'other';
}

function isOn(attributes: Readonly<Record<string, string>>): boolean {
  return !/^(?:0|false|off)$/.test(attributeOf(attributes, 'val') ?? '1');
}

/** An attribute by its name without prefix. */
function attributeOf(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(attributes).find(([key]) => localName(key) === name)?.[1];
}

/** What an element without text stands for. */
function signOf(element: string, attributes: Readonly<Record<string, string>>, around: string | undefined): string {
  switch (element) {
    case 'tab':
    case 'ptab':
      // The stops of a paragraph's tabs have the same name.
      return around === 'tabs' ? '' : '\t';
    case 'br':
    case 'cr':
    case 'line-break':
      return '\n';
    case 's':
      return ' '.repeat(Math.min(Math.max(Number(attributeOf(attributes, 'c') ?? 1) || 1, 1), MOST_BLANKS));
    case 'noBreakHyphen':
      return '-';
    case 'sym':
      return symbolOf(attributeOf(attributes, 'char') ?? '');
    default:
      return '';
  }
}

/** Fonts of symbols have their signs at F000 and up; the low byte is the letter that an ordinary font shows. */
function symbolOf(hex: string): string {
  if (!/^[0-9A-Fa-f]{1,4}$/.test(hex)) return '';
  const code = Number.parseInt(hex, 16);
  return String.fromCharCode(code >= 0xf000 && code <= 0xf0ff ? code & 0xff : code);
}

function valueOf(text: string, cellType: string | undefined, { sharedString }: XmlScene): string {
  if (cellType === 's') return sharedString(Number(text)) ?? text;
  // A card number of 16 digits may be stored as 4.111111111111111E15.
  const isPower = /^-?\d(?:\.\d{1,20})?[eE]\+?\d{1,2}$/.test(text.trim());
  const value = Number(text);
  return isPower && Number.isSafeInteger(value) ? String(value) : text;
}
