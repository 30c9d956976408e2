import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { UsageError } from '../core/error.ts';
import type { AllowedHashes, Detector, SourceKind } from '../detect/index.ts';
import { progressLine } from './progress-line.ts';
import { readCompanyLists } from './scan-company.ts';
import { scanContent } from './scan-content.ts';
import type { ScanTools } from './scan-content.ts';
import { NO_WRITER, NOT_TO_ITS_END } from './scan-problem.ts';
import { listFiles, problemOf } from './scan-files.ts';
import type { ListedFile } from './scan-files.ts';
import { pathWithoutFindings } from './scan-path.ts';
import { WRITER_WAIT_MS, openPipe } from './scan-pipe.ts';
import { objectReader, stagedFiles } from './scan-git.ts';
import type { ScanReport } from './scan-report.ts';
import { scanSum } from './scan-sum.ts';
import type { ScanSum, SourcedFinding } from './scan-sum.ts';

/** What can be looked for in files. */
export type ScanArea = 'secrets' | 'injection' | 'pii';

/** What to scan, and how. */
export interface ScanPlan {
  readonly areas: readonly ScanArea[];
  readonly source: SourceKind;
  readonly isStaged: boolean;
  readonly isAll: boolean;
  /** A file of the company's own words and patterns. */
  readonly company: string | null;
  readonly allowed: AllowedHashes | null;
}

/**
 * Scans everything that was named, one content after the other.
 *
 * @param tools for the same plan: making them takes longer than scanning a few files.
 */
export async function scanAll(
  paths: readonly string[],
  plan: ScanPlan,
  tools?: ScanTools,
): Promise<{ readonly report: ScanReport; readonly sourced: readonly SourcedFinding[] }> {
  const ready = tools ?? (await scanTools(plan));
  const sum = scanSum(plan.allowed, (path) => pathWithoutFindings(path, ready.text, ready.source));
  if (plan.isStaged) await scanStaged(paths, ready, sum);
  else {
    const named = paths.filter((path) => path !== '-');
    if (named.length < paths.length) sum.add('-', await scanContent(process.stdin, null, ready));
    await scanFiles(named, plan.isAll, ready, sum);
  }
  return sum.result();
}

/** What a plan is carried out with. */
export async function scanTools({ areas, source, company, allowed }: ScanPlan): Promise<ScanTools> {
  const { INJECTION_DETECTORS, PII_DETECTORS, SECRET_DETECTORS, allowedHash, companyDetectors, scanner } =
    await import('../detect/index.ts');
  const own = company === null ? [] : companyDetectors(await readCompanyLists(company));
  const byArea = { secrets: SECRET_DETECTORS, injection: INJECTION_DETECTORS, pii: PII_DETECTORS };
  const detectors: readonly Detector[] = [...areas.flatMap((area) => byArea[area]), ...own];
  return {
    text: scanner(detectors),
    // By chance, a run of printable characters in other contents is a name or a number of someone now and then.
    binary: scanner([...(areas.includes('secrets') ? SECRET_DETECTORS : []), ...own]),
    source,
    hashOf: allowed === null ? null : (value) => allowedHash(allowed.salt, value),
  };
}

async function scanStaged(paths: readonly string[], tools: ScanTools, sum: ScanSum): Promise<void> {
  if (paths.includes('-')) throw new UsageError('--staged scans the index, and no standard input');
  const files = await stagedFiles('.', paths);
  const objects = objectReader('.');
  try {
    const progress = scanProgress(files.length);
    for (const { path, objectId } of files) {
      const name = path.toString('utf8');
      sum.add(name, await scanContent(objects.chunks(objectId), name, tools));
      progress.show(sum);
    }
    progress.clear();
  } finally {
    objects.close();
  }
}

