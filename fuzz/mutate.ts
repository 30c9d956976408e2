import type { Draw } from './draw.ts';

/** What a change may draw on. */
export interface Stock {
  readonly words: readonly Uint8Array[];
  /** Other inputs, to take parts of. */
  other(): Uint8Array;
  readonly maxBytes: number;
}

type Change = (input: Buffer, draw: Draw, stock: Stock) => Buffer;

/** Most changes to an input at once. */
const MAX_CHANGES = 6;

/** An input that is changed in a few places, at most `maxBytes` long. */
export function mutated(input: Uint8Array, draw: Draw, stock: Stock): Uint8Array {
  let bytes: Buffer = Buffer.from(input);
  const changes = 1 + draw.below(MAX_CHANGES);
  for (let turn = 0; turn < changes; turn += 1) {
    const change = draw.of(CHANGES) ?? insertWord;
    bytes = change(bytes, draw, stock).subarray(0, stock.maxBytes);
  }
  if (bytes.length > USUAL_BYTES && !draw.oneIn(LONG_ONE_IN)) {
    const from = draw.below(bytes.length - USUAL_BYTES);
    bytes = Buffer.concat([bytes.subarray(0, HEAD_BYTES), bytes.subarray(from, from + USUAL_BYTES)]);
  }
  return draw.oneIn(GROWN_ONE_IN) ? grown(bytes, draw, stock) : bytes;
}

/** Most faults show in short inputs, which run faster: of most longer ones, a part is taken, behind their first bytes. */
const USUAL_BYTES = 6 * 1024;
const LONG_ONE_IN = 10;
const HEAD_BYTES = 4;

/** How seldom an input is made long. */
const GROWN_ONE_IN = 40;
/** Bytes that a short part is repeated to at most, but where the whole is made long. */
const REPEATED_BYTES = 8 * 1024;

/** The input again and again. */
function grown(bytes: Buffer, draw: Draw, { maxBytes }: Stock): Buffer {
  if (bytes.length === 0) return bytes;
  const size = Math.min(maxBytes, bytes.length * (2 + draw.below(200)));
  return Buffer.alloc(size, bytes);
}

const flipBit: Change = (input, draw) => {
  const at = draw.below(input.length);
  if (input.length > 0) input[at] = (input[at] ?? 0) ^ (1 << draw.below(8));
  return input;
};

const setByte: Change = (input, draw) => {
  if (input.length > 0) input[draw.below(input.length)] = draw.oneIn(2) ? draw.below(256) : 0x20 + draw.below(95);
  return input;
};

const insertWord: Change = (input, draw, { words }) => inserted(input, draw, draw.of(words) ?? new Uint8Array());

const writeWordOver: Change = (input, draw, { words }) => {
  const word = draw.of(words) ?? new Uint8Array();
  input.set(word.subarray(0, input.length), draw.below(Math.max(1, input.length - word.length + 1)));
  return input;
};

const cutOut: Change = (input, draw) => {
  const [from, to] = range(input, draw);
  return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
};

const cutShort: Change = (input, draw) => input.subarray(0, draw.below(input.length + 1));

const repeatPart: Change = (input, draw) => {
  const [from, to] = range(input, draw);
  const times = Math.min(1 + draw.below(200), Math.ceil(REPEATED_BYTES / Math.max(1, to - from)));
  return Buffer.concat([
    input.subarray(0, to),
    ...Array.from({ length: times }, () => input.subarray(from, to)),
    input.subarray(to),
  ]);
};

const spliceOther: Change = (input, draw, stock) => {
  const other = Buffer.from(stock.other());
  const [from, to] = range(other, draw);
  return inserted(input, draw, other.subarray(from, to));
};

const crossOver: Change = (input, draw, stock) => {
  const other = stock.other();
  return Buffer.concat([input.subarray(0, draw.below(input.length + 1)), other.subarray(draw.below(other.length + 1))]);
};

/** Bytes that end, break or disguise characters: overlong forms, surrogates, heads without a tail, marks, NUL. */
const BREAKERS: readonly Uint8Array[] = [
  [0x00],
  [0x80],
  [0xc0, 0xaf],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xed, 0xb0, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff],
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0xef, 0xbb, 0xbf],
  [0xe2, 0x80, 0x8b],
  [0xe2, 0x80, 0xae],
  [0xf3, 0xa0, 0x81, 0x81],
  [0xc2, 0xad],
  [0xc3, 0xa9],
].map((bytes) => Uint8Array.from(bytes));

