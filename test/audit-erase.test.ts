import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clientSkipReason } from './client-skip.ts';
import { makeHome, sallyport, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';
import { PLANTED, run, stage } from './masked-session.ts';

interface Shown {
  readonly index: number;
  readonly kind: string;
  readonly sessionId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

async function recordsOf(home: Home, words: readonly string[]): Promise<readonly Shown[]> {
  const told = await sallyportBeside(home, ['audit', 'tail', '-n', '1000', '--json', ...words], { cwd: home.folder });
  return told.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Shown);
}

test(
  'what a real session said is unreadable once it is erased, and its log verifies',
  { skip: clientSkipReason() },
  async (t) => {
    const { home, workspace, restart } = await stage(t, 'anthropic', '\ngateway:\n  content_log: masked\n');
    assert.equal((await run(home, workspace, 'go')).status, 0);
    const [id = ''] = readdirSync(join(home.state, 'content'));
    const ask = async (...words: string[]): ReturnType<typeof sallyportBeside> =>
      await sallyportBeside(home, words, { cwd: workspace });
    assert.equal((await ask('audit', 'content', id, '--true')).status, 0);
    const before = await recordsOf(home, ['--session', id]);

    assert.equal((await ask('audit', 'hold', '--session', id, '--reason', 'matter 17')).status, 0);
    const refused = await ask('audit', 'erase', '--session', id, '--reason', 'asked for');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /legal hold.*\[ERASURE_REFUSED\]\nhint: .*hold list/s);
    assert.match((await ask('audit', 'hold', 'list')).stdout, new RegExp(`${id}.*matter 17`));
    assert.equal((await ask('audit', 'hold', 'release', '--session', id, '--reason', 'closed')).status, 0);

    const erased = await ask('audit', 'erase', '--session', id, '--reason', 'asked for', '--json');
    assert.equal(erased.status, 0, erased.stderr);
    const told = JSON.parse(erased.stdout) as { key: string; contentBytes: number; maskBytes: number; record: number };
    assert.equal(told.key, 'destroyed');
    assert.ok(told.contentBytes > 0 && told.maskBytes > 0);

    for (const folder of ['keys/content', 'content', 'masks'])
      assert.ok(!existsSync(join(home.state, folder, id)), `${folder} holds something of the session`);
    for (const words of [[], ['--true'], ['--sealed']]) {
      const shown = await ask('audit', 'content', id, ...words);
      assert.equal(shown.status, 1);
      assert.match(shown.stderr, /is gone/);
    }
    for (const value of PLANTED) assert.ok(!(await ask('audit', 'search', value)).stdout.includes(id));

    const verified = await ask('audit', 'verify');
    assert.equal(verified.status, 0, verified.stdout);
    assert.deepEqual((await recordsOf(home, ['--session', id])).slice(0, before.length), before);
    const events = (await recordsOf(home, ['--kind', 'admin', '--session', id])).map(({ body }) => body['event']);
    assert.deepEqual(
      events.filter((event) => event !== 'content-opened'),
      ['hold', 'hold-released', 'erase-asked', 'erased'],
    );

    // The next start of the program knows nothing of it either, and other sessions are as they were.
    await restart();
    assert.equal((await run(home, workspace, 'go')).status, 0);
    assert.equal((await ask('audit', 'content', id, '--true')).status, 1);
  },
);

test('a wish that is not whole changes nothing', async (t) => {
  const home = makeHome(t);
  const { status } = await startDaemonProcess(t, home);
  const id = `ses_${'0'.repeat(26)}`;
  for (const { words, want, code } of [
    { words: ['erase', '--session', id], want: /--reason/, code: 2 },
    { words: ['erase', '--session', 'all', '--reason', 'x'], want: /session id/, code: 2 },
    { words: ['erase', '--session', id, '--reason', ' '], want: /a reason of 1 to 500/, code: 2 },
    { words: ['erase', '--session', id, '--reason', 'x'.repeat(501)], want: /a reason of 1 to 500/, code: 2 },
    { words: ['erase', '--session', id, '--reason', 'x'], want: /nothing of session .*ERASURE_REFUSED/, code: 1 },
    { words: ['hold', '--reason', 'x'], want: /wants a session id, or `all`/, code: 2 },
    { words: ['hold', 'release', '--session', 'all', '--reason', 'x'], want: /no such hold/, code: 1 },
  ]) {
    const told = sallyport(home, ['audit', ...words]);
    assert.match(told.stderr, want);
    assert.equal(told.status, code, told.stderr);
  }
  const admin = await recordsOf(home, ['--kind', 'admin']);
  assert.deepEqual(admin, []);
  assert.ok(status.auditRecords >= 1);
});

test('an erasure that a kill cut short is brought to its end when the daemon starts', async (t) => {
  const home = makeHome(t);
  const first = await startDaemonProcess(t, home);
  const id = `ses_${'0'.repeat(26)}`;
  await first.end('SIGKILL');
  writeFileSync(join(home.state, 'keys', 'content', id), Buffer.alloc(32, 1), { mode: 0o600 });
  writeFileSync(
    join(home.state, 'erasures', id),
    JSON.stringify({ cause: 'request', reason: 'asked for', by: 'ann' }),
    { mode: 0o600 },
  );
  await startDaemonProcess(t, home);
  assert.ok(!existsSync(join(home.state, 'keys', 'content', id)));
  assert.deepEqual(readdirSync(join(home.state, 'erasures')), []);
  const admin = await recordsOf(home, ['--kind', 'admin']);
  assert.deepEqual(
    admin.map(({ body }) => [body['event'], body['resumed'] ?? null, body['by'] ?? null]),
    [
      ['erase-asked', true, 'ann'],
      ['erased', null, null],
    ],
  );
  assert.equal(readFileSync(join(home.state, 'audit', 'checkpoint'), 'utf8').length > 0, true);
});
