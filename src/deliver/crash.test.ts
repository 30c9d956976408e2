import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { readLog, recordLine } from '../audit/index.ts';
import { parseRecordsKey } from '../core/store-layout.ts';
import { decodePosition } from './position.ts';

const KILLS = 320;
/** Logs that live and die beside each other. */
const LOGS = 8;
const SIDE_BY_SIDE = 2;
const RECORDS = 60;
/** A life ends after so many steps, or so many milliseconds from its start: within the opening, mostly. */
const MOST_STEPS = 60;
const MOST_START_MS = 120;

/** One life: killed after so many steps or so much time; or, with neither, until all is delivered. */
async function live(
  program: string,
  home: string,
  kill: { readonly afterSteps: number } | { readonly afterMs: number } | null,
): Promise<readonly number[]> {
  const child = spawn(process.execPath, [program, home, String(RECORDS), kill === null ? 'end' : 'live'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(program, '..', 'cache') },
  });
  const ended = once(child, 'exit');
  const timer = kill !== null && 'afterMs' in kill ? setTimeout(() => child.kill('SIGKILL'), kill.afterMs) : undefined;
  const most = kill !== null && 'afterSteps' in kill ? kill.afterSteps : Number.POSITIVE_INFINITY;
  const receipts: number[] = [];
  let steps = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('receipt ')) receipts.push(Number(line.slice('receipt '.length)));
    steps += 1;
    if (steps > most) child.kill('SIGKILL');
  }
  assert.deepEqual(await ended, kill === null ? [0, null] : [null, 'SIGKILL']);
  clearTimeout(timer);
  return receipts;
}

interface Sent {
  readonly index: number;
  readonly sha256: string;
  readonly firstIndex: number;
  readonly lastIndex: number;
}

async function journalOf(home: string): Promise<readonly Sent[]> {
  const file = join(home, 'journal');
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => {
    const [key = '', sha256 = '', first, last] = line.split(' ');
    return {
      index: Number(key.slice(key.lastIndexOf('/') + 1)),
      sha256,
      firstIndex: Number(first),
      lastIndex: Number(last),
    };
  });
}

/** What the receiver was promised to have must be there at the moment of the kill, not only at the end. */
async function assertAcknowledged(home: string): Promise<void> {
  const file = join(home, 'delivery', 'journal.json');
  if (!existsSync(file)) return;
  const position = decodePosition(await readFile(file));
  assert.ok(position, 'the position survives each kill');
  const taken = new Set((await journalOf(home)).map(({ index }) => index));
  for (let index = 0; index < position.acked; index += 1) assert.ok(taken.has(index), `record ${index} is not there`);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.flatMap((one) => (one.isFile() ? [join(one.parentPath, one.name).slice(folder.length + 1)] : []));
}

/** Everything that was delivered, against the log. */
async function assertDelivered(home: string, receipts: readonly number[]): Promise<void> {
  const lines: string[] = [];
  for await (const record of readLog(join(home, 'audit'))) lines.push(recordLine(record));
  for (const index of receipts) assert.ok(index < lines.length, `record ${index} has a receipt and is not in the log`);

  // The receiver: every record, the same bytes and the same batch each time that it came.
  const lastOf = new Map<number, number>();
  const taken = new Set<number>();
  for (const { index, sha256, firstIndex, lastIndex } of await journalOf(home)) {
    taken.add(index);
    assert.equal(
      sha256,
      createHash('sha256')
        .update(lines[index] ?? '')
        .digest('hex'),
    );
    assert.equal(lastOf.get(firstIndex) ?? lastIndex, lastIndex, `the batch from ${firstIndex} came in two sizes`);
    lastOf.set(firstIndex, lastIndex);
  }
  assert.ok(taken.size >= receipts.length);
  for (const index of receipts) assert.ok(taken.has(index), `record ${index} has a receipt and did not arrive`);

  // The store: each record in exactly one object.
  const held: string[] = [];
  const objects = (await filesBelow(join(home, 'store'))).flatMap((key) => {
    const range = parseRecordsKey(key);
    return range === null ? [] : [{ key, ...range }];
  });
  for (const { key, firstIndex, lastIndex } of objects.sort((a, b) => a.firstIndex - b.firstIndex)) {
    assert.equal(firstIndex, held.length, `object ${key} does not follow the one before`);
    held.push(
      ...gunzipSync(await readFile(join(home, 'store', key)))
        .toString()
        .trimEnd()
        .split('\n'),
    );
    assert.equal(held.length, lastIndex + 1);
  }
  assert.deepEqual(held, lines);
}

test(`no acknowledged record is lost, and none comes twice in two forms, over ${KILLS} kills of a delivery`, async (t) => {
  const root = await mkdtemp(
    existsSync('/dev/shm') ? '/dev/shm/sallyport-deliver-' : join(tmpdir(), 'sallyport-deliver-'),
  );
  t.after(() => rm(root, { recursive: true, force: true }));
  const program = join(root, 'crash-deliverer.mjs');
  const entryPoints = [join(import.meta.dirname, 'crash-deliverer.ts')];
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  await build({
    entryPoints,
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner,
    external: ['@aws-sdk/*', '@smithy/*'],
  });
  const homes = Array.from({ length: LOGS }, (_, number) => join(root, `home-${number}`));
  let kills = 0;
  let records = 0;
  const work = async (): Promise<void> => {
    for (let home = homes.pop(); home !== undefined; home = homes.pop()) {
      const receipts: number[] = [];
      for (let life = 0; life < KILLS / LOGS; life += 1) {
        const kill =
          Math.random() < 0.25
            ? { afterMs: Math.random() * MOST_START_MS }
            : { afterSteps: Math.floor(Math.random() * MOST_STEPS) };
        receipts.push(...(await live(program, home, kill)));
        await assertAcknowledged(home);
        kills += 1;
      }
      receipts.push(...(await live(program, home, null)));
      await assertDelivered(home, receipts);
      records += receipts.length;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  t.diagnostic(`${kills} kills, ${records} receipts: none lost, each in one object, each with the same bytes`);
});
