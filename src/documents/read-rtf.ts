import { UnreadableDocument } from './document-text.ts';
import type { Reading } from './reading.ts';
import { rtfTokens } from './rtf-tokens.ts';

/** Groups that hold tables of the format, or the same data once more for other programs. */
const NO_TEXT = new Set(
  [
    'fonttbl',
    'colortbl',
    'stylesheet',
    'listtable',
    'listoverridetable',
    'rsidtbl',
    'themedata',
    'latentstyles',
  ].concat(['colorschememapping', 'datastore', 'xmlnstbl', 'filetbl', 'revtbl']),
);
/** Groups whose content is no letters: pictures, objects, fonts. */
const UNREAD = new Set(['pict', 'objdata', 'fontemb', 'fontfile', 'datafield']);
/** Groups that stand within a paragraph and are none of its text. */
const APART = new Set(
  ['footnote', 'annotation', 'atnid', 'atnauthor', 'fldinst', 'shp', 'shptxt', 'info', 'header', 'footer', 'bkmkstart']
    .concat([
      'bkmkend',
      'title',
      'subject',
      'author',
      'keywords',
      'doccomm',
      'operator',
      'company',
      'manager',
      'sv',
      'sn',
    ])
    .concat(['headerl', 'headerr', 'headerf', 'footerl', 'footerr', 'footerf', 'generator', 'userprops', 'nonshppict']),
);
const SIGNS: Readonly<Record<string, string>> = {
  par: '\n',
  line: '\n',
  page: '\n',
  sect: '\n',
  row: '\n',
  tab: '\t',
  cell: '\t',
  nestcell: '\t',
  nestrow: '\n',
  emdash: '\u2014',
  endash: '\u2013',
  lquote: '\u2018',
  rquote: '\u2019',
  ldblquote: '\u201c',
  rdblquote: '\u201d',
  bullet: '\u2022',
  '~': '\u00a0',
  _: '-',
};
const MAX_DEPTH = 512;

interface Group {
  /** Where its text goes. */
  readonly text: string[];
  readonly isSkipped: boolean;
  isHidden: boolean;
  /** How many characters stand in for a `\u` in readers that do not know it. */
  standIns: number;
  readonly apart: string[] | null;
}

/**
 * Reads an RTF file: its text, then hidden and deleted text, notes, fields, headers and properties.
 *
 * @throws {UnreadableDocument} where its groups do not close.
 */
export function readRtf(bytes: Uint8Array, reading: Reading): void {
  const main: string[] = [];
  const hidden: string[] = [];
  const asides: string[] = [];
  const groups: Group[] = [{ text: main, isSkipped: false, isHidden: false, standIns: 1, apart: null }];
  let toSkip = 0;

  const put = (text: string): void => {
    const group = groups.at(-1);
    if (group === undefined || group.isSkipped) return;
    const from = Math.min(toSkip, text.length);
    toSkip -= from;
    (group.isHidden ? hidden : group.text).push(text.slice(from));
  };
  const name = (word: string): void => {
    const group = groups.at(-1);
    if (group === undefined) return;
    if (UNREAD.has(word)) reading.leaveOut();
    if (UNREAD.has(word) || NO_TEXT.has(word)) groups[groups.length - 1] = { ...group, isSkipped: true };
    else if (APART.has(word) && group.apart === null) {
      const apart: string[] = [];
      groups[groups.length - 1] = { ...group, text: apart, apart };
    }
  };

  for (const token of rtfTokens(bytes)) {
    const group = groups.at(-1);
    if (group === undefined) break;
    switch (token.kind) {
      case 'open':
        if (groups.length > MAX_DEPTH) throw new UnreadableDocument('damaged');
        toSkip = 0;
        groups.push({ ...group, apart: null });
        break;
      case 'close':
        toSkip = 0;
        groups.pop();
        if (group.apart !== null) asides.push(group.apart.join(''));
        break;
      case 'text':
        put(token.text);
        break;
      case 'unicode':
        toSkip = 0;
        put(String.fromCharCode(token.code & 0xffff));
        toSkip = group.standIns;
        break;
      case 'binary':
        reading.leaveOut();
        break;
      case 'word':
        if (token.word === 'uc') group.standIns = Math.min(Math.max(token.value ?? 1, 0), 16);
        else if (token.word === 'v' || token.word === 'deleted') group.isHidden = token.value !== 0;
        else if (token.word === 'plain') group.isHidden = false;
        else if (SIGNS[token.word] !== undefined) put(SIGNS[token.word] ?? '');
        else name(token.word);
        break;
    }
  }
  if (groups.length !== 1) throw new UnreadableDocument('damaged');
  reading.add(main.join(''));
  reading.add(hidden.join(''));
  reading.addOnce(asides);
}
