import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { build } from 'esbuild';

import { chainOf, filesOf, openAndClose, recordsOf, temporaryFolder } from './sample-log.ts';
import { assertTree } from './sample-tree.ts';

const KILLS = 1_000;
/** Logs that are written and killed side by side, each over many lives. */
const LOGS = 20;
const SIDE_BY_SIDE = 3;
const WRITERS = 4;
/** Receipts of one life before it is killed: from none to this many. */
const MOST_RECEIPTS = 90;
/** A life that is killed by the clock, in milliseconds from its start: mostly before or within the opening. */
const MOST_START_MS = 120;

interface PrintedReceipt {
  readonly index: number;
  readonly hash: string;
  readonly number: number;
}

/** Starts a writer, kills it after so many receipts or so much time, and gives all that it printed. */
async function writeUntilKilled(
  program: string,
  folder: string,
  firstNumber: number,
  kill: { readonly afterReceipts: number } | { readonly afterMs: number },
): Promise<readonly PrintedReceipt[]> {
  const child = spawn(process.execPath, [program, folder, String(WRITERS), String(firstNumber)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(program, '..', 'cache') },
  });
  const ended = once(child, 'exit');
  const timer = 'afterMs' in kill ? setTimeout(() => child.kill('SIGKILL'), kill.afterMs) : undefined;
  const most = 'afterReceipts' in kill ? kill.afterReceipts : Number.POSITIVE_INFINITY;
  const receipts: PrintedReceipt[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [index, hash = '', number] = line.split(' ');
    receipts.push({ index: Number(index), hash, number: Number(number) });
    if (receipts.length > most) child.kill('SIGKILL');
  }
  // A writer that ends by itself could not open its log, and said why.
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  clearTimeout(timer);
  return receipts;
}

/** Lets one log live and die so often, then checks all that it promised. */
async function livesOf(program: string, folder: string, kills: number): Promise<number> {
  const receipts: PrintedReceipt[] = [];
  for (let life = 0; life < kills; life += 1) {
    const kill =
      Math.random() < 0.25
        ? { afterMs: Math.random() * MOST_START_MS }
        : { afterReceipts: Math.floor(Math.random() * MOST_RECEIPTS) };
    receipts.push(...(await writeUntilKilled(program, folder, life * 1_000_000, kill)));
  }
  await openAndClose(folder);
  const report = await chainOf(folder);
  assert.deepEqual([report.ok, report.torn], [true, false]);
  await assertTree(folder, await filesOf(folder));
  const numbers = new Map<unknown, number>();
  const records = await recordsOf(folder);
  for (const { body } of records) numbers.set(body['number'], (numbers.get(body['number']) ?? 0) + 1);
  for (const { index, hash, number } of receipts) {
    assert.deepEqual([records[index]?.hash, records[index]?.body['number']], [hash, number]);
    assert.equal(numbers.get(number), 1, `record ${number} is there ${numbers.get(number)} times`);
  }
  return receipts.length;
}

/** A folder in memory where there is one: what a kill leaves is the same, and no other work of the disk is in the way. */
async function memoryFolder(t: TestContext): Promise<string> {
  if (!existsSync('/dev/shm')) return await temporaryFolder(t);
  const folder = await mkdtemp('/dev/shm/sallyport-audit-');
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test(`no record with a receipt is lost or doubled over ${KILLS} kills at random moments, and the tree is right`, async (t) => {
  const root = await memoryFolder(t);
  const program = join(root, 'crash-writer.mjs');
  const entryPoints = [join(import.meta.dirname, 'crash-writer.ts')];
  await build({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'esm' });
  const folders = Array.from({ length: LOGS }, (_, number) => join(root, `log-${number}`));
  const receipts: number[] = [];
  const startMs = performance.now();
  const work = async (): Promise<void> => {
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
      receipts.push(await livesOf(program, folder, KILLS / LOGS));
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  t.diagnostic(
    `${KILLS} kills in ${seconds} s, ${receipts.reduce((sum, more) => sum + more, 0)} receipts: none lost, none doubled`,
  );
});
