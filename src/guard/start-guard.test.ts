import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { allowance } from '../core/allowance.ts';
import { AlreadyRunning, StateFolder } from '../core/error.ts';
import { MAX_BYTES_IN_FLIGHT, MAX_EVENT_BYTES, MAX_EVENT_VALUES } from './limits.ts';
import { bashBytes, SAMPLE_SESSION, scriptedPorts } from './scripted-ports.ts';
import { startGuard, startGuardAt } from './start-guard.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-guard-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A fresh folder of mode 0700, and the socket's path in it. */
function place(): string {
  return join(mkdtempSync(join(root, 'place-')), 'guard.sock');
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** What comes back from the guard; rejects where the connection breaks. */
async function ask(
  socketPath: string,
  bytes: Buffer,
  path = `/hook/${SAMPLE_SESSION}`,
  method = 'POST',
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const asked = request(
    { socketPath, path, method, agent: false, headers: { 'content-length': bytes.length } },
    (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    },
  );
  asked.on('error', reject).end(bytes);
  return promise;
}

test('a call over the socket gets a frame', async () => {
  const socket = place();
  const ports = scriptedPorts();
  const guard = await startGuard(ports, socket);
  try {
    const { status, body } = await ask(socket, bashBytes('ls'));
    assert.equal(status, 200);
    assert.match(body, /^sallyport-answer 0\n\{"hookSpecificOutput":.*"allow".*\}\nsallyport-end\n$/);
    assert.equal(ports.records.length, 1);
  } finally {
    await guard.close();
  }
});

test('only this user reaches the socket', async () => {
  const socket = place();
  const guard = await startGuard(scriptedPorts(), socket);
  try {
    assert.equal(statSync(socket).mode & 0o777, 0o600);
  } finally {
    await guard.close();
  }
});

for (const { name, path, method, want } of [
  { name: 'another path', path: '/', method: 'POST', want: 'something that is not there' },
  { name: 'another method', path: `/hook/${SAMPLE_SESSION}`, method: 'PUT', want: 'something that is not there' },
  {
    name: 'a path with a query',
    path: `/hook/${SAMPLE_SESSION}?x`,
    method: 'POST',
    want: 'something that is not there',
  },
  { name: 'a session with a slash', path: '/hook/a/b', method: 'POST', want: 'something that is not there' },
]) {
  test(`${name} is refused`, async () => {
    const socket = place();
    const guard = await startGuard(scriptedPorts(), socket);
    try {
      const { body } = await ask(socket, bashBytes('ls'), path, method);
      assert.ok(body.startsWith('sallyport-answer 2\nSallyport refused this call because'), body);
      assert.ok(body.includes(want), body);
    } finally {
      await guard.close();
    }
  });
}

test('an event over 8 MiB is refused and the next call is answered', async () => {
  const socket = place();
  const guard = await startGuard(scriptedPorts(), socket);
  try {
    // The guard answers before it has read everything, so that the sending side may break first.
    const big = await ask(socket, Buffer.alloc(10_000_000, ' ')).catch((error: unknown) => String(error));
    assert.match(JSON.stringify(big), /its event is larger than 8 MiB|EPIPE|ECONNRESET|hang up/);
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
  } finally {
    await guard.close();
  }
});

test('more events at one time than the guard can hold are refused, and the others are answered', async () => {
  const socket = place();
  const durable = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  let waiting = 0;
  const append = async (): Promise<void> => {
    if ((waiting += 1) === 8) full.resolve();
    await durable.promise;
  };
  const guard = await startGuard(scriptedPorts({ append }), socket);
  try {
    const empty = bashBytes('').length;
    const large = bashBytes('x'.repeat(MAX_EVENT_BYTES - empty));
    assert.equal(large.length, MAX_EVENT_BYTES);
    const calls = Array.from({ length: 8 }, () => ask(socket, large));
    await full.promise;
    assert.match((await ask(socket, bashBytes('ls'))).body, /^sallyport-answer 2\n.*the guard has too much to do/);
    durable.resolve();
    for (const { body } of await Promise.all(calls)) assert.match(body, /"allow"/);
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
  } finally {
    await guard.close();
  }
});

test('a client that goes before the end of its event leaves nothing behind', async () => {
  const socket = place();
  const ports = scriptedPorts();
  const guard = await startGuard(ports, socket);
  try {
    const { promise, resolve } = Promise.withResolvers<void>();
    const client = connect(socket, () => {
      client.write(`POST /hook/${SAMPLE_SESSION} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`, () =>
        client.destroy(),
      );
    });
    client.on('close', () => resolve());
    await promise;
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
    assert.equal(ports.records.length, 1);
  } finally {
    await guard.close();
  }
});

test('clients that go before the end of their events fill no journal', async () => {
  const socket = place();
  const lines: string[] = [];
  const connections = allowance(100);
  const budget = { connections, bytes: allowance(MAX_EVENT_BYTES) };
  const guard = await startGuardAt({ ...scriptedPorts(), logError: (line) => lines.push(line) }, socket, budget);
  try {
    for (let nth = 0; nth < 20; nth += 1) {
      const client = connect(socket).on('error', () => undefined);
      const begun = `POST /hook/${SAMPLE_SESSION} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`;
      client.write(begun, () => client.destroy());
    }
    while (connections.held === 0) await new Promise(setImmediate);
    while (connections.held > 0) await new Promise(setImmediate);
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
    assert.deepEqual(lines, []);
    assert.equal(budget.bytes.held, 0);
  } finally {
    await guard.close();
  }
});

test('a connection too many is closed, and the others go on', async () => {
  const socket = place();
  const connections = allowance(2);
  const guard = await startGuardAt(scriptedPorts(), socket, { connections, bytes: allowance(MAX_EVENT_BYTES) });
  try {
    const held = [connect(socket), connect(socket)];
    while (connections.held < 2) await new Promise(setImmediate);
    await assert.rejects(ask(socket, bashBytes('ls')), /ECONNRESET|EPIPE|hang up/);
    held[0]?.destroy();
    while (connections.held > 1) await new Promise(setImmediate);
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
    held[1]?.destroy();
  } finally {
    await guard.close();
  }
});

test('64 calls at one time are all answered', async () => {
  const socket = place();
  const guard = await startGuard(scriptedPorts(), socket);
  try {
    const calls = Array.from({ length: 64 }, (_, nth) => ask(socket, bashBytes('ls', { tool_use_id: `toolu_${nth}` })));
    for (const { body } of await Promise.all(calls)) assert.match(body, /"allow"/);
  } finally {
    await guard.close();
  }
});

test('an event of very many values is refused before it is parsed, and one of many counts for what they take', async () => {
  const socket = place();
  const bytes = allowance(MAX_BYTES_IN_FLIGHT);
  const guard = await startGuardAt(scriptedPorts(), socket, { connections: allowance(9), bytes });
  const event = (values: number): Buffer =>
    Buffer.from(
      bashBytes('@')
        .toString()
        .replace('"@"', `[${'1,'.repeat(values)}1]`),
    );
  try {
    assert.match((await ask(socket, event(MAX_EVENT_VALUES))).body, /^sallyport-answer 2\n.*more than 500000 values/);
    const many = event(MAX_EVENT_VALUES / 2);
    assert.doesNotMatch((await ask(socket, many)).body, /more than|too much/);
    // Room for its bytes, but not for what they become.
    assert.ok(bytes.take(MAX_BYTES_IN_FLIGHT - 2 * many.length));
    assert.match((await ask(socket, many)).body, /^sallyport-answer 2\n.*the guard has too much to do/);
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
  } finally {
    await guard.close();
  }
});

test('an event in very small pieces counts for what the pieces cost', async () => {
  const socket = place();
  const guard = await startGuardAt(scriptedPorts(), socket, { connections: allowance(2), bytes: allowance(100_000) });
  try {
    const { promise, resolve } = Promise.withResolvers<string>();
    let got = '';
    const client = connect(socket).on('error', () => undefined);
    client.on('data', (bytes) => (got += String(bytes))).on('close', () => resolve(got));
    client.write(`POST /hook/${SAMPLE_SESSION} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    client.write('1\r\n \r\n'.repeat(1_000));
    assert.match(await promise, /the guard has too much to do/);
  } finally {
    await guard.close();
  }
});

test('bytes that are no HTTP get no answer', async () => {
  const socket = place();
  const guard = await startGuard(scriptedPorts(), socket);
  try {
    const { promise, resolve } = Promise.withResolvers<string>();
    let got = '';
    const client = connect(socket, () => client.write('hello\r\n\r\n'));
    client.on('data', (bytes) => (got += String(bytes)));
    client.on('error', () => undefined).on('close', () => resolve(got));
    assert.equal(await promise, '');
  } finally {
    await guard.close();
  }
});

test('32 calls at one time each get their own answer and record', async () => {
  const socket = place();
  const ports = scriptedPorts();
  const guard = await startGuard(ports, socket);
  try {
    const calls = Array.from({ length: 32 }, (_, index) =>
      ask(socket, bashBytes('ls', { tool_use_id: `toolu_${index}` })),
    );
    for (const { body } of await Promise.all(calls)) assert.match(body, /"allow"/);
    assert.equal(new Set(ports.records.map(({ body }) => body['toolUseId'])).size, 32);
  } finally {
    await guard.close();
  }
});

test('a guard that closes answers what it was asked, then removes its socket', async () => {
  const socket = place();
  const durable = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const ports = scriptedPorts({
    append: async () => {
      asked.resolve();
      await durable.promise;
    },
  });
  const guard = await startGuard(ports, socket);
  const answer = ask(socket, bashBytes('ls'));
  await asked.promise;
  const closed = guard.close();
  assert.equal(guard.close(), closed);
  durable.resolve();
  assert.match((await answer).body, /"allow"/);
  await closed;
  assert.ok(!existsSync(socket));
});

test('a socket that a killed guard left behind is taken over', async () => {
  const socket = place();
  const left = createServer();
  await new Promise<void>((resolve) => left.listen(socket, resolve));
  // The file stays when the listener goes without removing it, as it does when a process is killed.
  const kept = `${socket}.kept`;
  renameSync(socket, kept);
  await new Promise((resolve) => left.close(resolve));
  renameSync(kept, socket);
  const guard = await startGuard(scriptedPorts(), socket);
  try {
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
  } finally {
    await guard.close();
  }
});

test('a second guard on the same socket is refused and the first one stays', async () => {
  const socket = place();
  const guard = await startGuard(scriptedPorts(), socket);
  try {
    await assert.rejects(startGuard(scriptedPorts(), socket), (error) => {
      assert.ok(error instanceof AlreadyRunning);
      assert.equal(error.code, 'ALREADY_RUNNING');
      assert.equal(error.message, `a guard listens on \`${socket}\` already`);
      return true;
    });
    assert.match((await ask(socket, bashBytes('ls'))).body, /"allow"/);
  } finally {
    await guard.close();
  }
});

