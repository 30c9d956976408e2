import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { machineUptime } from '../src/audit/index.ts';
import { startDaemon } from '../src/bin/daemon.ts';
import type { Daemon } from '../src/bin/daemon.ts';
import { statePaths } from '../src/bin/state-folder.ts';
import { controlClient } from '../src/cli/control-client.ts';
import { launch } from '../src/cli/launch.ts';
import { ownPlace } from '../src/cli/launch-place.ts';
import { NO_CREDENTIALS } from '../src/cli/place.ts';
import type { DaemonStatus } from '../src/core/control.ts';
import { SessionEnded, SessionRefused } from '../src/core/error.ts';
import { startScriptedModel, turns } from '../src/drill/index.ts';
import type { Script, ScriptedModel } from '../src/drill/index.ts';
import { clientSkipReason, sessionSkipReason } from './client-skip.ts';
import {
  LAUNCHER,
  collected,
  makeHome,
  sallyport,
  sallyportBeside,
  startDaemonProcess,
  until,
} from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// The limits that a policy sets to sessions, held by the daemon. Time passes where the test says so.

const MINUTE_MS = 60_000;
const CLIENT_WORDS = ['--output-format', 'stream-json', '--verbose'];

test(
  'at its longest time a session is ended with its client and what runs of it, and a new one goes on with the conversation',
  { skip: clientSkipReason() },
  async (t) => {
    const conversation = turns([
      { toolUses: [{ name: 'Bash', input: { command: 'echo first step', description: 'x' } }] },
      { toolUses: [{ name: 'Bash', input: { command: 'while true; do sleep 7.251; done', description: 'x' } }] },
      { text: 'going on' },
    ]);
    const at = await stage(t, {
      session: 'max_duration_minutes: 480, idle_timeout_minutes: 480',
      script(request) {
        // Before the model asks for its second call, almost all of the time passes.
        if (request.turn === 1) at.letPass(476 * MINUTE_MS);
        return conversation(request);
      },
    });
    const notices: string[] = [];
    const ran = at.run(['-p', 'remember the kingfisher', ...CLIENT_WORDS], notices);
    const idOf = (): string => at.daemon.status().sessions[0]?.id ?? '';
    await until(() => isSleeping(idOf()), at.output);
    await until(() => notices.length > 0, at.output);
    assert.match(notices[0] ?? '', /^this session ends in 4 minutes: the policy lets none run longer than 480 minutes/);
    const [session] = at.daemon.status().sessions;
    assert.equal(session?.ends?.limit, 'max_duration_minutes');

    at.letPass(4 * MINUTE_MS);
    await assert.rejects(ran, (error) => {
      assert.ok(error instanceof SessionEnded, String(error));
      assert.match(error.message, /^the session was ended: it has run for 480 minutes, the longest/);
      return true;
    });
    const [over] = at.daemon.status().sessions;
    await until(() => !isSleeping(over?.id ?? ''), at.output);
    assert.match(over?.endedReason ?? '', /session\.max_duration_minutes/);
    assert.equal(over?.ends, null);
    const records = sallyport(at.home, ['audit', 'tail', '-n', '1000']).stdout;
    assert.match(records, /session {2}ended {2}it has run for 480 minutes/);

    // The client took what its hook said to the person.
    const transcripts = globSync('.claude/projects/**/*.jsonl', { cwd: at.home.folder });
    const kept = transcripts.map((name) => readFileSync(join(at.home.folder, name), 'utf8')).join('');
    assert.match(kept, /Sallyport: this session ends in 4 minutes/);

    const asked = at.model.requests.length;
    assert.equal(await at.run(['-p', '--continue', 'and then?', ...CLIENT_WORDS], []), 0, at.output());
    const last = at.model.requests.slice(asked).at(-1);
    assert.ok(last !== undefined);
    const text = last.bodyBytes.toString('utf8');
    assert.match(text, /remember the kingfisher/);
    assert.match(text, /first step/);
    assert.match(text, /and then\?/);
  },
);

