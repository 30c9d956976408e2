import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { test } from 'node:test';
import { ANN, ask, asUser, BOB, hostSkipReason, makeMachine, shell, startMachineDaemon } from './host-rig.ts';
import type { Machine, MachineDaemon, Uid } from './host-rig.ts';

// One user of a machine who takes all that can be had, and another one who works.

const SKIP = hostSkipReason();
const POLICY = 'version: 1\nname: host\n';
/** Fewer than the flood asks for, and more than one user of the daemon can have. */
const OPEN_FILES = 2_048;
const BODIES = new URL('host-flood-bodies.ts', import.meta.url).pathname;
const FLOOD = new URL('host-flood-program.ts', import.meta.url).pathname;

test('a user who holds every connection that can be had takes none from others', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  const daemon = await startMachineDaemon(t, machine, { openFiles: OPEN_FILES });
  const ann = await openedSession(machine, ANN);

  const words = [FLOOD, machine.runtime, machine.home(BOB), '16'];
  const flood = spawn('/usr/bin/setpriv', [...asUser(BOB), process.execPath, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => void flood.kill('SIGKILL'));
  const lines = createInterface({ input: flood.stdout })[Symbol.asyncIterator]();
  assert.deepEqual(await lines.next(), { done: false, value: 'flooding' });

  for (let turn = 0; turn < 3; turn += 1) {
    const hook = await ask(machine, ANN, ann.guard, 'POST', `/hook/${ann.id}`, bash(turn));
    assert.match(hook.body, /^sallyport-answer 0\n.*"permissionDecision":"ask"/, 'her hook is answered');
    assert.equal((await ask(machine, ANN, ann.session, 'POST', `/sessions/${ann.id}/beat`)).status, 200);
    assert.equal((await askModel(ann)).status, 403, 'her model request reaches the gateway, which wants hooks first');
  }

  const cut = /^cut (\d+)$/.exec(String((await lines.next()).value))?.[1];
  // 5 s for a request on the socket of sessions, 8 s on the guard's, 1 s between two looks; the machine has other work too.
  assert.ok(Number(cut) < 15_000, `half a request was held for ${cut} ms`);
  const { endedReason } = JSON.parse(
    (await ask(machine, ANN, ann.session, 'POST', `/sessions/${ann.id}/beat`)).body,
  ) as {
    endedReason: string | null;
  };
  assert.equal(endedReason, null, 'her session runs');

  flood.kill('SIGKILL');
  await once(flood, 'exit');
  const own = await ask(machine, ANN, ann.session, 'GET', '/sessions');
  assert.equal(own.status, 200);
  assert.equal(daemon.errors(), '', 'and nothing of it is in the journal');
});

test('a user who begins large requests and ends none holds so much memory and no more', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  const daemon = await startMachineDaemon(t, machine);
  const [ann, bob] = [await openedSession(machine, ANN), await openedSession(machine, BOB)];
  const beforeMib = residentMib(daemon);

  const words = [BODIES, bob.gatewayUrl, bob.token, '40', '60'];
  const flood = spawn('/usr/bin/setpriv', [...asUser(BOB), process.execPath, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => void flood.kill('SIGKILL'));
  const lines = createInterface({ input: flood.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'held 3 refused 37');
  const grownMib = residentMib(daemon) - beforeMib;
  t.diagnostic(`the daemon grew from ${beforeMib} by ${grownMib} MiB`);
  assert.ok(grownMib < 512, `${grownMib} MiB`);

  const large = 'x'.repeat(8 * 1024 * 1024);
  assert.equal((await askModel(ann, large)).status, 403, 'hers is read, and hooks are wanted first');
  assert.equal((await askModel(bob, large)).status, 403, 'his has room left');
  flood.kill('SIGKILL');
  await once(flood, 'exit');
});

function residentMib({ child }: MachineDaemon): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
}

function bash(turn: number): object {
  return {
    session_id: 'c0ffee00-0000-4000-8000-000000000000',
    hook_event_name: 'PreToolUse',
    tool_name: 'Bash',
    tool_input: { command: 'ls' },
    tool_use_id: `toolu_${turn}`,
    cwd: '/',
    permission_mode: 'default',
    transcript_path: '/tmp/t.jsonl',
  };
}

interface Opened {
  readonly session: string;
  readonly guard: string;
  readonly id: string;
  readonly gatewayUrl: string;
  readonly token: string;
}

async function askModel({ gatewayUrl, token }: Opened, content = 'x'): Promise<Response> {
  return await fetch(`${gatewayUrl}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'm',
      max_tokens: 1,
      tools: [{ name: 'x' }],
      messages: [{ role: 'user', content }],
    }),
  });
}

async function openedSession(machine: Machine, uid: Uid): Promise<Opened> {
  const name = (uid === ANN ? 'a' : 'b').repeat(24);
  const folder = join(machine.runtime, 'doors', name);
  assert.equal(shell(machine, uid, `mkdir ${folder} && chmod 770 ${folder}`).status, 0);
  const door = await ask(machine, uid, join(machine.runtime, 'session.sock'), 'POST', '/doors', { name });
  assert.equal(door.status, 200, door.body);
  const session = join(folder, 'session', 's.sock');
  const home = machine.home(uid);
  const { dev, ino } = lstatSync(home, { bigint: true });
  const request = { workspace: home, homeDir: home, workspaceFile: `${dev}:${ino}` };
  const opened = await ask(machine, uid, session, 'POST', '/sessions', request);
  assert.equal(opened.status, 200, opened.body);
  const { sessionId, gatewayUrl, token } = JSON.parse(opened.body) as Record<string, string>;
  return {
    session,
    guard: join(folder, 'guard', 'g.sock'),
    id: sessionId ?? '',
    gatewayUrl: gatewayUrl ?? '',
    token: token ?? '',
  };
}
