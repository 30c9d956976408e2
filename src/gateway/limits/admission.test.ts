import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_GATEWAY_RULES } from '../../core/gateway-rules.ts';
import type { GatewayRules } from '../../core/gateway-rules.ts';
import { makeSessionId } from '../../core/ids.ts';
import type { LimitReached, UsageLedger, UsageRequest } from '../../core/usage.ts';
import { admissions } from './admission.ts';
import type { AdmittedRequest } from './admission.ts';
import { overLimit } from './limit-refusal.ts';
import type { LimitRefusal } from './limit-refusal.ts';

const WHO = { sessionId: makeSessionId(0, new Uint8Array(16)), user: 'ada' };
const OTHER = { sessionId: makeSessionId(1, new Uint8Array(16)), user: 'bob' };
const ASK = { bytes: 401, costsTokens: true };
const limitsOf = (over: Partial<GatewayRules['limits']> = {}): GatewayRules['limits'] => ({
  ...DEFAULT_GATEWAY_RULES.limits,
  ...over,
});
const LIMITED = limitsOf({ tokensPerDay: { session: 1000, user: null, team: null } });

/** A ledger that lets everything in and remembers what it was told. */
function openLedger(): UsageLedger & { readonly asked: UsageRequest[]; readonly settled: number[] } {
  const asked: UsageRequest[] = [];
  const settled: number[] = [];
  return {
    asked,
    settled,
    admit: async (request) => {
      asked.push(request);
      return {
        kind: 'counted',
        settle: async (tokens) => void settled.push(tokens),
      };
    },
  };
}

function admitted(answer: AdmittedRequest | LimitRefusal): AdmittedRequest {
  assert.ok('kind' in answer, 'why' in answer ? answer.why : '');
  return answer;
}

const refused = (answer: AdmittedRequest | LimitRefusal): string => ('why' in answer ? answer.why : 'admitted');

test('a request counts for its session, its user and the team of the policy', async () => {
  const ledger = openLedger();
  const limits = limitsOf({
    team: 'core',
    requestsPerMinute: { session: 1, user: 2, team: 3 },
    tokensPerDay: { session: 10, user: 20, team: 30 },
  });
  admitted(await admissions({ ledger }).admit(limits, WHO, ASK));
  assert.deepEqual(ledger.asked, [
    {
      accounts: [
        { holder: 'session', name: WHO.sessionId, requestsPerMinute: 1, tokensPerDay: 10 },
        { holder: 'user', name: 'ada', requestsPerMinute: 2, tokensPerDay: 20 },
        { holder: 'team', name: 'core', requestsPerMinute: 3, tokensPerDay: 30 },
      ],
      costsTokens: true,
      tokensIfLost: 101,
    },
  ]);
});

test('what the meter reads is settled once, when the request is released', async () => {
  const ledger = openLedger();
  const request = admitted(await admissions({ ledger }).admit(LIMITED, WHO, ASK));
  request.meter.sending();
  request.meter.saw({ input_tokens: 3, output_tokens: 4 }, 10);
  assert.deepEqual(ledger.settled, []);
  await request.release();
  await request.release();
  assert.deepEqual(ledger.settled, [7]);
});

test('counting tokens is a request that costs none, even where it went out', async () => {
  const ledger = openLedger();
  const request = admitted(await admissions({ ledger }).admit(LIMITED, WHO, { bytes: 401, costsTokens: false }));
  request.meter.sending();
  await request.release();
  assert.deepEqual(ledger.settled, [0]);
  assert.deepEqual([ledger.asked[0]?.costsTokens, ledger.asked[0]?.tokensIfLost], [false, 0]);
});

