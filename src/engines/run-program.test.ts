import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram } from './run-program.ts';
import type { ProgramEnd } from './run-program.ts';
import { madeToken, scriptedProgram, utf8 } from './scripted-engines.ts';

const SECRET = madeToken(7);
const never = new AbortController().signal;
const run = (
  command: readonly [string, ...string[]],
  input: Uint8Array = utf8(SECRET),
  signal: AbortSignal = never,
): Promise<ProgramEnd> => runProgram({ command, input, maxOutputBytes: 1_000_000, signal });

/** A program that connects to the port, so that a test sees it live and die. */
const connects = (port: number): string =>
  `const own=require('net').connect(${port},'127.0.0.1');own.on('close',()=>process.exit());own.on('error',()=>process.exit());`;

/** Gives a port of the loopback and the connections that come to it. */
async function withPort(work: (port: number, sockets: readonly Socket[]) => Promise<void>): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.resume().on('error', () => socket.destroy())));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work((server.address() as AddressInfo).port, sockets);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** Starts a program that connects, waits until it did, and then ends well with a report. */
const leavesBehind = (port: number, options: object): string =>
  `process.stdin.resume().on('end',()=>{const script=${JSON.stringify(`${connects(port)}own.on('connect',()=>process.send('up'));process.on('disconnect',()=>own.write('alone'));`)};` +
  `require('child_process').spawn(process.execPath,['-e',script],${JSON.stringify(options)})` +
  `.on('message',()=>process.stdout.write('[]',()=>process.exit(0)))})`;

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'run-program-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the text reaches a program by its standard input alone', { skip: process.platform !== 'linux' }, async () => {
  const script = `const fs=require('fs');const text=fs.readFileSync(0,'latin1');
    const told=[process.argv,process.execArgv,process.env,fs.readdirSync('.')].map((part)=>JSON.stringify(part)).join();
    process.exit(!told.includes(text) && /^(socket|pipe):/.test(fs.readlinkSync('/proc/self/fd/0')) ? 0 : 7)`;
  await withFolder(async (folder) => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    try {
      assert.deepEqual(await run(scriptedProgram(script)), { kind: 'exited', status: 0, output: Buffer.alloc(0) });
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
});

test('what a program says on its standard error goes nowhere, however much it is', async () => {
  const script = `const text=require('fs').readFileSync(0);const large=Buffer.alloc(1<<20,text);
    for(let count=0;count<64;count+=1)require('fs').writeSync(2,large);process.stdout.write('[]')`;
  assert.deepEqual(await run(scriptedProgram(script)), { kind: 'exited', status: 0, output: Buffer.from('[]') });
});

test('a program that ends well and did not read everything has not scanned it', async () => {
  const large = new Uint8Array(4_000_000);
  for (const script of [
    `process.stdout.write('[]')`,
    `process.stdin.on('close',()=>process.stdout.write('[]')).destroy()`,
    `process.stdin.once('data',()=>process.stdout.write('[]',()=>process.exit(0)))`,
    `require('fs').closeSync(0);process.stdout.write('[]')`,
  ]) {
    assert.deepEqual(await run(scriptedProgram(script), large), { kind: 'unread' });
  }
  assert.deepEqual(await run(scriptedProgram(`process.exit(3)`), large), {
    kind: 'exited',
    status: 3,
    output: Buffer.alloc(0),
  });
});

test('what a program leaves behind does not hold up its report, and is killed', async () => {
  for (const stdio of [
    ['ignore', 'inherit', 'ignore', 'ipc'],
    ['ignore', 'ignore', 'ignore', 'ipc'],
  ]) {
    await withPort(async (port, sockets) => {
      const end = await run(scriptedProgram(leavesBehind(port, { stdio })));
      assert.deepEqual(end, { kind: 'exited', status: 0, output: Buffer.from('[]') });
      const [left] = sockets;
      assert.ok(left !== undefined);
      if (!left.closed) await once(left, 'close');
    });
  }
});

test('what left the group of a program and holds its output open is waited for until the scan is given up', async () => {
  await withPort(async (port, sockets) => {
    const controller = new AbortController();
    const stdio = ['ignore', 'inherit', 'ignore', 'ipc'];
    const ending = run(scriptedProgram(leavesBehind(port, { stdio, detached: true })), utf8(SECRET), controller.signal);
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    if (sockets[0]?.bytesRead === 0) await once(sockets[0], 'data');
    controller.abort();
    assert.deepEqual(await ending, { kind: 'killed' });
  });
});

test('a file that cannot be run is a program that does not start, or that ends badly', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'engine');
    writeFileSync(file, '\u007fELF no program');
    assert.deepEqual(await run([file]), { kind: 'not-started' });
    chmodSync(file, 0o755);
    const end = await run([file]);
    assert.ok(end.kind === 'not-started' || (end.kind === 'exited' && end.status !== 0), end.kind);
    assert.deepEqual(await run([join(folder, 'engine', 'below')]), { kind: 'not-started' });
  });
});

test('a scan that was given up before starts no program', async () => {
  assert.deepEqual(await run(['/nonexistent'], utf8(SECRET), AbortSignal.abort()), { kind: 'killed' });
});
