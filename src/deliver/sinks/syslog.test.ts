import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectPlain, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { hostCertificates, makeAuthority } from '../../ca/index.ts';
import type { SinkForm } from '../../core/audit-rules.ts';
import type { SinkBatch } from '../sink.ts';
import { MADE_LOG, madeBatch } from './made-batch.ts';
import { messageOf, syslogSink } from './syslog.ts';

const NEVER = new AbortController().signal;

/** Certificates of an authority that the test makes. */
function certificatesFor(host: string): { readonly ca: string; readonly certificate: string; readonly key: string } {
  const nowMs = Date.now();
  const authority = makeAuthority({ hosts: [host], nowMs, days: 2 });
  const made = hostCertificates(authority).of(host, nowMs);
  assert.ok(made);
  return { ca: authority.certificate.toString(), certificate: made.certificate, key: made.privateKey };
}

const LOCAL = certificatesFor('localhost');

interface Received {
  readonly port: number;
  /** What came over each connection, whole once it is over. */
  readonly connections: Buffer[];
}

/** A receiver over TLS that does with each connection what it is told. */
async function tlsReceiver(
  t: TestContext,
  onConnection: (socket: TLSSocket, under: Socket) => void = () => undefined,
  shown = LOCAL,
): Promise<Received> {
  const connections: Buffer[] = [];
  let newest: Socket | null = null;
  const server = tls.createServer({ cert: shown.certificate, key: shown.key }, (socket) => {
    const parts: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('end', () => connections.push(Buffer.concat(parts)));
    assert.ok(newest);
    onConnection(socket, newest);
  });
  server.on('connection', (under: Socket) => {
    newest = under;
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, connections };
}

const sinkTo = (port: number, form: SinkForm = 'record', ca: string | null = LOCAL.ca) =>
  syslogSink({ host: 'localhost', port, ca, form, hostname: 'machine one' });

/** Takes frames apart by their octet counts. */
function messagesOf(bytes: Buffer): readonly string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at);
    const count = /^[1-9]\d*$/.exec(bytes.subarray(at, blank).toString())?.[0];
    assert.ok(count !== undefined, 'a frame starts with its length');
    messages.push(bytes.subarray(blank + 1, blank + 1 + Number(count)).toString());
    at = blank + 1 + Number(count);
  }
  return messages;
}

const MESSAGE =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) \[sallyport@32473 log="([^"]*)" index="(\d+)" hash="([0-9a-f]{64})"\] \uFEFF(.*)$/s;

test('a message has the form of RFC 5424, with the log, the index and the hash', () => {
  const batch = madeBatch(7, 1);
  const [delivered] = batch.records;
  assert.ok(delivered);
  const parts = MESSAGE.exec(messageOf(delivered, { form: 'record', hostname: 'machine one' }));
  assert.ok(parts);
  const [, priority, time, host, app, process, id, log, index, hash, text] = parts;
  // Facility 13, informational.
  assert.deepEqual([priority, host, app, process, id], ['110', 'machine-one', 'sallyport', '-', 'decision']);
  assert.equal(time, new Date(delivered.record.occurredAtMs).toISOString());
  assert.deepEqual([log, index, hash], [MADE_LOG, '7', delivered.record.hash]);
  assert.equal(text, Buffer.from(delivered.line).toString());
});

test('a value in structured data cannot end it', () => {
  const [delivered] = madeBatch(7, 1).records;
  assert.ok(delivered);
  const hostile = { ...delivered, source: { ...delivered.source, logId: 'a"] <1>1 \\' } };
  assert.match(
    messageOf(hostile, { form: 'record', hostname: '' }),
    / - decision \[sallyport@32473 log="a\\"\\\] <1>1 \\\\" index/,
  );
});

test('frames are counted in bytes, also where characters have more than one', async (t) => {
  const receiver = await tlsReceiver(t);
  const batch = madeBatch(0, 50, (index) => ({ fill: index }));
  await sinkTo(receiver.port).deliver(batch, NEVER);
  const [bytes = Buffer.alloc(0)] = receiver.connections;
  const lines = messagesOf(bytes).map((message) => MESSAGE.exec(message)?.[10]);
  assert.deepEqual(
    lines,
    batch.records.map(({ line }) => Buffer.from(line).toString()),
  );
});

test('the other form is an OCSF event', async (t) => {
  const receiver = await tlsReceiver(t);
  await sinkTo(receiver.port, 'ocsf').deliver(madeBatch(0, 1), NEVER);
  const [message = ''] = messagesOf(receiver.connections[0] ?? Buffer.alloc(0));
  assert.equal(typeof JSON.parse(MESSAGE.exec(message)?.[10] ?? '').class_uid, 'number');
});

for (const { name, shown, ca, want } of [
  {
    name: 'a certificate of another authority',
    shown: certificatesFor('localhost'),
    ca: LOCAL.ca,
    want: /receiver: (UNABLE_TO|SELF_SIGNED|CERT_SIGNATURE)/,
  },
  {
    name: 'a certificate for another host',
    shown: certificatesFor('other.example'),
    ca: null,
    want: /receiver: ERR_TLS_CERT_ALTNAME_INVALID/,
  },
  {
    name: 'no authority that is known',
    shown: LOCAL,
    ca: 'system',
    want: /receiver: (UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/,
  },
] as const)
  test(`${name} is refused before a byte of the log is sent`, async (t) => {
    const receiver = await tlsReceiver(t, () => undefined, shown);
    const trusted = ca === 'system' ? null : (ca ?? shown.ca);
    await assert.rejects(sinkTo(receiver.port, 'record', trusted).deliver(madeBatch(0, 1), NEVER), want);
    assert.equal(Buffer.concat(receiver.connections).length, 0);
  });

test('a receiver without TLS gets nothing', async (t) => {
  const got: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => {
      got.push(part);
      socket.end('hello\n');
    });
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  await assert.rejects(sinkTo(port).deliver(madeBatch(0, 1), NEVER), /cannot reach the receiver/);
  assert.ok(!Buffer.concat(got).includes('sallyport@32473'));
});

