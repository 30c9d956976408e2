// The hook client's fault table: whatever is wrong, each of the three clients ends with exit 2 and one sentence for the
// model. The agent's client lets the call pass on any other ending, and on none.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { startGuard } from '../src/guard/index.ts';
import { SAMPLE_SESSION, scriptedPorts } from '../src/guard/scripted-ports.ts';
import { EVENT, makeClients, runClient, SENTENCE } from './hook-faults-clients.ts';
import type { Client, Ending, Start } from './hook-faults-clients.ts';
import { ALLOW, fakeGuard, frame, guardProcess, http, socketPlace } from './hook-faults-guards.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-hook-'));
after(() => rmSync(root, { recursive: true, force: true }));
const clients = makeClients(root);
/** Short enough to wait for, long enough for Node to start on a loaded machine. */
const SHORT_MS = 1_000;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** What a row of the table does: puts the fault in place, runs the client against it and clears up. */
type Fault = (client: Client) => Promise<Ending>;

/** A client against something that answers every request in the same odd way. */
function answered(answer: string | Buffer, start: Partial<Start> = {}): Fault {
  return served((connection) => void connection.end(answer), start);
}

function served(
  onRequest: (connection: Socket) => void,
  start: Partial<Start> = {},
  onConnect?: (connection: Socket) => void,
): Fault {
  return async (client) => {
    const guard = await fakeGuard(root, onRequest, onConnect);
    try {
      return await runClient(client, { socket: guard.socket, ...start });
    } finally {
      await guard.close();
    }
  };
}

/** A client whose own side is at fault: the guard would allow. */
function allowed(start: Partial<Start>): Fault {
  return answered(http(frame(ALLOW)), start);
}

/** A client that is sent a signal once the guard has its request. */
function signalled(signal: NodeJS.Signals): Fault {
  return async (client) => {
    let child: ChildProcess | null = null;
    const fault = served(() => void child?.kill(signal), {
      deadlineMs: 3_000,
      feed: (started) => {
        child = started;
        started.stdin?.end(EVENT);
      },
    });
    return fault(client);
  };
}

const half = (text: string): string => text.slice(0, Math.floor(text.length / 2));
const never = (): void => undefined;

