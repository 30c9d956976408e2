import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { auditEvents } from './audit-events.ts';
import type { AuditEvent } from './audit-events.ts';

const EXEC = [
  'type=SYSCALL msg=audit(1800000000.123:77): arch=c000003e syscall=59 success=yes exit=0 a0=55d0 a1=55d1 items=2 ppid=41 pid=42 auid=1000 uid=1000 comm="sh" exe="/usr/bin/dash" key="sallyport"',
  'type=EXECVE msg=audit(1800000000.123:77): argc=3 a0="sh" a1="-c" a2=6563686F2022686922',
  'type=CWD msg=audit(1800000000.123:77): cwd="/work"',
  'type=PROCTITLE msg=audit(1800000000.123:77): proctitle=7368002D63',
  'type=EOE msg=audit(1800000000.123:77):',
];
const connect = (saddr: string, outcome = 'success=yes exit=0'): readonly string[] => [
  `type=SYSCALL msg=audit(1800000001.000:78): arch=c000003e syscall=42 ${outcome} a0=3 items=0 ppid=41 pid=42 uid=1000 comm="curl"`,
  `type=SOCKADDR msg=audit(1800000001.000:78): saddr=${saddr}`,
  'type=EOE msg=audit(1800000001.000:78):',
];

function eventsOf(lines: readonly string[]): readonly AuditEvent[] {
  const events = auditEvents();
  return lines.flatMap((line) => events.push(line) ?? []);
}

test('the start of a program is put together from its lines, once', () => {
  assert.deepEqual(eventsOf(EXEC), [
    { kind: 'exec', atMs: 1_800_000_000_123, pid: 42, parentPid: 41, words: ['sh', '-c', 'echo "hi"'] },
  ]);
});

for (const { name, saddr, address, port } of [
  { name: 'IPv4', saddr: '020001BBC000020A0000000000000000', address: '192.0.2.10', port: 443 },
  {
    name: 'IPv6',
    saddr: '0A0001BB0000000020010DB800000000000000000000000100000000',
    address: '2001:0db8:0000:0000:0000:0000:0000:0001',
    port: 443,
  },
  {
    name: 'IPv4 in IPv6',
    saddr: '0A0001BB0000000000000000000000000000FFFFC000020A00000000',
    address: '192.0.2.10',
    port: 443,
  },
]) {
  test(`a connection over ${name} is read`, () => {
    assert.deepEqual(eventsOf(connect(saddr)), [
      { kind: 'connect', atMs: 1_800_000_001_000, pid: 42, parentPid: 41, address, port },
    ]);
  });
}

test('a connection that is still being made counts, one that failed does not', () => {
  const saddr = '020001BBC000020A0000000000000000';
  assert.equal(eventsOf(connect(saddr, 'success=no exit=-115')).length, 1);
  assert.equal(eventsOf(connect(saddr, 'success=no exit=-111')).length, 0);
});

for (const { name, lines } of [
  { name: 'a socket of this machine', lines: connect('01002F746D702F7800') },
  { name: 'an address that ends early', lines: connect('0A0001BB00000000') },
  { name: 'lines of nobody', lines: ['', 'type=', 'hello', 'type=EOE msg=audit(x:y):'] },
  { name: 'an end without a beginning', lines: EXEC.slice(-1) },
  { name: 'a call without its words', lines: [EXEC[0] ?? '', EXEC[4] ?? ''] },
]) {
  test(`${name} tells nothing`, () => assert.deepEqual(eventsOf(lines), []));
}

test('a program that writes the words of another field into its own changes nothing', () => {
  const [syscall = '', , , , end = ''] = EXEC;
  const hostile = Buffer.from('x pid=1 success=yes a0="init"').toString('hex').toUpperCase();
  const lines = [
    syscall.replace('comm="sh"', `comm=${hostile}`),
    `type=EXECVE msg=audit(1800000000.123:77): argc=2 a0="sh" a1=${hostile}`,
    end,
  ];
  const [event] = eventsOf(lines);
  assert.ok(event?.kind === 'exec');
  assert.deepEqual([event.pid, event.words], [42, ['sh', 'x pid=1 success=yes a0="init"']]);
});

test('events that interleave are kept apart, and unfinished ones are bounded', () => {
  const other = EXEC.map((line) => line.replace(':77)', ':99)').replace('pid=42', 'pid=43'));
  const mixed = EXEC.flatMap((line, nth) => [line, other[nth] ?? '']);
  assert.deepEqual(
    eventsOf(mixed).map(({ pid }) => pid),
    [42, 43],
  );
  const events = auditEvents();
  for (let serial = 0; serial < 5_000; serial += 1) events.push((EXEC[0] ?? '').replace(':77)', `:${serial})`));
  events.push((EXEC[1] ?? '').replace(':77)', ':0)'));
  assert.equal(events.push('type=EOE msg=audit(1800000000.123:0):'), null, 'the oldest were forgotten');
});

test('no line makes it throw or take long', () => {
  const events = auditEvents();
  fc.assert(fc.property(fc.string(), (text) => void events.push(text)));
  fc.assert(
    fc.property(
      fc.constantFrom(...EXEC, ...connect('00')),
      fc.nat(),
      fc.string({ maxLength: 20 }),
      (line, at, text) => {
        const cut = at % (line.length + 1);
        events.push(line.slice(0, cut) + text + line.slice(cut));
      },
    ),
  );
  const startedAtMs = performance.now();
  for (const filler of [' a0=', ' a1="', ' pid=', '='.repeat(4), ' ']) {
    events.push(`type=EXECVE msg=audit(1.1:1):${filler.repeat(100_000)}`);
    events.push(`type=EXECVE msg=audit(1.1:1):${filler.repeat(30_000 / filler.length)}`);
  }
  assert.ok(performance.now() - startedAtMs < 2_000);
});