for (const { name, make, message } of [
  {
    name: 'a folder that others may enter',
    make: (folder: string) => {
      mkdirSync(folder);
      chmodSync(folder, 0o755);
    },
    message: /is open to other users$/,
  },
  {
    name: 'a folder that others may write to',
    make: (folder: string) => {
      mkdirSync(folder);
      chmodSync(folder, 0o720);
    },
    message: /is open to other users$/,
  },
  {
    name: 'a link to a folder',
    make: (folder: string) => {
      mkdirSync(`${folder}-real`, { mode: 0o700 });
      symlinkSync(`${folder}-real`, folder);
    },
    message: /is not a folder$/,
  },
  {
    name: 'a file in place of the folder',
    make: (folder: string) => writeFileSync(folder, ''),
    message: /is not a folder$/,
  },
  { name: 'no folder', make: () => undefined, message: /is not a folder$/ },
  {
    name: 'a file in place of the socket',
    make: (folder: string) => {
      mkdirSync(folder, { mode: 0o700 });
      writeFileSync(join(folder, 'guard.sock'), 'kept');
    },
    message: /is there and is no socket of ours$/,
  },
  {
    name: 'a link in place of the socket',
    make: (folder: string) => {
      mkdirSync(folder, { mode: 0o700 });
      symlinkSync('/nowhere', join(folder, 'guard.sock'));
    },
    message: /is there and is no socket of ours$/,
  },
]) {
  test(`${name} is no place for the socket`, async () => {
    const folder = join(mkdtempSync(join(root, 'place-')), 'run');
    make(folder);
    await assert.rejects(startGuard(scriptedPorts(), join(folder, 'guard.sock')), (error) => {
      assert.ok(error instanceof StateFolder);
      assert.equal(error.code, 'STATE_FOLDER');
      assert.match(error.message, message);
      return true;
    });
  });
}

test('a folder of another user is no place for the socket', { skip: process.getuid?.() !== 0 }, async () => {
  const socket = place();
  chownSync(join(socket, '..'), 65_534, 65_534);
  await assert.rejects(startGuard(scriptedPorts(), socket), /belongs to another user$/);
});

for (const { name, path } of [
  { name: 'relative', path: 'guard.sock' },
  { name: 'longer than the kernel takes', path: `/${'x'.repeat(120)}` },
]) {
  test(`a path that is ${name} is no path of a socket`, async () => {
    await assert.rejects(startGuard(scriptedPorts(), path), /cannot be the path of a socket$/);
  });
}
