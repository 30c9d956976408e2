import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLeaksReport } from './leaks-report.ts';
import { utf8 } from './scripted-engines.ts';

const text = utf8('first\nkey = abcdef\nlast');
const places = (report: unknown): unknown =>
  readLeaksReport('betterleaks', text, report)?.map(({ detectorId, startByte, endByte }) => [
    detectorId,
    startByte,
    endByte,
  ]);

test('a report in lower camel case, with the place in an object, says the same', () => {
  const place = { startLine: 2, endLine: 2, startColumn: 8, endColumn: 13 };
  const report = [{ ruleID: 'some-rule', secret: 'abcdef', location: place }];
  assert.deepEqual(places(report), [['secret/betterleaks-some-rule', 12, 18]]);
});

test('a secret that does not stand where the report says is looked for in the text', () => {
  const place = { StartLine: 1, EndLine: 1, StartColumn: 1, EndColumn: 3 };
  assert.deepEqual(places([{ RuleID: 'some-rule', Secret: 'abcdef', ...place }]), [
    ['secret/betterleaks-some-rule', 12, 18],
  ]);
});

test('a secret that stands nowhere is where the report says', () => {
  const place = { StartLine: 2, EndLine: 2, StartColumn: 2, EndColumn: 4 };
  assert.deepEqual(places([{ RuleID: 'some-rule', Secret: 'decoded', ...place }]), [
    ['secret/betterleaks-some-rule', 6, 9],
  ]);
});

test('a rule that is named after the text is not named', () => {
  const place = { StartLine: 2, EndLine: 2, StartColumn: 2, EndColumn: 4 };
  assert.deepEqual(places([{ RuleID: 'abcdef', Secret: '', ...place }]), [['secret/betterleaks', 6, 9]]);
});

test('one entry that cannot be read makes the report none', () => {
  const good = { RuleID: 'some-rule', Secret: 'abcdef', StartLine: 2, EndLine: 2, StartColumn: 8, EndColumn: 13 };
  assert.equal(places([good, { ...good, StartLine: '2' }]), undefined);
  assert.equal(places([good, null]), undefined);
  assert.equal(places({ findings: [good] }), undefined);
});
