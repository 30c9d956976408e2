import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startScriptedModel } from '../src/drill/index.ts';
import type { ScriptedModel, ScriptedRequest, Turn } from '../src/drill/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { ROOT, makeHome, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// The real client through the real daemon: what is masked on its way up and comes back. Only the model is scripted.

/** Values of the forms that detectors know, made here so that no file of the project holds one. */
const TOKEN = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
const MAIL = ['grace.tanaka', 'northwind-labs.com'].join('@');
const PHONE = ['+1 415', '555', '0132'].join('-');
const PLANTED = [TOKEN, MAIL, PHONE];

const NOTES = `first line\ntoken = ${TOKEN}\nowner: ${MAIL}, call ${PHONE}\nlast line\n`;

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
      default:
        return { text: `The owner is ${mail}, and the token is ${token}.` };
    }
  };
}

test('what a session says is kept: masked in clear, true under seal', { skip: clientSkipReason() }, async (t) => {
  const { home, model, workspace, restart } = await stage(t, 'anthropic');
  assert.equal((await run(home, workspace, 'go')).status, 0);
  await restart();
  assert.equal((await run(home, workspace, 'go on', ['--continue'])).status, 0);
  const folder = join(home.state, 'content');
  const sessions = readdirSync(folder);
  assert.equal(sessions.length, 2);
  for (const name of sessions) {
    const clear = readFileSync(join(folder, name), 'utf8');
    for (const value of PLANTED) assert.ok(!clear.includes(value), `${name} holds a planted value in clear`);
    t.diagnostic(
      `${name}: ${clear.length} bytes; model bodies ${model.requests.reduce((n, r) => n + r.bodyBytes.length, 0)}`,
    );
  }
  const [id = ''] = sessions;
  const shown = await sallyportBeside(home, ['audit', 'content', id], { cwd: workspace });
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /I see qzEMAIL/);
  const opened = await sallyportBeside(home, ['audit', 'content', id, '--true'], { cwd: workspace });
  assert.equal(opened.status, 0, opened.stderr);
  assert.equal(opened.stderr, '');
  assert.ok(opened.stdout.includes(`I see ${MAIL}.`) && opened.stdout.includes(TOKEN));
  const tail = await sallyportBeside(home, ['audit', 'tail', '--kind', 'model', '-n', '100', '--json'], {
    cwd: workspace,
  });
  const records = tail.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { index: number; sessionId: string; body: Record<string, unknown> });
  let checked = 0;
  const trueBodies: string[] = [];
  for (const { index, sessionId, body } of records) {
    if (body['event'] !== 'request' || body['kept'] === undefined) continue;
    for (const [more, digest] of [
      [[], body['forwardedSha256'] ?? body['requestSha256']],
      [['--true'], body['requestSha256']],
    ] as const) {
      const whole = await sallyportBeside(
        home,
        ['audit', 'content', sessionId, '--request', String(index), '--body', ...more],
        { cwd: workspace },
      );
      assert.equal(whole.status, 0, whole.stderr);
      // Of a body that was masked the record has no digest; the one under seal is checked by whoever opens it.
      if (digest === undefined) trueBodies.push(whole.stdout);
      else assert.equal(createHash('sha256').update(whole.stdout).digest('hex'), digest);
      checked += 1;
    }
  }
  assert.ok(checked >= 8, `${checked} bodies`);
  for (const value of PLANTED) assert.ok(trueBodies.some((body) => body.includes(value)));
  const admin = await sallyportBeside(home, ['audit', 'tail', '--kind', 'admin', '--json'], { cwd: workspace });
  assert.match(admin.stdout, /"event":"content-opened","form":"original","request":null/);
  const found = await sallyportBeside(home, ['audit', 'search', 'the owner is qzemail', '--json'], { cwd: workspace });
  assert.equal(found.status, 0);
  t.diagnostic(
    `${checked} bodies put together; guards: ${JSON.stringify(records.find(({ body }) => body['event'] === 'request')?.body['guards'])}`,
  );
  assert.equal((await sallyportBeside(home, ['audit', 'search', MAIL], { cwd: workspace })).status, 3);
  assert.equal((await sallyportBeside(home, ['audit', 'verify'], { cwd: workspace })).status, 0);
});

async function run(
  home: Home,
  workspace: string,
  prompt: string,
  more: readonly string[] = [],
): ReturnType<typeof sallyportBeside> {
  const words = ['run', '--', 'claude', '-p', prompt, '--output-format', 'stream-json', '--verbose', ...more];
  const env = {
    ANTHROPIC_API_KEY: 'sk-owner-key',
    AWS_ACCESS_KEY_ID: 'AKIDOWNER',
    AWS_SECRET_ACCESS_KEY: 'owner-secret',
  };
  return await sallyportBeside(home, words, { cwd: workspace, env });
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
    .replace(/^( +personal:) .*$/m, '$1 mask')
    .concat('\ngateway:\n  content_log: masked\n');
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