test('a session has so many requests under way and no more, and others are not in its way', async () => {
  const gate = admissions({ ledger: openLedger() });
  const limits = limitsOf({ concurrentRequests: 2 });
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => gate.admit(limits, WHO, ASK)));
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  assert.equal(refused(three), 'too-many-at-once');
  assert.ok('why' in three);
  assert.equal(three.retryAfterS, 1);
  assert.match(three.message, /has 2 requests under way.*`gateway\.limits\.concurrent_requests`/);
  assert.equal(refused(await gate.admit(limits, OTHER, ASK)), 'admitted');
  await admitted(one).release();
  await admitted(one).release();
  assert.equal(refused(await gate.admit(limits, WHO, ASK)), 'admitted');
  assert.equal(refused(await gate.admit(limits, WHO, ASK)), 'too-many-at-once');
});

test('a request that is over a limit keeps no place', async () => {
  const over: LimitReached = {
    kind: 'over',
    limit: 'requests-per-minute',
    holder: 'session',
    allowed: 1,
    used: 1,
    freeInMs: 10,
    freeAtMs: 10,
  };
  const gate = admissions({ ledger: { admit: () => Promise.resolve(over) } });
  const limits = limitsOf({ concurrentRequests: 1 });
  for (let turn = 0; turn < 3; turn += 1) assert.equal(refused(await gate.admit(limits, WHO, ASK)), 'rate-limited');
});

const broken: UsageLedger = { admit: () => Promise.reject(new RangeError('secret words')) };

for (const { name, limits, want } of [
  { name: 'where nobody can count, a limited request is refused', limits: LIMITED, want: 'usage-unknown' },
  {
    name: 'where nobody can count and the policy says allow, it passes',
    limits: { ...LIMITED, whenUnknown: 'allow' as const },
    want: 'admitted',
  },
  { name: 'where nobody can count and nothing is limited, it passes', limits: limitsOf(), want: 'admitted' },
]) {
  test(name, async () => {
    const lines: string[] = [];
    const gate = admissions({ ledger: broken, logError: (line) => lines.push(line) });
    const answer = await gate.admit({ ...limits, concurrentRequests: 1 }, WHO, ASK);
    assert.equal(refused(answer), want);
    assert.deepEqual(lines, ['gateway: usage cannot be counted: RangeError']);
    if ('why' in answer) assert.equal(answer.retryAfterS, null);
    else await answer.release();
    assert.equal(refused(await gate.admit({ ...limits, concurrentRequests: 1 }, WHO, ASK)), want);
  });
}

test('a cost that cannot be written is told to the operator and to nobody else', async () => {
  const lines: string[] = [];
  const ledger: UsageLedger = {
    admit: () => Promise.resolve({ kind: 'counted', settle: () => Promise.reject(new RangeError('secret words')) }),
  };
  const gate = admissions({ ledger, logError: (line) => lines.push(line) });
  await admitted(await gate.admit(LIMITED, WHO, ASK)).release();
  assert.deepEqual(lines, ['gateway: usage was not written: RangeError']);
});

test('a refusal says which limit, what it allows, when it is free and who can raise it', () => {
  const atMs = Date.UTC(2026, 4, 3);
  const over = { kind: 'over', holder: 'user', allowed: 200_000, used: 204_113, freeAtMs: atMs } as const;
  assert.deepEqual(overLimit({ ...over, limit: 'tokens-per-day', freeInMs: 3_600_000 }), {
    why: 'budget-spent',
    message:
      'Sallyport: your user has used 204,113 of its 200,000 tokens for today. It can go on at 2026-05-03 00:00 UTC. ' +
      'Whoever keeps the policy can raise `gateway.limits.tokens_per_day.user`.',
    retryAfterS: null,
  });
  assert.deepEqual(overLimit({ ...over, holder: 'team', allowed: 1, limit: 'requests-per-minute', freeInMs: 41_001 }), {
    why: 'rate-limited',
    message:
      'Sallyport: your team may send 1 request in a minute; the next one can go in 42 s. Whoever keeps the policy can ' +
      'raise `gateway.limits.requests_per_minute.team`.',
    retryAfterS: 42,
  });
});
