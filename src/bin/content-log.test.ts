import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { assistant, call, result, text, user } from '../gateway/masking/masking-rig.ts';
import { contentKey } from '../seal/index.ts';
import { contentStore } from './content-log.ts';
import { parseRecordedRef, wholeBody } from './content-lists.ts';
import { contentLines } from './content-reader.ts';
import type { ContentRef } from './content-reader.ts';
import { contentRig } from './content-rig.ts';
import type { ContentRig, SentRequest } from './content-rig.ts';
import { localKeyWrap } from './key-wrap.ts';

const RUNS = process.env['SLOW'] === '1' ? 2_000 : 80;
const KILLS = process.env['SLOW'] === '1' ? 30 : 5;
const SESSION = makeSessionId(0, new Uint8Array(16));
const OTHER = makeSessionId(1, new Uint8Array(16).fill(3));
const KEY = 'KEYA1B2C3D4E5F6';
const MAIL = 'ada.byron@mail.example';

function rigFor(t: TestContext): ContentRig {
  const rig = contentRig();
  t.after(() => rmSync(rig.folder, { recursive: true }));
  return rig;
}

function body(...messages: readonly JsonObject[]): JsonObject {
  return { model: 'm', messages, system: [text('You help.'), text(`Mail ${MAIL} when stuck.`)], max_tokens: 9 };
}

function refOf({ kept }: SentRequest, form: 'masked' | 'original'): ContentRef {
  const value = kept.fields[form];
  const ref = parseRecordedRef(value === 'as-masked' ? kept.fields['masked'] : value);
  assert.ok(ref !== null, `${form}: ${JSON.stringify(kept.fields)}`);
  return ref;
}

/** Puts both forms of a body together again, and compares them byte by byte. */
async function assertWhole(rig: ContentRig, sessionId: SessionId, request: SentRequest): Promise<void> {
  const reader = await rig.reader(sessionId);
  try {
    for (const [form, bytes] of [
      ['masked', request.sent],
      ['original', request.raw],
    ] as const) {
      const whole = await wholeBody(reader, refOf(request, form));
      assert.ok(whole.ok, `${form}: ${whole.ok ? '' : whole.problem}`);
      assert.equal(whole.bytes.toString(), bytes.toString(), form);
      assert.equal(whole.isSame, true, form);
    }
  } finally {
    await reader.close();
  }
}

const sizeOf = (rig: ContentRig, id: SessionId): number => statSync(join(rig.folder, id)).size;

test('a conversation is put together again, byte by byte, as it came and as it went up', async (t) => {
  const rig = rigFor(t);
  const messages: JsonObject[] = [];
  let last: number | null = null;
  for (let turn = 0; turn < 12; turn += 1) {
    messages.push(
      user(text(`turn ${turn} ${turn % 3 === 0 ? KEY : 'plain'} "q\\ \u{1f600}`)),
      assistant(call(`t${turn}`, 'Bash', { command: MAIL })),
    );
    messages.push(user(result(`t${turn}`, turn % 2 === 0 ? MAIL : 'done')));
    const request = await rig.send(SESSION, body(...messages));
    assert.equal(request.kept.fields['previous'], last);
    last = turn * 10;
    request.kept.recorded(last);
    await assertWhole(rig, SESSION, request);
    messages.push(assistant(text('ok')));
  }
});

/** What a turn does to one of the conversations of a session. */
interface Turn {
  readonly conversation: number;
  readonly said: string;
  readonly system: number;
  readonly isRestarted: boolean;
  readonly isCut: boolean;
  /** Whether the mark of the prompt cache goes to the newest message. */
  readonly isMarked: boolean;
}

const turns = fc.array(
  fc.record<Turn>({
    conversation: fc.nat(2),
    said: fc.constantFrom('plain', KEY, MAIL, `${MAIL} ${KEY}`, '', '\u{1f600}', '"q\\', 'long '.repeat(90), 'gone'),
    system: fc.nat(1),
    isRestarted: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    isCut: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    isMarked: fc.boolean(),
  }),
  { maxLength: 12 },
);

