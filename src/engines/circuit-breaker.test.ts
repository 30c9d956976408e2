import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPENS_AFTER_FAILURES, OPEN_MS, circuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { scriptedClock } from './scripted-engines.ts';

const fail = (circuit: CircuitBreaker, times: number): void => {
  for (let count = 0; count < times; count += 1) circuit.start()?.end('failed');
};

test('failures in a row open the circuit, and not one fewer', () => {
  const circuit = circuitBreaker(scriptedClock());
  fail(circuit, OPENS_AFTER_FAILURES - 1);
  assert.equal(circuit.isPassable(), true);
  fail(circuit, 1);
  assert.equal(circuit.isPassable(), false);
  assert.equal(circuit.start(), null);
});

test('a scan that worked begins the count anew, one that says nothing does not count', () => {
  const circuit = circuitBreaker(scriptedClock());
  fail(circuit, OPENS_AFTER_FAILURES - 1);
  circuit.start()?.end('worked');
  fail(circuit, OPENS_AFTER_FAILURES - 1);
  circuit.start()?.end('unknown');
  assert.equal(circuit.isPassable(), true);
  fail(circuit, 1);
  assert.equal(circuit.isPassable(), false);
});

test('an open circuit lets one probe through when its time has passed', () => {
  const clock = scriptedClock();
  const circuit = circuitBreaker(clock);
  fail(circuit, OPENS_AFTER_FAILURES);
  clock.pass(OPEN_MS - 1);
  assert.equal(circuit.start(), null);
  clock.pass(1);
  const probe = circuit.start();
  assert.notEqual(probe, null);
  assert.equal(circuit.start(), null);
  probe?.end('worked');
  assert.equal(circuit.isPassable(), true);
  fail(circuit, OPENS_AFTER_FAILURES - 1);
  assert.equal(circuit.isPassable(), true);
});

test('a probe that fails opens the circuit again for the whole time', () => {
  const clock = scriptedClock();
  const circuit = circuitBreaker(clock);
  fail(circuit, OPENS_AFTER_FAILURES);
  clock.pass(OPEN_MS);
  circuit.start()?.end('failed');
  clock.pass(OPEN_MS - 1);
  assert.equal(circuit.isPassable(), false);
  clock.pass(1);
  assert.equal(circuit.isPassable(), true);
});

test('a probe that its caller gave up leaves the place to the next one', () => {
  const clock = scriptedClock();
  const circuit = circuitBreaker(clock);
  fail(circuit, OPENS_AFTER_FAILURES);
  clock.pass(OPEN_MS);
  circuit.start()?.end('unknown');
  assert.equal(circuit.isPassable(), true);
});

test('a try from before the circuit opened does not close it', () => {
  const circuit = circuitBreaker(scriptedClock());
  const early = circuit.start();
  fail(circuit, OPENS_AFTER_FAILURES);
  early?.end('worked');
  assert.equal(circuit.isPassable(), false);
});
