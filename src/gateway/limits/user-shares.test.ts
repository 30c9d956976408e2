import assert from 'node:assert/strict';
import { test } from 'node:test';

import { userShares } from './user-shares.ts';

const LIMITS = { requestsAtOnce: 5, userRequestsAtOnce: 3, bodyBytesAtOnce: 100, userBodyBytesAtOnce: 60 };

test('one user’s requests and bytes leave room for those of another', () => {
  const shares = userShares(LIMITS);
  const bobs = [1, 2, 3].map(() => shares.request());
  assert.ok(bobs.every((each) => each.enter('bob')));
  assert.equal(shares.request().enter('bob'), false);
  assert.ok(bobs[0]?.hold(60));
  assert.equal(bobs[1]?.hold(1), false);

  const ann = shares.request();
  assert.ok(ann.enter('ann'));
  assert.ok(ann.hold(40));
  assert.equal(ann.hold(1), false, 'all together have no more');
});

test('what a request held is free when it has left, once', () => {
  const shares = userShares(LIMITS);
  const [one, two] = [shares.request(), shares.request()];
  assert.ok(one.enter('bob') && two.enter('bob'));
  assert.ok(one.hold(30) && one.hold(30));
  assert.equal(two.hold(1), false);
  one.leave();
  one.leave();
  assert.ok(two.hold(60));
  assert.equal(two.hold(1), false);
});

test('a request that was not let in holds nothing and gives nothing back', () => {
  const shares = userShares({ ...LIMITS, userRequestsAtOnce: 1 });
  const [one, two] = [shares.request(), shares.request()];
  assert.ok(one.enter('bob'));
  assert.equal(two.enter('bob'), false);
  assert.equal(two.hold(1), false);
  two.leave();
  assert.equal(shares.request().enter('bob'), false);
});