test('whatever a client sends, in whatever order, each body is put together again', async (t) => {
  let bodies = 0;
  await fc.assert(
    fc.asyncProperty(turns, fc.constantFrom('', ' ', '\n  '), fc.nat(2), async (all, blank, order) => {
      const rig = rigFor(t);
      const conversations: JsonObject[][] = [[], [], []];
      for (const turn of all) {
        if (turn.isRestarted) rig.restart();
        const messages = conversations[turn.conversation] ?? [];
        if (turn.isCut) messages.splice(1);
        const block = { ...text(turn.said), ...(turn.isMarked ? { cache_control: { type: 'ephemeral' } } : {}) };
        messages.push(user(text('go'), block));
        const system = { system: turn.system === 0 ? `Mail ${MAIL}` : [text('You help.'), text(`Ask ${MAIL}.`)] };
        const [head, tail] = [order === 0 ? system : {}, order === 1 ? system : {}];
        const whole = { model: 'm', ...head, messages, ...tail, tools: [{ name: 'Bash' }] };
        const bytes = Buffer.from(
          JSON.stringify(whole).replaceAll('},{', `}${blank},${blank}{`).replaceAll(']', `${blank}]`),
        );
        const request = await rig.send(SESSION, bytes, (message) => message.includes('"gone"'));
        await assertWhole(rig, SESSION, request);
        bodies += 1;
        messages.push(assistant(text('ok'), call('t', 'Bash', { command: turn.said })));
      }
    }),
    { numRuns: RUNS },
  );
  t.diagnostic(`${bodies} bodies`);
});

test('what is kept grows with what is new, also when the front of each body changes', async (t) => {
  const rig = rigFor(t);
  const messages: JsonObject[] = [];
  const sizes: number[] = [];
  for (let turn = 0; turn < 60; turn += 1) {
    messages.push(user(text(`${turn} ${'0'.repeat(5_000)} ${KEY}`)));
    const tools = [{ name: 'Bash', description: 'd'.repeat(40_000) }];
    const request = await rig.send(SESSION, { system: `turn ${turn}`, model: 'm', messages, tools });
    if (turn === 59) await assertWhole(rig, SESSION, request);
    sizes.push(sizeOf(rig, SESSION));
  }
  const grown = (from: number, to: number): number => (sizes[to] ?? 0) - (sizes[from] ?? 0);
  assert.ok(grown(49, 59) < 1.05 * grown(9, 19), `ten turns: ${grown(9, 19)} bytes early, ${grown(49, 59)} late`);
  assert.ok(grown(9, 19) < 10 * 3 * 5_000, `${grown(9, 19)} bytes`);
});

test('what is masked is nowhere in clear, and what is sealed is not there at all', async (t) => {
  const rig = rigFor(t);
  await rig.send(SESSION, body(user(text(`mail ${MAIL} with ${KEY}`))));
  const clear = readFileSync(join(rig.folder, SESSION), 'utf8');
  assert.ok(!clear.includes(MAIL) && !clear.includes(KEY));
  assert.match(clear, /mail .*QZ.* with/i);

  rig.policy = 'sealed';
  const sealed = await rig.send(OTHER, body(user(text(`mail ${MAIL} with words`))));
  const shut = readFileSync(join(rig.folder, OTHER), 'utf8');
  assert.ok(!shut.includes('words') && !shut.includes('You help'));
  assert.equal(sealed.kept.fields['original'], null);
  const reader = await rig.reader(OTHER);
  const whole = await wholeBody(reader, refOf(sealed, 'masked'));
  await reader.close();
  assert.ok(whole.ok && whole.isSame && whole.bytes.equals(sealed.sent));
});

