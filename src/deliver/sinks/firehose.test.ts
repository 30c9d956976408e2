import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hastyPace, jsonRefusal, jsonReply, scriptedAws } from '../aws/scripted-aws.ts';
import type { ScriptedAws, ScriptedReply, SeenRequest } from '../aws/scripted-aws.ts';
import { ALL_TAKEN } from '../sink.ts';
import { firehoseSink } from './firehose.ts';
import { MADE_LOG, madeBatch } from './made-batch.ts';

const SIGNAL = new AbortController().signal;

const sinkAt = (aws: ScriptedAws, form: 'record' | 'ocsf' = 'record'): ReturnType<typeof firehoseSink> =>
  firehoseSink({ ...aws.address, stream: 'audit', form, pace: hastyPace() });

/** The lines of a request, as Firehose would write them one after the other. */
function linesOf({ body }: SeenRequest): readonly string[] {
  const { Records } = JSON.parse(String(body)) as { Records: readonly { Data: string }[] };
  return Records.map(({ Data }) => Buffer.from(Data, 'base64').toString());
}

/** Takes all but what is named by its place in the request. */
function taking(request: SeenRequest, failing: readonly number[] = []): ScriptedReply {
  const RequestResponses = linesOf(request).map((_, place) =>
    failing.includes(place)
      ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down, AKMADE' }
      : { RecordId: `id${place}` },
  );
  return jsonReply({ FailedPutCount: failing.length, RequestResponses });
}

test('each record is a line of JSON with its key before it, and the exact line of the log in it', async (t) => {
  const aws = await scriptedAws(t, (request) => taking(request));
  const batch = madeBatch(7, 2);
  assert.deepEqual(await sinkAt(aws).deliver(batch, SIGNAL), ALL_TAKEN);
  const [request] = aws.seen;
  assert.equal(request?.headers['x-amz-target'], 'Firehose_20150804.PutRecordBatch');
  assert.equal((JSON.parse(String(request?.body)) as { DeliveryStreamName: string }).DeliveryStreamName, 'audit');
  assert.deepEqual(
    request === undefined ? [] : linesOf(request),
    batch.records.map(({ line }, place) => `{"key":"${MADE_LOG}/${7 + place}","record":${String(line)}}\n`),
  );
});

test('an OCSF event stands under its own name', async (t) => {
  const aws = await scriptedAws(t, (request) => taking(request));
  await sinkAt(aws, 'ocsf').deliver(madeBatch(7, 1), SIGNAL);
  const [line = ''] = aws.seen[0] === undefined ? [] : linesOf(aws.seen[0]);
  assert.deepEqual(Object.keys(JSON.parse(line) as object), ['key', 'event']);
});

test('of a request that was taken in part, only what was not taken is pending', async (t) => {
  const aws = await scriptedAws(t, (request) => taking(request, [1, 3]));
  const answer = await sinkAt(aws).deliver(madeBatch(10, 5), SIGNAL);
  assert.deepEqual(answer, {
    pending: [11, 13],
    refused: [],
    reason: 'Firehose, stream `audit`: 2 of 5 records were not taken (ServiceUnavailableException)',
    retryAfterMs: null,
  });
});

for (const { name, said } of [
  { name: 'no ids', said: [{}, {}] },
  { name: 'empty ids', said: [{ RecordId: '' }, { RecordId: '' }] },
  {
    name: 'an id and an error at once',
    said: [
      { RecordId: 'a', ErrorCode: 'X' },
      { RecordId: 'b', ErrorCode: 'AK\nMADE' },
    ],
  },
]) {
  test(`what the answer does not clearly call taken is pending: ${name}`, async (t) => {
    const aws = await scriptedAws(t, () => jsonReply({ FailedPutCount: 0, RequestResponses: said }));
    const answer = await sinkAt(aws).deliver(madeBatch(0, 2), SIGNAL);
    assert.deepEqual(answer.pending, [0, 1]);
    assert.doesNotMatch(answer.reason ?? '', /MADE|\n/);
  });
}

for (const RequestResponses of [
  undefined,
  [],
  [{ RecordId: 'a' }],
  [{ RecordId: 'a' }, { RecordId: 'b' }, { RecordId: 'c' }],
]) {
  test(`an answer about ${RequestResponses?.length ?? 'no'} of 2 records acknowledges none`, async (t) => {
    const aws = await scriptedAws(t, () => jsonReply({ FailedPutCount: 0, RequestResponses }));
    await assert.rejects(sinkAt(aws).deliver(madeBatch(0, 2), SIGNAL), {
      code: 'STORE_UNREACHABLE',
      message: /does not tell/,
    });
  });
}

