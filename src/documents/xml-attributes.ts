import { localName } from './xml-names.ts';

/** Attributes that hold what a person wrote, by their names without prefix. */
const WRITTEN = new Set(
  ['descr', 'title', 'alt', 'author', 'initials', 'prompt', 'promptTitle', 'error', 'errorTitle', 'tooltip', 'display']
    .concat(['displayText', 'formatCode', 'string', 'string-value', 'formula', 'instr', 'caption', 'help', 'label'])
    .concat([
      'placeholder',
      'name',
      'alias',
      'userName',
      'refreshedBy',
      'href',
      'location',
      'description',
      'display-name',
      'summary',
    ]),
);
/** Elements whose `val` is such text. */
const WRITTEN_VALUES = new Set(
  [
    'alias',
    'tag',
    'docVar',
    'default',
    'placeholder',
    'lvlText',
    'statusText',
    'helpText',
    'listItem',
    'format',
  ].concat(['category', 'comments', 'result']),
);
/** Attributes in which long values are the format's own: fonts, shapes, types, styles. */
const FORMAT = new Set(
  ['typeface', 'panose', 'ascii', 'hAnsi', 'cs', 'eastAsia', 'Requires', 'Ignorable', 'ProcessContent', 'Type', 'style']
    .concat([
      'ContentType',
      'PartName',
      'path',
      'd',
      'points',
      'viewBox',
      'sqref',
      'ref',
      'spans',
      'uri',
      'schemaLocation',
    ])
    .concat([
      'enhanced-path',
      'font-family',
      'font-family-asian',
      'font-family-complex',
      'font-name',
      'adj',
      'formulas',
    ])
    .concat([
      'gfxdata',
      'rFonts',
      'targetNamespace',
      'namespaceuri',
      'Algorithm',
      'full-path',
      'media-type',
      'version',
    ]),
);
/** Elements that name fonts and styles, of which every file repeats hundreds. */
const NAMES_OF_STYLES = new Set(
  ['lsdException', 'clrScheme', 'fontScheme', 'fmtScheme', 'font', 'font-face', 'name', 'style', 'list-style']
    .concat(['page-layout', 'default-style', 'date-style', 'number-style', 'outline-style', 'gradient', 'marker'])
    .concat(['master-page', 'config-item', 'config-item-set', 'config-item-map-indexed', 'config-item-map-named'])
    .concat(['text-properties', 'table-cell-properties', 'paragraph-properties', 'rFonts', 'cellStyle']),
);
/** Longer than any word of a format that is not listed above. */
const LONGEST_WORD = 40;

/** The values among the attributes of an element that hold text: by name, or because they read like it; no names of styles. */
export function writtenAttributes(element: string, attributes: Readonly<Record<string, string>>): readonly string[] {
  if (NAMES_OF_STYLES.has(element)) return [];
  const found: string[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (value === '' || key.startsWith('xmlns')) continue;
    const name = localName(key);
    if (isWritten(element, name, attributes) || (!FORMAT.has(name) && readsLikeText(value))) found.push(value);
  }
  return found;
}

function isWritten(element: string, name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (name === 'Target') return attributes['TargetMode'] === 'External';
  if (name === 'val' || name === 'value') return WRITTEN_VALUES.has(element);
  return WRITTEN.has(name);
}

function readsLikeText(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- what is beyond ASCII is no keyword
  if (/[^\x00-\x7f]|@/.test(value)) return true;
  if (/^(?:https?:\/\/schemas\.|urn:|\{[0-9A-Fa-f-]{36}\})/.test(value)) return false;
  return value.length > LONGEST_WORD || /[A-Za-z]\S*\s+\S*[A-Za-z]/.test(value.slice(0, LONGEST_WORD));
}