test('a policy that changes within a conversation holds from the next request on', async (t) => {
  const rig = rigFor(t);
  rig.policy = 'digest';
  const messages = [user(text(`first ${MAIL}`))];
  assert.deepEqual((await rig.send(SESSION, body(...messages))).kept.fields, {});
  rig.policy = 'sealed';
  messages.push(assistant(text('ok')), user(text(`second ${KEY}`)));
  await rig.send(SESSION, body(...messages));
  rig.policy = 'masked';
  messages.push(assistant(text('ok')), user(text('third')));
  const last = await rig.send(SESSION, body(...messages));
  await assertWhole(rig, SESSION, last);
  assert.match(readFileSync(join(rig.folder, SESSION), 'utf8'), /third/);
});

test('two sessions share nothing: neither file opens with the key of the other', async (t) => {
  const rig = rigFor(t);
  const [one, two] = await Promise.all([
    rig.send(SESSION, body(user(text(`one ${MAIL}`)))),
    rig.send(OTHER, body(user(text(`two ${MAIL}`)))),
  ]);
  await assertWhole(rig, SESSION, one);
  await assertWhole(rig, OTHER, two);
  writeFileSync(join(rig.folder, SESSION), readFileSync(join(rig.folder, OTHER)));
  const reader = await rig.reader(SESSION);
  assert.deepEqual(await wholeBody(reader, refOf(two, 'original')), { ok: false, problem: 'key-gone' });
  await reader.close();
});

test('once the key of a session is destroyed nothing sealed opens, and what is in clear is whole', async (t) => {
  const rig = rigFor(t);
  const request = await rig.send(SESSION, body(user(text(`mail ${MAIL}`))));
  rig.keys.set(SESSION, null);
  const reader = await rig.reader(SESSION);
  assert.deepEqual(await wholeBody(reader, refOf(request, 'original')), { ok: false, problem: 'key-gone' });
  const masked = await wholeBody(reader, refOf(request, 'masked'));
  assert.ok(masked.ok && masked.isSame);
  await reader.close();
  const shut = await rig.reader(SESSION, false);
  assert.deepEqual(await wholeBody(shut, refOf(request, 'original')), { ok: false, problem: 'sealed' });
  await shut.close();
});

test('where the key of a session is gone a request whose content is to be kept is refused', async (t) => {
  const rig = rigFor(t);
  await rig.send(SESSION, body(user(text('one'))));
  rig.restart();
  rig.keys.set(SESSION, null);
  await assert.rejects(rig.send(SESSION, body(user(text('two')))), /^Error: no-content-key/);
});

test('a changed byte is found wherever it stands', async (t) => {
  const rig = rigFor(t);
  const request = await rig.send(SESSION, body(user(text(`mail ${MAIL}`))));
  const path = join(rig.folder, SESSION);
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(path, changed);
    const reader = await rig.reader(SESSION);
    const read = await Promise.all([
      wholeBody(reader, refOf(request, 'masked')),
      wholeBody(reader, refOf(request, 'original')),
    ]);
    assert.ok(read.some((whole) => !whole.ok) || read.every((whole) => whole.ok && whole.isSame), `byte ${at}`);
    await reader.close();
  }
});

for (const { name, spoil } of [
  { name: 'a link', spoil: (path: string) => symlinkSync('/dev/null', path) },
  {
    name: 'a second name of another file',
    spoil: (path: string) => (writeFileSync(`${path}.x`, '', { mode: 0o600 }), linkSync(`${path}.x`, path)),
  },
  { name: 'a named pipe', spoil: (path: string) => spawnSync('mkfifo', ['-m', '600', path]) },
  { name: 'a file that others may read', spoil: (path: string) => (writeFileSync(path, ''), chmodSync(path, 0o644)) },
  { name: 'a folder', spoil: (path: string) => spawnSync('mkdir', [path]) },
]) {
  test(`where ${name} stands in place of the file, the request is refused`, async (t) => {
    const rig = rigFor(t);
    spoil(join(rig.folder, SESSION));
    await assert.rejects(rig.send(SESSION, body(user(text('go')))), /^Error: audit-unavailable/);
  });
}

