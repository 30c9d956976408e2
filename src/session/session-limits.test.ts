import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endReason, endWarning, sessionEnd } from './session-limits.ts';
import type { SessionLimits } from './session-limits.ts';

const MINUTE_MS = 60_000;
const LIMITS: SessionLimits = { maxDurationMinutes: 480, idleTimeoutMinutes: 30 };

for (const { name, ran, rest, limits = LIMITS, reason = null, warning = null } of [
  { name: 'a session that was just opened has time', ran: 0, rest: 0 },
  { name: 'one that somebody works in for hours has time', ran: 470, rest: 0 },
  {
    name: 'five minutes before its longest time people are told',
    ran: 475,
    rest: 0,
    warning: /^this session ends in 5 minutes: the policy lets none run longer than 480 minutes\./,
  },
  { name: 'and in its last minute', ran: 479.5, rest: 0, warning: /ends in 1 minute:/ },
  {
    name: 'at its longest time it ends, with the field that says so',
    ran: 480,
    rest: 0,
    reason: 'it has run for 480 minutes, the longest that the policy allows (session.max_duration_minutes)',
  },
  { name: 'so it does after a machine slept over that', ran: 10_000, rest: 0, reason: /^it has run for 480 minutes/ },
  {
    name: 'five minutes before it has rested too long people are told',
    ran: 60,
    rest: 25,
    warning: /^nothing happens in this session: it ends in 5 minutes unless you go on$/,
  },
  {
    name: 'after that rest it ends, with the field that says so',
    ran: 60,
    rest: 30,
    reason: 'nothing has happened in it for 30 minutes, after which the policy ends it (session.idle_timeout_minutes)',
  },
  { name: 'of two that come near the first is told', ran: 476, rest: 26.5, warning: /^nothing happens/ },
  {
    name: 'a limit of one minute is told in its second half and not from the start',
    ran: 0.4,
    rest: 0,
    limits: { maxDurationMinutes: 1, idleTimeoutMinutes: 1 },
  },
  {
    name: 'a rest that may be longer than the session never ends it',
    ran: 480,
    rest: 480,
    limits: { maxDurationMinutes: 480, idleTimeoutMinutes: 480 },
    reason: /session\.max_duration_minutes/,
  },
] as readonly {
  name: string;
  ran: number;
  rest: number;
  limits?: SessionLimits;
  reason?: string | RegExp | null;
  warning?: RegExp | null;
}[]) {
  test(`limits of a session: ${name}`, () => {
    const end = sessionEnd({ ranMs: ran * MINUTE_MS, restMs: rest * MINUTE_MS }, limits);
    for (const [said, want] of [
      [endReason(end, limits), reason],
      [endWarning(end, limits), warning],
    ] as const) {
      if (want instanceof RegExp) assert.match(said ?? '', want);
      else assert.equal(said, want);
    }
  });
}

test('a session ends exactly where one of its limits is reached, and is warned of only before', () => {
  const minutes = fc.integer({ min: 1, max: 10_080 });
  fc.assert(
    fc.property(minutes, minutes, fc.nat(1e9), fc.nat(1e9), (maxDurationMinutes, idleTimeoutMinutes, ranMs, restMs) => {
      const limits = { maxDurationMinutes, idleTimeoutMinutes };
      const end = sessionEnd({ ranMs, restMs }, limits);
      const isDue = ranMs >= maxDurationMinutes * MINUTE_MS || restMs >= idleTimeoutMinutes * MINUTE_MS;
      assert.equal(endReason(end, limits) !== null, isDue);
      if (isDue) assert.equal(endWarning(end, limits), null);
    }),
  );
});
