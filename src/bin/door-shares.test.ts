import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Allowance } from '../core/allowance.ts';
import { GATEWAY_LIMITS } from '../gateway/index.ts';
import { MAX_BYTES_IN_FLIGHT } from '../guard/index.ts';
import {
  doorShares,
  GUARD_CONNECTIONS,
  GUARD_CONNECTIONS_OF_DOOR,
  GUARD_CONNECTIONS_OF_USER,
  SESSION_CONNECTIONS,
  SESSION_CONNECTIONS_OF_DOOR,
  SESSION_CONNECTIONS_OF_USER,
} from './door-shares.ts';
import { MAX_DOORS, MAX_DOORS_OF_USER } from './host-doors.ts';
import { MAX_HALL_CONNECTIONS } from './session-server.ts';

const [ANN, BOB] = [1001, 1002];

/** Takes all that can be had of it; how much that was. */
function drained(share: Allowance): number {
  let taken = 0;
  while (share.take(1)) taken += 1;
  return taken;
}

test('all doors of a user together hold what one user may, and another user’s door all of its own', () => {
  const shares = doorShares();
  const bobs = Array.from({ length: MAX_DOORS_OF_USER }, () => shares.door(BOB));
  const guards = bobs.map(({ guard }) => drained(guard.connections));
  const sessions = bobs.map(({ session }) => drained(session));
  assert.equal(guards[0], GUARD_CONNECTIONS_OF_DOOR);
  assert.equal(sessions[0], SESSION_CONNECTIONS_OF_DOOR);
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  assert.equal(sum(guards), GUARD_CONNECTIONS_OF_USER);
  assert.equal(sum(sessions), SESSION_CONNECTIONS_OF_USER);
  assert.ok(bobs[0]?.guard.bytes.take(MAX_BYTES_IN_FLIGHT));
  assert.equal(bobs[1]?.guard.bytes.take(1), false);

  const ann = shares.door(ANN);
  assert.equal(drained(ann.guard.connections), GUARD_CONNECTIONS_OF_DOOR);
  assert.equal(drained(ann.session), SESSION_CONNECTIONS_OF_DOOR);
  assert.ok(ann.guard.bytes.take(MAX_BYTES_IN_FLIGHT));
});

test('who closes one door while another is being opened has no second share', () => {
  const shares = doorShares();
  const [first, second] = [shares.door(BOB), shares.door(BOB)];
  assert.equal(second.guard.bytes.take(MAX_BYTES_IN_FLIGHT), true);
  first.release();
  assert.equal(shares.door(BOB).guard.bytes.take(1), false);
});

test('what all users may hold at one time is less than the files that the unit lets the daemon open', () => {
  const unit = readFileSync(new URL('../../infra/host/units/sallyport-guard.service', import.meta.url), 'utf8');
  const files = Number(/^LimitNOFILE=(\d+)$/m.exec(unit)?.[1]);
  const { maxConnections, requestsAtOnce } = GATEWAY_LIMITS;
  // Five for each door; a request may hold one to an upstream, and one to a fallback.
  const held = GUARD_CONNECTIONS + SESSION_CONNECTIONS + MAX_HALL_CONNECTIONS + 5 * MAX_DOORS + maxConnections;
  assert.ok(held + 2 * requestsAtOnce <= files - 4_096, `${held} and ${2 * requestsAtOnce} of ${files}`);
});
