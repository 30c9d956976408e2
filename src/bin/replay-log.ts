import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { logSegments } from '../audit/index.ts';
import type { SizedSegment } from '../audit/index.ts';
import { StateFolder } from '../core/error.ts';
import { mergeTallies } from '../replay/index.ts';
import type { ReplayTally } from '../replay/index.ts';
import { segmentReplayer } from './replay-segment.ts';
import type { ReplayPlan, SegmentReplay } from './replay-segment.ts';

/** Most threads of one replay; each holds one segment and its own answers. */
const MAX_THREADS = 8;
/** Bytes of log below which starting a thread costs more than it saves. */
const MIN_THREAD_BYTES = 8 * 1024 * 1024;

/** Room in MiB for what a record leaves behind while it is decided: with less, each thread spends more on collecting it. */
const YOUNG_MB = 64;

/** What a replay of one log found. */
export interface LogReplay {
  readonly tally: ReplayTally;
  readonly users: ReadonlyMap<string, string>;
  /** Lines that hold no record, and gaps between segments; the first ones by name. */
  readonly damaged: readonly { readonly place: string; readonly problem: string }[];
  readonly damagedCount: number;
  readonly isTorn: boolean;
}

export interface ReplayProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly records: number;
}

/**
 * Decides all calls of a log again, in as many threads as there are cores for the segments.
 *
 * @param threads at most this many; 1 stays in this thread.
 * @throws {StateFolder} where a segment cannot be read.
 */
export async function replayLog(
  folder: string,
  plan: ReplayPlan,
  onProgress: (progress: ReplayProgress) => void = () => undefined,
  threads: number = availableParallelism(),
): Promise<LogReplay> {
  const segments = await logSegments(folder);
  const totalBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const done: SegmentReplay[] = [];
  const progress = { bytes: 0, totalBytes, records: 0 };
  const take = (segment: SizedSegment, replayed: SegmentReplay): void => {
    done.push(replayed);
    progress.bytes += segment.sizeBytes;
    progress.records += replayed.lines;
    onProgress({ ...progress });
  };
  const count = totalBytes < MIN_THREAD_BYTES ? 1 : Math.min(threads, MAX_THREADS, segments.length);
  try {
    if (count > 1) await shareOut(segments, plan, count, take);
    else {
      const replayer = segmentReplayer(plan);
      for (const segment of segments) take(segment, await replayer.replay(segment));
    }
  } catch (cause) {
    throw new StateFolder(`the log in \`${folder}\` cannot be read`, { cause, hint: 'see `sallyport audit verify`' });
  }
  return summed(done, plan.maxWitnesses);
}

async function shareOut(
  segments: readonly SizedSegment[],
  plan: ReplayPlan,
  count: number,
  take: (segment: SizedSegment, replayed: SegmentReplay) => void,
): Promise<void> {
  const open = [...segments];
  const workers = Array.from(
    { length: count },
    () => new Worker(workerFile(), { workerData: plan, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } }),
  );
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let segment = open.shift(); segment !== undefined; segment = open.shift()) {
          take(segment, await askWorker(worker, segment));
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

type WorkerAnswer =
  { readonly ok: true; readonly replayed: SegmentReplay } | { readonly ok: false; readonly problem: string };

async function askWorker(worker: Worker, segment: SizedSegment): Promise<SegmentReplay> {
  const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer>();
  const ended = (code: number): void => reject(new Error(`a thread ended with ${code}`));
  worker.once('message', resolve).once('error', reject).once('exit', ended);
  worker.postMessage(segment, []);
  try {
    const answer = await promise;
    if (!answer.ok) throw new Error(answer.problem);
    return answer.replayed;
  } finally {
    worker.off('message', resolve).off('error', reject).off('exit', ended);
  }
}

/** The thread's program: beside this file, as source or as built. */
function workerFile(): URL {
  const source = new URL('./replay-worker.ts', import.meta.url);
  return existsSync(source) ? source : new URL('./replay-worker.mjs', import.meta.url);
}

function summed(done: readonly SegmentReplay[], maxWitnesses: number): LogReplay {
  const parts = done.toSorted((a, b) => a.firstIndex - b.firstIndex);
  const damaged = parts.flatMap((part) => part.damaged);
  let damagedCount = parts.reduce((sum, part) => sum + part.damagedCount, 0);
  for (const [position, part] of parts.entries()) {
    const next = parts[position + 1];
    const nextIndex = part.firstIndex + part.lines;
    if (next === undefined || next.firstIndex === nextIndex) continue;
    damagedCount += 1;
    damaged.push({ place: `record ${nextIndex}`, problem: `segment does not go on at record ${next.firstIndex}` });
  }
  return {
    tally: mergeTallies(
      parts.map(({ tally }) => tally),
      maxWitnesses,
    ),
    users: new Map(parts.flatMap(({ users }) => users)),
    damaged,
    damagedCount,
    isTorn: parts.at(-1)?.isTorn ?? false,
  };
}
