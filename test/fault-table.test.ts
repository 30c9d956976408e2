import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlClient } from '../src/cli/control-client.ts';
import { readLog } from '../src/audit/index.ts';
import { stringField } from '../src/core/json.ts';
import { makeHome, sallyport, startDaemonProcess } from './daemon-process.ts';
import type { DaemonProcess, Home } from './daemon-process.ts';
import { folderTree, verify } from '../src/verify/index.ts';

// The faults that must never let a call pass, each on the real path: the real daemon, the real hook client, a real
// kernel that has no space, no socket, no process. A row says what is done and what the client is told.

const POLICY = (upstream: string): string => `version: 1
name: faults
providers: { anthropic: { upstream: "${upstream}" } }
commands:
  deny:
    - { id: test/no, run: [sudo], reason: No. }
  allow:
    - { id: test/yes, run: [echo], reason: Yes. }
`;
const BARE = POLICY('http://127.0.0.1:9');
const CREDENTIALS = {
  anthropicApiKey: 'k',
  anthropicAuthToken: null,
  awsAccessKeyId: null,
  awsSecretAccessKey: null,
  awsSessionToken: null,
  awsProfile: null,
  awsBearerToken: null,
  googleAccessToken: null,
  googleCredentialsFile: null,
};

interface Scene {
  readonly home: Home;
  readonly daemon: DaemonProcess;
  readonly sessionId: string;
  readonly token: string;
  /** Processes that end with the test. */
  readonly children: ChildProcess[];
}

interface Row {
  readonly fault: string;
  /** Done before the call. */
  readonly strike?: (scene: Scene) => Promise<void> | void;
  /** Bytes that the hook client gets; an ordinary allowed call where absent. */
  readonly event?: string | Buffer;
  /** What stands in the sentence or reason that the client gets. */
  readonly says: RegExp;
  /** Needs root, for mounts. */
  readonly mounts?: boolean;
}

const ROWS: readonly Row[] = [
  {
    fault: 'the daemon was killed between two calls',
    strike: async ({ daemon }) => void (await daemon.end('SIGKILL')),
    says: /the guard is not running/,
  },
  {
    fault: 'the daemon is stopped and does not answer',
    strike: ({ daemon }) => void daemon.child.kill('SIGSTOP'),
    says: /did not answer in time/,
  },
  {
    fault: 'the socket was removed',
    strike: ({ daemon }) => rmSync(daemon.status.guardSocket),
    says: /socket is missing/,
  },
  { fault: 'something else listens on the socket and dies while answering', strike: dyingImpostor, says: /answer/ },
  {
    fault: 'something else listens on the socket and says allow in another form',
    strike: wordyImpostor,
    says: /answer/,
  },
  {
    fault: 'the log is on a disk that is full',
    mounts: true,
    strike: ({ daemon }) => fillDisk(daemon.status.auditFolder),
    says: /audit log/,
  },
  {
    fault: 'the session was ended',
    strike: async (scene) =>
      void (await controlClient(scene.daemon.status.controlSocket).endSession(scene.sessionId, 'stopped by hand')),
    says: /stopped by hand/,
  },
  {
    fault: 'the event has 10 MB',
    event: event({ command: `echo ${'a'.repeat(10_000_000)}` }),
    says: /too large|too long|larger/,
  },
  { fault: 'the event is no JSON', event: '{"hook_event_name":"PreToolUse"', says: /./ },
  {
    fault: 'the event is not UTF-8',
    event: Buffer.concat([
      Buffer.from('{"hook_event_name":"PreToolUse","x":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]),
    says: /./,
  },
  {
    fault: 'the event names its command twice',
    event: event({ command: 'echo x' }).replace('"command":"echo x"', '"command":"echo x","command":"sudo id"'),
    says: /./,
  },
  {
    fault: 'the command is nested 10,000 deep',
    event: event({ command: `${'$('.repeat(10_000)}echo${')'.repeat(10_000)}` }),
    says: /./,
  },
  { fault: 'the command is not finished', event: event({ command: 'echo "unfinished' }), says: /./ },
  { fault: 'the command is no text', event: event({ command: ['echo'] }), says: /./ },
  { fault: 'there is no event at all', event: '', says: /./ },
];

for (const row of ROWS) {
  test(`no call passes when ${row.fault}`, { skip: row.mounts === true ? mountSkip() : false }, async (t) => {
    const scene = await sceneOf(t, row.mounts === true);
    assert.equal(ask(scene, event({ command: 'echo before' })).verdict, 'allow', 'the scene is sound');
    await row.strike?.(scene);
    const { verdict, text } = row.fault.includes('disk')
      ? await askUntilRefused(scene)
      : ask(scene, row.event ?? event({ command: 'echo after' }));
    assert.equal(verdict, 'refused', text);
    assert.match(text, row.says);
  });
}

test('a daemon that was killed while it answered 16 calls leaves none of them allowed without a record', async (t) => {
  const scene = await sceneOf(t, false);
  const asked = Array.from({ length: 16 }, (_, number) =>
    askBeside(scene, event({ command: `echo ${number}` }, `toolu_${number}`)),
  );
  await Promise.race(asked);
  await scene.daemon.end('SIGKILL');
  const answers = await Promise.all(asked);
  const logged = await loggedIds(scene);
  for (const [number, answer] of answers.entries()) {
    if (answer.verdict === 'allow')
      assert.ok(logged.has(`toolu_${number}`), `toolu_${number} was allowed without a record`);
  }
});

test('16 calls at once on a loaded machine: every one answered as the policy says, every one in the log', async (t) => {
  const scene = await sceneOf(t, false);
  for (let number = 0; number < 4; number += 1)
    scene.children.push(spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }));
  for (let round = 0; round < 4; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, number) =>
        askBeside(scene, event({ command: number % 2 === 0 ? 'echo fine' : 'sudo id' }, `toolu_${round}_${number}`)),
      ),
    );
    assert.deepEqual(
      answers.map(({ verdict }) => verdict),
      Array.from({ length: 16 }, (_, number) => (number % 2 === 0 ? 'allow' : 'refused')),
    );
  }
  const logged = await loggedIds(scene);
  for (let round = 0; round < 4; round += 1)
    for (let number = 0; number < 16; number += 1) assert.ok(logged.has(`toolu_${round}_${number}`));
  assert.ok((await verify(folderTree(scene.daemon.status.auditFolder))).ok);
});