test('bytes of somebody else in the file refuse one request; the next one goes on behind them', async (t) => {
  const rig = rigFor(t);
  const first = await rig.send(SESSION, body(user(text(`one ${MAIL}`))));
  appendFileSync(join(rig.folder, SESSION), '{"v":1,"torn');
  const messages = [user(text(`one ${MAIL}`)), assistant(text('ok')), user(text(`two ${KEY}`))];
  await assert.rejects(rig.send(SESSION, body(...messages)), /audit-unavailable/);
  const second = await rig.send(SESSION, body(...messages));
  await assertWhole(rig, SESSION, first);
  await assertWhole(rig, SESSION, second);
  let broken = 0;
  for await (const { line } of contentLines(join(rig.folder, SESSION))) broken += line === null ? 1 : 0;
  assert.equal(broken, 1);
});

test('a request whose content the disk does not take is refused, and the next one passes when there is room', async (t) => {
  const rig = contentRig();
  t.after(() => {
    spawnSync('umount', ['-l', rig.folder]);
    rmSync(rig.folder, { recursive: true });
  });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'sallyport-test', rig.folder]);
  if (mounted.status !== 0) return t.skip('needs the right to mount a tmpfs');
  const first = await rig.send(SESSION, body(user(text(`one ${MAIL}`))));
  const large = user(text('0'.repeat(400_000)));
  await assert.rejects(rig.send(SESSION, body(user(text(`one ${MAIL}`)), large)), /audit-unavailable/);
  await assert.rejects(rig.send(SESSION, body(user(text('small')))), /audit-unavailable/);
  spawnSync('mount', ['-o', 'remount,size=8m', rig.folder]);
  const second = await rig.send(SESSION, body(user(text(`one ${MAIL}`)), large));
  await assertWhole(rig, SESSION, first);
  await assertWhole(rig, SESSION, second);
});

test('what was kept before the process was killed in mid-append is whole, and the file takes more', async (t) => {
  const rig = rigFor(t);
  rig.keys.set(SESSION, contentKey(Buffer.alloc(32, 1)));
  const kept: ContentRef[] = [];
  for (let life = 0; life < KILLS; life += 1) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'content-crash-writer.ts'), rig.folder, SESSION]);
    const ended = once(child, 'exit');
    const killAfter = Math.floor(Math.random() * 60);
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const ref = parseRecordedRef(JSON.parse(line) as JsonObject);
      assert.ok(ref !== null);
      kept.push(ref);
      lines += 1;
      if (lines > killAfter) child.kill('SIGKILL');
    }
    assert.deepEqual(await ended, [null, 'SIGKILL']);
  }
  await assertWhole(rig, SESSION, await rig.send(SESSION, body(user(text(`after ${MAIL}`)))));
  const reader = await rig.reader(SESSION);
  for (const ref of kept) assert.ok((await reader.piece(ref)).ok);
  await reader.close();
  t.diagnostic(`${kept.length} pieces over ${KILLS} kills`);
});

test('contents that are in use stay the same, however many other sessions are opened', async (t) => {
  const rig = rigFor(t);
  const key = contentKey(Buffer.alloc(32, 1));
  const store = contentStore(
    rig.folder,
    localKeyWrap(() => key),
  );
  const first = await store.open(SESSION);
  assert.ok(first !== null);
  const one = first.add({ kind: 'message', form: 'masked', isSealed: true, text: '"one"' });
  await first.flush();
  for (let count = 1; count <= 200; count += 1) {
    const other = await store.open(makeSessionId(count, new Uint8Array(16)));
    if (count % 50 === 0) await other?.flush();
  }
  assert.equal(await store.open(SESSION), first);
  const [again, same] = await Promise.all([store.open(OTHER), store.open(OTHER)]);
  assert.equal(again, same);
  const two = first.add({ kind: 'message', form: 'masked', isSealed: true, text: '"two"' });
  await first.flush();
  rig.keys.set(SESSION, key);
  const reader = await rig.reader(SESSION);
  for (const [ref, text] of [
    [one, '"one"'],
    [two, '"two"'],
  ] as const)
    assert.deepEqual(await reader.piece(ref), { ok: true, kind: 'message', form: 'masked', text });
  await reader.close();
});