async function scanFiles(paths: readonly string[], isAll: boolean, tools: ScanTools, sum: ScanSum): Promise<void> {
  const { files, skipped, unread } = await listFiles(paths, isAll);
  sum.skip(skipped);
  for (const { path, problem } of unread) sum.fail(path.toString('utf8'), problem);
  const progress = scanProgress(files.length);
  for (const file of files) {
    await (file.isPipe ? scanPipe(file.path, tools, sum) : scanFile(file, tools, sum));
    progress.show(sum);
  }
  progress.clear();
}

/** Opening must not wait for the other end of a pipe that took a file's place, nor follow a link that did. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const CHUNK_BYTES = 1024 * 1024;
/** As much as a pipe gives at once. */
const PIPE_CHUNK_BYTES = 64 * 1024;

/** A pipe is read like standard input, up to so many bytes: what writes to it may never end. */
const MAX_PIPE_BYTES = 1024 * 1024 * 1024;

async function scanPipe(path: Buffer, tools: ScanTools, sum: ScanSum): Promise<void> {
  const name = path.toString('utf8');
  let file: FileHandle | null = null;
  try {
    file = await openPipe(path, WRITER_WAIT_MS);
    if (file === null) {
      sum.fail(name, NO_WRITER);
      return;
    }
    const scan = await scanContent(chunksOf(file, MAX_PIPE_BYTES, PIPE_CHUNK_BYTES), null, tools);
    sum.add(name, scan);
    if (scan.bytes === MAX_PIPE_BYTES) sum.fail(name, NOT_TO_ITS_END);
  } catch (error) {
    sum.fail(name, problemOf(error));
  } finally {
    await file?.close();
  }
}

async function scanFile({ path, isNamed }: ListedFile, tools: ScanTools, sum: ScanSum): Promise<void> {
  const name = path.toString('utf8');
  let file: FileHandle | null = null;
  try {
    file = await open(path, isNamed ? OPEN_FLAGS : OPEN_FLAGS | constants.O_NOFOLLOW);
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) {
      sum.fail(name, 'is no plain file any more');
      return;
    }
    const scan = await scanContent(sizedChunks(file, Number(before.size)), name, tools);
    const after = await file.stat({ bigint: true });
    sum.add(name, scan);
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) sum.fail(name, 'changed while it was read');
    else if (scan.bytes > Number(before.size) && scan.bytes === MAX_UNSIZED_BYTES) sum.fail(name, NOT_TO_ITS_END);
  } catch (error) {
    sum.fail(name, problemOf(error));
  } finally {
    await file?.close();
  }
}

/** Some files have no size that is told beforehand, such as those of /proc: of these, so many bytes are read. */
const MAX_UNSIZED_BYTES = 64 * 1024 * 1024;

/** Reads what a file held when it was opened: one that grows as fast as it is read would never end. */
function sizedChunks(file: FileHandle, sizeBytes: number): AsyncGenerator<Uint8Array> {
  return sizeBytes === 0
    ? chunksOf(file, MAX_UNSIZED_BYTES, PIPE_CHUNK_BYTES)
    : chunksOf(file, sizeBytes, Math.min(CHUNK_BYTES, sizeBytes));
}

async function* chunksOf(file: FileHandle, mostBytes: number, stepBytes: number): AsyncGenerator<Uint8Array> {
  let leftBytes = mostBytes;
  while (leftBytes > 0) {
    const chunkBytes = Math.min(stepBytes, leftBytes);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, null);
    if (bytesRead === 0) return;
    leftBytes -= bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

const BAR_WIDTH = 24;

function scanProgress(totalFiles: number): { show(sum: ScanSum): void; clear(): void } {
  const line = progressLine(() => performance.now());
  let seen = 0;
  return {
    show({ bytes, found }) {
      seen += 1;
      const filled = Math.floor((BAR_WIDTH * seen) / totalFiles);
      const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
      line.show(`[${bar}] ${seen} of ${totalFiles} files, ${(bytes / 1e6).toFixed(1)} MB, ${found} found`);
    },
    clear: () => line.clear(),
  };
}
