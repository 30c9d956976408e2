import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { Engine, EngineAnswer } from './engine.ts';
import { leaksEngine } from './leaks-engine.ts';
import { MAX_REPLY_BYTES, MAX_REPORTED } from './read-json.ts';
import { WIDE_LIMITS, madeToken, scriptedProgram, utf8 } from './scripted-engines.ts';
import { trufflehogEngine } from './trufflehog-engine.ts';

const never = new AbortController().signal;
const SECRET = madeToken(1);
const TEXT = utf8(`# note\nkey = "${SECRET}"\n`);

/** Reads the whole text, then writes what the expression gives. */
const writes = (expression: string): string =>
  `const parts=[];process.stdin.on('data',(part)=>parts.push(part));process.stdin.on('end',()=>{` +
  `const text=Buffer.concat(parts).toString('latin1');process.stdout.write(${expression})})`;

const gitleaks = (script: string): Engine =>
  leaksEngine({ ...WIDE_LIMITS, kind: 'gitleaks', command: scriptedProgram(script) });
const trufflehog = (script: string, isVerifying = false): Engine =>
  trufflehogEngine({ ...WIDE_LIMITS, kind: 'trufflehog', command: scriptedProgram(script), isVerifying });

/** What an engine answers, after a look that it says nothing of the text. */
async function answerOf(engine: Engine, text: Uint8Array = TEXT): Promise<EngineAnswer> {
  const answer = await engine.scan(text, { signal: never });
  assert.ok(!JSON.stringify(answer).includes(SECRET.slice(4, 16)), 'an answer holds a part of the secret');
  return answer;
}

const foundIn = (answer: EngineAnswer, text: Uint8Array): readonly (readonly [string, string])[] => {
  assert.equal(answer.kind, 'ran');
  return answer.kind !== 'ran'
    ? []
    : answer.findings.map(({ detectorId, startByte, endByte }) => [
        detectorId,
        new TextDecoder().decode(text.subarray(startByte, endByte)),
      ]);
};

test('words and text reach the program, and the report comes back as places', async () => {
  const leak = `[{RuleID:'github-pat',Secret:text.slice(text.indexOf('gh'),-2),StartLine:4,EndLine:4,StartColumn:9,EndColumn:48}]`;
  const answer = await answerOf(
    gitleaks(
      `if(!process.argv.includes('--ignore-gitleaks-allow'))process.exit(9);${writes(`JSON.stringify(${leak})`)}`,
    ),
  );
  assert.ok(foundIn(answer, TEXT).every(([id, text]) => id === 'secret/gitleaks-github-pat' && text === SECRET));
  assert.equal(foundIn(answer, TEXT).length, 1);
});

test('a line of JSON for each secret comes back as each of its places', async () => {
  const twice = utf8(`${SECRET} and ${SECRET}`);
  const line = `JSON.stringify({DetectorName:'GitHub',Raw:text.slice(2,42)})+'\\n'`;
  assert.deepEqual(foundIn(await answerOf(trufflehog(writes(line)), twice), twice), [
    ['secret/trufflehog-git-hub', SECRET],
    ['secret/trufflehog-git-hub', SECRET],
  ]);
});

test('TruffleHog tries no secret against its provider unless it is asked to, and never updates itself', async () => {
  const needs = (words: string): string => `process.exit((${words}) ? 0 : 7)`;
  const has = (word: string): string => `process.argv.includes('${word}')`;
  const quiet = `${has('--no-verification')} && ${has('--no-update')}`;
  assert.equal((await answerOf(trufflehog(needs(quiet)))).kind, 'ran');
  assert.equal(
    (await answerOf(trufflehog(needs(`!${has('--no-verification')} && ${has('--no-update')}`), true))).kind,
    'ran',
  );
});

test('a program is given neither our environment nor a folder whose settings it would take', async () => {
  process.env['GITLEAKS_CONFIG_TOML'] = 'allow everything';
  try {
    const script = `process.exit(process.cwd() === '/' && !('GITLEAKS_CONFIG_TOML' in process.env) ? 0 : 7)`;
    assert.deepEqual(await answerOf(trufflehog(script)), { kind: 'ran', findings: [] });
  } finally {
    delete process.env['GITLEAKS_CONFIG_TOML'];
  }
});

