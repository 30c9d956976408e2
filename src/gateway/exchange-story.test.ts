import assert from 'node:assert/strict';
import { test } from 'node:test';

import { detectorId } from '../core/ids.ts';
import { contentFacts, exchangeStory } from './exchange-story.ts';
import { maskReport } from './masking/mask-report.ts';

test('facts are whole at any time, and of a moment that comes again the first holds', () => {
  let nowMs = 100;
  const story = exchangeStory(1_700_000_000_000, () => nowMs);
  nowMs = 101;
  assert.deepEqual(story.facts().times, {
    beforeUpstreamMs: null,
    upstreamWaitMs: null,
    firstByteMs: null,
    totalMs: 1,
  });
  assert.deepEqual([story.facts().outcome, story.facts().status], ['client-gone', null]);
  story.learn({ kind: 'chat', model: 'm', status: 200 });
  story.learn({ outcome: 'complete' });
  nowMs = 100.75;
  story.reach('goes-up');
  nowMs = 150;
  story.reach('answered');
  story.reach('first-byte');
  story.calls(['toolu_1']);
  story.calls(['toolu_2']);
  nowMs = 400;
  story.reach('first-byte');
  const facts = story.facts();
  assert.deepEqual(facts.toolUseIds, ['toolu_1', 'toolu_2']);
  assert.deepEqual(facts.times, { beforeUpstreamMs: 0.75, upstreamWaitMs: 49.25, firstByteMs: 50, totalMs: 300 });
  assert.deepEqual(
    [facts.kind, facts.model, facts.status, facts.outcome, facts.startedAtMs],
    ['chat', 'm', 200, 'complete', 1_700_000_000_000],
  );
});

test('what a record says of content is counted by area and by what followed', () => {
  const report = maskReport();
  report.countText(true);
  report.countText(false);
  report.countText(false);
  report.saw('alert', [detectorId('pii/email'), detectorId('pii/phone')]);
  report.saw('injection', [detectorId('injection/instruction')]);
  report.saw('blocked', [detectorId('secret/aws-access-key-id')]);
  report.ran([
    { engine: 'presidio', outcome: 'failed', reason: 'http-status 503', findings: 0, tookMs: 1 },
    { engine: 'leaks', outcome: 'ran', reason: null, findings: 2, tookMs: 1 },
  ]);
  assert.deepEqual(contentFacts(report.fields()), {
    findings: [
      { area: 'pii', fate: 'alerted', count: 2 },
      { area: 'injection', fate: 'alerted', count: 1 },
      { area: 'secret', fate: 'blocked', count: 1 },
    ],
    guards: [
      { guard: 'content', state: 'ran' },
      { guard: 'presidio', state: 'failed' },
      { guard: 'leaks', state: 'ran' },
    ],
    blocks: { known: 2, scanned: 1 },
  });
});

test('texts that were not looked at are a guard that failed, and no content is one that was skipped', () => {
  const report = maskReport();
  report.unchecked('too deep');
  assert.deepEqual(contentFacts(report.fields()).guards, [{ guard: 'content', state: 'failed' }]);
  assert.deepEqual(contentFacts(null), {
    findings: [],
    guards: [{ guard: 'content', state: 'skipped' }],
    blocks: { known: 0, scanned: 0 },
  });
});

test('a record of another shape counts nothing', () => {
  assert.deepEqual(
    contentFacts({ texts: 3, masked: [1], engines: [null, { engine: 'x', outcome: 'gone' }], alerts: { 'x/y': 'z' } }),
    {
      findings: [],
      guards: [{ guard: 'content', state: 'ran' }],
      blocks: { known: 0, scanned: 0 },
    },
  );
});