test(
  'a session in which nothing happens is ended, a person is told before, and a running tool is no rest',
  { skip: sessionSkipReason() },
  async (t) => {
    const at = await stage(t, { session: 'max_duration_minutes: 480, idle_timeout_minutes: 30', script: turns([]) });
    const notices: string[] = [];
    const ran = at.run(['-c', 'touch going; sleep 250'], notices, '/bin/sh');
    await until(() => existsSync(join(at.workspace, 'going')), at.output);
    const [{ id } = { id: '' }] = at.daemon.status().sessions;
    await at.hook(id, 'PreToolUse', 'toolu_1');
    at.letPass(40 * MINUTE_MS);
    await at.hook(id, 'PostToolUse', 'toolu_1');
    at.letPass(26 * MINUTE_MS);
    await until(() => notices.length > 0, at.output);
    assert.deepEqual(notices, ['nothing happens in this session: it ends in 4 minutes unless you go on']);
    assert.equal(at.daemon.status().sessions[0]?.ends?.limit, 'idle_timeout_minutes');
    at.letPass(4 * MINUTE_MS);
    assert.match(
      await at.hook(id, 'PreToolUse', 'toolu_2'),
      /"permissionDecision":"deny".*nothing has happened in it for 30 minutes/,
    );
    await assert.rejects(ran, { code: 'SESSION_ENDED' });
  },
);

test(
  'of two clients that start at once exactly one gets the last session, and the other never starts',
  { skip: clientSkipReason() },
  async (t) => {
    const at = await stage(t, { session: 'max_concurrent: 1', script: turns([{ text: 'done' }]) });
    const both = await Promise.allSettled([1, 2].map(() => at.run(['-p', 'go', ...CLIENT_WORDS], [])));
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], at.output());
    const refused = both.find((one) => one.status === 'rejected')?.reason as unknown;
    assert.ok(refused instanceof SessionRefused);
    assert.match(refused.message, /^1 session of yours runs already, as many as the policy allows .*: ses_/);
    assert.equal(at.model.requests.length, 1);
    // The first has left: there is room again.
    assert.equal(await at.run(['-p', 'go', ...CLIENT_WORDS], []), 0);
  },
);

test('run says which sessions run already, and `sessions end` makes room', { skip: sessionSkipReason() }, async (t) => {
  const home = makeHome(t, 'version: 1\nname: test\nsession: { max_concurrent: 1 }\n');
  await startDaemonProcess(t, home);
  const first = hold(t, home);
  await until(() => sessionsOf(home).length === 1, first.said);
  const [{ id, ends } = { id: '', ends: null }] = sessionsOf(home);
  assert.match(
    sallyport(home, ['sessions']).stdout,
    new RegExp(`^${id}  ${home.folder}\\n  opened at .*Z, ends at .*Z unless something happens in it\\n$`),
  );
  assert.equal(ends?.limit, 'idle_timeout_minutes');

  const refused = await run(home, ['true']);
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    new RegExp(
      `^error: 1 session of yours runs already, .*: ${id} in \`${home.folder}\` since .* \\[SESSION_REFUSED\\]\nhint: .*sallyport sessions end ${id}`,
    ),
  );

  const unknown = sallyport(home, ['sessions', 'end', 'ses_00000000000000000000000000']);
  assert.deepEqual([unknown.status, unknown.stdout], [1, '']);
  assert.match(
    unknown.stderr,
    /there is no session of yours of that name \[SESSION_REFUSED\]\nhint: `sallyport sessions` lists them/,
  );

  assert.equal(sallyport(home, ['sessions', 'end', id]).stdout, `ended ${id}\n`);
  assert.equal(sallyport(home, ['sessions', 'end', id]).stdout, `${id} had ended already\n`);
  assert.equal((await run(home, ['true'])).status, 0);
  assert.equal(await first.code, 1);
  assert.match(
    first.said(),
    /error: the session was ended: by `sallyport sessions end` \[SESSION_ENDED\]\nhint: .*--continue/,
  );
  assert.equal(sallyport(home, ['sessions']).stdout, 'no session of yours runs\n');
});

test('a session whose launcher was killed stands in nobody’s way', { skip: sessionSkipReason() }, async (t) => {
  const home = makeHome(t, 'version: 1\nname: test\nsession: { max_concurrent: 1 }\n');
  await startDaemonProcess(t, home);
  const first = hold(t, home);
  await until(() => sessionsOf(home).length === 1, first.said);
  first.kill('SIGKILL');
  await first.code;
  const next = await run(home, ['echo', 'in']);
  assert.deepEqual([next.status, next.stdout], [0, 'in\n'], next.stderr);
  assert.match(sallyport(home, ['audit', 'tail', '-n', '100']).stdout, /session {2}ended {2}its launcher is gone/);
});

