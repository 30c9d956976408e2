import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPENS_AFTER_FAILURES, OPEN_MS } from './circuit-breaker.ts';
import { failed, skipped } from './engine.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import { guardedEngine } from './guarded-engine.ts';
import { WIDE_LIMITS, scriptedClock, utf8 } from './scripted-engines.ts';

const ran: EngineAnswer = { kind: 'ran', findings: [] };
const text = utf8('some text');
const never = new AbortController().signal;

/** An engine that answers when it is told to. */
function heldEngine(): Engine & {
  readonly calls: ((answer: EngineAnswer) => void)[];
  readonly signals: AbortSignal[];
} {
  const calls: ((answer: EngineAnswer) => void)[] = [];
  const signals: AbortSignal[] = [];
  return {
    name: 'held',
    calls,
    signals,
    scan: (_bytes, { signal }) => {
      signals.push(signal);
      return new Promise((resolve) => calls.push(resolve));
    },
  };
}

/** Lets everything run that waits for a settled promise. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an engine that does not answer is timed out, told so, and holds its turn until it has ended', async () => {
  const [clock, held] = [scriptedClock(), heldEngine()];
  const engine = guardedEngine(held, { ...WIDE_LIMITS, timeoutMs: 100, maxConcurrent: 1, maxQueued: 0 }, clock);
  const answer = engine.scan(text, { signal: never });
  await settle();
  clock.pass(100);
  assert.deepEqual(await answer, failed('timed-out'));
  assert.equal(held.signals[0]?.aborted, true);
  assert.deepEqual(await engine.scan(text, { signal: never }), skipped('no-turn'));
  held.calls[0]?.(failed('aborted'));
  await settle();
  const next = engine.scan(text, { signal: never });
  await settle();
  held.calls[1]?.(ran);
  assert.deepEqual(await next, ran);
  assert.equal(clock.waiting, 0);
});

test('the time limit counts the wait for a turn', async () => {
  const [clock, held] = [scriptedClock(), heldEngine()];
  const engine = guardedEngine(held, { ...WIDE_LIMITS, timeoutMs: 100, maxConcurrent: 1, maxQueued: 1 }, clock);
  const first = engine.scan(text, { signal: never });
  const second = engine.scan(text, { signal: never });
  await settle();
  clock.pass(100);
  assert.deepEqual(await second, skipped('no-turn'));
  assert.deepEqual(await first, failed('timed-out'));
  assert.equal(held.calls.length, 1);
});

test('a caller that gives up gets an answer at once, and the engine is not blamed', async () => {
  const [clock, held] = [scriptedClock(), heldEngine()];
  const engine = guardedEngine(held, { ...WIDE_LIMITS, maxConcurrent: 1 }, clock);
  for (let count = 0; count <= OPENS_AFTER_FAILURES; count += 1) {
    const controller = new AbortController();
    const answer = engine.scan(text, { signal: controller.signal });
    await settle();
    controller.abort();
    assert.deepEqual(await answer, failed('aborted'));
    held.calls[count]?.(failed('aborted'));
    await settle();
  }
  assert.deepEqual(await engine.scan(text, { signal: AbortSignal.abort() }), failed('aborted'));
  assert.equal(held.calls.length, OPENS_AFTER_FAILURES + 1);
});

test('an engine that uses up the time of its caller has failed, and after five such scans nobody waits for it', async () => {
  const [clock, held] = [scriptedClock(), heldEngine()];
  const engine = guardedEngine(held, { ...WIDE_LIMITS, timeoutMs: 2_400 }, clock);
  const answers: EngineAnswer[] = [];
  for (let count = 0; count < 12; count += 1) {
    // Begun before the engine's own limit of the same length, so it is over first.
    const deadline = new AbortController();
    const cancel = clock.after(2_400, () => deadline.abort(new DOMException('too late', 'TimeoutError')));
    const answer = engine.scan(text, { signal: deadline.signal });
    await settle();
    if (engine.circuit.state === 'closed') clock.pass(2_400);
    answers.push(await answer);
    cancel();
    held.calls[count]?.(failed('aborted'));
    await settle();
  }
  assert.deepEqual(answers.slice(0, OPENS_AFTER_FAILURES), Array(OPENS_AFTER_FAILURES).fill(failed('timed-out')));
  assert.deepEqual(answers.slice(OPENS_AFTER_FAILURES), Array(7).fill(skipped('circuit-open')));
  assert.equal(held.calls.length, OPENS_AFTER_FAILURES);
  assert.equal(clock.nowMs(), OPENS_AFTER_FAILURES * 2_400);
});

test('a deadline that passed before an engine had its turn is no fault of the engine', async () => {
  const [clock, held] = [scriptedClock(), heldEngine()];
  const engine = guardedEngine(held, { ...WIDE_LIMITS, maxConcurrent: 1 }, clock);
  const working = engine.scan(text, { signal: never });
  const deadline = new AbortController();
  const waiting = engine.scan(text, { signal: deadline.signal });
  await settle();
  deadline.abort(new DOMException('too late', 'TimeoutError'));
  assert.deepEqual(await waiting, skipped('no-turn'));
  assert.deepEqual(await engine.scan(text, { signal: deadline.signal }), skipped('no-turn'));
  held.calls[0]?.(ran);
  assert.deepEqual(await working, ran);
  assert.equal(held.calls.length, 1);
});

test('an engine that fails again and again is left alone, then probed once', async () => {
  const clock = scriptedClock();
  let [asked, answer]: [number, EngineAnswer] = [0, failed('exit-status', 2)];
  const engine = guardedEngine(
    {
      name: 'failing',
      scan: () => {
        asked += 1;
        return Promise.resolve(answer);
      },
    },
    WIDE_LIMITS,
    clock,
  );
  for (let count = 0; count < OPENS_AFTER_FAILURES; count += 1) await engine.scan(text, { signal: never });
  assert.deepEqual(await engine.scan(text, { signal: never }), skipped('circuit-open'));
  assert.equal(asked, OPENS_AFTER_FAILURES);
  clock.pass(OPEN_MS);
  answer = ran;
  assert.deepEqual(await engine.scan(text, { signal: never }), ran);
  assert.deepEqual(await engine.scan(text, { signal: never }), ran);
});

test('an engine that throws is a failed engine, and the error goes nowhere', async () => {
  const engine = guardedEngine(
    { name: 'throwing', scan: () => Promise.reject(new Error('some text')) },
    WIDE_LIMITS,
    scriptedClock(),
  );
  assert.deepEqual(await engine.scan(text, { signal: never }), failed('broken'));
});

test('a text that is too large is not handed over in part', async () => {
  const held = heldEngine();
  const engine = guardedEngine(held, { ...WIDE_LIMITS, maxInputBytes: 3 }, scriptedClock());
  assert.deepEqual(await engine.scan(text, { signal: never }), skipped('too-large'));
  assert.equal(held.calls.length, 0);
});
