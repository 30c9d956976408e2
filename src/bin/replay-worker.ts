import { parentPort, workerData } from 'node:worker_threads';
import type { SizedSegment } from '../audit/index.ts';
import { segmentReplayer } from './replay-segment.ts';
import type { ReplayPlan } from './replay-segment.ts';

// A thread of a replay: gets segments one by one and answers each with what it held.
const replayer = segmentReplayer(workerData as ReplayPlan);
parentPort?.on('message', (segment: SizedSegment) => {
  replayer.replay(segment).then(
    (replayed) => parentPort?.postMessage({ ok: true, replayed }, []),
    (error: unknown) =>
      parentPort?.postMessage({ ok: false, problem: error instanceof Error ? error.message : 'unknown' }, []),
  );
});
