import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RecordKind } from '../core/audit.ts';
import type { SessionId } from '../core/ids.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { factOf } from './read-fact.ts';
import type { PlacedRecord } from './read-fact.ts';
import {
  START_MS,
  decided,
  ended,
  foundIn,
  opened,
  ran,
  request,
  sessionNumber,
  started,
  toolUse,
} from './reconcile-rig.ts';
import { reconciler } from './reconciler.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 400;

/** What can become of a call in a session in which every layer works. */
const FATES = [
  'runs',
  'fails',
  'denied',
  'asked-no',
  'asked-yes',
  'unknown-tool',
  'rewritten',
  'interrupted',
  'lost',
  'background',
] as const;
type Fate = (typeof FATES)[number];

/** One step of a session: a record to be, which may need the index of the request that is being answered. */
type Step = readonly [kind: RecordKind, body: (requestIndex: number) => JsonObject];

const same =
  (body: JsonObject): ((requestIndex: number) => JsonObject) =>
  () =>
    body;

/** The chains of records of one turn: within a chain the order is fixed, between chains it is not. */
function turn(
  agentId: string | null,
  calls: readonly { readonly id: string; readonly fate: Fate }[],
): readonly (readonly Step[])[] {
  const more: Record<string, Json> = agentId === null ? {} : { agentId };
  return calls.map(({ id, fate }): readonly Step[] => {
    const asked = (verdict: string, extra: JsonObject = {}): Step => [
      'decision',
      same(decided(id, verdict, { ...more, ...extra })),
    ];
    const after = (extra: JsonObject = {}): Step => ['hook', same(ran(id, { ...more, ...extra }))];
    switch (fate) {
      case 'runs':
      case 'background':
        return [asked('allow'), after()];
      case 'fails':
        return [asked('allow'), ['hook', same({ event: 'PostToolUseFailure', toolUseId: id, ...more })], after()];
      case 'denied':
        return [asked('deny')];
      case 'asked-no':
      case 'interrupted':
        return [asked('ask'), ['decision', same({ event: 'PermissionRequest', tool: 'Bash', verdict: 'ask' })]];
      case 'asked-yes':
        return [asked('ask'), after({ inputSha256: 'changed by a person' })];
      case 'rewritten':
        return [asked('rewrite', { rewrittenSha256: 'safe' }), after({ inputSha256: 'safe' })];
      case 'unknown-tool':
        return [['model', same({ event: 'undecided-error', toolUseId: id })]];
      case 'lost':
        return [];
    }
  });
}

const RESULTS: Readonly<Record<Fate, 'ok' | 'error' | 'none'>> = {
  runs: 'ok',
  background: 'ok',
  'asked-yes': 'ok',
  rewritten: 'ok',
  fails: 'error',
  denied: 'error',
  'asked-no': 'error',
  'unknown-tool': 'error',
  interrupted: 'error',
  lost: 'none',
};

const agentRun = fc.array(fc.array(fc.constantFrom(...FATES), { maxLength: 4 }), { maxLength: 4 });
const session = fc.record({
  source: fc.constantFrom('startup', 'clear', 'resume', 'compact'),
  agents: fc.array(agentRun, { minLength: 1, maxLength: 3 }),
  isEnded: fc.boolean(),
  resends: fc.boolean(),
});

interface Writer {
  readonly records: PlacedRecord[];
  add(kind: RecordKind, body: JsonObject, sessionId: SessionId): number;
}

/** One agent's part of a session, as a generator that writes one record each time it is asked. */
function* agentSteps(
  log: Writer,
  sessionId: SessionId,
  agent: number,
  turns: readonly (readonly Fate[])[],
  resends: boolean,
  pick: (most: number) => number,
): Generator<void> {
  const agentId = agent === 0 ? null : `agent-${agent}`;
  const of = (results: JsonObject | null): JsonObject => request(results, { agentId });
  let results: JsonObject | null = null;
  for (const [nth, fates] of turns.entries()) {
    const index = log.add('model', of(results), sessionId);
    yield;
    if (resends) {
      log.add('model', of(results), sessionId);
      yield;
    }
    const calls = fates.map((fate, place) => ({ id: `toolu_${agent}_${nth}_${place}`, fate }));
    for (const { id, fate } of calls) {
      log.add('model', toolUse(id, index, { name: fate === 'unknown-tool' ? 'NoSuchTool' : 'Bash' }), sessionId);
      yield;
    }
    const chains = turn(agentId, calls).map((chain) => [...chain]);
    while (chains.some((chain) => chain.length > 0)) {
      const open = chains.filter((chain) => chain.length > 0);
      const step = open[pick(open.length)]?.shift();
      if (step === undefined) continue;
      log.add(step[0], step[1](index), sessionId);
      yield;
    }
    const idsOf = (outcome: string): string[] =>
      calls.filter(({ fate }) => RESULTS[fate] === outcome).map(({ id }) => id);
    results = { ok: idsOf('ok'), error: idsOf('error') };
  }
  log.add('model', of(results), sessionId);
}

