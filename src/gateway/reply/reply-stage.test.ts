import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composedStages } from './reply-stage.ts';
import type { ReplyStage, ReplyUnit, Units } from './reply-stage.ts';

function unit(text: string): ReplyUnit {
  return { bytes: Buffer.from(text), event: null };
}

function textsOf(units: readonly ReplyUnit[]): string {
  return units.map(({ bytes }) => bytes.toString()).join(' ');
}

function stage(by: (text: string) => readonly string[], end: readonly string[] = [], isLate = false): ReplyStage {
  const given = (texts: readonly string[]): Units =>
    isLate ? Promise.resolve(texts.map(unit)) : texts.map((text) => unit(text));
  return { push: ({ bytes }) => given(by(bytes.toString())), end: () => given(end) };
}

const twice = (text: string): readonly string[] => [text, `${text}'`];
const marked = (text: string): readonly string[] => [`<${text}>`];

for (const { name, stages, want, end } of [
  { name: 'no stage passes all', stages: [], want: 'a', end: '' },
  { name: 'one stage is itself', stages: [stage(twice, ['e'])], want: "a a'", end: 'e' },
  {
    name: 'what leaves the first enters the second, its end too',
    stages: [stage(twice, ['e']), stage(marked, ['f'])],
    want: "<a> <a'>",
    end: '<e> f',
  },
  { name: 'a stage may take all', stages: [stage(() => []), stage(marked)], want: '', end: '' },
  {
    name: 'stages that wait keep the order',
    stages: [stage(twice, ['e'], true), stage(twice, ['f'], true), stage(marked)],
    want: "<a> <a'> <a'> <a''>",
    end: "<e> <e'> <f>",
  },
  {
    name: 'a stage that waits for one unit keeps the order of the others',
    stages: [
      stage(twice),
      { push: (one) => (one.bytes.length === 1 ? Promise.resolve([one]) : [one]), end: () => [] },
      stage(marked),
    ] satisfies ReplyStage[],
    want: "<a> <a'>",
    end: '',
  },
] satisfies readonly { name: string; stages: readonly ReplyStage[]; want: string; end: string }[])
  test(name, async () => {
    const all = composedStages(stages);
    assert.equal(textsOf(await all.push(unit('a'))), want);
    assert.equal(textsOf(await all.end()), end);
  });

test('stages that do not wait answer at once', () => {
  const all = composedStages([stage(twice), stage(marked), stage(twice)]);
  assert.ok(!(all.push(unit('a')) instanceof Promise));
});

test('what a stage throws is thrown, at once or later', async () => {
  const fails: ReplyStage = {
    push: () => {
      throw new RangeError('no');
    },
    end: () => [],
  };
  assert.throws(() => composedStages([stage(marked), fails]).push(unit('a')), RangeError);
  await assert.rejects(async () => await composedStages([stage(marked, [], true), fails]).push(unit('a')), RangeError);
});