/** A daemon in this process, whose machine's time passes as the test says. */
interface Stage {
  readonly home: Home;
  readonly workspace: string;
  readonly daemon: Daemon;
  readonly model: ScriptedModel;
  readonly errors: string[];
  letPass(durationMs: number): void;
  run(words: readonly string[], notices: string[], program?: string): Promise<number>;
  /** Sends a hook event of a call as the client would. */
  hook(sessionId: string, event: string, toolUseId: string): Promise<string>;
  readonly output: () => string;
}

async function stage(
  t: { after(fn: () => Promise<void> | void): void },
  { session, script }: { readonly session: string; readonly script: Script },
): Promise<Stage> {
  const closing: (() => Promise<void> | void)[] = [];
  t.after(async () => {
    for (const close of closing.toReversed()) await close();
  });
  const model = await startScriptedModel({ script });
  closing.push(() => model.close());
  const policy = `version: 1\nname: test\nproviders: { use: anthropic, anthropic: { upstream: '${model.url}' } }\nsession: { ${session} }\ncommands:\n  allow:\n    - { id: test/any, run: [echo, 'true', sleep], reason: Of the test. }\n`;
  const home = makeHome({ after: (fn) => void closing.push(fn) }, policy);
  const workspace = join(home.folder, 'work');
  mkdirSync(workspace);
  execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
  const paths = statePaths(home.env, home.folder);
  const own = machineUptime();
  let passedMs = 0;
  const errors: string[] = [];
  const daemon = await startDaemon({
    paths,
    policyFiles: [home.policyFile],
    logError: (line) => errors.push(line),
    machine: { boot: own.boot, ms: () => own.ms() + passedMs },
  });
  closing.push(() => daemon.close());
  let output = '';
  return {
    home,
    workspace,
    daemon,
    model,
    errors,
    letPass: (durationMs) => void (passedMs += durationMs),
    async run(words, notices, program = 'claude') {
      return await launch({
        place: ownPlace(paths, controlClient(paths.controlSocket)),
        command: [program, ...words],
        workspace,
        homeDir: home.folder,
        env: { ...home.env, TERM: 'dumb' },
        credentials: { ...NO_CREDENTIALS, anthropicApiKey: 'sk-of-the-test' },
        stdio: 'pipe',
        onOutput: (chunk) => (output += chunk.toString('utf8')),
        onNotice: (line) => notices.push(line),
      });
    },
    async hook(sessionId, event, toolUseId) {
      const { hookCommand, guardSocket } = daemon.status();
      const [program = '', ...words] = hookCommand;
      const child = spawn(program, [...words, guardSocket, sessionId], { stdio: ['pipe', 'pipe', 'pipe'] });
      const said = collected(child.stdout);
      child.stdin.end(
        JSON.stringify({
          session_id: 'client',
          hook_event_name: event,
          tool_name: 'Bash',
          tool_use_id: toolUseId,
          tool_input: { command: 'echo x' },
          ...(event === 'PostToolUse' ? { tool_response: { stdout: 'x', stderr: '' } } : {}),
          cwd: workspace,
        }),
      );
      await new Promise((resolve) => child.once('close', resolve));
      return said();
    },
    output: () => output,
  };
}

/** Whether the tool of the first test runs in a session. */
function isSleeping(sessionId: string): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      if (!readFileSync(`/proc/${name}/cmdline`, 'utf8').startsWith('sleep\u00007.251')) return false;
      return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`SALLYPORT_SESSION=${sessionId}`);
    } catch (error) {
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  });
}

/** A session that runs until it is ended, in a process of its own. */
function hold(
  t: { after(fn: () => void): void },
  home: Home,
): { readonly said: () => string; readonly code: Promise<number | null>; kill(signal: NodeJS.Signals): void } {
  const child = spawn(process.execPath, [LAUNCHER, 'run', '--', '/bin/sleep', '250'], {
    env: { ...home.env, ANTHROPIC_API_KEY: 'k' },
    cwd: home.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => void child.kill('SIGKILL'));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { said: collected(child.stderr), code, kill: (signal) => void child.kill(signal) };
}

const run = async (home: Home, words: readonly string[]): ReturnType<typeof sallyportBeside> =>
  await sallyportBeside(home, ['run', '--quiet', '--', ...words], {
    cwd: home.folder,
    env: { ANTHROPIC_API_KEY: 'k' },
  });

function sessionsOf(home: Home): DaemonStatus['sessions'] {
  const { sessions } = JSON.parse(sallyport(home, ['sessions', '--json']).stdout) as Pick<DaemonStatus, 'sessions'>;
  return sessions;
}
