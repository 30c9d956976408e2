import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeSessionId } from '../core/ids.ts';
import type { GovernedSession, SessionDirectory } from '../core/session.ts';
import { replyHeaders, requestHeaders } from './headers.ts';
import { callerOf, clientIds, clientSession, codingRefusal } from './request-reading.ts';

const SESSION: GovernedSession = {
  id: makeSessionId(0, new Uint8Array(16)),
  workspace: '/w',
  homeDir: '/h',
  provider: 'anthropic',
  endedReason: null,
  taint: null,
};
const SESSIONS: SessionDirectory = { byToken: (token) => (/^T\d$/.test(token) ? SESSION : null), byId: () => SESSION };

for (const [name, raw, want] of [
  ['a bearer token', ['Authorization', 'Bearer T1'], 'T1'],
  ['a bearer in other case', ['AUTHORIZATION', 'bearer  T1 '], 'T1'],
  ['an API key', ['X-Api-Key', 'T1'], 'T1'],
  ['the same token twice, as a key helper sends it', ['x-api-key', 'T1', 'authorization', 'Bearer T1'], 'T1'],
  ['a key of another kind beside it', ['x-api-key', 'sk-own', 'authorization', 'Bearer T1'], 'T1'],
  ["two sessions' tokens", ['x-api-key', 'T1', 'authorization', 'Bearer T2'], 'unknown-token'],
  ['another scheme', ['authorization', 'Basic T1'], 'no-token'],
  ['an empty bearer', ['authorization', 'Bearer '], 'no-token'],
  ['nothing', [], 'no-token'],
  ['an unknown key', ['x-api-key', 'nope'], 'unknown-token'],
] as const) {
  test(`who calls: ${name}`, () => {
    const caller = callerOf(raw, SESSIONS);
    assert.equal('why' in caller ? caller.why : caller.token, want);
  });
}

test('a client session is one id, and one only', () => {
  const ids = (raw: readonly string[]): unknown => clientIds(raw);
  assert.deepEqual(ids(['X-Claude-Code-Session-Id', 'a-1']), { clientSessionId: 'a-1', agentId: null });
  for (const raw of [
    ['x-claude-code-session-id', 'a', 'X-Claude-Code-Session-Id', 'a'],
    ['x-claude-code-session-id', 'a, b'],
    ['x-claude-code-session-id', ''],
    ['x-claude-code-agent-id', 'a'.repeat(129)],
  ]) {
    assert.equal((clientIds(raw) as { why: string }).why, 'unreadable-request');
  }
  assert.equal(clientSession('a', null), 'a');
  assert.equal(clientSession(null, 'a'), 'a');
  assert.equal(clientSession('a', 'a'), 'a');
  assert.equal(clientSession(null, 'not an id'), null);
  for (const [header, body] of [
    ['a', 'b'],
    ['a', 'not an id'],
    ['a', ''],
  ] as const) {
    assert.equal(typeof clientSession(header, body), 'object');
  }
});

for (const [raw, isRefused] of [
  [['content-type', 'application/json'], false],
  [['content-type', 'application/json; charset=UTF-8'], false],
  [[], false],
  [['content-encoding', 'identity'], false],
  [['content-encoding', 'gzip'], true],
  [['content-type', 'application/json; charset=utf-16'], true],
  [['content-type', 'text/plain'], true],
  [['content-type', 'application/json', 'content-type', 'application/json'], true],
] as const) {
  test(`a body of ${raw.join(' ') || 'no type'} is ${isRefused ? 'refused' : 'read'}`, () => {
    assert.equal(codingRefusal(raw) !== null, isRefused);
  });
}

test('no field that holds the token goes up, whatever it is called', () => {
  const raw = [
    'Host',
    'x',
    'X-Copy',
    'a T1 b',
    'Cookie',
    'k=T1',
    'Proxy-Authorization',
    'Basic x',
    'Keep',
    'y',
    'x-amz-date',
    'z',
  ];
  const changes = {
    host: 'up',
    contentLength: null,
    credentials: [],
    dropped: (name: string) => name.startsWith('x-amz-'),
    secret: 'T1',
  };
  assert.deepEqual(requestHeaders(raw, changes), ['Host', 'up', 'Keep', 'y', 'accept-encoding', 'identity']);
});

test('a reply keeps its fields but for those of the connection', () => {
  const raw = [
    'A',
    '1',
    'Connection',
    'close, B',
    'B',
    '2',
    'a',
    '3',
    'Transfer-Encoding',
    'chunked',
    'Content-Length',
    '4',
  ];
  assert.deepEqual(replyHeaders(raw, false), ['A', '1', 'a', '3', 'Content-Length', '4']);
  assert.deepEqual(replyHeaders(raw, true), ['A', '1', 'a', '3']);
});
