import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineState } from './intact-line.ts';
import { SAMPLE_SESSION, sampleLines } from './sample-lines.ts';

const [LINE = ''] = sampleLines([
  {
    kind: 'decision',
    session: SAMPLE_SESSION,
    body: { event: 'PreToolUse', summary: 'häufig 😀 ","crc":"00000000"', tool: 'Bash' },
  },
]);

/** The line with another body and the checksum that fits it. */
function forged(head: string): string {
  const rest = LINE.slice(LINE.lastIndexOf(',"index":'));
  return `${head},"crc":"${crc32(rest, crc32(head)).toString(16).padStart(8, '0')}"${rest}`;
}

test('a line as the log writes it is intact, with its number', () => {
  assert.deepEqual(lineState(Buffer.from(LINE)), { isIntact: true, index: 0 });
});

test('any one changed byte is found', () => {
  const bytes = Buffer.from(LINE);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ by;
      assert.equal(lineState(changed).isIntact, false);
    }),
    { numRuns: 2_000 },
  );
});

test('bytes of any kind are no record, and nothing throws', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => !lineState(bytes).isIntact));
});

for (const { name, line } of [
  { name: 'an empty line', line: '' },
  { name: 'the start of a line', line: LINE.slice(0, -1) },
  { name: 'a line of version 1', line: LINE.replace('"v":2', '"v":1') },
  { name: 'a body that is no JSON, under a checksum that fits', line: forged('{"at":1,"body":{') },
  { name: 'a body that is no object, under a checksum that fits', line: forged('{"at":1,"body":[]') },
  { name: 'a time that no clock shows, under a checksum that fits', line: forged('{"at":1e400,"body":{}') },
  { name: 'no time, under a checksum that fits', line: forged('{"body":{}') },
  { name: 'a line of 64 KiB', line: forged(`{"at":1,"body":{"a":"${'x'.repeat(65_536)}"}`) },
])
  test(`${name} is no record`, () => {
    const state = lineState(Buffer.from(line));
    assert.equal(state.isIntact, false);
    assert.ok(!JSON.stringify(state).includes('xxx'), 'the problem quotes nothing of the line');
  });
