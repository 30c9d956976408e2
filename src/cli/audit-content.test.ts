import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openLog } from '../audit/index.ts';
import { contentRig } from '../bin/content-rig.ts';
import type { ContentRig } from '../bin/content-rig.ts';
import { startControlServer } from '../bin/control-server.ts';
import type { ControlPorts } from '../bin/control-server.ts';
import { pathsBelow } from '../bin/state-folder.ts';
import { AuditUnavailable } from '../core/error.ts';
import { makeSessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { contentKey } from '../seal/index.ts';

const SESSION = makeSessionId(0, new Uint8Array(16));
const MAIL = 'ada.byron@mail.example';
const CLI = join(import.meta.dirname, '../../bin/sallyport.mjs');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A state folder with two requests and a reply in log and contents. */
interface Home {
  readonly home: string;
  readonly rig: ContentRig;
  /** Their bodies as they came and went. */
  readonly bodies: readonly { readonly raw: Buffer; readonly sent: Buffer }[];
  readonly run: (...words: readonly string[]) => Promise<Ran>;
}

async function homeFor(t: TestContext, policy: 'masked' | 'sealed' = 'masked'): Promise<Home> {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-home-'));
  chmodSync(home, 0o700);
  t.after(() => rmSync(home, { recursive: true }));
  const paths = pathsBelow(home);
  for (const folder of [paths.content, paths.contentKeys, paths.run])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(paths.contentKeys, SESSION), Buffer.alloc(32, 9), { mode: 0o600 });
  const rig = contentRig(paths.content);
  rig.policy = policy;
  rig.keys.set(SESSION, contentKey(Buffer.alloc(32, 9)));
  const log = await openLog(paths.audit, { clock: () => 0, signing: { keyFile: paths.auditKey } });
  const append = async (body: JsonObject): Promise<number> =>
    (await log.append({ kind: 'model', occurredAtMs: 1_000, sessionId: SESSION, body })).index;

  const messages: JsonObject[] = [{ role: 'user', content: `Write "hello" to ${MAIL}` }];
  const first = await rig.send(SESSION, { model: 'm', messages });
  const requestIndex = await append({ event: 'request', model: 'm', kept: first.kept.fields });
  first.kept.recorded(requestIndex);
  const reply = first.kept.reply();
  reply?.whole(
    Buffer.from(JSON.stringify({ content: [{ type: 'text', text: 'Wrote \u001b[31mit.' }] })),
    Buffer.from(JSON.stringify({ content: [{ type: 'text', text: `Wrote it to ${MAIL}.` }] })),
    'messages',
  );
  await append({ event: 'response', requestIndex, kept: (await reply?.end()) ?? null });
  messages.push({ role: 'assistant', content: 'Wrote it.' }, { role: 'user', content: 'Thanks, caf\u00e9' });
  const second = await rig.send(SESSION, { model: 'm', messages });
  await append({ event: 'request', model: 'm', kept: second.kept.fields });
  await log.close();

  const run = async (...words: readonly string[]): Promise<Ran> => {
    const child = spawn(process.execPath, [CLI, 'audit', ...words], {
      env: { PATH: process.env['PATH'], HOME: home, SALLYPORT_HOME: home },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });
    return { code, out, err };
  };
  return { home, rig, bodies: [first, second], run };
}

test('a transcript shows what is new with each request, masked, and nothing of it moves the cursor', async (t) => {
  const { run } = await homeFor(t);
  const { code, out, err } = await run('content', SESSION);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^1 {2}\S+ {2}request {2}m\n {2}user:\n {4}Write "hello" to \S*QZ/im);
  assert.match(out, /^2 {2}\S+ {2}reply {2}follows 1\n {2}assistant:\n {4}Wrote \?\[31mit\.\n/m);
  assert.match(
    out,
    /^3 {2}\S+ {2}request {2}m {2}follows 1\n {2}assistant:\n {4}Wrote it\.\n {2}user:\n {4}Thanks, café\n$/m,
  );
  assert.ok(!out.includes(MAIL));
});

test('one request and its reply are printed by the number of its record', async (t) => {
  const { run } = await homeFor(t);
  const { out } = await run('content', SESSION, '--request', '1', '--json');
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
  assert.deepEqual(
    lines.map(({ record, kind }) => [record, kind]),
    [
      [1, 'request'],
      [2, 'reply'],
    ],
  );
  assert.equal(JSON.stringify(lines[1]?.['said']), JSON.stringify({ type: 'text', text: 'Wrote \u001b[31mit.' }));
  const none = await run('content', SESSION, '--request', '7');
  assert.equal(none.code, 1);
  assert.match(none.err, /error: the log names no kept content of this request \[NO_SUCH_RECORD\]\n/);
});

