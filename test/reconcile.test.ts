import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../src/core/json.ts';
import { startScriptedModel } from '../src/drill/index.ts';
import type { Turn } from '../src/drill/index.ts';
import { clientSkipReason, sessionSkipReason } from './client-skip.ts';
import { ROOT, makeHome, sallyport, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import { KEYS, run } from './masked-session.ts';

interface Report {
  readonly compared: { readonly total: number; readonly asExpected: number };
  readonly cases: readonly { readonly id: string; readonly isAsExpected: boolean; readonly problem: string | null }[];
}

test(
  'each kind of discrepancy that is caused is found within 5 s, and nothing beside it',
  { skip: sessionSkipReason() },
  (t) => {
    const ran = sallyport(makeHome(t), ['drill', '--reconcile', '--json'], { timeoutMs: 180_000 });
    const report = JSON.parse(ran.stdout) as Report;
    assert.deepEqual(
      report.cases.filter((one) => !one.isAsExpected),
      [],
    );
    assert.ok(report.compared.total >= 8);
    assert.equal(ran.status, 0);
  },
);

const bash = (command: string, more: JsonObject = {}): { readonly name: string; readonly input: JsonObject } => ({
  name: 'Bash',
  input: { command, description: 'test', ...more },
});

/** Calls of every sort that a client makes more of than a call and its end. */
function script(workspace: string): readonly Turn[] {
  const file = (name: string): string => join(workspace, name);
  return [
    { toolUses: [bash('sleep 1; echo one')] },
    { toolUses: [bash('sudo id')] },
    { toolUses: [{ name: 'NoSuchTool', input: {} }] },
    { toolUses: [{ name: 'Read', input: { nope: 1 } }] },
    { toolUses: [{ name: 'Read', input: { file_path: file('absent.txt') } }] },
    { toolUses: [{ name: 'Edit', input: { file_path: file('a.txt'), old_string: 'hello', new_string: 'x' } }] },
    { toolUses: [{ name: 'Edit', input: { file_path: file('a.txt'), old_string: 'absent', new_string: 'x' } }] },
    { toolUses: [{ name: 'Write', input: { file_path: file('n.txt'), content: 'x' } }] },
    { toolUses: [bash('exit 3')] },
    { toolUses: [bash('for n in 1 2 3; do (sleep 1; echo $n); done', { run_in_background: true })] },
    { toolUses: [bash('sleep 0.4; echo a'), bash('sleep 0.6; echo b | cat'), bash('git push')] },
    { toolUses: [{ name: 'Agent', input: { description: 'd', prompt: 'go', subagent_type: 'general-purpose' } }] },
    { toolUses: [bash('sleep 4; echo late', { timeout: 1000 })] },
    { cutAfterToolUse: [bash('echo cut')], isCleanEnd: true },
    { text: 'done' },
  ];
}

test('in a session of the real client the layers agree', { skip: clientSkipReason() }, async (t) => {
  let turns: readonly Turn[] = [];
  const model = await startScriptedModel({
    script: ({ headers, turn }) =>
      headers['x-claude-code-agent-id'] === undefined
        ? (turns[turn] ?? { text: 'done' })
        : turn === 0
          ? { toolUses: [bash('sleep 0.5; echo sub')] }
          : { text: 'done' },
  });
  t.after(() => model.close());
  const policy = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8').replace(
    /^ {4}upstream: .*$/m,
    `    upstream: ${model.url}`,
  );
  const home = makeHome(t, policy);
  const workspace = join(home.folder, 'work');
  mkdirSync(workspace);
  execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
  writeFileSync(join(workspace, 'a.txt'), 'hello\n');
  turns = script(workspace);
  await startDaemonProcess(t, home);
  const first = await run(home, workspace, 'go');
  assert.equal(first.status, 0, first.stderr);
  // The conversation goes on in a governed session of its own, with results of calls that the first one saw.
  turns = [...turns.slice(0, -1), { toolUses: [bash('echo more')] }, { text: 'done' }];
  const second = await run(home, workspace, 'go on', ['--continue']);
  assert.equal(second.status, 0, second.stderr);

  const compared = await sallyportBeside(home, ['audit', 'reconcile'], { cwd: workspace, env: KEYS });
  assert.equal(compared.status, 0, compared.stdout);
  assert.match(compared.stdout, /^the layers agree: \d+ records$/m);
  const status = await sallyportBeside(home, ['status'], { cwd: workspace });
  assert.match(status.stdout, /reconcile +live, processes seen by \w+$/m);
});
