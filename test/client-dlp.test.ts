import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject } from '../src/core/json.ts';
import type { Json } from '../src/core/json.ts';
import { toolResults } from '../src/drill/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { sallyportBeside, until } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';
import { KEYS, MAIL, NOTES, PLANTED, run, stage, TOKEN } from './masked-session.ts';

// The real client through the real daemon: what is masked on its way up and comes back. Only the model is scripted.

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
