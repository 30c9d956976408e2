import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { engineSet } from './engine-set.ts';
import type { EngineSet, EngineSetAnswer } from './engine-set.ts';
import type { ServiceSetup } from './engine-setup.ts';
import { MAX_REPLY_BYTES, MAX_REPORTED } from './read-json.ts';
import { WIDE_LIMITS, madeToken, scriptedClock, utf8 } from './scripted-engines.ts';

const KINDS = ['presidio', 'llm-guard', 'lakera'] as const;
type ServiceKind = ServiceSetup['kind'];
const never = new AbortController().signal;
const SECRET = madeToken(5);

function setOf(kind: ServiceKind, url: string, key: string | null = null): EngineSet {
  const setup: ServiceSetup = { ...WIDE_LIMITS, name: kind, kind, url, keyEnv: key === null ? null : 'SOME_KEY' };
  return engineSet([setup], { clock: scriptedClock(), keyOf: () => key });
}

/** Runs a service on the loopback as long as the work takes. */
async function withService<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const scanWith = (kind: ServiceKind, listener: RequestListener, text: string, key?: string): Promise<EngineSetAnswer> =>
  withService(listener, (url) => setOf(kind, url, key).scan(utf8(text), { signal: never }));

const says =
  (value: unknown, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

const found = (answer: EngineSetAnswer): readonly (readonly [string, number, number])[] => {
  assert.ok(
    answer.runs.every(({ outcome }) => outcome.kind === 'ran'),
    JSON.stringify(answer.runs),
  );
  return answer.findings.map(({ detectorId, startByte, endByte }) => [detectorId, startByte, endByte]);
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as unknown;
}

test('each service is asked as its documentation says, with the key', async () => {
  for (const [kind, path, body, value] of [
    ['presidio', '/base/analyze', { text: 'ä text', language: 'en', score_threshold: 0.5 }, []],
    ['llm-guard', '/base/analyze/prompt', { prompt: 'ä text' }, { is_valid: true, scanners: {}, sanitized_prompt: '' }],
    [
      'lakera',
      '/base/v2/guard',
      { messages: [{ role: 'user', content: 'ä text' }], breakdown: true },
      { flagged: false },
    ],
  ] as const) {
    const seen: unknown[] = [];
    const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      seen.push(request.method, request.url, request.headers.authorization, await bodyOf(request));
      says(value)(request, response);
    };
    const answer = await scanWith(kind, (request, response) => void listener(request, response), 'ä text', 'k-1');
    assert.deepEqual(found(answer), []);
    assert.deepEqual(seen, ['POST', path, 'Bearer k-1', body]);
  }
});

test('places of Presidio count code points', async () => {
  const value = [
    { entity_type: 'EMAIL_ADDRESS', start: 3, end: 8, score: 1, analysis_explanation: null },
    { entity_type: 'US_SSN', start: 0, end: 2, score: 0.2 },
    { entity_type: 'PERSON', start: 5, end: 500, score: 0.85 },
  ];
  assert.deepEqual(found(await scanWith('presidio', says(value), '😀ä a@b.c')), [
    ['pii/presidio-person', 0, 12],
    ['pii/presidio-email-address', 7, 12],
  ]);
});

test('scanners of LLM Guard that object are findings of their areas, over the whole text', async () => {
  const value = (isValid: boolean, scanners: object): unknown => ({
    is_valid: isValid,
    scanners,
    sanitized_prompt: 'x',
  });
  const ask = async (answer: unknown) => found(await scanWith('llm-guard', says(answer), 'abcd'));
  assert.deepEqual(await ask(value(true, { Secrets: 0, Toxicity: 0.2 })), []);
  assert.deepEqual(await ask(value(false, { Secrets: 1, PromptInjection: 0.9, Anonymize: 0.4, Toxicity: -1 })), [
    ['secret/llm-guard-secrets', 0, 4],
    ['injection/llm-guard-prompt-injection', 0, 4],
    ['pii/llm-guard-anonymize', 0, 4],
  ]);
  assert.deepEqual(await ask(value(false, {})), [['injection/llm-guard', 0, 4]]);
  assert.deepEqual(await ask(value(false, { constructor: 1 })), [['injection/llm-guard-constructor', 0, 4]]);
});

test('Lakera counts from medium on: what it detected, and what it calls likely or more', async () => {
  const entry = (type: string, detected: boolean, more: object = {}) => ({ detector_type: type, detected, ...more });
  const ask = async (flagged: boolean, breakdown?: readonly object[]) =>
    found(await scanWith('lakera', says({ flagged, breakdown, metadata: {} }), 'abcd')).map(([id]) => id);
  assert.deepEqual(await ask(true, [entry('prompt_attack', true), entry('pii/email', false)]), [
    'injection/lakera-prompt-attack',
  ]);
  for (const [level, counts] of [
    ['L1', true],
    ['l2_very_likely', true],
    ['l3_likely', true],
    ['l4_less_likely', false],
    ['L5', false],
  ] as const) {
    const ids = await ask(false, [entry('pii/email', false, { result: level })]);
    assert.deepEqual(ids, counts ? ['pii/lakera-pii-email'] : []);
  }
  assert.deepEqual(await ask(true, [entry('moderated_content/hate', true)]), ['company/lakera-moderated-content-hate']);
  assert.deepEqual(await ask(true), ['injection/lakera']);
  assert.deepEqual(await ask(false), []);
});

