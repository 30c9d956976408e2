import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { connectionShares } from './connection-shares.ts';

const LIMITS = { userConnections: 2, strangerConnections: 3 };

/** So many connections that came in, in order. */
function come(shares: ReturnType<typeof connectionShares>, count: number): readonly PassThrough[] {
  return Array.from({ length: count }, () => {
    const socket = new PassThrough();
    shares.add(socket);
    return socket;
  });
}

const open = (sockets: readonly PassThrough[]): readonly boolean[] => sockets.map(({ destroyed }) => !destroyed);

test('strangers make room for one another, the oldest first', () => {
  const shares = connectionShares(LIMITS);
  assert.deepEqual(open(come(shares, 5)), [false, false, true, true, true]);
});

test('a connection whose user is known is closed for no stranger', () => {
  const shares = connectionShares(LIMITS);
  const [known, ...others] = come(shares, 3);
  assert.ok(known !== undefined && shares.claim(known, 'ann'));
  come(shares, 9);
  assert.deepEqual(open([known, ...others]), [true, false, false]);
});

test('a user has so many connections and no more, and others have theirs', async () => {
  const shares = connectionShares(LIMITS);
  const [one, two, three] = come(shares, 3);
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  assert.ok(shares.claim(one, 'bob') && shares.claim(two, 'bob'));
  assert.ok(shares.claim(one, 'bob'), 'the next request of a connection counts nothing');
  assert.equal(shares.claim(three, 'bob'), false);
  assert.ok(shares.claim(three, 'ann'));
  const closed = once(one, 'close');
  one.destroy();
  await closed;
  const [four] = come(shares, 1);
  assert.ok(four !== undefined && shares.claim(four, 'bob'));
});