test('whatever is legal and however it interleaves, nothing is found', () => {
  fc.assert(
    fc.property(
      fc.array(session, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat({ max: 997 })),
      fc.nat({ max: 60 }),
      (sessions, chances, firstSeen) => {
        const pick = (most: number): number => (chances.next().value ?? 0) % most;
        const records: PlacedRecord[] = [];
        const log: Writer = {
          records,
          add: (kind, body, sessionId) => {
            const index = records.length;
            records.push({ kind, body, sessionId, occurredAtMs: START_MS + 10 * index, index });
            return index;
          },
        };
        const running = sessions.flatMap(({ source, agents, resends }, nth) => {
          const id = sessionNumber(nth + 1);
          log.add('session', opened(), id);
          log.add('hook', started(source), id);
          return agents.map((turns, agent) => agentSteps(log, id, agent, turns, resends, pick));
        });
        while (running.length > 0) {
          const at = pick(running.length);
          if (running[at]?.next().done === true) running.splice(at, 1);
        }
        for (const [nth, { isEnded }] of sessions.entries())
          if (isEnded) log.add('session', ended(), sessionNumber(nth + 1));
        assert.deepEqual(foundIn(records), []);
        // A restart reads from some record on.
        assert.deepEqual(foundIn(records.slice(firstSeen)), []);
      },
    ),
    { numRuns: RUNS },
  );
});

const anyBody = fc.dictionary(
  fc.constantFrom(
    'event',
    'toolUseId',
    'verdict',
    'results',
    'tool',
    'requestIndex',
    'agentId',
    'callsBy',
    'findingId',
    'why',
  ),
  fc.oneof(
    fc.constantFrom(
      'PreToolUse',
      'PostToolUse',
      'request',
      'tool_use',
      'opened',
      'deny',
      'allow',
      'toolu_1',
      'SessionStart',
    ),
    fc.jsonValue() as fc.Arbitrary<Json>,
  ),
);
const anyRecord = fc.record({
  kind: fc.constantFrom<RecordKind>('decision', 'hook', 'model', 'session', 'log', 'finding', 'egress', 'admin'),
  sessionId: fc.constantFrom(null, sessionNumber(1), sessionNumber(2)),
  body: anyBody,
  occurredAtMs: fc.integer({ min: -1e12, max: 1e14 }),
});

test('no record makes it throw or hold more than its bounds, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 60 }), (drafts) => {
      const join = reconciler({ limits: { maxCalls: 8, maxCallsPerSession: 5, maxSessions: 1 } });
      for (const [index, draft] of drafts.entries()) {
        const fact = factOf({ ...draft, index });
        if (fact !== null) join.observe(fact, draft.occurredAtMs);
        join.tick(draft.occurredAtMs);
        assert.ok(join.held.calls <= 8 && join.held.sessions <= 1 && join.held.calls >= 0);
      }
    }),
    { numRuns: RUNS },
  );
});

test('an id of any length and a list of any length cost bounded room', () => {
  const results = { ok: Array.from({ length: 100_000 }, (_, nth) => `toolu_${nth}`), error: ['x'.repeat(100_000)] };
  const fact = factOf({
    kind: 'model',
    sessionId: sessionNumber(1),
    occurredAtMs: START_MS,
    index: 0,
    body: request(results),
  });
  assert.ok(fact !== null && fact.kind === 'request');
  assert.equal(fact.results.length, 256);
  assert.equal(fact.results.filter(({ outcome }) => outcome === 'error').length, 0);
});
