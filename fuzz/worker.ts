// Runs one campaign on a thread of its own, so that an input that never ends or takes all memory can be told.
import { parentPort, workerData } from 'node:worker_threads';
import { campaign } from './campaign.ts';
import { FUZZ_ENTRIES } from './entries.ts';
import { allMaterial } from './material.ts';
import { runningInput } from './running-input.ts';
import type { WorkerOrder } from './watched-campaign.ts';

const { name, seed, untilMs, running } = workerData as WorkerOrder;
const entry = FUZZ_ENTRIES.find((each) => each.name === name);
if (entry === undefined || parentPort === null) throw new TypeError('this is started by the fuzzer, with an entry');
const port = parentPort;
const slot = runningInput(running);
const material = allMaterial();
port.postMessage({ kind: 'began', origin: material.origin });

/** Milliseconds between two lines of progress. */
const TOLD_MS = 500;
let toldAtMs = 0;

const result = await campaign({
  entry,
  material,
  seed,
  seedsMost: Number.POSITIVE_INFINITY,
  goesOn: () => Date.now() < untilMs,
  running: (input) => slot.begin(input),
  progress(executions, findings) {
    if (Date.now() - toldAtMs < TOLD_MS) return;
    toldAtMs = Date.now();
    port.postMessage({ kind: 'progress', executions, findings });
  },
  isThorough: true,
});
port.postMessage({ kind: 'done', result });