const breakText: Change = (input, draw) => inserted(input, draw, draw.of(BREAKERS) ?? new Uint8Array());

const FILLERS: readonly string[] = [
  ' ',
  '\n',
  '\t',
  'a',
  'A',
  '0',
  '=',
  '"',
  "'",
  '\\',
  '-',
  '.',
  '/',
  '@',
  ':',
  '{',
  '[',
  '(',
  '$(',
  '`',
  '\0',
  'é',
  '\u{1f600}',
];

const insertRun: Change = (input, draw) => {
  const unit = Buffer.from(draw.of(FILLERS) ?? ' ');
  const bytes = draw.oneIn(8) ? REPEATED_BYTES * (1 + draw.below(8)) : 1 + draw.below(300);
  return inserted(input, draw, Buffer.alloc(bytes, unit));
};

const NESTINGS: readonly (readonly [string, string])[] = [
  ['[', ']'],
  ['{"a":', '}'],
  ['(', ')'],
  ['$(', ')'],
  ['`', '`'],
  ['"', '"'],
  ["bash -c '", "'"],
  ['<!--', '-->'],
  ['${', '}'],
];

const nest: Change = (input, draw) => {
  const [open, close] = draw.of(NESTINGS) ?? ['[', ']'];
  const depth = draw.oneIn(6) ? 1 + draw.below(3000) : 1 + draw.below(8);
  return Buffer.concat([Buffer.from(open.repeat(depth)), input, Buffer.from(draw.oneIn(3) ? '' : close.repeat(depth))]);
};

const encode: Change = (input, draw) => {
  const [from, to] = range(input, draw);
  const part = input.subarray(from, to);
  const forms = [
    () => part.toString('base64'),
    () => part.toString('hex'),
    () => JSON.stringify(part.toString('utf8')),
    () => encodeURIComponent(part.toString('latin1')),
    () => part.toString('utf8').toUpperCase(),
    () => part.toString('latin1').split('').toReversed().join(''),
    () => Buffer.from(part.toString('utf8'), 'utf16le').toString('latin1'),
  ];
  const text = (draw.of(forms) ?? forms[0])?.() ?? '';
  return Buffer.concat([input.subarray(0, from), Buffer.from(text, 'latin1'), input.subarray(to)]);
};

/** Whole, and with a byte order mark: what is read as UTF-16 is read as a whole. */
const asUtf16: Change = (input, draw) => {
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(input.toString('utf8'), 'utf16le')]);
  return draw.oneIn(2) ? wide : wide.swap16();
};

const NUMBERS: readonly string[] = [
  '0',
  '-1',
  '1e309',
  '4294967296',
  '9007199254740993',
  '1.5',
  '-0',
  '999999999999999999999',
  'NaN',
  '1',
];

const changeNumber: Change = (input, draw) => {
  const text = input.toString('latin1');
  const found = /\d+/.exec(text.slice(draw.below(text.length)));
  if (found === null) return input;
  const at = text.indexOf(found[0]);
  return Buffer.from(`${text.slice(0, at)}${draw.of(NUMBERS) ?? ''}${text.slice(at + found[0].length)}`, 'latin1');
};

const mixLines: Change = (input, draw) => {
  const lines = input.toString('latin1').split('\n');
  const [one, other] = [draw.below(lines.length), draw.below(lines.length)];
  [lines[one], lines[other]] = [lines[other] ?? '', lines[one] ?? ''];
  return Buffer.from(lines.join('\n'), 'latin1');
};

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  insertWord,
  insertWord,
  insertWord,
  writeWordOver,
  cutOut,
  cutOut,
  cutShort,
  repeatPart,
  repeatPart,
  spliceOther,
  spliceOther,
  crossOver,
  breakText,
  insertRun,
  nest,
  encode,
  changeNumber,
  mixLines,
  (input, draw, stock) => (draw.oneIn(8) ? asUtf16(input, draw, stock) : input),
];

function inserted(input: Buffer, draw: Draw, part: Uint8Array): Buffer {
  const at = draw.below(input.length + 1);
  return Buffer.concat([input.subarray(0, at), part, input.subarray(at)]);
}

/** Half of the ranges are short. */
function range(input: Buffer, draw: Draw): readonly [number, number] {
  const from = draw.below(input.length + 1);
  const most = draw.oneIn(2) ? 16 : input.length;
  return [from, Math.min(input.length, from + draw.below(most + 1))];
}
