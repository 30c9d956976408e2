import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { layoutSkip, ROOT } from './lib/image-layout.ts';
import type { Contained } from './lib/image-layout.ts';
import { as, DEVELOPER_UID, sessionTask, standInGuard, startSession } from './lib/session-task.ts';
import type { Task } from './lib/session-task.ts';

const { isAttached } = (await import(join(ROOT, 'infra/images/session/attached.mjs'))) as {
  readonly isAttached: (proc: string) => boolean;
};

const WORKER = '/managed-agents/execute-command/ssm-session-worker';

interface Told {
  readonly pid: number;
  readonly parent: number;
  readonly uid?: number;
  readonly state?: string;
  readonly command?: string;
  readonly name?: string;
}

const FIRST: Told = { pid: 1, parent: 0, uid: 10_002, command: '/sbin/docker-init' };
const AGENT: Told = { pid: 40, parent: 0, command: '/managed-agents/execute-command/amazon-ssm-agent' };
const MIDDLE: Told = { pid: 50, parent: 40, command: '/managed-agents/execute-command/ssm-agent-worker' };
const PERSON: Told = { pid: 60, parent: 50, command: `${WORKER}\0ecs-execute-command-0` };

for (const { name, processes, want } of [
  { name: 'nobody', processes: [FIRST, AGENT, MIDDLE], want: false },
  { name: 'one person', processes: [FIRST, AGENT, MIDDLE, PERSON], want: true },
  {
    name: 'a worker that the agent started by itself',
    processes: [FIRST, AGENT, { ...PERSON, parent: 40 }],
    want: true,
  },
  { name: 'a name that is borrowed', processes: [FIRST, AGENT, MIDDLE, { ...PERSON, parent: 1 }], want: false },
  {
    name: 'all three names, borrowed',
    processes: [FIRST, { ...AGENT, parent: 1 }, MIDDLE, PERSON],
    want: false,
  },
  {
    name: 'a borrowed name below a worker that has gone',
    processes: [FIRST, AGENT, MIDDLE, { ...PERSON, pid: 70, parent: 61 }, { pid: 61, parent: 1, command: 'sh' }],
    want: false,
  },
  { name: 'a worker that is stopped', processes: [FIRST, AGENT, MIDDLE, { ...PERSON, state: 'T' }], want: false },
  { name: 'a worker that is traced', processes: [FIRST, AGENT, MIDDLE, { ...PERSON, state: 't' }], want: false },
  { name: 'a worker that is dead', processes: [FIRST, AGENT, MIDDLE, { ...PERSON, state: 'Z' }], want: false },
  { name: 'an agent that is stopped', processes: [FIRST, { ...AGENT, state: 'T' }, MIDDLE, PERSON], want: false },
  { name: 'a worker whose parent is not there', processes: [FIRST, AGENT, PERSON], want: false },
  {
    name: 'what comes from outside as another user, such as a health check',
    processes: [FIRST, { ...AGENT, uid: 10_002 }, MIDDLE, PERSON],
    want: false,
  },
  { name: 'a worker without an agent', processes: [FIRST, { ...PERSON, parent: 0 }], want: false },
  { name: 'the first process by that name', processes: [{ ...PERSON, pid: 1, parent: 0, uid: 0 }], want: false },
  {
    name: 'a name that says who its parent is',
    processes: [FIRST, AGENT, MIDDLE, { ...PERSON, parent: 1, name: 'x\\nPPid:\\t50' }],
    want: false,
  },
  {
    name: 'two processes that are the parents of each other',
    processes: [FIRST, { ...PERSON, parent: 61 }, { ...PERSON, pid: 61, parent: 60 }],
    want: false,
  },
  {
    name: 'a borrowed name beside a person',
    processes: [FIRST, AGENT, MIDDLE, { ...PERSON, pid: 59, parent: 1 }, PERSON],
    want: true,
  },
]) {
  test(`attached or not: ${name}`, (t) => {
    const proc = mkdtempSync(join(tmpdir(), 'sp-proc-'));
    t.after(() => rmSync(proc, { recursive: true, force: true }));
    mkdirSync(join(proc, 'sys'));
    for (const {
      pid,
      parent,
      uid = 0,
      state = 'S',
      command = 'sh',
      name: shown = 'x',
    } of processes as readonly Told[]) {
      const folder = join(proc, String(pid));
      mkdirSync(folder);
      const status = `Name:\t${shown}\nUmask:\t0022\nState:\t${state} (x)\nPid:\t${pid}\nPPid:\t${parent}\nUid:\t${uid}\t0\t0\t0\n`;
      writeFileSync(join(folder, 'status'), status);
      writeFileSync(join(folder, 'cmdline'), `${command}\0`);
    }
    assert.equal(isAttached(proc), want);
  });
}

/** What ECS does when somebody attaches: a program is started in the container from outside of it. */
async function fromOutside(
  t: TestContext,
  session: Contained,
  script: string,
  words: readonly string[] = [],
): Promise<void> {
  const into = ['--target', String(await session.pid), '--mount', '--pid', '--root', '--wd=/'];
  const child = spawn('nsenter', [...into, '--', ...words, '/bin/sh', '-c', script], { stdio: 'ignore' });
  t.after(() => void child.kill('SIGKILL'));
}

/** An agent, its own worker, and below it the worker of a person, which does `what`. */
function attachment(what: string): string {
  return `( /in/ssm-session-worker -c '${what}; :' & wait ) & wait`;
}

