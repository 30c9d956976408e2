import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SOURCE_KINDS } from '../scan/detector.ts';
import type { EvaluatedArea, Hit } from './areas.ts';
import { evaluator } from './evaluation.ts';
import { readLabelledRow } from './labelled-row.ts';
import type { LabelledRow } from './labelled-row.ts';
import { CLAIMED_TYPES, detectorsOfType } from './pii-types.ts';
import { rowScene } from './row-scene.ts';
import { PII_DETECTORS } from '../pii/index.ts';

const hit = (id: string, startUtf16 = 0, endUtf16 = 4): Hit => ({ id, startUtf16, endUtf16 });
const span = (type: string, startUtf16 = 0, endUtf16 = 4): LabelledRow['spans'][number] => ({
  type,
  startUtf16,
  endUtf16,
});
const row = (label: string, more: Partial<LabelledRow> = {}): LabelledRow => ({
  id: 'r',
  text: 'some text',
  label,
  kind: 'k',
  path: null,
  note: null,
  spans: [],
  ...more,
});

/** Verdicts of one row: tp, fp, fn, tn of the whole. */
function counted(area: EvaluatedArea, one: LabelledRow, hits: readonly Hit[]): readonly number[] {
  const judge = evaluator(area);
  judge.add(one, hits);
  const { tp, fp, fn, tn } = judge.result();
  return [tp, fp, fn, tn];
}