for (const { name, act } of [
  {
    name: 'is stopped before it has read everything',
    act: (socket: TLSSocket, under: Socket) => {
      socket.pause();
      socket.end(() => under.destroy());
    },
  },
  { name: 'resets the connection', act: (_: TLSSocket, under: Socket) => void under.resetAndDestroy() },
  {
    name: 'dies after the first bytes',
    act: (socket: TLSSocket, under: Socket) => void socket.once('data', () => under.resetAndDestroy()),
  },
])
  test(`what a receiver that ${name} was sent does not count as delivered`, async (t) => {
    const receiver = await tlsReceiver(t, (socket, under) => act(socket, under));
    const batch: SinkBatch = madeBatch(0, 400, () => ({ fill: 2_000 }));
    await assert.rejects(sinkTo(receiver.port).deliver(batch, NEVER), /receiver|connection/);
  });

test('a receiver that takes everything and never closes is broken off by the signal', async (t) => {
  const stop = new AbortController();
  const receiver = await tlsReceiver(t, (socket) => {
    // It keeps its side open.
    socket.allowHalfOpen = true;
    socket.once('end', () => stop.abort());
  });
  await assert.rejects(sinkTo(receiver.port).deliver(madeBatch(0, 1), stop.signal), /broken off/);
});

const RSYSLOGD = ['/usr/sbin/rsyslogd', '/sbin/rsyslogd'].find((path) => existsSync(path));
const DRIVERS = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib/rsyslog'];
const DRIVER = (['ossl', 'gtls'] as const).find((name) =>
  DRIVERS.some((folder) => existsSync(join(folder, `lmnsd_${name}.so`))),
);
const skip =
  RSYSLOGD === undefined
    ? 'rsyslogd is not installed'
    : DRIVER === undefined
      ? 'rsyslogd has no TLS (rsyslog-openssl or rsyslog-gnutls)'
      : false;

test('a real rsyslogd writes down every record that counts as delivered', { skip, timeout: 60_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-rsyslog-'));
  const port = await freePort();
  const place = (name: string): string => join(folder, name);
  await writeFile(place('ca.pem'), LOCAL.ca);
  await writeFile(place('cert.pem'), LOCAL.certificate);
  await writeFile(place('key.pem'), LOCAL.key, { mode: 0o600 });
  await writeFile(
    place('rsyslog.conf'),
    `global(workDirectory="${folder}" maxMessageSize="128k"
  defaultNetstreamDriver="${DRIVER}" defaultNetstreamDriverCAFile="${place('ca.pem')}"
  defaultNetstreamDriverCertFile="${place('cert.pem')}" defaultNetstreamDriverKeyFile="${place('key.pem')}")
module(load="imtcp" streamDriver.name="${DRIVER}" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="line" type="string" string="%structured-data% %msg%\\n")
input(type="imtcp" address="127.0.0.1" port="${port}" ruleset="in")
ruleset(name="in") { action(type="omfile" file="${place('out.log')}" template="line" asyncWriting="off" flushOnTXEnd="on") }
`,
  );
  const daemon = spawn(RSYSLOGD ?? '', ['-n', '-f', place('rsyslog.conf'), '-i', place('pid')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  daemon.stderr.on('data', (part: Buffer) => said.push(part.toString()));
  const ended = once(daemon, 'exit');
  t.after(async () => {
    daemon.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  await listening(port, () => said.join(''));

  const sink = syslogSink({ host: 'localhost', port, ca: LOCAL.ca, form: 'record', hostname: 'machine' });
  for (let round = 0; round < 5; round += 1) {
    await sink.deliver(
      madeBatch(round * 200, 200, (index) => ({ fill: (index * 37) % 12_000 })),
      NEVER,
    );
  }
  // The records were read when the batches counted; the daemon writes them down when it ends in order.
  daemon.kill('SIGTERM');
  await ended;
  const text = await readFile(place('out.log'), 'utf8');
  const lines = text.trimEnd().split('\n');
  assert.equal(lines.length, 1_000);
  const [delivered] = madeBatch(641, 1, (index) => ({ fill: (index * 37) % 12_000 })).records;
  assert.ok(delivered);
  const want = `[sallyport@32473 log="${MADE_LOG}" index="641" hash="${delivered.record.hash}"] ${Buffer.from(delivered.line).toString()}`;
  assert.equal(lines.find((line) => line.includes('index="641"'))?.replace('\uFEFF', ''), want);
  await assert.rejects(sink.deliver(madeBatch(0, 1), NEVER), /ECONNREFUSED/);
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until somebody listens. */
async function listening(port: number, said: () => string): Promise<void> {
  for (const startedMs = performance.now(); performance.now() - startedMs < 20_000;) {
    const socket = connectPlain({ port, host: '127.0.0.1' });
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  }
  assert.fail(`rsyslogd does not listen: ${said()}`);
}
