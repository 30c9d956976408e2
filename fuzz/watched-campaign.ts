import { Worker } from 'node:worker_threads';
import type { CampaignResult, FuzzFinding } from './campaign.ts';
import type { FuzzEntry } from './entry.ts';
import { runningInput, runningMemory } from './running-input.ts';

/** What the thread of a campaign is started with. */
export interface WorkerOrder {
  readonly name: string;
  readonly seed: number;
  /** When to end, in milliseconds since the Unix epoch. */
  readonly untilMs: number;
  readonly running: SharedArrayBuffer;
}

type Message =
  | { readonly kind: 'began'; readonly origin: string }
  | { readonly kind: 'progress'; readonly executions: number; readonly findings: number }
  | { readonly kind: 'done'; readonly result: CampaignResult };

/** How a campaign ended, and what it cost. */
export interface WatchedResult extends CampaignResult {
  readonly peakRssMb: number;
  readonly origin: string;
}

export interface WatchedPlan {
  readonly entry: FuzzEntry;
  readonly seed: number;
  readonly forMs: number;
  readonly progress: (executions: number, findings: number) => void;
}

/** An input that takes more CPU time, or waits for longer, never ends; memory that a campaign may hold, in the heap and in all. */
const MAX_INPUT_CPU_MS = 60_000;
const MAX_INPUT_MS = 600_000;
const MAX_HEAP_MB = 768;
const MAX_RSS_MB = 2048;
const LOOK_MS = 1000;

/** Runs a campaign on its own thread. An input that does not end, or takes too much memory, ends it and is a finding. */
export async function watchedCampaign({ entry, seed, forMs, progress }: WatchedPlan): Promise<WatchedResult> {
  const running = runningMemory(entry.maxBytes);
  const slot = runningInput(running);
  const order: WorkerOrder = { name: entry.name, seed, untilMs: Date.now() + forMs, running };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const { promise, resolve } = Promise.withResolvers<CampaignResult>();
  let [origin, peakRssMb, executions] = ['', 0, 0];
  const cutOff = (fault: string): void => {
    const finding: FuzzFinding = { fault, input: slot.latest() };
    resolve({ executions, findings: [finding], worst: null, mostMs: 0, growth: null, kept: 0 });
  };
  worker.on('message', (message: Message) => {
    if (message.kind === 'began') ({ origin } = message);
    else if (message.kind === 'done') resolve(message.result);
    else {
      ({ executions } = message);
      progress(executions, message.findings);
    }
  });
  worker.on('error', (error: Error & { readonly code?: string }) => {
    cutOff(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? 'memory: an input takes all of it'
        : `the fuzzer itself: ${error.message}`,
    );
  });
  let [countBefore, sinceMs, sinceCpu] = [0, Date.now(), process.cpuUsage()];
  const looking = setInterval(() => {
    peakRssMb = Math.max(peakRssMb, process.memoryUsage.rss() / 1e6);
    if (peakRssMb > MAX_RSS_MB) cutOff('memory: more is held than may be');
    if (slot.count !== countBefore) {
      [countBefore, sinceMs, sinceCpu] = [slot.count, Date.now(), process.cpuUsage()];
      return;
    }
    // This thread does next to nothing: what the process takes is what the input takes.
    const { user, system } = process.cpuUsage(sinceCpu);
    const isStuck = (user + system) / 1000 > MAX_INPUT_CPU_MS || Date.now() - sinceMs > MAX_INPUT_MS;
    if (isStuck && countBefore > 0) cutOff('time: an input does not end');
  }, LOOK_MS);
  try {
    const result = await promise;
    return { ...result, peakRssMb, origin };
  } finally {
    clearInterval(looking);
    await worker.terminate();
  }
}
