import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_GATEWAY_RULES } from '../../core/gateway-rules.ts';
import type { GatewayRules } from '../../core/gateway-rules.ts';
import type { LimitReached, UsageLedger, UsageRequest } from '../../core/usage.ts';
import { startScriptedModel, turns } from '../../drill/scripted-model.ts';
import type { Script, ScriptedModel } from '../../drill/scripted-model.ts';
import { ASK, BEDROCK_PATH, errorMessage, post, usingRig, wire } from '../gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions } from '../gateway-rig.ts';

const TURN = { text: 'hi' };
const limits = (over: Partial<GatewayRules['limits']>): Partial<GatewayRules> => ({
  limits: { ...DEFAULT_GATEWAY_RULES.limits, ...over },
});

function withRig(
  options: GatewayRigOptions & { readonly script: Script },
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
): Promise<void> {
  return usingRig(startScriptedModel({ script: options.script }), options, use);
}

/** Lets everything in and remembers. */
function ledger(reached: LimitReached | null = null): UsageLedger & { asked: UsageRequest[]; settled: number[] } {
  const asked: UsageRequest[] = [];
  const settled: number[] = [];
  return {
    asked,
    settled,
    admit: async (request) => {
      asked.push(request);
      return reached ?? { kind: 'counted', settle: async (tokens) => void settled.push(tokens) };
    },
  };
}

const RATE: LimitReached = {
  kind: 'over',
  limit: 'requests-per-minute',
  holder: 'user',
  allowed: 2,
  used: 2,
  freeInMs: 4_100,
  freeAtMs: 0,
};

test('a request counts for its session and its user, and costs what the service reports', async () => {
  const usage = ledger();
  await withRig({ script: turns([TURN]), usage }, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.isWhole, true);
    assert.deepEqual(
      usage.asked[0]?.accounts.map(({ holder, name }) => [holder, name]),
      [
        ['session', rig.sessionId],
        ['user', 'ada'],
      ],
    );
    const reported = rig.bodies('response')[0]?.['usage'] as Readonly<Record<string, number>>;
    assert.deepEqual(usage.settled, [Object.values(reported).reduce((sum, count) => sum + count, 0)]);
    const [facts] = rig.facts;
    assert.ok(facts !== undefined);
    assert.deepEqual(
      [facts.kind, facts.status, facts.outcome, facts.isStream, facts.upstream, facts.replyBytes],
      ['chat', 200, 'complete', true, 0, reply.body.length],
    );
    assert.ok((facts.times.firstByteMs ?? -1) >= 0 && facts.tokens !== null);
  });
});

for (const [protocol, path, status] of [
  ['anthropic', '/v1/messages', 429],
  ['bedrock', BEDROCK_PATH, 429],
] as const) {
  test(`a rate that is reached makes a client of ${protocol} wait, and nothing goes up`, async () => {
    await withRig({ script: turns([TURN]), usage: ledger(RATE), provider: protocol }, async (rig) => {
      const reply = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(reply.status, status);
      assert.match(reply.head, /retry-after: 5\r?$/m);
      assert.match(errorMessage(reply.body), /your user may send 2 requests in a minute/);
      assert.equal(rig.model.requests.length, 0);
      assert.deepEqual(
        rig.bodies('refused').map((body) => body['why']),
        ['rate-limited'],
      );
      assert.equal(rig.facts[0]?.outcome, 'rate-limited');
    });
  });
}

for (const [protocol, path] of [
  ['anthropic', '/v1/messages'],
  ['bedrock', BEDROCK_PATH],
] as const) {
  test(`a budget that is used up ends it for a client of ${protocol}, which is told not to repeat`, async () => {
    const spent: LimitReached = { ...RATE, limit: 'tokens-per-day', freeAtMs: Date.UTC(2026, 4, 3) };
    await withRig({ script: turns([TURN]), usage: ledger(spent), provider: protocol }, async (rig) => {
      const reply = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(reply.status, 429);
      assert.match(reply.head, /x-should-retry: false\r?$/m);
      assert.doesNotMatch(reply.head, /retry-after/);
      assert.match(errorMessage(reply.body), /It can go on at 2026-05-03 00:00 UTC/);
      assert.equal(rig.model.requests.length, 0);
    });
  });
}

test('a session with one request at one time asks as often as it likes, one after the other', async () => {
  const usage = ledger();
  await withRig({ script: turns([TURN, TURN, TURN]), usage, rules: limits({ concurrentRequests: 1 }) }, async (rig) => {
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal((await wire(rig.gateway.url, post('/v1/messages', ASK))).status, 200);
    }
    assert.equal(usage.settled.length, 3);
  });
});

test('where the service fails the fallback answers, which is recorded before it is asked', async () => {
  const fallback = await startScriptedModel({ script: turns([{ text: 'from elsewhere' }]) });
  const script = turns([{ status: 529, body: { type: 'error' } }]);
  try {
    await withRig({ script, rules: { fallbacks: [fallback.url] } }, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
      assert.equal(reply.status, 200);
      assert.match(reply.body.toString(), /from else/);
      assert.deepEqual(rig.events(), ['request', 'fallback', 'response']);
      const [step] = rig.bodies('fallback');
      assert.deepEqual([step?.['upstream'], step?.['passedOver']], [1, [{ upstream: 0, why: 'status-529' }]]);
      assert.equal(rig.bodies('response')[0]?.['upstream'], 1);
      assert.equal(rig.facts[0]?.upstream, 1);
    });
  } finally {
    await fallback.close();
  }
});

test('an error of the service costs nothing and goes to the client as it is', async () => {
  const usage = ledger();
  const script = turns([{ status: 529, body: { type: 'error' }, headers: { 'retry-after': '7' } }]);
  await withRig({ script, usage }, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.status, 529);
    assert.match(reply.head, /retry-after: 7/);
    assert.deepEqual(usage.settled, [0]);
  });
});
