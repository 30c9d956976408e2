import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';

import type { AuditRecord } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import { Chain } from './chain.ts';
import { readLines } from './lines.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { openLog } from './open-log.ts';
import type { LogOptions } from './open-log.ts';
import { readLog } from './read-log.ts';
import type { LoggedRecord } from './record-line.ts';
import { listSegments } from './segment.ts';

/** A time for tests, in milliseconds since the Unix epoch. */
export const SAMPLE_TIME_MS = 1_700_000_000_000;

/** How many times more a property is tried with `SLOW=1`. */
export const RUNS_FACTOR = process.env['SLOW'] === '1' ? 10 : 1;

/** An empty folder that is gone after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-audit-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A record like those of the guard; `number` tells one from another. */
export function sampleRecord(number: number): AuditRecord {
  const body = {
    number,
    verdict: number % 3 === 0 ? 'deny' : 'allow',
    ruleId: 'dev/look',
    input: 'ä'.repeat(number % 7),
  };
  return { kind: 'decision', occurredAtMs: SAMPLE_TIME_MS + number, sessionId: null, body };
}

/** Options of a log in tests: a clock and an uptime that stand still, and its key inside its folder. */
export function sampleOptions(folder: string, more: Partial<LogOptions> = {}): LogOptions {
  return {
    clock: () => SAMPLE_TIME_MS,
    uptime: { boot: 'test', ms: () => 0 },
    signing: { keyFile: join(folder, 'audit-signing.key') },
    ...more,
  };
}

/** Writes a log of `count` sample records in segments of about `segmentMaxBytes`, and closes it. */
export async function writeSampleLog(folder: string, count: number, segmentMaxBytes = 4_096): Promise<void> {
  const log = await openLog(folder, sampleOptions(folder, { segmentMaxBytes }));
  for (let number = 0; number < count; number += 1) await log.append(sampleRecord(number));
  await log.close();
}

/** Opens a log and closes it again, which repairs what can be repaired and adds two records. */
export async function openAndClose(folder: string): Promise<void> {
  await (await openLog(folder, sampleOptions(folder))).close();
}

/** All records of a log. */
export async function recordsOf(
  folder: string,
  fs: LogFileSystem = nodeLogFileSystem(),
): Promise<readonly LoggedRecord[]> {
  const records: LoggedRecord[] = [];
  for await (const record of readLog(folder, { fs })) records.push(record);
  return records;
}

/** A log as its lines are: whether each is a record that links to the one before, and whether the last one is whole. */
export async function chainOf(
  folder: string,
  fs: LogFileSystem = nodeLogFileSystem(),
): Promise<{ readonly ok: boolean; readonly torn: boolean; readonly records: number; readonly head: Sha256 }> {
  const { segments, strangers } = await listSegments(folder, fs);
  const chain = new Chain();
  let [ok, torn] = [strangers.length === 0, false];
  for (const segment of segments) {
    if (torn || segment.firstIndex !== chain.nextIndex) ok = false;
    const file = await fs.open(segment.path, 'read');
    for await (const lines of readLines(file)) {
      for (const line of lines) {
        if (!line.isEnded) torn = true;
        else if (chain.follow(line).kind !== 'record') ok = false;
      }
    }
    await file.close();
  }
  return { ok, torn, records: chain.nextIndex, head: chain.head };
}

/** Paths of all files in the folder of a log, from there, in order. */
export async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Paths of the segments of a log, in order. */
export async function segmentPaths(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'segments'));
  return names.sort().map((name) => join(folder, 'segments', name));
}

/** Path of the newest segment of a log. */
export async function lastSegment(folder: string): Promise<string> {
  const path = (await segmentPaths(folder)).at(-1);
  if (path === undefined) throw new Error(`no segment in ${folder}`);
  return path;
}

/** The lines of a segment, without newlines. */
export async function segmentLines(path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.slice(0, -1);
}
