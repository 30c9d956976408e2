import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, ruleIndex } from '../src/decide/index.ts';
import { ruleTableOf } from '../src/policy/index.ts';
import { PREVENTED_CALLS } from './fixtures/import/deny-calls.ts';
import { HOME, SPEC_SKIP, WORKSPACE, actionOf, importText, leafPaths, specBlocks } from './import-rig.ts';

/** Calls that show each rule of an input at work. */
const CALLS_PER_RULE = 3;

test(
  'every settings document of the specification is imported, each leaf with a diagnostic',
  { skip: SPEC_SKIP },
  () => {
    const blocks = specBlocks();
    assert.ok(blocks.length >= 7);
    const refused: string[] = [];
    for (const { file, text } of blocks) {
      const { policy, diagnostics } = importText(text, file);
      if (policy === null) {
        refused.push(diagnostics.map(({ code }) => code).join());
        continue;
      }
      const told = diagnostics.map(({ path }) => path).filter((path) => path !== '');
      assert.deepEqual([...told].sort(), [...leafPaths(JSON.parse(text))].sort(), file);
      for (const { said, client, became } of diagnostics) assert.ok(said !== '' && client !== '' && became !== '');
    }
    // One block is a document of another service.
    assert.deepEqual(refused, ['import/not-settings']);
  },
);

test('every deny of the specification denies each call that it means', { skip: SPEC_SKIP }, (t) => {
  let rules = 0;
  let calls = 0;
  const wrong: string[] = [];
  for (const { file, text } of specBlocks()) {
    const { policy, diagnostics } = importText(text, file);
    if (policy === null) continue;
    const index = ruleIndex(ruleTableOf(policy.parsed, 0));
    const denies = diagnostics.filter(({ path }) => path.startsWith('permissions.deny['));
    const sources = new Map<string, number>();
    for (const { became, said } of denies) {
      rules += 1;
      const id = /imported\/[\w-]+/.exec(became)?.[0];
      if (id === undefined) wrong.push(`${file}: ${said} became no rule`);
      else sources.set(id, (sources.get(id) ?? 0) + 1);
    }
    for (const [id, count] of sources) {
      const prevented = PREVENTED_CALLS[id] ?? [];
      if (prevented.length < CALLS_PER_RULE * count) wrong.push(`${id}: ${prevented.length} calls for ${count} rules`);
      for (const call of prevented) {
        calls += 1;
        const { verdict, ruleId } = decide(index, actionOf(call), { workspace: WORKSPACE, homeDir: HOME });
        if (verdict !== 'deny') wrong.push(`${file} ${id}: ${JSON.stringify(call)} ${verdict} ${ruleId}`);
      }
    }
  }
  t.diagnostic(JSON.stringify({ rules, calls }));
  assert.deepEqual(wrong, []);
});
