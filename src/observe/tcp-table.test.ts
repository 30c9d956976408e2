import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { destinationOf } from './destination.ts';
import type { KnownPlaces } from './destination.ts';
import { plainAddress, socketInode, tcpRows } from './tcp-table.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, remote: string, state: string, inode: number): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 20 4 30 10 -1`;
const table = (...rows: readonly string[]): string => `${[HEAD, ...rows].join('\n')}\n`;

test('a connection is read from the kernel’s table', () => {
  assert.deepEqual(tcpRows(table(row('0100007F:A1B2', '0100007F:1F90', '01', 4242))), [
    { localPort: 0xa1b2, remoteAddress: '127.0.0.1', remotePort: 8080, inode: 4242 },
  ]);
});

test('an address of IPv6 is read, and IPv4 in its disguise is plain', () => {
  const rows = tcpRows(
    table(
      row('00000000000000000000000001000000:A1B2', 'B80D0120000000000000000001000000:01BB', '01', 1),
      row('0000000000000000FFFF00000100007F:A1B2', '0000000000000000FFFF00000A0B0C0D:01BB', '02', 2),
    ),
  );
  assert.deepEqual(
    rows.map(({ remoteAddress, remotePort }) => [remoteAddress, remotePort]),
    [
      ['2001:0db8:0000:0000:0000:0000:0000:0001', 443],
      ['13.12.11.10', 443],
    ],
  );
});

for (const { name, line } of [
  { name: 'listens', line: row('0100007F:1F90', '00000000:0000', '0A', 7) },
  { name: 'waits for late packets, with no holder', line: row('0100007F:1F90', '0100007F:1F90', '06', 0) },
  { name: 'has half an address', line: row('0100007F:1F90', '0100:1F90', '01', 7) },
  { name: 'has letters for numbers', line: row('0100007F:1F90', 'zz00007F:1F90', '01', 7) },
  { name: 'is empty', line: '' },
]) {
  test(`a row that ${name} is left out`, () => assert.deepEqual(tcpRows(table(line)), []));
}

test('no table makes reading throw or take long', () => {
  fc.assert(fc.property(fc.string({ maxLength: 2_000 }), (text) => void tcpRows(text)));
  const startedAtMs = performance.now();
  assert.equal(
    tcpRows(`${HEAD}\n${`${row('0100007F:1F90', '0100007F:1F90', '01', 7)}\n`.repeat(100_000)}`).length,
    19_999,
  );
  assert.ok(performance.now() - startedAtMs < 5_000);
});

for (const [written, plain] of [
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::ffff:7f00:1', '127.0.0.1'],
  ['::1', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ['2001:DB8::1', '2001:0db8:0000:0000:0000:0000:0000:0001'],
  ['fe80::1%eth0', 'fe80:0000:0000:0000:0000:0000:0000:0001'],
  ['1:2', null],
  ['::1::', null],
  ['localhost', null],
  ['12345::', null],
] as const) {
  test(`${written} is written ${plain ?? 'not at all'}`, () => assert.equal(plainAddress(written), plain));
}

test('two ways to write an address are one, and what is none stays none', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const plain = plainAddress(address);
      assert.ok(plain !== null && isIP(plain) !== 0, address);
      assert.equal(plainAddress(plain), plain);
    }),
  );
});

test('sockets are told from other files', () => {
  assert.equal(socketInode('socket:[4242]'), 4242);
  for (const link of ['pipe:[4242]', '/tmp/socket:[1]', 'socket:[x]', '']) assert.equal(socketInode(link), null);
});

const PLACES: KnownPlaces = {
  own: [{ address: '127.0.0.1', port: 4000 }],
  model: [
    { address: '127.0.0.1', port: 5000 },
    { address: '192.0.2.10', port: 443 },
    { address: '192.0.2.20', port: 443 },
  ],
  allowed: new Set(['192.0.2.20', '192.0.2.30']),
  isClosed: false,
};

for (const { name, address, port, isClosed = false, want } of [
  { name: 'the gateway', address: '127.0.0.1', port: 4000, want: 'expected' },
  { name: 'a model on this machine', address: '127.0.0.1', port: 5000, want: 'model' },
  { name: 'a server of the developer', address: '127.0.0.1', port: 3000, isClosed: true, want: 'expected' },
  { name: 'a model service', address: '192.0.2.10', port: 443, want: 'model' },
  { name: 'a front that an allowed host shares', address: '192.0.2.20', port: 443, want: 'expected' },
  { name: 'an allowed host', address: '192.0.2.30', port: 22, want: 'expected' },
  { name: 'a name server', address: '192.0.2.53', port: 53, isClosed: true, want: 'expected' },
  { name: 'another port of a model service', address: '192.0.2.10', port: 8443, want: 'unexplained' },
  { name: 'anything else', address: '192.0.2.99', port: 443, want: 'unexplained' },
  {
    name: 'anything else where the policy is closed',
    address: '192.0.2.99',
    port: 443,
    isClosed: true,
    want: 'outside',
  },
]) {
  test(`${name} is ${want}`, () => assert.equal(destinationOf({ address, port }, { ...PLACES, isClosed }), want));
}
