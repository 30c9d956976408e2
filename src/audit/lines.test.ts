import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { readLines } from './lines.ts';
import type { LogFile } from './log-file-system.ts';
import { MAX_RECORD_BYTES } from './record-line.ts';
import { RUNS_FACTOR } from './sample-log.ts';

interface SeenLine {
  readonly text: string;
  readonly byteOffset: number;
  readonly sizeBytes: number;
  readonly isEnded: boolean;
  readonly isOversized: boolean;
}

/** A file whose reads give at most `mostBytes` at a time. */
function fileOf(content: Buffer, mostBytes: number): LogFile {
  const refuse = (): Promise<never> => Promise.reject(new Error('only read'));
  return {
    read: async (into, offset) =>
      content.copy(into, 0, offset, Math.min(content.length, offset + Math.min(mostBytes, into.length))),
    stat: async () => ({ identity: 'x', sizeBytes: content.length, isOwnersAlone: true }),
    write: refuse,
    truncate: refuse,
    sync: refuse,
    close: async () => undefined,
  };
}

async function collect(content: Buffer, mostBytes: number): Promise<readonly SeenLine[]> {
  const seen: SeenLine[] = [];
  for await (const lines of readLines(fileOf(content, mostBytes))) {
    for (const { bytes, ...rest } of lines) seen.push({ text: Buffer.from(bytes).toString('latin1'), ...rest });
  }
  return seen;
}

function expected(content: Buffer): readonly SeenLine[] {
  const parts = content.toString('latin1').split('\n');
  let byteOffset = 0;
  const lines = parts.map((text, position) => {
    const isEnded = position < parts.length - 1;
    const sizeBytes = text.length + (isEnded ? 1 : 0);
    const isOversized = text.length >= MAX_RECORD_BYTES;
    const line = { text: isOversized ? '' : text, byteOffset, sizeBytes, isEnded, isOversized };
    byteOffset += sizeBytes;
    return line;
  });
  return lines.filter(({ sizeBytes }) => sizeBytes > 0);
}

test('however the reads are cut, the lines are the same', async () => {
  const line = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => text.replaceAll('\n', ' ')),
    },
    { weight: 1, arbitrary: fc.integer({ min: -2, max: 2 }).map((more) => 'x'.repeat(MAX_RECORD_BYTES + more)) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((times) => 'y'.repeat(times * 100_000)) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 8 }),
      fc.constantFrom('', '\n'),
      fc.oneof(fc.integer({ min: 50_000, max: 2_000_000 }), fc.constant(MAX_RECORD_BYTES)),
      async (lines, end, mostBytes) => {
        const content = Buffer.from(lines.join('\n') + end, 'latin1');
        assert.deepEqual(await collect(content, mostBytes), expected(content));
      },
    ),
    { numRuns: 40 * RUNS_FACTOR },
  );
});

test('one byte at a time gives the same lines', async () => {
  const content = Buffer.from('\n\none\ntwo\r\n\0\nthree');
  assert.deepEqual(await collect(content, 1), expected(content));
});