test('the body of a request comes out byte for byte, in both forms', async (t) => {
  const { run, bodies } = await homeFor(t);
  const masked = await run('content', SESSION, '--request', '3', '--body');
  assert.deepEqual([masked.code, masked.out], [0, bodies[1]?.sent.toString()]);
  const original = await run('content', SESSION, '--request', '3', '--body', '--true');
  assert.deepEqual([original.code, original.out], [0, bodies[1]?.raw.toString()]);
  assert.match(original.err, /warning: no daemon runs/);
});

test('opening what is sealed is recorded first, and stays closed where that fails', async (t) => {
  const { home, run } = await homeFor(t);
  const opened: unknown[] = [];
  const ports = {
    recordOpening: (id: string, body: JsonObject) => {
      opened.push([id, body]);
      return opened.length > 1 ? Promise.reject(new AuditUnavailable('record not durable')) : Promise.resolve();
    },
    logError: () => undefined,
  } as Partial<ControlPorts> as ControlPorts;
  const server = await startControlServer(ports, pathsBelow(home).controlSocket);
  t.after(() => server.close());
  const first = await run('content', SESSION, '--true');
  assert.deepEqual([first.code, first.err], [0, '']);
  assert.ok(first.out.includes(`Wrote it to ${MAIL}.`));
  assert.deepEqual(opened, [[SESSION, { form: 'original', request: null }]]);
  const second = await run('content', SESSION, '--true');
  assert.deepEqual([second.code, second.out], [1, '']);
  assert.match(second.err, /AUDIT_UNAVAILABLE/);
  assert.equal((await run('content', SESSION)).code, 0);
  assert.equal(opened.length, 2, 'what is in clear is no opening');
});

test('once the key is destroyed the masked text is still there and the true one is not', async (t) => {
  const { home, run } = await homeFor(t);
  rmSync(join(home, 'keys', 'content', SESSION));
  assert.equal((await run('content', SESSION)).code, 0);
  const { code, out } = await run('content', SESSION, '--true');
  assert.equal(code, 1);
  assert.match(out, /\[sealed, and the key of the session is gone\]/);
  assert.equal((await run('verify')).code, 0);
});

test('sealed content is named and opens on request', async (t) => {
  const { run } = await homeFor(t, 'sealed');
  const shut = await run('content', SESSION);
  assert.deepEqual([shut.code, shut.out.includes('hello')], [0, false]);
  assert.match(shut.out, /\[sealed; `--sealed` or `--true` opens it\]/);
  const open = await run('content', SESSION, '--sealed');
  assert.match(open.out, /Write "hello" to \S*QZ/i);
  const never = await run('content', SESSION, '--true');
  assert.match(never.out, /\[not kept: the policy seals the masked text alone\]/);
  assert.equal((await run('search', 'hello')).code, 3);
});

test('changed content is said to be, and exits 3', async (t) => {
  const { home, run } = await homeFor(t);
  const path = join(home, 'content', SESSION);
  writeFileSync(path, readFileSync(path, 'latin1').replace('Thanks', 'Thinks'), 'latin1');
  const { code, out } = await run('content', SESSION);
  assert.equal(code, 3);
  assert.match(out, /NOT AS WRITTEN/);
});

test('a search finds what is in clear, and says in which record', async (t) => {
  const { run } = await homeFor(t);
  for (const { name, words, code, want } of [
    {
      name: 'a phrase with quotes is found',
      words: ['write "HELLO"'],
      code: 0,
      want: /record 1 {2}message {2}1x {2}.*Write "hello" to/,
    },
    { name: 'a word of a reply is found with its record', words: ['[31mit'], code: 0, want: /record 2 {2}block {2}1x/ },
    { name: 'text beyond ASCII is found', words: ['CAF\u00c9'], code: 0, want: /record 3 {2}message/ },
    { name: 'what was masked is not found', words: [MAIL], code: 3, want: /^$/ },
    {
      name: 'another session has nothing',
      words: ['hello', '--session', makeSessionId(1, new Uint8Array(16))],
      code: 3,
      want: /^$/,
    },
    { name: 'what is no session is a fault of the call', words: ['hello', '--session', '../x'], code: 2, want: /^$/ },
  ])
    await t.test(name, async () => {
      const found = await run('search', ...words);
      assert.equal(found.code, code, found.err);
      assert.match(found.out, want);
    });
});
