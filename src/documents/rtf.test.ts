import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { documentReader } from './document-reader.ts';

const reader = documentReader({ timeoutMs: 30_000 });
after(() => reader.close());

for (const { name, rtf, want, isWhole = true } of [
  { name: 'groups do not part a word', rtf: '{\\rtf1\\ansi AK{\\b IA}{\\i IO}SF\\par next}', want: 'AKIAIOSF\nnext' },
  { name: 'line ends of the file are no text', rtf: '{\\rtf1 AK\r\nIA}', want: 'AKIA' },
  {
    name: 'escapes are letters',
    rtf: "{\\rtf1\\ansi\\ansicpg1252 \\'e4\\'80\\\\\\{\\}\\_\\~x}",
    want: 'ä€\\{}-\u00a0x',
  },
  { name: 'letters of two bytes are one letter', rtf: "{\\rtf1\\ansi\\ansicpg932 \\'82\\'a0}", want: 'あ' },
  { name: 'what stands in for a letter is dropped', rtf: '{\\rtf1\\uc1 a\\u8364?b{\\uc2\\u228 xyz}}', want: 'a€bäz' },
  { name: 'hidden text does not part what is shown', rtf: '{\\rtf1 AK{\\v junk}IA}', want: 'AKIA\njunk' },
  {
    name: 'tables of the format are no text; notes, properties and headers are read apart',
    rtf: '{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}{\\info{\\title the title}}AK{\\footnote note}IA{\\header head}}',
    want: 'AKIA\nthe title\nnote\nhead',
  },
  {
    name: 'cells of a row stand side by side',
    rtf: '{\\rtf1\\trowd password\\cell hunter2\\cell\\row}',
    want: 'password\thunter2',
  },
  { name: 'a picture is noted', rtf: '{\\rtf1 text{\\pict\\pngblip 89504e47}}', want: 'text', isWhole: false },
  { name: 'bytes that hide groups are noted', rtf: '{\\rtf1 text\\bin3 }}}end}', want: 'textend', isWhole: false },
]) {
  test(name, async () => {
    const answer = await reader.read(Buffer.from(rtf, 'latin1'), 'application/rtf');
    assert.deepEqual(answer, { kind: 'text', text: want, isWhole });
  });
}
