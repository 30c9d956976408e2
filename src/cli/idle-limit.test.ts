import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { idleLimit } from './idle-limit.ts';

for (const { name, steps, want } of [
  { name: 'work that goes on is not broken off, however long it takes', steps: [90, 90, 90, 90], want: 0 },
  { name: 'work in which nothing goes on is broken off', steps: [90, 101], want: 1 },
]) {
  test(name, () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    let idle = 0;
    const limit = idleLimit(100, () => (idle += 1));
    for (const ms of steps) {
      mock.timers.tick(ms);
      limit.goesOn();
    }
    limit.end();
    mock.timers.tick(1_000);
    mock.timers.reset();
    assert.equal(idle, want);
  });
}
