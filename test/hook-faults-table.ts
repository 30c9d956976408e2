// The hook client's fault table: whatever can be wrong with a guard, a stream, a start or the machine.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { startGuard } from '../src/guard/index.ts';
import { SAMPLE_SESSION, scriptedPorts } from '../src/guard/scripted-ports.ts';
import { EVENT, runClient } from './hook-faults-clients.ts';
import type { Client, Ending, Start } from './hook-faults-clients.ts';
import { ALLOW, fakeGuard, frame, guardProcess, http, socketPlace } from './hook-faults-guards.ts';

/** Short enough to wait for, long enough for Node to start on a loaded machine. */
const SHORT_MS = 1_000;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** What a row of the table does: puts the fault in place, runs the client against it and clears up. */
export type Fault = (client: Client) => Promise<Ending>;

const half = (text: string): string => text.slice(0, Math.floor(text.length / 2));
const never = (): void => undefined;

/**
 * The rows, by what is wrong.
 *
 * @param root a folder of the test for sockets, which every user may enter.
 */
export const hookFaults = (root: string): Readonly<Record<string, Fault>> => ({
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
  'the guard hangs up before it reads': served(root, never, {}, (connection) => void connection.destroy()),
  'the guard hangs up before it answers': served(root, (connection) => void connection.destroy()),
  'the guard hangs up after the status': answered(root, 'HTTP/1.1 200 OK\r\n'),
  'the guard hangs up after the head': answered(root, 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'),
  'the guard hangs up in the first line': answered(root, 'HTTP/1.1 200 OK\r\n\r\nsallyport-ans'),
  'the guard hangs up in the payload': answered(root, `HTTP/1.1 200 OK\r\n\r\n${half(frame(ALLOW))}`),
  'the guard hangs up before the last line': answered(root, `HTTP/1.1 200 OK\r\n\r\nsallyport-answer 0\n${ALLOW}\n`),
  'the guard hangs up in the last line': answered(root, `HTTP/1.1 200 OK\r\n\r\n${frame(ALLOW).slice(0, -1)}`),

  // A slow guard.
  'the guard never answers': served(root, never, { deadlineMs: SHORT_MS }),
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
    root,
    (connection) => void connection.write(`HTTP/1.1 200 OK\r\n\r\n${half(frame(ALLOW))}`),
    {
      deadlineMs: SHORT_MS,
    },
  ),
  'the guard answers one byte at a time': served(
    root,
    (connection) => {
      const drip = setInterval(() => connection.write('H'), 20);
      connection.on('close', () => clearInterval(drip));
    },
    { deadlineMs: SHORT_MS },
  ),

  // An answer that is none.
  'the answer is not HTTP': answered(root, frame(ALLOW)),
  'the answer is noise': answered(
    root,
    Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 167 + 13) % 256)),
  ),
  'the answer has status 500': answered(root, http(frame(ALLOW), '500 Internal Server Error')),
  'the answer has status 204': answered(root, 'HTTP/1.1 204 No Content\r\n\r\n'),
  'the answer is a redirect': answered(
    root,
    'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n',
  ),
  'the answer is empty': answered(root, http('')),
  'the answer has no frame': answered(root, http(ALLOW)),
  'the answer is text': answered(root, http('ok\n')),
  'the frame has no payload line': answered(root, http('sallyport-answer 0\nsallyport-end\n')),
  'the frame says exit 1': answered(root, http(frame(ALLOW, '1'))),
  'the frame says exit 00': answered(root, http(frame(ALLOW, '00'))),
  'the frame says exit -0': answered(root, http(frame(ALLOW, '-0'))),
  'the frame says exit 22': answered(root, http(frame(ALLOW, '22'))),
  'the frame says no exit': answered(root, http(frame(ALLOW, ''))),
  'the frame ends in CR LF': answered(root, http(frame(ALLOW).replaceAll('\n', '\r\n'))),
  'there is text before the frame': answered(root, http(`note\n${frame(ALLOW)}`)),
  'there is text after the frame': answered(root, http(`${frame(ALLOW)}note\n`)),
  'there are two frames': answered(root, http(frame(ALLOW) + frame(ALLOW))),
  'the payload has two lines': answered(root, http(frame(`${ALLOW}\n${ALLOW}`))),
  'the payload holds a NUL': answered(root, http(frame(ALLOW.replace('Allowed', 'All\0owed')))),
  'the payload holds a control character': answered(root, http(frame(ALLOW.replace('Allowed', 'All\u0007owed')))),
  'the payload is a list': answered(root, http(frame('[]'))),
  'the payload is text': answered(root, http(frame('allow'))),
  'the payload is half an object': answered(root, http(frame(half(ALLOW)))),
  'the refusal has no sentence': answered(root, http(frame('', '2'))),
  'the answer is larger than 1 MiB': answered(root, http(frame(`{"x":"${'x'.repeat(1_100_000)}"}`))),

  // An event that is none.
  'the event has 10 MB': allowed(root, { feed: (child) => void child.stdin?.end(Buffer.alloc(10_000_000, 'x')) }),
  'the event is one byte too large': allowed(root, {
    feed: (child) => void child.stdin?.end(Buffer.alloc(8 * 1_024 * 1_024 + 1, 'x')),
  }),
  'the event is empty': allowed(root, { feed: (child) => void child.stdin?.end() }),
  'the event never comes': allowed(root, { deadlineMs: SHORT_MS, feed: never }),
  'the event never ends': allowed(root, { deadlineMs: SHORT_MS, feed: (child) => void child.stdin?.write(EVENT) }),
  'stdin is closed': allowed(root, { shell: 'exec "$@" <&-' }),
  'stdin is a folder': allowed(root, { shell: 'exec "$@" </' }),

  // An answer that cannot be given.
  'stdout is closed': allowed(root, { shell: 'exec "$@" >&-' }),
  'stdout is a full disk': async (client) => {
    const full = openSync('/dev/full', 'w');
    try {
      return await allowed(root, { stdio: ['pipe', full, 'pipe'] })(client);
    } finally {
      closeSync(full);
    }
  },
  'stdout has nobody who reads': allowed(root, {
    isUnread: true,
    feed: (child) => void child.stdout?.destroy().once('close', () => child.stdin?.end(EVENT)),
  }),
  'stdout has a reader who never reads': answered(root, http(frame(`{"x":"${'x'.repeat(900_000)}"}`)), {
    isUnread: true,
    deadlineMs: SHORT_MS,
  }),

  // A hook that is ended from outside.
  'the hook gets SIGTERM': signalled(root, 'SIGTERM'),
  'the hook gets SIGHUP': signalled(root, 'SIGHUP'),
  'the hook gets SIGINT': signalled(root, 'SIGINT'),
  'the hook gets SIGQUIT': signalled(root, 'SIGQUIT'),
  'the hook gets SIGUSR2': signalled(root, 'SIGUSR2'),
  'the hook gets SIGALRM': signalled(root, 'SIGALRM'),
  'the hook gets a signal and its deadline at one time': stoppedBeyondDeadline(root),

  // A hook that was started wrongly.
  'there are no words': allowed(root, { words: [] }),
  'the session is missing': allowed(root, { words: ['/x'] }),
  'there are too many words': allowed(root, { words: ['/x', 'ses_x', '5000', 'x'] }),
  'the session is empty': allowed(root, { session: '' }),
  'the session is another path': allowed(root, { session: '../x' }),
  'the session ends a line': allowed(root, { session: 'x\r\nX-Y: z' }),
  'the session is too long': allowed(root, { session: 'x'.repeat(65) }),
  'the deadline is nothing': allowed(root, { words: ['/x', 'ses_x', '0'] }),
  'the deadline is a word': allowed(root, { words: ['/x', 'ses_x', 'soon'] }),
  'the deadline is an hour': allowed(root, { words: ['/x', 'ses_x', '3600000'] }),
});