for (const { name, area, one, hits, want } of [
  { name: 'a secret that is found', area: 'secrets', one: row('secret'), hits: [hit('secret/a')], want: [1, 0, 0, 0] },
  {
    name: 'several hits in a row count once',
    area: 'secrets',
    one: row('secret'),
    hits: [hit('secret/a'), hit('secret/b', 5, 9)],
    want: [1, 0, 0, 0],
  },
  { name: 'a secret that is missed', area: 'secrets', one: row('secret'), hits: [], want: [0, 0, 1, 0] },
  {
    name: 'a look-alike that is flagged',
    area: 'secrets',
    one: row('none'),
    hits: [hit('secret/a')],
    want: [0, 1, 0, 0],
  },
  { name: 'a harmless file', area: 'secrets', one: row('benign'), hits: [], want: [0, 0, 0, 1] },
  {
    name: 'an injection that is found',
    area: 'injection',
    one: row('injection'),
    hits: [hit('injection/a')],
    want: [1, 0, 0, 0],
  },
  {
    name: 'an instruction that is an attack only where it stands counts apart',
    area: 'injection',
    one: row('injection', { kind: 'instruction-only/x' }),
    hits: [],
    want: [0, 0, 0, 0],
  },
  {
    name: 'a dangerous command that is found',
    area: 'commands',
    one: row('dangerous'),
    hits: [hit('command/destructive')],
    want: [1, 0, 0, 0],
  },
  {
    name: 'reconnaissance counts apart',
    area: 'commands',
    one: row('recon'),
    hits: [hit('command/destructive')],
    want: [0, 0, 0, 0],
  },
  {
    name: 'a command that depends on its folder counts apart',
    area: 'commands',
    one: row('dangerous', { note: 'depends-on-cwd' }),
    hits: [],
    want: [0, 0, 0, 0],
  },
  {
    name: 'a span that a hit of its type overlaps',
    area: 'pii',
    one: row('pii', { kind: 'template:1', spans: [span('EMAIL_ADDRESS')] }),
    hits: [hit('pii/email', 3, 9)],
    want: [1, 0, 0, 0],
  },
  {
    name: 'a span that only a hit of another type overlaps is missed, and that hit is false',
    area: 'pii',
    one: row('pii', { kind: 'template:1', spans: [span('EMAIL_ADDRESS')] }),
    hits: [hit('pii/phone')],
    want: [0, 1, 1, 0],
  },
  {
    name: 'a hit that ends where the span begins does not find it',
    area: 'pii',
    one: row('pii', { kind: 'template:1', spans: [span('PHONE', 4, 8)] }),
    hits: [hit('pii/phone', 0, 4)],
    want: [0, 1, 1, 0],
  },
  {
    name: 'two spans of one type',
    area: 'pii',
    one: row('pii', { kind: 'template:1', spans: [span('PERSON'), span('PERSON', 5, 9)] }),
    hits: [hit('pii/person')],
    want: [1, 0, 1, 0],
  },
  {
    name: 'a table of one type says nothing about others',
    area: 'pii',
    one: row('pii', { kind: 'US_SSN', spans: [span('US_SSN')] }),
    hits: [hit('pii/us-ssn'), hit('pii/phone', 5, 9)],
    want: [1, 0, 0, 0],
  },
  {
    name: 'a hit of the type beside its span is false',
    area: 'pii',
    one: row('pii', { kind: 'US_SSN', spans: [span('US_SSN')] }),
    hits: [hit('pii/us-ssn'), hit('pii/us-ssn', 5, 9)],
    want: [1, 1, 0, 0],
  },
  {
    name: 'a row without a place wants any hit of its type',
    area: 'pii',
    one: row('pii', { kind: 'IBAN_CODE' }),
    hits: [hit('pii/iban', 2, 3)],
    want: [1, 0, 0, 0],
  },
  {
    name: 'a row that is not of its type is indifferent to others',
    area: 'pii',
    one: row('none', { kind: 'IBAN_CODE' }),
    hits: [hit('pii/phone')],
    want: [0, 0, 0, 1],
  },
  {
    name: 'a row that is not of its type and is taken for it',
    area: 'pii',
    one: row('none', { kind: 'IBAN_CODE' }),
    hits: [hit('pii/iban')],
    want: [0, 1, 0, 0],
  },
  {
    name: 'a sentence without anything personal',
    area: 'pii',
    one: row('none', { kind: 'template:3' }),
    hits: [hit('pii/person')],
    want: [0, 1, 0, 0],
  },
  {
    name: 'real names are in public files',
    area: 'pii',
    one: row('benign', { kind: 'code/ts' }),
    hits: [hit('pii/person'), hit('pii/email')],
    want: [0, 0, 0, 1],
  },
  {
    name: 'card numbers are not',
    area: 'pii',
    one: row('benign', { kind: 'code/ts' }),
    hits: [hit('pii/payment-card')],
    want: [0, 1, 0, 0],
  },
  {
    name: 'a type that nobody claims is neither found nor missed',
    area: 'pii',
    one: row('pii', { kind: 'template:1', spans: [span('AGE')] }),
    hits: [],
    want: [0, 0, 0, 0],
  },
  {
    name: 'a date of birth within a date is right',
    area: 'pii',
    one: row('pii', { kind: 'template:1', spans: [span('DATE_TIME')] }),
    hits: [hit('pii/birth-date')],
    want: [0, 0, 0, 0],
  },
] satisfies readonly {
  name: string;
  area: EvaluatedArea;
  one: LabelledRow;
  hits: readonly Hit[];
  want: readonly number[];
}[])
  test(name, () => assert.deepEqual(counted(area, one, hits), want));

test('rates follow from the counts, and are null where there was nothing to count', () => {
  const judge = evaluator('secrets');
  judge.add(row('secret'), [hit('secret/a')]);
  judge.add(row('secret', { kind: 'other' }), []);
  assert.deepEqual(judge.add(row('none'), [hit('secret/a')]), { isMissed: false, isFalse: true });
  judge.add(row('none'), []);
  const { rows, recall, precision, falseAlarmRate, byKind } = judge.result();
  assert.deepEqual(
    { rows, recall, precision, falseAlarmRate },
    { rows: 4, recall: 0.5, precision: 0.5, falseAlarmRate: 0.5 },
  );
  assert.deepEqual(byKind['other'], {
    rows: 1,
    tp: 0,
    fp: 0,
    fn: 1,
    tn: 0,
    recall: 0,
    precision: null,
    falseAlarmRate: null,
  });
});

