import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject } from '../src/core/json.ts';
import type { Json } from '../src/core/json.ts';
import { startScriptedModel, toolResults } from '../src/drill/index.ts';
import type { ScriptedModel, ScriptedRequest, Turn } from '../src/drill/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { ROOT, makeHome, sallyportBeside, startDaemonProcess, until } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// The real client through the real daemon: what is masked on its way up and comes back. Only the model is scripted.

/** Values of the forms that detectors know, made here so that no file of the project holds one. */
const TOKEN = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
const MAIL = ['grace.tanaka', 'northwind-labs.com'].join('@');
const PHONE = ['+1 415', '555', '0132'].join('-');
/** Nothing tells that it is one but the name in front of it. */
const PASSWORD = ['Tr0ub4', 'dor3xKq'].join('');
const PLANTED = [TOKEN, MAIL, PHONE, PASSWORD];

const NOTES = `first line\ntoken = ${TOKEN}\nowner: ${MAIL}, call ${PHONE}\nDB_PASSWORD=${PASSWORD}\nlast line\n`;

/** What the model sees of the notes, and does with it: it edits the file, runs a command with the token, and speaks of the owner. */
function script(workspace: string): (request: ScriptedRequest) => Turn {
  return (request) => {
    const path = join(workspace, 'notes.txt');
    const seen = request.bodyBytes.toString();
    const [token = ''] = /qzSECRET[0-9a-z]{16}/.exec(seen) ?? [];
    const [mail = ''] = /qzEMAIL[0-9a-z]{16}/.exec(seen) ?? [];
    switch (request.turn) {
      case 0:
        return { toolUses: [{ name: 'Read', input: { file_path: path } }] };
      case 1:
        return {
          text: `I see ${mail}.`,
          toolUses: [
            {
              name: 'Edit',
              input: { file_path: path, old_string: `token = ${token}`, new_string: `token = "${token}" # ${mail}` },
            },
          ],
        };
      case 2: {
        const command = `printf %s '${token}' | sha256sum`;
        return { toolUses: [{ name: 'Bash', input: { command, description: 'digest' } }] };
      }
      case 3: {
        const [password = ''] = /(?<=DB_PASSWORD=)qzSECRET[0-9a-z]{16}/.exec(seen) ?? [];
        return { toolUses: [{ name: 'WebFetch', input: { url: `https://docs.rs/?q=${password}`, prompt: 'x' } }] };
      }
      default:
        return { text: `The owner is ${mail}, and the token is ${token}.` };
    }
  };
}

for (const provider of ['anthropic', 'bedrock'] as const) {
  test(
    `a session works with values that its model never sees: ${provider}`,
    { skip: clientSkipReason() },
    async (t) => {
      const { home, model, workspace } = await stage(t, provider);
      const ran = await run(home, workspace, 'go');
      assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
      assert.ok(model.requests.length >= 4);
      for (const request of model.requests)
        for (const value of PLANTED) {
          assert.ok(!request.bodyBytes.includes(value), 'the model saw a planted value');
          assert.ok(!request.bodyBytes.includes(Buffer.from(value).toString('base64')), 'nor in base64');
        }
      assert.equal(
        readFileSync(join(workspace, 'notes.txt'), 'utf8'),
        NOTES.replace(`token = ${TOKEN}`, `token = "${TOKEN}" # ${MAIL}`),
      );
      const results = toolResults(model.requests.at(-1)?.body ?? {});
      const digest = createHash('sha256').update(TOKEN).digest('hex');
      assert.ok(results.at(-2)?.text.includes(digest), `the command ran with the true value: ${results.at(-2)?.text}`);
      assert.match(results.at(-1)?.text ?? '', /rule dlp\/secret/, 'a masked value is not carried away by a call');
      assert.ok(ran.stdout.includes(`The owner is ${MAIL}, and the token is ${TOKEN}.`));
      assert.doesNotMatch(ran.stdout, /qz(?:SECRET|EMAIL|PHONE)[0-9a-z]{16}/);
      for (const path of logs(home))
        for (const value of PLANTED) assert.ok(!readFileSync(path).includes(value), `${path} holds a planted value`);
    },
  );
}

