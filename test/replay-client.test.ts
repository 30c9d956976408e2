import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { SallyportError } from '../src/core/error.ts';
import { isJsonObject, stringField } from '../src/core/json.ts';
import type { JsonObject } from '../src/core/json.ts';
import { startScriptedModel, turns } from '../src/drill/index.ts';
import type { Turn } from '../src/drill/index.ts';
import { ROOT, makeHome, sallyport, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// The real client through the real daemon; only the model is scripted.

const bash = (command: string): Turn => ({ toolUses: [{ name: 'Bash', input: { command, description: 'x' } }] });
const CALLS: readonly Turn[] = [
  bash('echo hunter2-in-plain-sight'),
  bash('touch a.txt && chmod 777 a.txt'),
  bash('chown root a.txt; sudo -n true'),
  bash('frobnicate --all'),
  { text: 'all done' },
];

test(
  'rules on trial are recorded and shown, content is sealed, and a replay opens it',
  { skip: skipReason() },
  async (t) => {
    const model = await startScriptedModel({ script: turns(CALLS) });
    t.after(() => model.close());
    const home = makeHome(t, trialPolicy(model.url));
    const workspace = join(home.folder, 'work');
    mkdirSync(workspace);
    execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
    await startDaemonProcess(t, home);
    const ran = await sallyportBeside(
      home,
      ['run', '--', 'claude', '-p', 'go', '--output-format', 'stream-json', '--verbose'],
      { cwd: workspace, env: { ANTHROPIC_API_KEY: 'sk-owner-key' } },
    );
    assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
    const records = recordsOf(home);
    const decisions = records.filter((record) => record.kind === 'decision' && record.body['event'] === 'PreToolUse');
    const [, plain, warned, shadowed, asked] = decisions.map(({ body }) => body);

    assert.equal(plain?.['verdict'], 'allow');
    const trial = (body: JsonObject | undefined): unknown => body?.['wouldBe'];
    assert.deepEqual(trial(warned), [{ ruleId: 'shell/open-permissions', verdict: 'deny', mode: 'warn' }]);
    assert.deepEqual(trial(shadowed), [{ ruleId: 'shell/privilege', verdict: 'deny', mode: 'shadow' }]);
    assert.notEqual(warned?.['verdict'], 'deny');
    assert.match(ran.stdout, /Sallyport warning: once enforced, rule shell\/open-permissions will deny such a call/);
    assert.doesNotMatch(ran.stdout, /rule shell\/privilege/);

    const id = asked?.['toolUseId'];
    assert.equal(asked?.['verdict'], 'ask');
    const later = records.filter(({ body }) => body['toolUseId'] === id).map(({ body }) => body['event']);
    assert.ok(
      !later.includes('PostToolUse') && !later.includes('PostToolUseFailure'),
      `not approved: ${JSON.stringify(later)}`,
    );

    const [key = ''] = readdirSync(join(home.state, 'keys', 'content'));
    assert.equal(statSync(join(home.state, 'keys', 'content', key)).mode & 0o777, 0o600);
    assert.ok(!JSON.stringify(records).includes('hunter2'));
    const replay = (words: readonly string[]): ReturnType<typeof sallyport> =>
      sallyport(home, ['policy', 'replay', '--policy', home.policyFile, '--json', ...words]);
    const same = replay([]);
    assert.equal(same.status, 0, same.stdout + same.stderr);
    const enforced = sallyport(home, ['policy', 'replay', '--policy', join(ROOT, 'policies', 'default.yaml')]);
    assert.equal(enforced.status, 3, enforced.stderr);
    assert.match(enforced.stdout, /newly denied: 1 call of .*chmod|newly denied: 1 call of .*shell\/open-permissions/);
    rmSync(join(home.state, 'keys', 'content', key));
    const gone = replay([]);
    assert.equal(gone.status, 1, 'nothing could be decided again');
    assert.match(gone.stdout, /"key-gone":4/);
    assert.equal(sallyport(home, ['audit', 'verify']).status, 0);
  },
);

test(
  'a call that was asked and approved runs, and is what a rule is proposed for',
  { skip: skipReason() },
  async (t) => {
    const script = [bash('frobnicate --all'), bash('hostnamectl status'), { text: 'all done' }];
    const model = await startScriptedModel({ script: turns(script) });
    t.after(() => model.close());
    const home = makeHome(t, trialPolicy(model.url));
    const workspace = join(home.folder, 'work');
    mkdirSync(workspace);
    await startDaemonProcess(t, home);
    assert.equal(await runAnswering(home, workspace, (command) => command.startsWith('frobnicate')), 0);
    const events = (id: string): readonly unknown[] =>
      recordsOf(home)
        .filter(({ kind, body }) => kind === 'hook' && body['toolUseId'] === id)
        .map(({ body }) => body['event']);
    assert.deepEqual(events('toolu_drill_0_0'), ['PostToolUseFailure', 'PostToolUse']);
    assert.deepEqual(events('toolu_drill_1_0'), []);
    const proposed = sallyport(home, ['policy', 'suggest', '--min', '1', '--policy', home.policyFile]).stdout;
    assert.match(proposed, /^# 1 of 2 asked calls were approved/);
    assert.match(proposed, /run: \["frobnicate"\]/);
    const pasted = join(home.folder, 'pasted.yaml');
    writeFileSync(pasted, `version: 1\nname: pasted\n${proposed}`);
    assert.equal(sallyport(home, ['policy', 'check', pasted]).status, 0);
    const replayed = sallyport(home, ['policy', 'replay', '--policy', pasted, '--json']);
    assert.match(
      replayed.stdout,
      /"from":"ask","fromRule":"default\/command","to":"allow","toRule":"suggested\/rule-1"/,
    );
  },
);

/** Runs the client and answers what it asks over its own standard streams, as a program that embeds it does. */
async function runAnswering(
  home: Home,
  workspace: string,
  isApproved: (command: string) => boolean,
): Promise<number | null> {
  const words = ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
  const child = spawn(
    process.execPath,
    [join(ROOT, 'bin', 'sallyport.mjs'), 'run', '--', 'claude', ...words, '--permission-prompt-tool', 'stdio'],
    {
      cwd: workspace,
      env: { ...home.env, ANTHROPIC_API_KEY: 'k' },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 60_000,
    },
  );
  const say = (message: JsonObject): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as JsonObject;
    if (message['type'] === 'result') child.stdin.end();
    const { request, request_id: requestId = null } = message;
    if (!isJsonObject(request) || request['subtype'] !== 'can_use_tool') return;
    const input = isJsonObject(request['input']) ? request['input'] : {};
    const response: JsonObject = isApproved(stringField(input, 'command') ?? '')
      ? { behavior: 'allow', updatedInput: input }
      : { behavior: 'deny', message: 'no' };
    say({ type: 'control_response', response: { subtype: 'success', request_id: requestId, response } });
  });
  say({ type: 'user', message: { role: 'user', content: 'go' } });
  return await new Promise((resolve) => child.on('close', resolve));
}

/** The default policy with one rule in warn and one in shadow. */
function trialPolicy(upstream: string): string {
  const defaults = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8');
  const routed = defaults.replace(/^ {4}upstream: .*$/m, `    upstream: ${upstream}`);
  return `${routed}\nrollout:\n  rules:\n    shell/open-permissions: warn\n    shell/privilege: shadow\n`;
}

interface LoggedLine {
  readonly kind: string;
  readonly body: JsonObject;
}

function recordsOf(home: Home): readonly LoggedLine[] {
  const text = sallyport(home, ['audit', 'tail', '-n', '1000', '--json']).stdout;
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject)
    .map(({ kind, body }) => ({ kind: typeof kind === 'string' ? kind : '', body: isJsonObject(body) ? body : {} }));
}

function skipReason(): string | false {
  if (bundledClient() === null) return 'the agent program is not installed';
  if (!existsSync(join(ROOT, 'dist', 'cli.mjs'))) return 'the program is not built';
  try {
    findBwrap(process.env['PATH'] ?? '');
    return false;
  } catch (error) {
    if (error instanceof SallyportError) return error.message;
    throw error;
  }
}