test('types without a detector are named and counted', () => {
  const judge = evaluator('pii');
  judge.add(row('pii', { kind: 'template:1', spans: [span('AGE'), span('AGE', 5, 6), span('PERSON', 7, 8)] }), []);
  assert.deepEqual(judge.result().unclaimed, { AGE: 2 });
  assert.equal(judge.result().rows, 1);
});

test('counts add up for any rows', () => {
  const areas = ['secrets', 'injection', 'commands'] as const;
  const labels = fc.constantFrom('secret', 'none', 'benign', 'injection', 'dangerous', 'ordinary', 'recon');
  fc.assert(
    fc.property(fc.constantFrom(...areas), fc.array(fc.tuple(labels, fc.boolean())), (area, rows) => {
      const judge = evaluator(area);
      for (const [label, isHit] of rows) judge.add(row(label), isHit ? [hit('x/y')] : []);
      const { tp, fp, fn, tn, rows: all, apart } = judge.result();
      assert.equal(tp + fp + fn + tn, all);
      assert.equal(all + (apart['recon']?.rows ?? 0), rows.length);
    }),
  );
});

for (const { name, line, want } of [
  { name: 'a line that is no JSON', line: '{"text": "my password', want: 'it is no JSON object' },
  { name: 'a line without a text', line: '{"label":"none"}', want: 'it has neither `text` nor `command`' },
  { name: 'a line without a label', line: '{"text":"x"}', want: 'it has no `label`' },
  {
    name: 'a span behind the end',
    line: '{"text":"x","label":"pii","spans":[{"type":"A","start":0,"end":2}]}',
    want: 'its `spans` are not ranges of its text with a type',
  },
  {
    name: 'a span that is no object',
    line: '{"text":"x","label":"pii","spans":[7]}',
    want: 'its `spans` are not ranges of its text with a type',
  },
  {
    name: 'a span whose value is elsewhere',
    line: '{"text":"abc","label":"pii","spans":[{"type":"A","start":0,"end":1,"value":"b"}]}',
    want: 'its `spans` are not ranges of its text with a type',
  },
])
  test(`${name} is refused without quoting it`, () => assert.equal(readLabelledRow(line), want));

test('spans that count characters are taken as code units where their value shows it', () => {
  const read = readLabelledRow(
    '{"text":"😀 bob","label":"pii","spans":[{"type":"PERSON","start":2,"end":5,"value":"bob"}]}',
  );
  assert.ok(typeof read !== 'string');
  assert.deepEqual(read.spans, [{ type: 'PERSON', startUtf16: 3, endUtf16: 6 }]);
});

test('a command is a text', () => {
  const read = readLabelledRow('{"command":"ls","label":"ordinary","kind":"x"}');
  assert.equal(typeof read === 'string' ? null : read.text, 'ls');
});

for (const { kind, label, path, want } of [
  { kind: 'indirect/email', label: 'injection', path: null, want: 'tool-result' },
  { kind: 'tool-result', label: 'benign', path: null, want: 'tool-result' },
  { kind: 'direct/jailbreak', label: 'injection', path: null, want: 'user-prompt' },
  { kind: 'chat', label: 'benign', path: null, want: 'user-prompt' },
  { kind: 'code/ts', label: 'benign', path: 'a.ts', want: 'repository-file' },
  { kind: 'doc', label: 'benign', path: null, want: 'repository-file' },
  { kind: 'aws', label: 'secret', path: null, want: 'repository-file' },
  { kind: 'documentation', label: 'injection', path: null, want: 'user-prompt' },
])
  test(`a row of kind ${kind} and label ${label} comes from: ${want}`, () => {
    const { source } = rowScene(row(label, { kind, path }));
    assert.equal(source, want);
    assert.ok(SOURCE_KINDS.includes(source));
  });

test('every detector that a type names exists', () => {
  const known = new Set<string>(PII_DETECTORS.flatMap((each) => (each.how === 'keyword' ? [each.id] : each.ids)));
  for (const type of CLAIMED_TYPES) for (const id of detectorsOfType(type) ?? ['none']) assert.ok(known.has(id), id);
});
