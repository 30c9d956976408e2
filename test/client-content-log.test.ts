import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clientSkipReason } from './client-skip.ts';
import { sallyportBeside } from './daemon-process.ts';
import { MAIL, PLANTED, run, stage, TOKEN } from './masked-session.ts';

// The real client through the real daemon: what is masked on its way up and comes back. Only the model is scripted.

test('what a session says is kept: masked in clear, true under seal', { skip: clientSkipReason() }, async (t) => {
  const { home, model, workspace, restart } = await stage(t, 'anthropic', '\ngateway:\n  content_log: masked\n');
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