/** Root without a capability, as ECS Exec has it in a container that was given none. */
const ATTACHED_RIGHTS = [
  'setpriv',
  '--bounding-set=-all',
  '--inh-caps=-all',
  '--ambient-caps=-all',
  '--no-new-privs',
  '--',
];
/** Whoever is taken for a person keeps it to its very end, which has another reason. */
const SHORT = {
  SALLYPORT_FIRST_ATTACH_MINUTES: '0.05',
  SALLYPORT_DETACHED_MINUTES: '0.01',
  SALLYPORT_SESSION_MINUTES: '0.4',
};

async function waiting(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  options: Parameters<typeof startSession>[3] = {},
): Promise<{ readonly volumes: Task; readonly session: Contained }> {
  const volumes = sessionTask(t);
  await standInGuard(t, volumes);
  const session = startSession(t, volumes, env, options);
  assert.match(await session.firstLine, /"ready"/, session.errors());
  return { volumes, session };
}

const skip = layoutSkip();

for (const { name, script, words = ATTACHED_RIGHTS, want } of [
  { name: 'a person who comes and goes', script: attachment('sleep 1'), want: /nobody is attached any more/ },
  {
    name: 'a program that is called as a worker',
    script: '/in/ssm-session-worker -c "sleep 300; :" & :',
    want: /nobody came/,
  },
  {
    name: 'a program that a person leaves behind under the name of a worker',
    script: attachment('/in/ssm-session-worker -c "sleep 300; :" & sleep 1'),
    want: /nobody is attached any more/,
  },
  {
    name: 'three programs in a row that a person leaves behind, called as the three of ECS Exec',
    script: attachment(`setsid sh -c "( /in/ssm-session-worker -c \\"sleep 300; :\\" & wait ) & wait" & sleep 1`),
    want: /nobody is attached any more/,
  },
  { name: 'a worker that is stopped', script: attachment('kill -STOP $$'), want: /nobody came/ },
  { name: "the agent's own worker, stopped", script: attachment('kill -STOP $PPID; sleep 300'), want: /nobody came/ },
  {
    name: 'what comes from outside as another user',
    script: attachment('sleep 300'),
    words: as(DEVELOPER_UID),
    want: /nobody came/,
  },
]) {
  test(`a session stays for a person and for nothing else: ${name}`, { skip }, async (t) => {
    const { session } = await waiting(t, SHORT);
    await fromOutside(t, session, script, words);
    assert.equal(await session.ended, 0, session.output() + session.errors());
    assert.match(session.output(), want);
  });
}

const LONGEST = { SALLYPORT_SESSION_MINUTES: '0.03', SALLYPORT_DETACHED_MINUTES: '1' };
/** Twenty times as long as the session may last, on a machine that has much else to do. */
const IN_TIME_MS = 36_000;

for (const { name, script, env = {} } of [
  { name: 'a person who stays', script: attachment('sleep 60') },
  {
    name: 'a person who stops and kills whatever can be stopped',
    script: attachment(
      'a=$(sed -n "s/^PPid:[^0-9]*//p" /proc/$PPID/status); for p in /proc/[0-9]*; do p=${p#/proc/}; case $p in $$ | $PPID | $a) ;; *) kill -STOP $p; kill -KILL $p ;; esac; done; sleep 60',
    ),
  },
  {
    name: 'programs that start programs without end',
    script: attachment(
      'n=0; while [ $n -lt 30 ]; do n=$((n + 1)); timeout 40 sh -c "while :; do /bin/true; done" & done; sleep 60',
    ),
  },
  {
    name: 'a workspace that is filled while it is emptied',
    script: attachment(
      'n=0; while [ $n -lt 4 ]; do n=$((n + 1)); timeout 40 sh -c "while :; do mkdir -p /workspace/$n/a/b/c; : >/workspace/$n/a/b/c/f; done" & done; sleep 60',
    ),
  },
  {
    name: 'a clock that is set back at every look',
    script: attachment('sleep 60'),
    env: {
      NODE_OPTIONS:
        '--import=data:text/javascript,let%20at=Date.now();Date.now=()=>at-=864e5;globalThis.Date=class%20extends%20Date{constructor(){super(at-=864e5)}}',
    },
  },
]) {
  test(`a session lasts as long as it may and no longer: ${name}`, { skip }, async (t) => {
    const { session } = await waiting(t, { ...LONGEST, ...env });
    const fromMs = performance.now();
    await fromOutside(t, session, script, name.includes('filled') ? [] : ATTACHED_RIGHTS);
    assert.equal(await session.ended, 0, session.output() + session.errors());
    assert.match(session.output(), /as long as it may/);
    const lastedMs = performance.now() - fromMs;
    t.diagnostic(`infra: ms that a session of 1800 ms lasted, ${name} = ${Math.round(lastedMs)}`);
    assert.ok(lastedMs < IN_TIME_MS, `${lastedMs} ms`);
  });
}

test('a session whose workspace cannot be emptied in time ends all the same, and says so', { skip }, async (t) => {
  const slow = mkdtempSync('/var/tmp/sp-find-');
  t.after(() => rmSync(slow, { recursive: true, force: true }));
  writeFileSync(join(slow, 'find'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  const { session } = await waiting(t, LONGEST, { more: ['--ro-bind', join(slow, 'find'), '/usr/bin/find'] });
  assert.equal(await session.ended, 0, session.errors());
  assert.match(session.output(), /not all of the workspace is empty: ETIMEDOUT/);
});

test('the session reads no clock that somebody could set', () => {
  for (const file of ['session.mjs', 'attached.mjs']) {
    assert.doesNotMatch(readFileSync(join(ROOT, 'infra/images/session', file), 'utf8'), /\bDate\b|hrtime/);
  }
});
