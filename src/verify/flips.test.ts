import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SAMPLE_WITNESS, memoryTree, sampleLog, sampleStore, sampleVkey } from './sample-files.ts';
import type { Files } from './sample-files.ts';
import { verify } from './verify.ts';
import type { VerifyReport } from './report.ts';

const FLIPS = 10_000 * (process.env['SLOW'] === '1' ? 5 : 1);
const OPTIONS = { count: 290, perFile: 120, witnessedSize: 280, deliveredSizes: [30, 270] };

/** A generator of whole numbers below 2^32, the same for each seed (Marsaglia's xorshift). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

async function tryFlips(
  files: Files,
  count: number,
  check: (files: Files) => Promise<VerifyReport>,
  judge: (report: VerifyReport, name: string, bytes: Buffer, at: number) => void,
): Promise<void> {
  const clean = await check(files);
  assert.deepEqual(clean.faults, []);
  const names = [...files.keys()];
  const total = names.reduce((sum, name) => sum + (files.get(name)?.length ?? 0), 0);
  const roll = dice(20_261_122);
  for (let flip = 0; flip < count; flip += 1) {
    let at = roll() % total;
    const name = names.find((one) => {
      const { length } = files.get(one) ?? assert.fail();
      if (at < length) return true;
      at -= length;
      return false;
    });
    const bytes = files.get(name ?? '') ?? assert.fail();
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ (1 + (roll() % 255)), at);
    judge(await check(new Map([...files, [name ?? '', changed]])), name ?? '', bytes, at);
  }
}

test(`${FLIPS} bytes of a log folder changed one at a time: each is found, and its file and record named first`, async () => {
  const trust = {
    keys: [sampleVkey('a')],
    witnesses: [sampleVkey('w', SAMPLE_WITNESS, 'witness')],
    anchors: [],
  };
  await tryFlips(
    sampleLog(OPTIONS),
    FLIPS,
    async (files) => await verify(memoryTree(files), { trust }),
    (report, name, bytes, at) => {
      const where = `${name} byte ${at}: ${JSON.stringify(report.faults)}`;
      assert.equal(report.ok, false, where);
      const first = report.faults[0] ?? assert.fail(where);
      assert.equal(first.file, name, where);
      if (name.startsWith('segments/')) {
        const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
        assert.equal(first.line, line, where);
        assert.equal(first.index, Number.parseInt(name.slice('segments/'.length), 10) + line - 1, where);
      } else if (name.startsWith('tile/0/')) {
        const start = name.startsWith('tile/0/001') ? 256 : 0;
        assert.equal(first.index, start + Math.floor(at / 32), where);
      }
    },
  );
});

test(`${FLIPS / 5} bytes of a store changed one at a time: each is found and its file named; where no record changed, by its packing`, async () => {
  const trust = { keys: [sampleVkey('a')], witnesses: [], anchors: [] };
  await tryFlips(
    sampleStore(OPTIONS),
    FLIPS / 5,
    async (files) => await verify(memoryTree(files), { trust, isDeep: true }),
    (report, name, _, at) => {
      const where = `${name} byte ${at}: ${JSON.stringify(report.faults)}`;
      const named = report.ok ? report.unchecked.some((part) => part.startsWith(`packing of \`${name}\``)) : null;
      if (report.ok) assert.equal(named, true, where);
      else
        assert.ok(
          report.faults.some(({ file }) => file === name),
          where,
        );
    },
  );
});
