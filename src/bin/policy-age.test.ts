import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sha256 } from '../core/ids.ts';
import { DAY_MS, tooOld } from './policy-age.ts';

const issue = { keyId: 'k' as Sha256, sequence: 1, issuedAtMs: 1_000 };

for (const { name, signed, ageMs, maxAgeMs, isOld } of [
  { name: 'of exactly the age', signed: true, ageMs: 7 * DAY_MS, maxAgeMs: 7 * DAY_MS, isOld: false },
  { name: 'a moment older', signed: true, ageMs: 7 * DAY_MS + 1, maxAgeMs: 7 * DAY_MS, isOld: true },
  {
    name: 'from the future, by a clock that is set wrong',
    signed: true,
    ageMs: -DAY_MS,
    maxAgeMs: DAY_MS,
    isOld: false,
  },
  { name: 'on a host that takes any', signed: true, ageMs: 9_999 * DAY_MS, maxAgeMs: null, isOld: false },
  { name: 'read from texts', signed: false, ageMs: 9_999 * DAY_MS, maxAgeMs: DAY_MS, isOld: false },
]) {
  test(`a policy ${name} is ${isOld ? '' : 'not '}too old`, () => {
    const said = tooOld({ issue: signed ? issue : null }, issue.issuedAtMs + ageMs, maxAgeMs);
    assert.equal(said !== null, isOld, String(said));
  });
}
