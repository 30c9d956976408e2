import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readEvent } from './hook-event.ts';
import { bashBytes } from './scripted-ports.ts';

const runs = { numRuns: process.env['SLOW'] === '1' ? 20_000 : 500 };

test('an event keeps the fields that are not known', () => {
  const read = readEvent(bashBytes('ls', { later: { x: 1 } }));
  assert.ok(read.ok);
  assert.equal(read.event.name, 'PreToolUse');
  assert.deepEqual(read.event.fields['later'], { x: 1 });
});

for (const { name, bytes, problem } of [
  { name: 'nothing', bytes: Buffer.alloc(0), problem: 'its event is not JSON' },
  { name: 'half an event', bytes: bashBytes('ls').subarray(0, 90), problem: 'its event is not JSON' },
  {
    name: 'an event and more',
    bytes: Buffer.concat([bashBytes('ls'), bashBytes('rm')]),
    problem: 'its event is not JSON',
  },
  {
    name: 'a byte order mark',
    bytes: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bashBytes('ls')]),
    problem: 'its event is not JSON',
  },
  { name: 'a list', bytes: Buffer.from('[]'), problem: 'its event is not a JSON object' },
  { name: 'null', bytes: Buffer.from('null'), problem: 'its event is not a JSON object' },
  {
    name: 'bytes that are not UTF-8',
    bytes: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    problem: 'its event is not UTF-8 text',
  },
  { name: 'UTF-16', bytes: Buffer.from('{"hook_event_name":"Stop"}', 'utf16le'), problem: 'its event is not JSON' },
  { name: 'no name', bytes: Buffer.from('{"tool_name":"Bash"}'), problem: 'its event has no name' },
  {
    name: 'a name that is no word',
    bytes: Buffer.from('{"hook_event_name":"Pre Tool\\nUse"}'),
    problem: 'its event has no name',
  },
  {
    name: 'a name twice',
    bytes: Buffer.from('{"hook_event_name":"Stop","hook_event_name":"PreToolUse"}'),
    problem: 'its event is not plain JSON: an object has one key twice',
  },
  {
    name: 'a command twice',
    bytes: Buffer.from(
      '{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls","command":"rm -rf /"}}',
    ),
    problem: 'its event is not plain JSON: an object has one key twice',
  },
  {
    name: 'ten thousand brackets',
    bytes: Buffer.from(`{"hook_event_name":"Stop","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    problem: 'its event is not plain JSON: nested deeper than 64 levels',
  },
  { name: 'brackets that never close', bytes: Buffer.alloc(1_000_000, '['), problem: 'its event is not JSON' },
  { name: 'more than 8 MiB', bytes: Buffer.alloc(8 * 1024 * 1024 + 1, ' '), problem: 'its event is larger than 8 MiB' },
]) {
  test(`${name} is no event`, () => {
    const read = readEvent(bytes);
    assert.ok(!read.ok);
    assert.equal(read.problem, problem);
    assert.match(read.sha256, /^[0-9a-f]{64}$/);
  });
}

test('no bytes make the reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readEvent(bytes)),
    runs,
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => void readEvent(Buffer.from(text))),
    runs,
  );
});
