import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TRIES, awsCall } from './aws-call.ts';
import { hastyPace } from './scripted-aws.ts';

const TARGET = { service: 'S3', name: 'bucket `b`', region: 'eu-central-1' } as const;
const never = new AbortController().signal;

const refusal = (name: string, status: number, more: object = {}): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status, ...more } });

test('a busy service is asked again, and its answer counts', async () => {
  const pace = hastyPace();
  let asked = 0;
  const answer = await awsCall(
    () => {
      asked += 1;
      return asked < 3 ? Promise.reject(refusal('SlowDown', 503)) : Promise.resolve('taken');
    },
    TARGET,
    pace,
    never,
  );
  assert.equal(answer, 'taken');
  assert.deepEqual(pace.waitedMs, [150, 300]);
});

test('tries are bounded, and the last failure is told', async () => {
  const pace = hastyPace();
  const asked: number[] = [];
  const ask = (): Promise<never> => Promise.reject(refusal(`Internal${asked.push(0)}`, 500));
  await assert.rejects(awsCall(ask, TARGET, pace, never), {
    code: 'STORE_UNREACHABLE',
    message: /Internal4, status 500/,
  });
  assert.equal(asked.length, MAX_TRIES);
  assert.equal(pace.waitedMs.length, MAX_TRIES - 1);
});

for (const { name, error } of [
  { name: 'a missing right', error: refusal('AccessDenied', 403) },
  { name: 'a missing bucket', error: refusal('NoSuchBucket', 404) },
  { name: 'a clock that is off, which nobody corrected', error: refusal('RequestTimeTooSkewed', 403) },
]) {
  test(`${name} is not asked about again`, async () => {
    let asked = 0;
    const ask = (): Promise<never> => {
      asked += 1;
      return Promise.reject(error);
    };
    await assert.rejects(awsCall(ask, TARGET, hastyPace(), never));
    assert.equal(asked, 1);
  });
}

test('once the time of the service is known, the request is signed by it a second time, and no third', async () => {
  let asked = 0;
  const ask = (): Promise<never> => {
    asked += 1;
    return Promise.reject(refusal('RequestTimeTooSkewed', 403, { clockSkewCorrected: true }));
  };
  await assert.rejects(awsCall(ask, TARGET, hastyPace(), never), { code: 'STORE_MISCONFIGURED' });
  assert.equal(asked, 2);
});

test('whoever asked may stop waiting: no further try, and the failure that there was', async () => {
  const stopping = new AbortController();
  let asked = 0;
  const ask = (): Promise<never> => {
    asked += 1;
    return Promise.reject(refusal('SlowDown', 503));
  };
  const pace = { random: () => 0, sleep: () => Promise.resolve(stopping.abort()) };
  await assert.rejects(awsCall(ask, TARGET, pace, stopping.signal), { message: /SlowDown/ });
  assert.equal(asked, 1);
});
