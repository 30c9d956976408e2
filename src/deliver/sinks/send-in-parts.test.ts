import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StoreFailed } from '../../core/error.ts';
import type { KeyedRecord } from './keyed-record.ts';
import { sendInParts } from './send-in-parts.ts';
import type { PartLimits } from './send-in-parts.ts';

const LIMITS: PartLimits = { maxRecords: 5, maxBytes: 100, overheadBytes: 3, maxRecordBytes: 60 };

const recordsOf = (sizes: readonly number[]): readonly KeyedRecord[] =>
  sizes.map((sizeBytes, index) => ({ index, occurredAtMs: 0, text: 'x'.repeat(sizeBytes), sizeBytes }));

const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 40 });

test('every record is sent once and in order, or refused for its length, and no request is too large', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (list) => {
      const sent: number[] = [];
      const answer = await sendInParts(recordsOf(list), LIMITS, (part) => {
        assert.ok(part.length > 0 && part.length <= LIMITS.maxRecords);
        assert.ok(part.reduce((sum, { sizeBytes }) => sum + sizeBytes + 3, 0) <= LIMITS.maxBytes);
        sent.push(...part.map(({ index }) => index));
        return Promise.resolve({ pending: [], refused: [], reason: null });
      });
      const tooLong = list.flatMap((size, index) => (size + 3 > 60 ? [index] : []));
      assert.deepEqual(
        answer.refused.map(({ index }) => index),
        tooLong,
      );
      assert.deepEqual(
        sent,
        list.map((_, index) => index).filter((index) => !tooLong.includes(index)),
      );
    }),
  );
});

test('whatever request fails, each record is taken, pending or refused, and only one of them', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 12 }), async (list, failing) => {
      const taken: number[] = [];
      let requests = 0;
      const answer = await sendInParts(recordsOf(list), LIMITS, (part) => {
        requests += 1;
        // The first is taken whole: where nothing is, it is a failure of the whole batch.
        if (requests > 1 && requests === failing) return Promise.reject(new StoreFailed('STORE_UNREACHABLE', 'gone'));
        taken.push(...part.map(({ index }) => index));
        return Promise.resolve({ pending: [], refused: [], reason: null });
      });
      const all = [...taken, ...answer.pending, ...answer.refused.map(({ index }) => index)];
      assert.deepEqual(
        all.sort((a, b) => a - b),
        list.map((_, index) => index),
      );
      assert.equal(answer.reason, answer.pending.length === 0 ? null : 'gone');
    }),
  );
});

test('where the first request fails nothing is known to have arrived, and that is thrown', async () => {
  const failure = new StoreFailed('STORE_DENIED', 'no right');
  await assert.rejects(
    sendInParts(recordsOf([1, 2]), LIMITS, () => Promise.reject(failure)),
    failure,
  );
});
