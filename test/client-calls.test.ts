import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringField } from '../src/core/json.ts';
import type { JsonObject } from '../src/core/json.ts';
import { startScriptedModel, toolResults, turns } from '../src/drill/index.ts';
import type { ScriptedModel, Turn } from '../src/drill/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { ROOT, makeHome, sallyport, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// The real client through the real daemon: what becomes of calls and words that come back. Only the model is scripted.

/** A token of a provider's form, made here so that no file of the project holds one. */
const TOKEN = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
const bash = (command: string): JsonObject & { readonly name: string; readonly input: JsonObject } => ({
  name: 'Bash',
  input: { command, description: 'x' },
});

const PARALLEL: Turn = { text: 'Three at once.', toolUses: [bash('echo one'), bash('sudo id'), bash('echo two')] };
const REFUSED = /Sallyport refused the call Bash \(rule shell\/privilege\)/;

for (const provider of ['anthropic', 'bedrock'] as const) {
  test(
    `the client takes a refusal in the place of a call, between others and alone: ${provider}`,
    { skip: clientSkipReason() },
    async (t) => {
      const script = [PARALLEL, { toolUses: [bash('sudo id')] }, { text: 'never asked for' }];
      const { home, model, workspace } = await stage(t, provider, 'gateway: { denied_calls: gateway }', script);
      const ran = await run(home, workspace, provider);
      assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
      // Bedrock's client first asks which models answer.
      const asked = model.requests.filter(({ body }) => body?.['tools'] !== undefined);
      assert.equal(asked.length, 2);
      assert.deepEqual(
        toolResults(asked[1]?.body ?? {})
          .map(({ text }) => text.trim())
          .toSorted(),
        ['one', 'two'],
      );
      assert.match(asked[1]?.bodyBytes.toString() ?? '', REFUSED);
      assert.match(ran.stdout, REFUSED);
      assert.doesNotMatch(ran.stdout, /never asked for/);
      const records = recordsOf(home);
      const named = (event: string): readonly JsonObject[] => records.filter((record) => record['event'] === event);
      assert.deepEqual(
        named('call-refused').map((record) => [record['verdict'], record['ruleId']]),
        [
          ['deny', 'shell/privilege'],
          ['deny', 'shell/privilege'],
        ],
      );
      assert.deepEqual(
        named('tool_use').map((record) => record['verdict']),
        ['allow', 'allow'],
      );
    },
  );
}

test('an answer whose words the policy blocks ends with the reason', { skip: clientSkipReason() }, async (t) => {
  const script = [{ text: `Your token is ${TOKEN}, keep it.` }];
  const { home, model, workspace } = await stage(
    t,
    'anthropic',
    'gateway: { replies: { secret: block } }\ndlp: { secret: mask }',
    script,
  );
  const ran = await run(home, workspace, 'anthropic');
  assert.ok(!ran.stdout.includes(TOKEN));
  assert.match(ran.stdout, /the model's words hold a credential \(secret\/github-token\)/);
  t.diagnostic(`${model.requests.length} requests, status ${ran.status}`);
  assert.ok(recordsOf(home).some((record) => record['event'] === 'reply-finding'));
});

function recordsOf(home: Home): readonly JsonObject[] {
  const { stdout } = sallyport(home, ['audit', 'tail', '-n', '1000', '--json']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonObject)
    .map((line) => (typeof line['body'] === 'object' ? ((line['body'] ?? {}) as JsonObject) : line))
    .filter((body) => stringField(body, 'event') !== null);
}

async function run(home: Home, cwd: string, provider: 'anthropic' | 'bedrock'): ReturnType<typeof sallyportBeside> {
  const env =
    provider === 'anthropic'
      ? { ANTHROPIC_API_KEY: 'sk-owner-key' }
      : { AWS_ACCESS_KEY_ID: 'AKIDOWNER', AWS_SECRET_ACCESS_KEY: 'owner-secret', AWS_REGION: 'us-east-1' };
  const words = ['-p', 'go', '--output-format', 'stream-json', '--verbose'];
  return await sallyportBeside(home, ['run', '--', 'claude', ...words], { cwd, env });
}

async function stage(
  t: { after(fn: () => Promise<void> | void): void },
  provider: 'anthropic' | 'bedrock',
  more: string,
  script: readonly Turn[],
): Promise<{ home: Home; model: ScriptedModel; workspace: string }> {
  const model = await startScriptedModel({ script: turns(script) });
  t.after(() => model.close());
  const names = [...more.matchAll(/^[a-z]+(?=:)/gm)].map(([name]) => name);
  const policy = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8')
    .replace(/^ {2}use: .*$/m, `  use: ${provider}`)
    .replace(/^ {4}upstream: .*$/m, `    upstream: ${model.url}`)
    .replace(/^ {4}region: .*$/m, `$&\n    upstream: ${model.url}`)
    .replace(new RegExp(`^(?:${names.join('|')}):.*\\n(?:[ #].*\\n|\\n)*`, 'gm'), '');
  const home = makeHome(t, `${policy}\n${more}\n`);
  const workspace = join(home.folder, 'work');
  mkdirSync(workspace);
  execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
  await startDaemonProcess(t, home);
  return { home, model, workspace };
}
