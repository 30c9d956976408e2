import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallEntry, TimelineEntry } from '../query/index.ts';
import { timelineLine, turnLine } from './timeline-text.ts';

const SCALE = { startMs: 0, workspace: '/home/ada/work' };
const SEEN = { id: 12, atMs: 1_500, turn: 1 };
const SAID = { id: 1, atMs: 1, verdict: 'allow', ruleId: 'dev/git' };
const CALL: CallEntry = {
  kind: 'call',
  toolUseId: 'toolu_1',
  tool: 'Bash',
  summary: 'git',
  agentId: null,
  inputSha256: null,
  asked: SAID,
  takenOut: null,
  decided: SAID,
  permission: null,
  result: null,
  undecided: null,
  looked: null,
};
const OK = {
  id: 2,
  atMs: 2,
  outcome: 'ok',
  durationMs: 240,
  length: 300,
  sha256: null,
  ruleId: null,
  looked: null,
} as const;
const DENY = { ...SAID, verdict: 'deny', ruleId: 'shell/upload' };

for (const { name, entry, line } of [
  {
    name: 'a call that ran',
    entry: { ...CALL, result: OK },
    line: '     12     +1.500  allow     Bash  git  dev/git  -> ran in 240 ms, 300 characters',
  },
  {
    name: 'a call without a result',
    entry: CALL,
    line: '     12     +1.500  allow     Bash  git  dev/git  -> no result was seen',
  },
  {
    name: 'a denied call',
    entry: { ...CALL, asked: DENY, decided: DENY },
    line: '     12     +1.500  DENIED    Bash  git  shell/upload  -> not run',
  },
  {
    name: 'a denied call that ran',
    entry: { ...CALL, asked: DENY, decided: DENY, result: OK },
    line: '     12     +1.500  ALARM     Bash  git  shell/upload  -> RAN ALTHOUGH DENIED in 240 ms, 300 characters',
  },
  {
    name: 'a call that nobody decided',
    entry: { ...CALL, decided: null, result: OK },
    line: '     12     +1.500  ALARM     Bash  git  no decision was seen  -> ran in 240 ms, 300 characters',
  },
  {
    name: 'a call that the gateway did not see',
    entry: { ...CALL, asked: null, result: OK },
    line: '     12     +1.500  allow     Bash  git  dev/git  -> ran in 240 ms, 300 characters  the gateway saw no such call',
  },
  {
    name: 'a call on which gateway and guard differ',
    entry: { ...CALL, asked: DENY, result: OK },
    line: '     12     +1.500  allow     Bash  git  dev/git  the gateway expected deny (shell/upload)  -> ran in 240 ms, 300 characters',
  },
  {
    name: 'a result that was held back',
    entry: {
      ...CALL,
      result: { ...OK, ruleId: 'injection/finding', looked: { did: 'held-back', found: [['injection/override', 2]] } },
    },
    line: '     12     +1.500  allow     Bash  git  dev/git  -> ran in 240 ms, 300 characters, held-back by injection/finding [injection/override x2]',
  },
  {
    name: 'a file in the workspace',
    entry: { ...CALL, tool: 'Read', summary: '/home/ada/work/src/a.ts', result: OK },
    line: '     12     +1.500  allow     Read  ./src/a.ts  dev/git  -> ran in 240 ms, 300 characters',
  },
  {
    name: 'a prompt that was refused',
    entry: {
      kind: 'prompt',
      length: 9,
      sha256: 'abcdef0123456789',
      verdict: 'deny',
      ruleId: 'dlp/secret',
      looked: { did: 'refused', found: [['secret/x', 1]] },
    },
    line: '     12     +1.500  prompt    REFUSED by dlp/secret  9 characters  abcdef01  [refused: secret/x]',
  },
  {
    name: 'a request without an answer',
    entry: {
      kind: 'model',
      model: 'm',
      agentId: null,
      requestSha256: null,
      looked: [{ did: 'masked', found: [['secret/x', 3]] }],
      replyFound: [],
      reply: null,
      fallbacks: 1,
    },
    line: '     12     +1.500  model     m  no digest  1 services failed first  [masked: secret/x x3]  -> no answer was seen',
  },
  {
    name: 'an alarm of reconciliation',
    entry: { kind: 'finding', event: 'denied-call-executed', severity: 'critical', toolUseId: 'toolu_1' },
    line: '     12     +1.500  FINDING   critical  denied-call-executed  toolu_1',
  },
  {
    name: 'a taint',
    entry: { kind: 'taint', source: 'web-page', detectorId: 'injection/override', toolUseId: null },
    line: '     12     +1.500  TAINT     read a text from web-page  in which injection/override was seen',
  },
  {
    name: 'a connection that was refused',
    entry: { kind: 'egress', verdict: 'deny', host: 'evil.example:443', ruleId: 'proxy-host' },
    line: '     12     +1.500  EGRESS    deny  evil.example:443  proxy-host',
  },
  {
    name: 'a connection to a place that nobody knows',
    entry: { kind: 'connection', remote: '192.0.2.1 443', destination: 'unexplained', pid: 7, seenBy: 'proc' },
    line: '     12     +1.500  egress    unexplained  192.0.2.1 443  held by process 7  seen by proc',
  },
  {
    name: 'a connection past the gateway to a model service',
    entry: { kind: 'connection', remote: '192.0.2.1 443', destination: 'model', pid: 7, seenBy: 'auditd' },
    line: '     12     +1.500  EGRESS    model  192.0.2.1 443  held by process 7  seen by auditd',
  },
  {
    name: 'a connection of which the record tells nothing',
    entry: { kind: 'connection', remote: null, destination: null, pid: null, seenBy: null },
    line: '     12     +1.500  EGRESS    destination not told  an unknown address',
  },
] as readonly { name: string; entry: object; line: string }[])
  test(`${name} is told in one line`, () => {
    assert.equal(timelineLine({ ...SEEN, ...entry } as TimelineEntry, SCALE), line);
  });

for (const { atMs, want } of [
  { atMs: 0, want: '+0.000' },
  { atMs: 59_999, want: '+59.999' },
  { atMs: 61_500, want: '+1:01.5' },
  { atMs: 3_723_000, want: '+1:02:03' },
  { atMs: -2_000, want: '-2.000' },
])
  test(`${atMs} ms behind the start are ${want}`, () => {
    const line = timelineLine({ ...SEEN, atMs, kind: 'client', event: 'Stop', words: [] }, SCALE);
    assert.equal(line.split(/ +/)[2], want);
  });

test('no line holds what moves a cursor, turns the direction of writing or begins another line', () => {
  const hostile = 'a\u001b[2Jb\u202ec\u2028d\ne\r\u0007';
  const entries = [
    { ...SEEN, ...CALL, tool: hostile, summary: hostile, agentId: hostile },
    { ...SEEN, kind: 'session' as const, event: hostile, words: [hostile] },
    { ...SEEN, kind: 'refused' as const, why: hostile, path: hostile },
    { ...SEEN, kind: 'egress' as const, verdict: 'deny', host: hostile, ruleId: hostile },
    { ...SEEN, kind: 'connection' as const, remote: hostile, destination: hostile, pid: 7, seenBy: hostile },
  ];
  for (const entry of entries) assert.ok(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(timelineLine(entry, SCALE)));
});

test('what came before any prompt has a heading of its own', () => {
  assert.equal(turnLine(0, 0), 'before the first prompt');
  assert.equal(turnLine(3, 0), 'turn 3  1970-01-01T00:00:00.000Z');
});