test('a daemon does not start on a log folder that is read-only', { skip: mountSkip() }, (t) => {
  const home = makeHome({ after: () => undefined }, BARE);
  t.after(() => {
    mustRun('umount', [join(home.state, 'audit')]);
    rmSync(home.folder, { recursive: true });
  });
  mkdirSync(join(home.state, 'audit'), { recursive: true, mode: 0o700 });
  mustRun('mount', ['-t', 'tmpfs', '-o', 'ro,mode=0700', 'tmpfs', join(home.state, 'audit')]);
  const refused = sallyport(home, ['up', '--policy', home.policyFile]);
  assert.equal(refused.status, 1, refused.stdout);
  assert.match(refused.stderr, /\[(AUDIT_UNAVAILABLE|STATE_FOLDER)\]/);
});

test('after a full disk has room again the guard goes on by itself', { skip: mountSkip() }, async (t) => {
  const scene = await sceneOf(t, true);
  fillDisk(scene.daemon.status.auditFolder);
  assert.equal((await askUntilRefused(scene)).verdict, 'refused');
  rmSync(join(scene.home.state, 'filler'));
  assert.equal(ask(scene, event({ command: 'echo room' })).verdict, 'allow');
  assert.equal(sallyport(scene.home, ['audit', 'verify']).status, 0);
});

for (const { name, serve, status, says } of [
  { name: 'is down', serve: null, status: 502, says: /could not be reached/ },
  { name: 'cuts its answer in the middle of an event', serve: cuttingUpstream, status: 200, says: null },
]) {
  test(`an upstream that ${name} never looks like a whole answer`, async (t) => {
    const upstream = serve === null ? null : await serve(t);
    const scene = await sceneOf(t, false, POLICY(upstream ?? 'http://127.0.0.1:9'));
    const answer = await fetch(`${scene.daemon.status.gatewayUrl}/v1/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${scene.token}`,
        'content-type': 'application/json',
        'x-claude-code-session-id': 'c',
      },
      body: JSON.stringify({ model: 'm', max_tokens: 1, stream: true, messages: [{ role: 'user', content: 'x' }] }),
    });
    assert.equal(answer.status, status);
    if (says === null) await assert.rejects(answer.text());
    else assert.match(await answer.text(), says);
  });
}

async function sceneOf(t: Parameters<typeof makeHome>[0], onTmpfs: boolean, policy = BARE): Promise<Scene> {
  const children: ChildProcess[] = [];
  const mounts: string[] = [];
  // Registered before the folder's own removal, which must find nothing mounted and nobody writing.
  t.after(() => {
    for (const child of children) child.kill('SIGKILL');
    for (const mount of mounts) mustRun('umount', ['-l', mount]);
  });
  const home = makeHome(t, policy);
  if (onTmpfs) {
    mkdirSync(home.state, { mode: 0o700 });
    mustRun('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', home.state]);
    mounts.push(home.state);
  }
  const daemon = await startDaemonProcess(t, home);
  children.push(daemon.child);
  const opened = await controlClient(daemon.status.controlSocket).openSession({
    workspace: home.folder,
    homeDir: home.folder,
    environment: {},
    credentials: CREDENTIALS,
    watchPid: process.pid,
    about: {},
  });
  return { home, daemon, sessionId: opened.sessionId, token: opened.token, children };
}

