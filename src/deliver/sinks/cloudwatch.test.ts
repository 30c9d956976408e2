import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hastyPace, jsonRefusal, jsonReply, scriptedAws } from '../aws/scripted-aws.ts';
import type { ScriptedAws, ScriptedReply, SeenRequest } from '../aws/scripted-aws.ts';
import { ALL_TAKEN } from '../sink.ts';
import { cloudwatchSink } from './cloudwatch.ts';
import { MADE_LOG, MADE_TIME_MS, madeBatch } from './made-batch.ts';

const SIGNAL = new AbortController().signal;
const DONE = jsonReply({ nextSequenceToken: '1' });
const MISSING = jsonRefusal(400, 'ResourceNotFoundException');

interface Events {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logEvents: readonly { readonly message: string; readonly timestamp: number }[];
}

const sinkAt = (aws: ScriptedAws): ReturnType<typeof cloudwatchSink> =>
  cloudwatchSink({ ...aws.address, group: 'audit', stream: 'host-1', form: 'record', pace: hastyPace() });

const actionOf = ({ headers }: SeenRequest): string => String(headers['x-amz-target']).replace('Logs_20140328.', '');
const eventsOf = (request: SeenRequest | undefined): Events => JSON.parse(String(request?.body)) as Events;

test('each record is an event at its own time, with its key and its exact line', async (t) => {
  const aws = await scriptedAws(t, () => DONE);
  const batch = madeBatch(7, 2);
  assert.deepEqual(await sinkAt(aws).deliver(batch, SIGNAL), ALL_TAKEN);
  assert.deepEqual(aws.seen.map(actionOf), ['PutLogEvents']);
  assert.deepEqual(eventsOf(aws.seen[0]), {
    logGroupName: 'audit',
    logStreamName: 'host-1',
    logEvents: batch.records.map(({ line }, place) => ({
      message: `{"key":"${MADE_LOG}/${7 + place}","record":${String(line)}}`,
      timestamp: MADE_TIME_MS + 7 + place,
    })),
  });
});

test('events go in the order of their time, where a clock was set back also', async (t) => {
  const aws = await scriptedAws(t, () => DONE);
  await sinkAt(aws).deliver(
    madeBatch(0, 4, (index) => ({ atMs: MADE_TIME_MS - (index % 2) * 5_000 })),
    SIGNAL,
  );
  const { logEvents } = eventsOf(aws.seen[0]);
  assert.deepEqual(
    logEvents.map(({ message }) => Number(/\/(\d+)"/.exec(message)?.[1])),
    [1, 3, 0, 2],
  );
});

test('requests keep to 1 MiB with 26 bytes for each event', async (t) => {
  const aws = await scriptedAws(t, () => DONE);
  await sinkAt(aws).deliver(
    madeBatch(0, 60, () => ({ fill: 20_000 })),
    SIGNAL,
  );
  const sizes = aws.seen.map((request) =>
    eventsOf(request).logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0),
  );
  assert.equal(sizes.length, 3);
  assert.ok(sizes.every((size) => size <= 1_048_576));
});

test('requests keep to 10,000 events', async (t) => {
  const aws = await scriptedAws(t, () => DONE);
  await sinkAt(aws).deliver(
    madeBatch(0, 10_001, () => ({ fill: 0 })),
    SIGNAL,
  );
  const counts = aws.seen.map((request) => eventsOf(request).logEvents.length);
  assert.ok(counts.every((count) => count <= 10_000));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    10_001,
  );
});

for (const { name, info, want } of [
  { name: 'the first two are too old', info: { tooOldLogEventEndIndex: 2 }, want: { 0: /14 days/, 1: /14 days/ } },
  { name: 'the first is expired', info: { expiredLogEventEndIndex: 1 }, want: { 0: /log group keeps/ } },
  {
    name: 'the last two are too new',
    info: { tooNewLogEventStartIndex: 3 },
    want: { 3: /2 hours ahead/, 4: /2 hours ahead/ },
  },
  {
    name: 'some of each',
    info: { expiredLogEventEndIndex: 1, tooOldLogEventEndIndex: 2, tooNewLogEventStartIndex: 4 },
    want: { 0: /log group keeps/, 1: /14 days/, 4: /2 hours ahead/ },
  },
  { name: 'places that do not exist', info: { tooOldLogEventEndIndex: -3, tooNewLogEventStartIndex: 99 }, want: {} },
] as const) {
  test(`what is not taken for its time is refused by its own index: ${name}`, async (t) => {
    const aws = await scriptedAws(t, () => jsonReply({ rejectedLogEventsInfo: info }));
    // In the order of time, so the last record of the log is the first event.
    const answer = await sinkAt(aws).deliver(
      madeBatch(100, 5, (index) => ({ atMs: MADE_TIME_MS - index })),
      SIGNAL,
    );
    assert.deepEqual(answer.pending, []);
    assert.deepEqual(
      answer.refused.map(({ index }) => index),
      Object.keys(want).map((place) => 104 - Number(place)),
    );
    for (const [place, reason] of Object.values(want).entries())
      assert.match(answer.refused[place]?.reason ?? '', reason);
  });
}

