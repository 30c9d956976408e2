import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EngineHealth } from '../core/control.ts';
import type { EngineRun } from '../engines/index.ts';
import type { PolicyEngine } from '../policy/index.ts';
import { engineWatch } from './engine-watch.ts';

const LIMITS = {
  at: ['prompt', 'tool-result'],
  order: 0,
  onFailure: 'deny',
  timeoutMs: 2_000,
  maxConcurrent: 2,
  maxInputBytes: 1_024,
} as const;
const LAKERA: PolicyEngine = {
  ...LIMITS,
  name: 'lakera',
  kind: 'lakera',
  url: 'https://lakera.example',
  keyEnv: 'LAKERA_KEY',
};

type Outcome = EngineRun['outcome'];
const RAN: Outcome = { kind: 'ran', found: 1 };
const SKIPPED: Outcome = { kind: 'skipped', reason: 'circuit-open' };
const TOO_LARGE: Outcome = { kind: 'skipped', reason: 'too-large' };
const GIVEN_UP: Outcome = { kind: 'failed', reason: 'aborted', status: null };
const NO_KEY: Outcome = { kind: 'failed', reason: 'no-key', status: null };
const REFUSED: Outcome = { kind: 'failed', reason: 'http-status', status: 503 };

/** Notes outcomes, one each second from 100 s on. */
function watched(outcomes: readonly Outcome[]): { readonly health: EngineHealth; readonly told: readonly string[] } {
  const told: string[] = [];
  let nowMs = 99_000;
  const watch = engineWatch([LAKERA], { keyOf: () => '', moment: () => nowMs, logError: (line) => told.push(line) });
  for (const outcome of outcomes) {
    nowMs += 1_000;
    watch.note([{ engine: 'lakera', outcome, tookMs: 5 }]);
  }
  const [status] = watch.list(new Map());
  assert.ok(status !== undefined);
  const { state, sinceMs, reason } = status;
  return { health: { state, sinceMs, reason } as EngineHealth, told };
}

const FALLS_SILENT = 'engine lakera gives no answer (no-key), and prompts and results are refused until it does';
const AGAIN = 'engine lakera answers again';
const silent = (sinceMs: number, reason: string): EngineHealth => ({ state: 'silent', sinceMs, reason });
const answers = (sinceMs: number): EngineHealth => ({ state: 'answers', sinceMs, reason: null });
const unasked: EngineHealth = { state: 'unasked', sinceMs: null, reason: null };

for (const { name, outcomes, health, told } of [
  { name: 'one that nobody asked is unasked', outcomes: [], health: unasked, told: [] },
  {
    name: 'a text that it is not given says nothing',
    outcomes: [TOO_LARGE, SKIPPED, GIVEN_UP],
    health: unasked,
    told: [],
  },
  {
    name: 'one that answers is not worth a line, and does so since its first answer',
    outcomes: [RAN, TOO_LARGE, RAN],
    health: answers(100_000),
    told: [],
  },
  {
    name: 'one that never answered is told once, and its newest reason stands',
    outcomes: [NO_KEY, REFUSED, SKIPPED],
    health: silent(100_000, 'http-status 503'),
    told: [FALLS_SILENT],
  },
  {
    name: 'each turn is told once',
    outcomes: [RAN, NO_KEY, NO_KEY, RAN, RAN, NO_KEY],
    health: silent(105_000, 'no-key'),
    told: [FALLS_SILENT, AGAIN, FALLS_SILENT],
  },
  {
    name: 'one that is back answers since then',
    outcomes: [NO_KEY, RAN],
    health: answers(101_000),
    told: [FALLS_SILENT, AGAIN],
  },
]) {
  test(name, () => assert.deepEqual(watched(outcomes), { health, told }));
}

test('there are as many lines as turns, and they alternate', () => {
  const some = fc.constantFrom(RAN, SKIPPED, TOO_LARGE, GIVEN_UP, NO_KEY, REFUSED);
  fc.assert(
    fc.property(fc.array(some), (outcomes) => {
      const { told, health } = watched(outcomes);
      const isDown = told.map((line) => line !== AGAIN);
      assert.deepEqual(
        isDown,
        isDown.map((_, index) => index % 2 === 0),
      );
      assert.equal(health.state === 'silent', isDown.at(-1) ?? false);
    }),
  );
});

test('what is known of an engine without asking it: what it is, and whether its key is set', () => {
  const program: PolicyEngine = {
    ...LIMITS,
    name: 'leaks',
    kind: 'gitleaks',
    command: ['/opt/gitleaks', '--config', '/etc/x'],
    isVerifying: false,
  };
  const watch = engineWatch([LAKERA, { ...LAKERA, name: 'open', keyEnv: null }, program], {
    keyOf: (variable) => (variable === 'LAKERA_KEY' ? 'the key itself' : null),
    moment: () => 0,
    logError: () => undefined,
  });
  const list = watch.list(new Map([['leaks', 'open']]));
  assert.deepEqual(
    list.map(({ name, asks, key, circuit }) => ({ name, asks, key, circuit })),
    [
      {
        name: 'lakera',
        asks: 'https://lakera.example',
        key: { variable: 'LAKERA_KEY', isSet: true },
        circuit: 'closed',
      },
      { name: 'open', asks: 'https://lakera.example', key: null, circuit: 'closed' },
      { name: 'leaks', asks: '/opt/gitleaks', key: null, circuit: 'open' },
    ],
  );
  assert.ok(!JSON.stringify(list).includes('the key itself'));
});