/**
 * Asks until the log has used up the rest of its last page on a full disk. A call that passes before that has its record,
 * which is read back from the disk.
 */
async function askUntilRefused(scene: Scene): Promise<Answer> {
  for (let number = 0; number < 64; number += 1) {
    const answer = ask(scene, event({ command: 'echo more' }, `toolu_more_${number}`));
    if (answer.verdict === 'refused') return answer;
    assert.ok((await loggedIds(scene)).has(`toolu_more_${number}`), 'allowed without a record');
  }
  return { verdict: 'allow', text: 'every call passed on a full disk' };
}

interface Answer {
  readonly verdict: 'allow' | 'ask' | 'refused';
  readonly text: string;
}

function hookWords(scene: Scene): readonly [string, readonly string[]] {
  const [program = '', ...words] = scene.daemon.status.hookCommand;
  return [program, [...words, scene.daemon.status.guardSocket, scene.sessionId]];
}

function ask(scene: Scene, input: string | Buffer): Answer {
  const [program, words] = hookWords(scene);
  const ran = spawnSync(program, words, { input, encoding: 'utf8', timeout: 20_000 });
  return readAnswer(ran.status, ran.stdout, ran.stderr);
}

async function askBeside(scene: Scene, input: string): Promise<Answer> {
  const [program, words] = hookWords(scene);
  const child = spawn(program, [...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return readAnswer(status, stdout, stderr);
}

/** Reads an answer exactly as the client does: exit 2 blocks, one JSON object on stdout decides, all else lets the call pass. */
function readAnswer(status: number | null, stdout: string, stderr: string): Answer {
  if (status === 2) return { verdict: 'refused', text: stderr };
  if (status !== 0) return { verdict: 'allow', text: `exit ${status}, which the client takes for no opinion` };
  const verdict = /"permissionDecision":"(allow|ask|deny)"/.exec(stdout)?.[1];
  if (verdict === 'deny') return { verdict: 'refused', text: stdout };
  return { verdict: verdict === 'ask' ? 'ask' : 'allow', text: stdout };
}

function event(input: object, toolUseId = 'toolu_x'): string {
  return JSON.stringify({
    session_id: 'c',
    hook_event_name: 'PreToolUse',
    cwd: '/',
    tool_name: 'Bash',
    tool_use_id: toolUseId,
    tool_input: input,
  });
}

async function loggedIds(scene: Scene): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const record of readLog(scene.daemon.status.auditFolder))
    ids.add(stringField(record.body, 'toolUseId') ?? '');
  return ids;
}

async function dyingImpostor(scene: Scene): Promise<void> {
  await scene.daemon.end('SIGKILL');
  await impostor(
    scene,
    'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsallyport-answer 0\n{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}',
  );
}

async function wordyImpostor(scene: Scene): Promise<void> {
  await scene.daemon.end('SIGKILL');
  await impostor(scene, 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"permissionDecision":"allow"}\n');
}

/** A process of its own, since the hook client is waited for in this one. */
async function impostor({ daemon, children }: Scene, answer: string): Promise<void> {
  rmSync(daemon.status.guardSocket, { force: true });
  const source = `require('net').createServer(s=>{s.on('error',()=>{});s.once('data',()=>s.end(${JSON.stringify(answer)}))}).listen(${JSON.stringify(daemon.status.guardSocket)},()=>console.log('up'))`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
}

async function cuttingUpstream(t: { after(fn: () => void): void }): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1"}}\n\nevent: content_bl',
      () => response.destroy(),
    );
  });
  t.after(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function fillDisk(folder: string): void {
  const filler = join(folder, '..', 'filler');
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096'], { stdio: 'ignore' });
  assert.ok(readFileSync(filler).length > 0);
}

function mustRun(program: string, words: readonly string[]): void {
  const ran = spawnSync(program, words, { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
}

/** Why a row with a mount cannot run here, or false. */
function mountSkip(): string | false {
  if (process.getuid?.() !== 0) return 'mounting a small tmpfs needs root';
  const place = '/var/tmp/sp-mount-probe';
  mkdirSync(place, { recursive: true });
  const ran = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { encoding: 'utf8' });
  if (ran.status === 0) spawnSync('umount', [place]);
  rmSync(place, { recursive: true, force: true });
  return ran.status === 0 ? false : `this machine does not let tests mount: ${ran.stderr.trim()}`;
}
