// The hook client's fault table: whatever is wrong, each of the three clients ends with exit 2 and one sentence for the
// model. The agent's client lets the call pass on any other ending, and on none.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { startGuard } from '../src/guard/index.ts';
import { SAMPLE_SESSION, scriptedPorts } from '../src/guard/scripted-ports.ts';
import { makeClients, runClient, SENTENCE } from './hook-faults-clients.ts';
import { ALLOW, frame, http, socketPlace } from './hook-faults-guards.ts';
import { allowed, answered, hookFaults } from './hook-faults-table.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-hook-'));
after(() => rmSync(root, { recursive: true, force: true }));
const clients = makeClients(root);
describe('a call is refused where', { concurrency: 3 }, () => {
  for (const [fault, run] of Object.entries(hookFaults(root))) {
    for (const client of clients) {
      test(`${fault} (${client.name})`, async () => {
        const { exit, stderr, stdout, isHung } = await run(client);
        assert.ok(!isHung, 'it hung');
        assert.equal(exit, 2, stderr);
        assert.match(stderr, SENTENCE);
        assert.equal(stdout, '');
      });
    }
  }
});

/** The longest deadline that a client takes: what is answered at all is answered within it, also on a machine under load. */
const LONG_MS = 30_000;

describe('an answer reaches the client as it is where', { concurrency: 3 }, () => {
  for (const client of clients) {
    for (const { name, answer, want } of [
      { name: 'it decides', answer: frame(ALLOW), want: { exit: 0, stdout: `${ALLOW}\n`, stderr: '' } },
      { name: 'it has no opinion', answer: frame(''), want: { exit: 0, stdout: '', stderr: '' } },
      {
        name: 'it refuses',
        answer: frame('No: é "x" $(y) \\n.', '2'),
        want: { exit: 2, stdout: '', stderr: 'No: é "x" $(y) \\n.\n' },
      },
    ]) {
      test(`${name} (${client.name})`, async () => {
        assert.deepEqual(await answered(root, http(answer))(client), { ...want, isHung: false });
      });
    }

    test(`it is long and odd (${client.name})`, async () => {
      const payload = `{"x":"${'%s \\\\ $(z) é\\u2028 sallyport-end '.repeat(20_000)}"}`;
      const { exit, stdout, stderr } = await answered(root, http(frame(payload)), { deadlineMs: LONG_MS })(client);
      assert.equal(exit, 0, stderr);
      assert.ok(stdout === `${payload}\n`, 'another answer came out than went in');
    });

    test(`the event has exactly 8 MiB (${client.name})`, async () => {
      const feed = (child: ChildProcess): void => void child.stdin?.end(Buffer.alloc(8 * 1_024 * 1_024, 'x'));
      const { stdout, stderr } = await allowed(root, { feed, deadlineMs: LONG_MS })(client);
      assert.equal(stdout, `${ALLOW}\n`, stderr);
    });

    test(`stderr is closed (${client.name})`, async () => {
      const { exit, stdout } = await allowed(root, { shell: 'exec "$@" 2>&-' })(client);
      assert.deepEqual([exit, stdout], [0, `${ALLOW}\n`]);
    });

    test(`stderr is closed and the call is refused (${client.name})`, async () => {
      const { exit, stdout } = await runClient(client, { socket: join(root, 'none'), shell: 'exec "$@" 2>&-' });
      assert.deepEqual([exit, stdout], [2, '']);
    });

    test(`the environment is somebody else's (${client.name})`, async () => {
      const evil = mkdtempSync(join(root, 'evil-'));
      const allow = `printf '%s\\n' '{"evil":true}'`;
      for (const program of ['curl', 'head', 'tr', 'cat', 'timeout', 'env', 'printf', 'dash']) {
        writeFileSync(join(evil, program), `#!/bin/sh\n${allow}\n`, { mode: 0o755 });
      }
      mkdirSync(join(evil, 'home'));
      writeFileSync(join(evil, 'home', '.curlrc'), 'url = "file:///etc/hostname"\noutput = "/dev/null"\n');
      writeFileSync(join(evil, 'start'), `${allow}; exit 0\n`);
      const proxy = 'http://127.0.0.1:9';
      const env = {
        PATH: evil,
        HOME: join(evil, 'home'),
        CURL_HOME: join(evil, 'home'),
        XDG_CONFIG_HOME: join(evil, 'home'),
        ENV: join(evil, 'start'),
        BASH_ENV: join(evil, 'start'),
        'BASH_FUNC_printf%%': '() { echo evil; }',
        http_proxy: proxy,
        HTTP_PROXY: proxy,
        ALL_PROXY: proxy,
        NODE_USE_ENV_PROXY: '1',
        IFS: 'o/',
        LC_ALL: 'tr_TR.UTF-8',
        PS4: '$(exit 0)',
        POSIXLY_CORRECT: '1',
        SALLYPORT_SOCKET: '/x',
        has_answered: 'yes',
        reply: frame('{"evil":true}'),
      };
      assert.deepEqual(await answered(root, http(frame(ALLOW)), { env })(client), {
        exit: 0,
        stdout: `${ALLOW}\n`,
        stderr: '',
        isHung: false,
      });
      const { exit, stdout } = await runClient(client, { socket: join(root, 'none'), env });
      assert.deepEqual([exit, stdout], [2, '']);
    });
  }
});

test('16 calls at one time from every client are all decided and recorded', async () => {
  const socket = socketPlace(root);
  const ports = scriptedPorts();
  const guard = await startGuard(ports, socket);
  try {
    for (const client of clients) {
      const before = ports.records.length;
      const calls = Array.from({ length: 16 }, () =>
        runClient(client, { socket, session: SAMPLE_SESSION, deadlineMs: LONG_MS }),
      );
      for (const { exit, stdout, stderr } of await Promise.all(calls)) {
        assert.equal(exit, 0, stderr);
        assert.match(stdout, /"permissionDecision":"allow"/);
      }
      assert.equal(ports.records.length - before, 16);
    }
  } finally {
    await guard.close();
  }
});