/** Answers each action by its list, the last of it again and again. */
function byAction(
  answers: Readonly<Record<string, readonly ScriptedReply[]>>,
): (request: SeenRequest) => ScriptedReply {
  const asked = new Map<string, number>();
  return (request) => {
    const action = actionOf(request);
    const place = asked.get(action) ?? 0;
    asked.set(action, place + 1);
    const list = answers[action] ?? [];
    return list[Math.min(place, list.length - 1)] ?? jsonRefusal(501, 'NotScripted');
  };
}

for (const { name, answers, want } of [
  {
    name: 'the stream is missing',
    answers: { PutLogEvents: [MISSING, DONE], CreateLogStream: [DONE] },
    want: ['PutLogEvents', 'CreateLogStream', 'PutLogEvents'],
  },
  {
    name: 'the group is missing too',
    answers: { PutLogEvents: [MISSING, DONE], CreateLogStream: [MISSING, DONE], CreateLogGroup: [DONE] },
    want: ['PutLogEvents', 'CreateLogStream', 'CreateLogGroup', 'CreateLogStream', 'PutLogEvents'],
  },
  {
    name: 'another host made both in the meantime',
    answers: {
      PutLogEvents: [MISSING, DONE],
      CreateLogStream: [MISSING, jsonRefusal(400, 'ResourceAlreadyExistsException')],
      CreateLogGroup: [jsonRefusal(400, 'ResourceAlreadyExistsException')],
    },
    want: ['PutLogEvents', 'CreateLogStream', 'CreateLogGroup', 'CreateLogStream', 'PutLogEvents'],
  },
]) {
  test(`what is missing is made: ${name}`, async (t) => {
    const aws = await scriptedAws(t, byAction(answers));
    assert.deepEqual(await sinkAt(aws).deliver(madeBatch(0, 2), SIGNAL), ALL_TAKEN);
    assert.deepEqual(aws.seen.map(actionOf), want);
  });
}

test('what is missing and may not be made is a denial that says so', async (t) => {
  const aws = await scriptedAws(
    t,
    byAction({
      PutLogEvents: [MISSING],
      CreateLogStream: [MISSING],
      CreateLogGroup: [jsonRefusal(400, 'AccessDeniedException')],
    }),
  );
  await assert.rejects(sinkAt(aws).deliver(madeBatch(0, 2), SIGNAL), { code: 'STORE_DENIED', message: /lack a right/ });
});

for (const { name, reply, code } of [
  { name: 'a 500', reply: jsonRefusal(500, 'InternalFailure'), code: 'STORE_UNREACHABLE' },
  { name: 'a busy service', reply: jsonRefusal(400, 'ThrottlingException'), code: 'STORE_UNREACHABLE' },
  { name: 'an expired token', reply: jsonRefusal(400, 'ExpiredTokenException'), code: 'STORE_DENIED' },
  {
    name: 'a request that it will never take',
    reply: jsonRefusal(400, 'InvalidParameterException'),
    code: 'STORE_REFUSED',
  },
  { name: 'a cut connection', reply: 'cut', code: 'STORE_UNREACHABLE' },
] as const) {
  test(`${name}: nothing is acknowledged`, async (t) => {
    const aws = await scriptedAws(t, () => reply);
    await assert.rejects(sinkAt(aws).deliver(madeBatch(0, 2), SIGNAL), (error: Error & { code: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, /^CloudWatch Logs, log stream `host-1` of group `audit`: /);
      assert.doesNotMatch(error.message, /AKMADE/);
      return true;
    });
  });
}
