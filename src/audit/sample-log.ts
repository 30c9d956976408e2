import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import type { AuditRecord } from '../core/audit.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { openLog } from './open-log.ts';
import { readLog } from './read-log.ts';
import type { LoggedRecord } from './record-line.ts';

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

/** Writes a log of `count` sample records in segments of about `segmentMaxBytes`, and closes it. */
export async function writeSampleLog(folder: string, count: number, segmentMaxBytes = 4_096): Promise<void> {
  const log = await openLog(folder, { clock: () => SAMPLE_TIME_MS, segmentMaxBytes });
  for (let number = 0; number < count; number += 1) await log.append(sampleRecord(number));
  await log.close();
}

/** Opens a log and closes it again, which repairs what can be repaired and adds two records. */
export async function openAndClose(folder: string): Promise<void> {
  await (await openLog(folder, { clock: () => SAMPLE_TIME_MS })).close();
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
