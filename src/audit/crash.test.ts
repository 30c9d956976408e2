import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { openLog } from './open-log.ts';
import { readLog } from './read-log.ts';
import { RUNS_FACTOR, SAMPLE_TIME_MS, temporaryFolder } from './sample-log.ts';
import { verifyLog } from './verify-log.ts';

const KILLS = 20 * RUNS_FACTOR;
const WRITERS = 16;
/** Receipts of one life before it is killed: from none to this many. */
const MOST_RECEIPTS = 1_200;

interface PrintedReceipt {
  readonly index: number;
  readonly hash: string;
  readonly number: number;
}

/** Starts a writer, kills it after so many receipts, and gives all that it printed. */
async function writeUntilKilled(
  folder: string,
  firstNumber: number,
  killAfter: number,
): Promise<readonly PrintedReceipt[]> {
  const program = join(import.meta.dirname, 'crash-writer.ts');
  const child = spawn(process.execPath, [program, folder, String(WRITERS), String(firstNumber)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const receipts: PrintedReceipt[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [index, hash = '', number] = line.split(' ');
    receipts.push({ index: Number(index), hash, number: Number(number) });
    if (receipts.length > killAfter) child.kill('SIGKILL');
  }
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  return receipts;
}

test(`no record with a receipt is lost over ${KILLS} kills at random moments`, async (t) => {
  const folder = await temporaryFolder(t);
  const receipts: PrintedReceipt[] = [];
  for (let life = 0; life < KILLS; life += 1) {
    const killAfter = Math.floor(Math.random() * MOST_RECEIPTS);
    receipts.push(...(await writeUntilKilled(folder, receipts.length * 10, killAfter)));
  }
  const log = await openLog(folder, { clock: () => SAMPLE_TIME_MS });
  await log.close();
  const report = await verifyLog(folder);
  assert.deepEqual([report.ok, report.torn, report.faults], [true, false, []]);
  const hashes = new Map<number, { readonly hash: string; readonly number: unknown }>();
  for await (const { index, hash, body } of readLog(folder)) hashes.set(index, { hash, number: body['number'] });
  assert.equal(hashes.size, report.records);
  for (const { index, hash, number } of receipts) assert.deepEqual(hashes.get(index), { hash, number });
  t.diagnostic(`${receipts.length} receipts over ${KILLS} kills, ${report.records} records in the log, none lost`);
});