/** A client against something that answers every request in the same odd way. */
export function answered(root: string, answer: string | Buffer, start: Partial<Start> = {}): Fault {
  return served(root, (connection) => void connection.end(answer), start);
}

function served(
  root: string,
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
export function allowed(root: string, start: Partial<Start>): Fault {
  return answered(root, http(frame(ALLOW)), start);
}

/** A client that is sent a signal once the guard has its request. */
function signalled(root: string, signal: NodeJS.Signals): Fault {
  return async (client) => {
    let child: ChildProcess | null = null;
    const fault = served(root, () => void child?.kill(signal), {
      deadlineMs: 3_000,
      feed: (started) => {
        child = started;
        started.stdin?.end(EVENT);
      },
    });
    return fault(client);
  };
}

/** A client that finds both of them waiting when it goes on. */
function stoppedBeyondDeadline(root: string): Fault {
  return async (client) => {
    let child: ChildProcess | null = null;
    const stop = (): void => {
      child?.kill('SIGSTOP');
      child?.kill('SIGHUP');
      setTimeout(() => child?.kill('SIGCONT'), SHORT_MS);
    };
    const feed = (started: ChildProcess): void => {
      child = started;
      started.stdin?.end(EVENT);
    };
    return served(root, stop, { deadlineMs: SHORT_MS, feed })(client);
  };
}
