import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openLog } from '../audit/index.ts';
import type { AuditLog } from '../audit/index.ts';
import { contentRig } from '../bin/content-rig.ts';
import { pathsBelow } from '../bin/state-folder.ts';
import type { RecordKind } from '../core/audit.ts';
import { makeSessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { contentKey } from '../seal/index.ts';

const SESSION = makeSessionId(0, new Uint8Array(16));
const CLI = join(import.meta.dirname, '../../bin/sallyport.mjs');
const MAIL = 'ada.byron@mail.example';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Home {
  readonly log: AuditLog;
  readonly append: (kind: RecordKind, body: JsonObject) => Promise<number>;
  readonly run: (...words: readonly string[]) => Promise<Ran>;
}

/** A state folder whose log has a session with a prompt, a request whose content is kept, and a denied call. */
async function homeFor(t: TestContext): Promise<Home> {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-home-'));
  chmodSync(home, 0o700);
  const paths = pathsBelow(home);
  for (const folder of [paths.content, paths.contentKeys, paths.run])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(paths.contentKeys, SESSION), Buffer.alloc(32, 9), { mode: 0o600 });
  const rig = contentRig(paths.content);
  rig.policy = 'masked';
  rig.keys.set(SESSION, contentKey(Buffer.alloc(32, 9)));
  const log = await openLog(paths.audit, { clock: () => 0, signing: { keyFile: paths.auditKey } });
  t.after(async () => {
    await log.close();
    rmSync(home, { recursive: true });
  });
  let atMs = 0;
  const append = async (kind: RecordKind, body: JsonObject): Promise<number> =>
    (await log.append({ kind, occurredAtMs: (atMs += 500), sessionId: SESSION, body })).index;
  await append('session', { event: 'opened', workspace: '/w', provider: 'anthropic', about: { user: 'ada' } });
  await append('hook', { event: 'UserPromptSubmit', promptLength: 9 });
  const sent = await rig.send(SESSION, {
    model: 'm',
    messages: [{ role: 'user', content: `Write "hello" to ${MAIL}\u001b[2J` }],
  });
  sent.kept.recorded(await append('model', { event: 'request', model: 'm', kept: sent.kept.fields }));
  await append('decision', {
    event: 'PreToolUse',
    tool: 'Bash',
    toolUseId: 't',
    verdict: 'deny',
    ruleId: 'shell/upload',
    summary: 'curl',
  });
  const run = async (...words: readonly string[]): Promise<Ran> => {
    const child = spawn(process.execPath, [CLI, ...words], {
      env: { PATH: process.env['PATH'] ?? '', HOME: home, SALLYPORT_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, out, err };
  };
  return { log, append, run };
}

test('a story has no content until it is asked for, then what is kept in clear, and nothing that moves the cursor', async (t) => {
  const home = await homeFor(t);
  const plain = await home.run('audit', 'timeline', SESSION);
  assert.deepEqual([plain.code, plain.err], [0, '']);
  assert.ok(!plain.out.includes('hello'));
  assert.match(plain.out, /model {5}m {2}no digest {2}-> no answer was seen/);
  const told = await home.run('audit', 'timeline', SESSION, '--content');
  assert.equal(told.code, 0, told.err);
  assert.match(told.out, /user:\n +Write "hello" to /);
  assert.ok(!told.out.includes(MAIL), 'it is masked');
  assert.ok(!told.out.includes('\u001b'));
});

test('opening what was masked warns where no daemon can record it', async (t) => {
  const home = await homeFor(t);
  const told = await home.run('audit', 'timeline', SESSION, '--content', '--true');
  assert.equal(told.code, 0, told.err);
  assert.match(told.err, /^warning: no daemon runs, so the log does not record that this was opened\n/);
  assert.ok(told.out.includes(MAIL));
});

test('who follows sees the end of a session, and what still waits with it', async (t) => {
  const home = await homeFor(t);
  const following = home.run('audit', 'timeline', SESSION, '--follow', '--json');
  await home.append('decision', {
    event: 'PreToolUse',
    tool: 'Bash',
    toolUseId: 'u',
    verdict: 'allow',
    ruleId: 'dev/git',
    summary: 'git',
  });
  await home.append('session', { event: 'ended', reason: 'over' });
  const { code, out, err } = await following;
  assert.deepEqual([code, err], [0, '']);
  const kinds = out.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { kind: string }).kind]));
  assert.deepEqual(kinds, ['session', 'prompt', 'call', 'model', 'call', 'session']);
});

for (const { name, words, code, err } of [
  {
    name: 'a session that the log does not name',
    words: [makeSessionId(1, new Uint8Array(16))],
    code: 1,
    err: /^error: the log names no such session \[NO_SUCH_RECORD\]/,
  },
  { name: 'no session id', words: ['x'], code: 2, err: /a session id is wanted/ },
  {
    name: 'opening without content',
    words: [SESSION, '--true'],
    code: 2,
    err: /^error: `--sealed` and `--true` open content/,
  },
  {
    name: 'content while following',
    words: [SESSION, '--content', '--follow'],
    code: 2,
    err: /^error: `--content` goes with neither/,
  },
])
  test(`${name} is refused`, async (t) => {
    const home = await homeFor(t);
    const ran = await home.run('audit', 'timeline', ...words);
    assert.equal(ran.code, code);
    assert.match(ran.err, err);
    assert.equal(ran.out, '');
  });