const raw =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

const FAULTS: readonly (readonly [title: string, listener: RequestListener, reason: string, status: number | null])[] =
  [
    ['answers 500 and quotes the text', raw(SECRET, 500), 'http-status', 500],
    ['answers 429', raw('', 429), 'http-status', 429],
    ['answers no content', raw('', 204), 'http-status', 204],
    ['answers a page', raw('[]', 200, { 'content-type': 'text/html' }), 'answer-unreadable', null],
    [
      'answers a type that begins like JSON',
      raw('[]', 200, { 'content-type': 'application/jsonp' }),
      'answer-unreadable',
      null,
    ],
    ['answers no JSON', raw(`{"flagged": ${SECRET}`), 'answer-unreadable', null],
    ['answers nothing', raw(''), 'answer-unreadable', null],
    ['answers bytes that are no UTF-8', raw(Buffer.from([0xff, 0x22])), 'answer-unreadable', null],
    ['answers null', says(null), 'answer-unreadable', null],
    ['answers text', says(SECRET), 'answer-unreadable', null],
    ['answers an object of other fields', says({ error: SECRET }), 'answer-unreadable', null],
    ['answers a list of text', says([SECRET]), 'answer-unreadable', null],
    [
      'answers fields of other types',
      says({ flagged: 'no', breakdown: {}, is_valid: 1, scanners: [SECRET] }),
      'answer-unreadable',
      null,
    ],
    [
      'answers values of other types',
      says({ flagged: true, breakdown: [{ detector_type: 1 }], is_valid: false, scanners: { a: SECRET } }),
      'answer-unreadable',
      null,
    ],
    ['answers very deep JSON', raw('['.repeat(1_000_000)), 'answer-unreadable', null],
    ['answers too many findings', raw(`[${'{},'.repeat(MAX_REPORTED)}{}]`), 'answer-unreadable', null],
    ['answers more than is read', raw(Buffer.alloc(MAX_REPLY_BYTES + 1, 0x20)), 'answer-too-large', null],
    ['closes the connection', (request) => request.socket.destroy(), 'unreachable', null],
    [
      'breaks off in the middle',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{', () => response.destroy());
      },
      'unreachable',
      null,
    ],
  ];

for (const [title, listener, reason, status] of FAULTS) {
  test(`a service that ${title} is a failed engine`, async () => {
    for (const kind of KINDS) {
      const answer = await scanWith(kind, listener, `key ${SECRET}`);
      assert.deepEqual(answer.runs[0]?.outcome, { kind: 'failed', reason, status });
      assert.ok(!JSON.stringify(answer).includes(SECRET.slice(4, 16)));
    }
  });
}

test('a name in the answer that stands in the text does not come into an id', async () => {
  const value = { is_valid: false, scanners: { [SECRET.slice(4, 30)]: 1 } };
  assert.deepEqual(found(await scanWith('llm-guard', says(value), SECRET)), [
    ['injection/llm-guard', 0, SECRET.length],
  ]);
});

test('a service that hangs or trickles is given up at the time limit', async () => {
  const clock = scriptedClock();
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const listener: RequestListener = (request, response) => {
    request.resume();
    if (request.headers.authorization === 'Bearer trickle')
      response.writeHead(200, { 'content-type': 'application/json' }).write('[', () => begun[1].resolve());
    else begun[0].resolve();
  };
  await withService(listener, async (url) => {
    for (const [index, key] of ['hang', 'trickle'].entries()) {
      const setup: ServiceSetup = { ...WIDE_LIMITS, kind: 'presidio', url, keyEnv: 'K', timeoutMs: 50 };
      const answer = engineSet([setup], { clock, keyOf: () => key }).scan(utf8('abc'), { signal: never });
      await begun[index]?.promise;
      clock.pass(50);
      assert.deepEqual((await answer).runs[0]?.outcome, { kind: 'failed', reason: 'timed-out', status: null });
    }
  });
});

test('a service that is not there is a failed engine, and one without its key is not asked', async () => {
  const url = await withService(says([]), (place) => Promise.resolve(place));
  const [run] = (await setOf('presidio', url).scan(utf8('abc'), { signal: never })).runs;
  assert.deepEqual(run?.outcome, { kind: 'failed', reason: 'unreachable', status: null });
  const setup: ServiceSetup = { ...WIDE_LIMITS, kind: 'lakera', url, keyEnv: 'ABSENT' };
  const set = engineSet([setup], { clock: scriptedClock(), keyOf: () => null });
  const [other] = (await set.scan(utf8('abc'), { signal: never })).runs;
  assert.deepEqual(other?.outcome, { kind: 'failed', reason: 'no-key', status: null });
});

test('bytes that are no text are not given to a service', async () => {
  const answer = await setOf('presidio', 'http://127.0.0.1:9').scan(Uint8Array.of(0x61, 0xff), { signal: never });
  assert.deepEqual(answer.runs[0]?.outcome, { kind: 'skipped', reason: 'not-utf8' });
});

test('an empty text holds nothing, and no service is asked', async () => {
  for (const kind of KINDS)
    assert.deepEqual(found(await setOf(kind, 'http://127.0.0.1:9').scan(utf8(''), { signal: never })), []);
});