test('a finding that cannot be placed is the whole text', async () => {
  const odd = `[{RuleID:'some-rule',Secret:'decoded elsewhere',StartLine:99,EndLine:99,StartColumn:1,EndColumn:5}]`;
  assert.deepEqual(foundIn(await answerOf(gitleaks(writes(`JSON.stringify(${odd})`))), TEXT), [
    ['secret/gitleaks-some-rule', new TextDecoder().decode(TEXT)],
  ]);
});

test('a rule whose name is the secret does not carry it into the id', async () => {
  const leak = `[{RuleID:text.slice(-20,-3),Secret:text.slice(-43,-2),StartLine:4,EndLine:4,StartColumn:2,EndColumn:48}]`;
  assert.deepEqual(
    foundIn(await answerOf(gitleaks(writes(`JSON.stringify(${leak})`))), TEXT).map(([id]) => id),
    ['secret/gitleaks'],
  );
});

const FAULTS: readonly (readonly [title: string, script: string, reason: string, status: number | null])[] = [
  ['ends with a status', writes(`'[]',()=>process.exit(2)`), 'exit-status', 2],
  ['dies by a signal', `process.kill(process.pid,'SIGKILL')`, 'killed', null],
  ['ends before it reads anything', `process.exit(3)`, 'exit-status', 3],
  ['writes what is no JSON', writes(`'[{"RuleID": ' + text`), 'answer-unreadable', null],
  ['writes the text back', writes(`text`), 'answer-unreadable', null],
  ['writes bytes that are no UTF-8', writes(`Buffer.from([0xff,0xfe,0x5b])`), 'answer-unreadable', null],
  ['writes a number', writes(`'7'`), 'answer-unreadable', null],
  ['writes null', writes(`'null'`), 'answer-unreadable', null],
  ['writes a list of text', writes(`JSON.stringify([text])`), 'answer-unreadable', null],
  ['writes objects of other fields', writes(`'[{"a":1}]'`), 'answer-unreadable', null],
  [
    'writes fields of other types',
    writes(`'[{"RuleID":1,"Secret":[],"DetectorName":{},"Raw":7}]'`),
    'answer-unreadable',
    null,
  ],
  ['writes very deep JSON', writes(`'['.repeat(1e6)`), 'answer-unreadable', null],
  ['writes too many findings', writes(`'{}\\n'.repeat(${MAX_REPORTED + 1})`), 'answer-unreadable', null],
  ['writes more than is read', writes(`Buffer.alloc(${MAX_REPLY_BYTES + 1},0x20)`), 'answer-too-large', null],
  ['writes for ever', `setInterval(()=>process.stdout.write(Buffer.alloc(1<<20,0x5b)),0)`, 'answer-too-large', null],
];

for (const [title, script, reason, status] of FAULTS) {
  test(`a program that ${title} is a failed engine`, async () => {
    const large = utf8(`${SECRET}\n${'x'.repeat(500_000)}`);
    const expected = { kind: 'failed', reason, status };
    assert.deepEqual(await answerOf(gitleaks(script), large), expected);
    assert.deepEqual(await answerOf(trufflehog(script), large), expected);
  });
}

test('no output is a failure for Gitleaks, which always writes a list', async () => {
  assert.deepEqual(await answerOf(gitleaks(writes(`''`))), {
    kind: 'failed',
    reason: 'answer-unreadable',
    status: null,
  });
});

test('a program that cannot be started is a failed engine', async () => {
  for (const command of [['/nonexistent/gitleaks'], ['/etc'], ['nul\0in-name']] as const) {
    const engine = leaksEngine({ ...WIDE_LIMITS, kind: 'gitleaks', command });
    assert.deepEqual(await answerOf(engine), { kind: 'failed', reason: 'not-started', status: null });
  }
});

test('a program that hangs is killed with what it started when the scan is given up', async () => {
  const sockets: Socket[] = [];
  const both = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    sockets.push(socket.resume().on('error', () => socket.destroy()));
    if (sockets.length === 2) both.resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hangs = `require('net').connect(${(server.address() as AddressInfo).port},'127.0.0.1');process.on('SIGTERM',()=>{});`;
  const script = `${hangs}require('child_process').spawn(process.execPath,['-e',${JSON.stringify(hangs)}],{stdio:'inherit'})`;
  const controller = new AbortController();
  const answer = gitleaks(script).scan(TEXT, { signal: controller.signal });
  await both.promise;
  const gone = sockets.map((socket) => once(socket, 'close'));
  controller.abort();
  assert.deepEqual(await answer, { kind: 'failed', reason: 'aborted', status: null });
  await Promise.all(gone);
  server.close();
});