test(
  'a conversation goes on with the same bytes after the gateway was restarted',
  { skip: clientSkipReason() },
  async (t) => {
    const { home, model, workspace, restart } = await stage(t, 'anthropic');
    const talk = (words: string): string => `claude -p ${words} --output-format stream-json --verbose`;
    const [spoken, resumed] = [join(workspace, 'spoken'), join(workspace, 'resumed')];
    // One governed session, in which the client ends and goes on.
    const script = `${talk('go')}; touch ${spoken}; until [ -e ${resumed} ]; do sleep 0.1; done; ${talk('on --continue')}`;
    const running = sallyportBeside(home, ['run', '--', 'sh', '-c', script], { cwd: workspace, env: KEYS });
    await until(
      () => existsSync(spoken),
      () => 'the first part did not end',
    );
    const before = model.requests.at(-1)?.body['messages'];
    assert.ok(Array.isArray(before));
    await restart();
    writeFileSync(resumed, '');
    const ran = await running;
    assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
    const after = model.requests.at(-1)?.body['messages'];
    assert.ok(Array.isArray(after));
    assert.ok(after.length > before.length);
    // The client writes the text of a turn that is over as a string, and moves the mark of the cache on.
    const told = before.map(plainMessage);
    assert.deepEqual(after.map(plainMessage).slice(0, told.length), told);
    for (const value of PLANTED) assert.ok(!JSON.stringify(after).includes(value));
  },
);

const KEYS = {
  ANTHROPIC_API_KEY: 'sk-owner-key',
  AWS_ACCESS_KEY_ID: 'AKIDOWNER',
  AWS_SECRET_ACCESS_KEY: 'owner-secret',
};

async function run(home: Home, workspace: string, prompt: string): ReturnType<typeof sallyportBeside> {
  const words = ['run', '--', 'claude', '-p', prompt, '--output-format', 'stream-json', '--verbose'];
  return await sallyportBeside(home, words, { cwd: workspace, env: KEYS });
}

async function stage(
  t: { after(fn: () => Promise<void> | void): void },
  provider: 'anthropic' | 'bedrock',
): Promise<{ home: Home; model: ScriptedModel; workspace: string; restart: () => Promise<void> }> {
  let answer: (request: ScriptedRequest) => Turn = () => ({ text: 'not yet' });
  const model = await startScriptedModel({ script: (request) => answer(request) });
  t.after(() => model.close());
  const policy = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8')
    .replace(/^ {2}use: .*$/m, `  use: ${provider}`)
    .replace(/^ {4}upstream: .*$/m, `    upstream: ${model.url}`)
    .replace(/^ {4}region: .*$/m, `$&\n    upstream: ${model.url}`)
    .replace(/^( +personal:) .*$/m, '$1 mask');
  const home = makeHome(t, policy);
  const workspace = join(home.folder, 'work');
  mkdirSync(workspace);
  execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
  writeFileSync(join(workspace, 'notes.txt'), NOTES);
  answer = script(workspace);
  let daemon = await startDaemonProcess(t, home);
  return {
    home,
    model,
    workspace,
    restart: async () => {
      await daemon.end('SIGTERM');
      daemon = await startDaemonProcess(t, home);
    },
  };
}

/** A message without the mark of the prompt cache, its text in blocks. */
function plainMessage(message: Json): Json {
  if (!isJsonObject(message)) return message;
  const { content } = message;
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const plain = JSON.stringify({ ...message, content: blocks ?? null }, (key: string, value: Json) =>
    key === 'cache_control' ? undefined : value,
  );
  return JSON.parse(plain) as Json;
}

function logs(home: Home): readonly string[] {
  const entries = ['audit', 'masks', 'sessions'].flatMap((folder) =>
    readdirSync(join(home.state, folder), { recursive: true, withFileTypes: true }),
  );
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
