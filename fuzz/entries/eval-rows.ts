import { EVALUATED_AREAS, evaluator, readLabelledRow, rowScene } from '../../src/detect/index.ts';
import type { Hit, LabelledRow } from '../../src/detect/index.ts';
import { MARK, promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes } from '../material.ts';

const ROWS: readonly object[] = [
  { id: 'a-1', text: `key ${MARK}`, label: 'secret', kind: 'generic', path: 'a.env' },
  { id: 'a-2', command: `rm ${MARK}`, label: 'dangerous', kind: 'destructive', note: 'depends-on-cwd' },
  {
    id: 'a-3',
    text: `é\u{1f600} ${MARK} x`,
    label: 'pii',
    kind: 'PERSON',
    spans: [{ start: 3, end: 18, type: 'PERSON', value: MARK }],
  },
  { id: 'a-4', text: MARK, label: 'pii', kind: 'x', spans: [{ start: 0, end: 4, type: 'EMAIL_ADDRESS' }] },
  { id: 'a-5', text: MARK, label: 'injection', kind: 'indirect', source: 'made' },
  { id: '__proto__', text: '', label: 'none', kind: '__proto__', spans: null },
];

const WORDS = [
  ...'"spans": "start": "end": "type": "value": "label": "kind": "text": "command": "path": "note": "id":'.split(' '),
  ...'[] {} null true 0 -1 1.5 1e21 9007199254740991 "__proto__" "constructor" "\\ud83d" "pii" "none" "secret"'.split(
    ' ',
  ),
  ...'GPE PERSON CREDIT_CARD IBAN_CODE US_SSN IP_ADDRESS LOCATION , : \n'.split(' '),
];

export const evalRowsEntry: FuzzEntry = {
  name: 'eval-rows',
  about: 'lines of labelled data: a row or why there is none, and scores of all areas that are numbers',
  maxBytes: 256 * 1024,
  most: { baseMs: 60, msPerMb: 3000 },
  open({ lines }): OpenEntry {
    return {
      seeds: asBytes([
        ...ROWS.map((row) => JSON.stringify(row)),
        ROWS.map((row) => JSON.stringify(row)).join('\n'),
        ...lines,
      ]),
      words: asBytes(WORDS),
      run(input, watch) {
        const { read, fault } = watch.time(() => readRows(Buffer.from(input).toString('utf8')));
        promiseUnmarked(fault ?? '', 'why a line is no row');
        for (const { spans, text } of read)
          for (const { startUtf16, endUtf16 } of spans)
            promise(
              startUtf16 >= 0 && startUtf16 < endUtf16 && endUtf16 <= text.length,
              'a span lies outside of its row',
            );
        for (const area of EVALUATED_AREAS) {
          const sums = evaluator(area);
          watch.time(() => {
            for (const row of read) {
              rowScene(row);
              sums.add(row, row.spans.map(hitOf));
            }
          });
          const { recall, precision, falseAlarmRate } = watch.time(() => sums.result());
          for (const share of [recall, precision, falseAlarmRate])
            promise(share === null || (share >= 0 && share <= 1), `${area}: a score is no share`);
        }
        return `${fault} ${Math.min(read.length, 3)} ${Math.min(read[0]?.spans.length ?? 0, 3)}`;
      },
    };
  },
};

/** Rows up to the first line that is none, as the command reads them. */
function readRows(text: string): { readonly read: readonly LabelledRow[]; readonly fault: string | null } {
  const read: LabelledRow[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const row = readLabelledRow(line);
    if (typeof row === 'string') return { read, fault: row };
    read.push(row);
  }
  return { read, fault: null };
}

/** As if something of personal data had been found where a row says so, one character off now and then. */
function hitOf({ startUtf16, endUtf16 }: { readonly startUtf16: number; readonly endUtf16: number }, at: number): Hit {
  const id = ['pii/email', 'pii/person', 'secret/generic-assignment'][at % 3] ?? '';
  return { id, startUtf16: startUtf16 + (at % 2), endUtf16: endUtf16 + (at % 2) };
}