const faults: Readonly<Record<string, Fault>> = {
  // No guard.
  'the socket was never made': (client) => runClient(client, { socket: join(root, 'none', 'guard.sock') }),
  'the socket was removed while the guard runs': async (client) => {
    const socket = socketPlace(root);
    const guard = await startGuard(scriptedPorts(), socket);
    try {
      unlinkSync(socket);
      return await runClient(client, { socket, session: SAMPLE_SESSION });
    } finally {
      await guard.close();
    }
  },
  'the guard was killed between two calls': async (client) => {
    const guard = await guardProcess(root, 'answers');
    try {
      const first = await runClient(client, { socket: guard.socket, session: SAMPLE_SESSION });
      assert.deepEqual([first.exit, first.stdout.includes('"allow"')], [0, true], first.stderr);
    } finally {
      await guard.kill();
    }
    return runClient(client, { socket: guard.socket, session: SAMPLE_SESSION });
  },
  'the socket is a file': async (client) => {
    const socket = socketPlace(root);
    writeFileSync(socket, frame(ALLOW));
    return runClient(client, { socket });
  },
  'the socket is a folder': (client) => runClient(client, { socket: root }),
  'the socket is in a folder that this user may not enter': async (client) => {
    const guard = await fakeGuard(root, (connection) => void connection.end(http(frame(ALLOW))));
    chmodSync(root, 0o711);
    chmodSync(dirname(guard.socket), 0o000);
    try {
      return await runClient(client, { socket: guard.socket, ...(isRoot ? { uid: NOBODY } : {}) });
    } finally {
      chmodSync(dirname(guard.socket), 0o700);
      await guard.close();
    }
  },
  'the socket is one that this user may not open': async (client) => {
    const guard = await fakeGuard(root, (connection) => void connection.end(http(frame(ALLOW))));
    chmodSync(dirname(guard.socket), 0o711);
    chmodSync(guard.socket, 0o000);
    try {
      return await runClient(client, { socket: guard.socket, ...(isRoot ? { uid: NOBODY } : {}) });
    } finally {
      await guard.close();
    }
  },
  'the socket path is relative': (client) => runClient(client, { socket: 'guard.sock' }),
  'the socket path is empty': (client) => runClient(client, { socket: '' }),
  'the socket path is longer than the kernel takes': (client) => runClient(client, { socket: `/${'x'.repeat(200)}` }),

  // A guard that goes away.
  'the guard is killed while it decides': async (client) => {
    const guard = await guardProcess(root, 'dies-deciding');
    try {
      return await runClient(client, { socket: guard.socket, session: SAMPLE_SESSION });
    } finally {
      await guard.kill();
    }
  },
  'the guard is killed while it answers': async (client) => {
    const guard = await guardProcess(root, 'dies-answering');
    try {
      return await runClient(client, { socket: guard.socket, session: SAMPLE_SESSION });
    } finally {
      await guard.kill();
    }
  },
  'the guard hangs up before it reads': served(never, {}, (connection) => void connection.destroy()),
  'the guard hangs up before it answers': served((connection) => void connection.destroy()),
  'the guard hangs up after the status': answered('HTTP/1.1 200 OK\r\n'),
  'the guard hangs up after the head': answered('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'),
  'the guard hangs up in the first line': answered('HTTP/1.1 200 OK\r\n\r\nsallyport-ans'),
  'the guard hangs up in the payload': answered(`HTTP/1.1 200 OK\r\n\r\n${half(frame(ALLOW))}`),
  'the guard hangs up before the last line': answered(`HTTP/1.1 200 OK\r\n\r\nsallyport-answer 0\n${ALLOW}\n`),
  'the guard hangs up in the last line': answered(`HTTP/1.1 200 OK\r\n\r\n${frame(ALLOW).slice(0, -1)}`),

  // A slow guard.
  'the guard never answers': served(never, { deadlineMs: SHORT_MS }),
  'the guard is stopped': async (client) => {
    const guard = await guardProcess(root, 'answers');
    try {
      guard.child.kill('SIGSTOP');
      return await runClient(client, { socket: guard.socket, session: SAMPLE_SESSION, deadlineMs: SHORT_MS });
    } finally {
      await guard.kill();
    }
  },
  'the guard never ends its answer': served(
    (connection) => void connection.write(`HTTP/1.1 200 OK\r\n\r\n${half(frame(ALLOW))}`),
    {
      deadlineMs: SHORT_MS,
    },
  ),
  'the guard answers one byte at a time': served(
    (connection) => {
      const drip = setInterval(() => connection.write('H'), 20);
      connection.on('close', () => clearInterval(drip));
    },
    { deadlineMs: SHORT_MS },
  ),

  // An answer that is none.
  'the answer is not HTTP': answered(frame(ALLOW)),
  'the answer is noise': answered(Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 167 + 13) % 256))),
  'the answer has status 500': answered(http(frame(ALLOW), '500 Internal Server Error')),
  'the answer has status 204': answered('HTTP/1.1 204 No Content\r\n\r\n'),
  'the answer is a redirect': answered(
    'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n',
  ),
  'the answer is empty': answered(http('')),
  'the answer has no frame': answered(http(ALLOW)),
  'the answer is text': answered(http('ok\n')),
  'the frame has no payload line': answered(http('sallyport-answer 0\nsallyport-end\n')),
  'the frame says exit 1': answered(http(frame(ALLOW, '1'))),
  'the frame says exit 00': answered(http(frame(ALLOW, '00'))),
  'the frame says exit -0': answered(http(frame(ALLOW, '-0'))),
  'the frame says exit 22': answered(http(frame(ALLOW, '22'))),
  'the frame says no exit': answered(http(frame(ALLOW, ''))),
  'the frame ends in CR LF': answered(http(frame(ALLOW).replaceAll('\n', '\r\n'))),
  'there is text before the frame': answered(http(`note\n${frame(ALLOW)}`)),
  'there is text after the frame': answered(http(`${frame(ALLOW)}note\n`)),
  'there are two frames': answered(http(frame(ALLOW) + frame(ALLOW))),
  'the payload has two lines': answered(http(frame(`${ALLOW}\n${ALLOW}`))),
  'the payload holds a NUL': answered(http(frame(ALLOW.replace('Allowed', 'All\0owed')))),
  'the payload holds a control character': answered(http(frame(ALLOW.replace('Allowed', 'All\u0007owed')))),
  'the payload is a list': answered(http(frame('[]'))),
  'the payload is text': answered(http(frame('allow'))),
  'the payload is half an object': answered(http(frame(half(ALLOW)))),
  'the refusal has no sentence': answered(http(frame('', '2'))),
  'the answer is larger than 1 MiB': answered(http(frame(`{"x":"${'x'.repeat(1_100_000)}"}`))),

  // An event that is none.
  'the event has 10 MB': allowed({ feed: (child) => void child.stdin?.end(Buffer.alloc(10_000_000, 'x')) }),
  'the event is one byte too large': allowed({
    feed: (child) => void child.stdin?.end(Buffer.alloc(8 * 1_024 * 1_024 + 1, 'x')),
  }),
  'the event is empty': allowed({ feed: (child) => void child.stdin?.end() }),
  'the event never comes': allowed({ deadlineMs: SHORT_MS, feed: never }),
  'the event never ends': allowed({ deadlineMs: SHORT_MS, feed: (child) => void child.stdin?.write(EVENT) }),
  'stdin is closed': allowed({ shell: 'exec "$@" <&-' }),
  'stdin is a folder': allowed({ shell: 'exec "$@" </' }),

  // An answer that cannot be given.
  'stdout is closed': allowed({ shell: 'exec "$@" >&-' }),
  'stdout is a full disk': async (client) => {
    const full = openSync('/dev/full', 'w');
    try {
      return await allowed({ stdio: ['pipe', full, 'pipe'] })(client);
    } finally {
      closeSync(full);
    }
  },
  'stdout has nobody who reads': allowed({
    isUnread: true,
    feed: (child) => void child.stdout?.destroy().once('close', () => child.stdin?.end(EVENT)),
  }),
  'stdout has a reader who never reads': answered(http(frame(`{"x":"${'x'.repeat(900_000)}"}`)), {
    isUnread: true,
    deadlineMs: SHORT_MS,
  }),

  // A hook that is ended from outside.
  'the hook gets SIGTERM': signalled('SIGTERM'),
  'the hook gets SIGHUP': signalled('SIGHUP'),
  'the hook gets SIGINT': signalled('SIGINT'),
  'the hook gets SIGQUIT': signalled('SIGQUIT'),
  'the hook gets SIGUSR2': signalled('SIGUSR2'),
  'the hook gets SIGALRM': signalled('SIGALRM'),

  // A hook that was started wrongly.
  'there are no words': allowed({ words: [] }),
  'the session is missing': allowed({ words: ['/x'] }),
  'there are too many words': allowed({ words: ['/x', 'ses_x', '5000', 'x'] }),
  'the session is empty': allowed({ session: '' }),
  'the session is another path': allowed({ session: '../x' }),
  'the session ends a line': allowed({ session: 'x\r\nX-Y: z' }),
  'the session is too long': allowed({ session: 'x'.repeat(65) }),
  'the deadline is nothing': allowed({ words: ['/x', 'ses_x', '0'] }),
  'the deadline is a word': allowed({ words: ['/x', 'ses_x', 'soon'] }),
  'the deadline is an hour': allowed({ words: ['/x', 'ses_x', '3600000'] }),
};

describe('a call is refused where', { concurrency: 3 }, () => {
  for (const [fault, run] of Object.entries(faults)) {
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
        assert.deepEqual(await answered(http(answer))(client), { ...want, isHung: false });
      });
    }

    test(`it is long and odd (${client.name})`, async () => {
      const payload = `{"x":"${'%s \\\\ $(z) é\\u2028 sallyport-end '.repeat(20_000)}"}`;
      const { exit, stdout } = await answered(http(frame(payload)))(client);
      assert.equal(exit, 0);
      assert.ok(stdout === `${payload}\n`, 'another answer came out than went in');
    });

    test(`the event has exactly 8 MiB (${client.name})`, async () => {
      const feed = (child: ChildProcess): void => void child.stdin?.end(Buffer.alloc(8 * 1_024 * 1_024, 'x'));
      assert.equal((await allowed({ feed })(client)).stdout, `${ALLOW}\n`);
    });

    test(`stderr is closed (${client.name})`, async () => {
      const { exit, stdout } = await allowed({ shell: 'exec "$@" 2>&-' })(client);
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
      assert.deepEqual(await answered(http(frame(ALLOW)), { env })(client), {
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
        runClient(client, { socket, session: SAMPLE_SESSION, deadlineMs: 30_000 }),
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
