import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { OPENS_AFTER_FAILURES, OPEN_MS } from './circuit-breaker.ts';
import { engineSet } from './engine-set.ts';
import type { EnginePorts } from './engine-set.ts';
import type { EngineLimits, EngineSetup } from './engine-setup.ts';
import { WIDE_LIMITS, madeToken, scriptedClock, scriptedProgram, utf8 } from './scripted-engines.ts';

const ports = (): EnginePorts => ({ clock: scriptedClock(), keyOf: () => null });
const never = new AbortController().signal;
const FINDS = `process.stdin.resume().on('end',()=>console.log(JSON.stringify({DetectorName:'Some',Raw:'key'})))`;
const FAILS = `process.stderr.write('key');process.exit(4)`;

const setup = (name: string, script: string, more: Partial<EngineLimits> = {}): EngineSetup => ({
  ...WIDE_LIMITS,
  name,
  kind: 'trufflehog',
  command: scriptedProgram(script),
  isVerifying: false,
  ...more,
});

test('the answer says of every engine what it did, in the order of asking', async () => {
  const set = engineSet([setup('late', FINDS, { order: 2 }), setup('early', FINDS, { order: 1 })], {
    ...ports(),
  });
  const answer = await set.scan(utf8('a key'), { signal: never });
  assert.equal(answer.missing, null);
  assert.deepEqual(
    answer.runs.map(({ engine, outcome }) => [engine, outcome]),
    [
      ['early', { kind: 'ran', found: 1 }],
      ['late', { kind: 'ran', found: 1 }],
    ],
  );
  assert.deepEqual(
    answer.findings.map(({ startByte, endByte }) => [startByte, endByte]),
    [
      [2, 5],
      [2, 5],
    ],
  );
});

test('an engine that fails takes nothing from the others, and its policy decides what follows', async () => {
  for (const [onFailure, missing] of [
    ['embedded-only', null],
    ['deny', 'fails'],
  ] as const) {
    const set = engineSet([setup('works', FINDS), setup('fails', FAILS, { onFailure })], ports());
    const answer = await set.scan(utf8('a key'), { signal: never });
    assert.equal(answer.missing, missing);
    assert.equal(answer.findings.length, 1);
    assert.deepEqual(answer.runs[1], {
      engine: 'fails',
      outcome: { kind: 'failed', reason: 'exit-status', status: 4 },
      tookMs: 0,
    });
  }
});

test('a text that an engine does not take is not passed as scanned', async () => {
  const set = engineSet([setup('small', FINDS, { maxInputBytes: 2, onFailure: 'deny' })], ports());
  const answer = await set.scan(utf8('a key'), { signal: never });
  assert.equal(answer.missing, 'small');
  assert.deepEqual(answer.runs[0]?.outcome, { kind: 'skipped', reason: 'too-large' });
});

test('nothing of the text is in the answer', async () => {
  const secret = madeToken(2);
  const quotes = `process.stdin.on('data',(text)=>{process.stderr.write(text);process.stdout.write(text)})`;
  const set = engineSet([setup('quotes', quotes)], ports());
  const answer = await set.scan(utf8(secret), { signal: never });
  assert.equal(answer.runs[0]?.outcome.kind, 'failed');
  assert.ok(!JSON.stringify(answer).includes(secret.slice(4, 16)));
});

test('only the engines that are named are asked, in the order of their setups', async () => {
  const set = engineSet(
    [
      setup('third', FINDS, { order: 3 }),
      setup('fails', FAILS, { order: 2, onFailure: 'deny' }),
      setup('first', FINDS),
    ],
    ports(),
  );
  const { runs, missing } = await set.scan(utf8('a key'), { signal: never, only: ['third', 'first'] });
  assert.deepEqual(
    runs.map(({ engine }) => engine),
    ['first', 'third'],
  );
  assert.equal(missing, null);
  assert.equal((await set.scan(utf8('a key'), { signal: never })).missing, 'fails');
  assert.deepEqual((await set.scan(utf8('a key'), { signal: never, only: [] })).runs, []);
});

test('no engines are an answer in which nothing is missing', async () => {
  const answer = await engineSet([], ports()).scan(utf8('a key'), { signal: never });
  assert.deepEqual(answer, { findings: [], runs: [], missing: null });
});

test('an engine that fails again and again is left alone, and its policy holds until a scan by it works', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-set-'));
  const flag = join(folder, 'works');
  try {
    const clock = scriptedClock();
    const script = `process.stdin.resume().on('end',()=>process.exit(require('fs').existsSync(${JSON.stringify(flag)})?0:4))`;
    const set = engineSet([setup('flaky', script, { onFailure: 'deny' })], { ...ports(), clock });
    const said = async (): Promise<readonly unknown[]> => {
      const { missing, runs } = await set.scan(utf8('a key'), { signal: never });
      const [run] = runs;
      return [missing, run?.outcome.kind === 'ran' ? 'ran' : run?.outcome.reason, set.circuits().get('flaky')];
    };
    for (let count = 0; count < OPENS_AFTER_FAILURES; count += 1)
      assert.deepEqual((await said()).slice(0, 2), ['flaky', 'exit-status']);
    assert.deepEqual(await said(), ['flaky', 'circuit-open', 'open']);
    clock.pass(OPEN_MS);
    assert.equal(set.circuits().get('flaky'), 'probing');
    assert.deepEqual(await said(), ['flaky', 'exit-status', 'open']);
    assert.deepEqual(await said(), ['flaky', 'circuit-open', 'open']);
    clock.pass(OPEN_MS);
    writeFileSync(flag, '');
    assert.deepEqual(await said(), [null, 'ran', 'closed']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('more scans than an engine has turns are turned away, and one that hangs is given up at its time limit', async () => {
  const clock = scriptedClock();
  const limits = { maxConcurrent: 1, maxQueued: 0, timeoutMs: 50 };
  const set = engineSet([setup('hangs', `setInterval(()=>0,1000)`, limits)], { ...ports(), clock });
  const first = set.scan(utf8('a key'), { signal: never });
  const second = await set.scan(utf8('a key'), { signal: never });
  assert.deepEqual(second.runs[0]?.outcome, { kind: 'skipped', reason: 'no-turn' });
  clock.pass(50);
  const { missing, runs } = await first;
  assert.equal(missing, null);
  assert.deepEqual(runs[0]?.outcome, { kind: 'failed', reason: 'timed-out', status: null });
  assert.equal(runs[0].tookMs, 50);
});