test('requests keep to 500 records and 4 MiB', async (t) => {
  const aws = await scriptedAws(t, (request) => taking(request));
  await sinkAt(aws).deliver(madeBatch(0, 1_201), SIGNAL);
  assert.deepEqual(
    aws.seen.map((request) => linesOf(request).length),
    [500, 500, 201],
  );
  const large = await scriptedAws(t, (request) => taking(request));
  await sinkAt(large).deliver(
    madeBatch(0, 200, () => ({ fill: 30_000 })),
    SIGNAL,
  );
  const sizes = large.seen.map((request) => linesOf(request).reduce((sum, line) => sum + Buffer.byteLength(line), 0));
  assert.equal(sizes.length, 3);
  assert.ok(sizes.every((size) => size <= 4 * 1024 * 1024));
});

test('a record that is too long for the service is refused by its index, and the others go', async (t) => {
  const aws = await scriptedAws(t, (request) => taking(request));
  const batch = madeBatch(0, 3, (index) => ({ fill: index === 1 ? 520_000 : 4 }));
  const answer = await sinkAt(aws).deliver(batch, SIGNAL);
  assert.deepEqual(answer.refused, [{ index: 1, reason: 'longer than the 1024000 bytes that the service takes' }]);
  assert.equal(linesOf(aws.seen[0] ?? assert.fail()).length, 2);
});

test('where the second request fails, the first stays acknowledged', async (t) => {
  const aws = await scriptedAws(t, (request, place) =>
    place === 0 ? taking(request) : jsonRefusal(400, 'AccessDeniedException'),
  );
  const answer = await sinkAt(aws).deliver(madeBatch(0, 600), SIGNAL);
  assert.deepEqual(
    answer.pending,
    Array.from({ length: 100 }, (_, place) => 500 + place),
  );
  assert.match(answer.reason ?? '', /lack a right/);
});

for (const { name, reply, code, says } of [
  { name: 'a 500', reply: jsonRefusal(500, 'InternalFailure'), code: 'STORE_UNREACHABLE', says: /InternalFailure/ },
  {
    name: 'a busy service',
    reply: jsonRefusal(503, 'ServiceUnavailableException'),
    code: 'STORE_UNREACHABLE',
    says: /ServiceUnavailable/,
  },
  {
    name: 'a stream that is missing',
    reply: jsonRefusal(400, 'ResourceNotFoundException'),
    code: 'STORE_MISCONFIGURED',
    says: /does not exist in eu-central-1/,
  },
  { name: 'an expired token', reply: jsonRefusal(400, 'ExpiredTokenException'), code: 'STORE_DENIED', says: /expired/ },
  {
    name: 'credentials of another account',
    reply: jsonRefusal(400, 'UnrecognizedClientException'),
    code: 'STORE_DENIED',
    says: /no credentials that it accepts/,
  },
  { name: 'a cut connection', reply: 'cut', code: 'STORE_UNREACHABLE', says: /no good answer/ },
  {
    name: 'a cut answer',
    reply: { status: 200, body: '{"RequestResponses":[', isCut: true },
    code: 'STORE_UNREACHABLE',
    says: /no good answer/,
  },
  {
    name: 'a page of a proxy',
    reply: { status: 200, body: '<html>AKMADE</html>' },
    code: 'STORE_UNREACHABLE',
    says: /no good answer/,
  },
] as const) {
  test(`${name}: nothing is acknowledged, and the failure says why`, async (t) => {
    const aws = await scriptedAws(t, () => reply);
    await assert.rejects(sinkAt(aws).deliver(madeBatch(0, 2), SIGNAL), (error: Error & { code: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, says);
      assert.match(error.message, /^Firehose, stream `audit`: /);
      assert.doesNotMatch(error.message, /AKMADE/);
      return true;
    });
  });
}

test('a service that never answers holds nobody that stops waiting', async (t) => {
  const aws = await scriptedAws(t, () => 'silent');
  const stopping = new AbortController();
  const delivering = assert.rejects(sinkAt(aws).deliver(madeBatch(0, 2), stopping.signal), {
    code: 'STORE_UNREACHABLE',
  });
  stopping.abort();
  await delivering;
});
