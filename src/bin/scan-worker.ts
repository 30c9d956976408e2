import { parentPort, workerData } from 'node:worker_threads';
import { policyScanner } from './policy-scanner.ts';
import type { ThreadAnswer, ThreadStart, ThreadText } from './scan-thread.ts';

// A thread that looks through large texts: gets one at a time and answers with what was found.
const { shared, ...sections } = workerData as ThreadStart;
const scanner = policyScanner(sections);
const given = new Uint8Array(shared);
// Detectors are not given memory that somebody else can write to.
const own = new Uint8Array(given.length);
parentPort?.on('message', ({ bytes, length, scene }: ThreadText) => {
  if (bytes === null) own.set(given.subarray(0, length));
  parentPort?.postMessage(answerTo(bytes ?? own.subarray(0, length), scene), []);
});

function answerTo(bytes: Uint8Array, scene: ThreadText['scene']): ThreadAnswer {
  try {
    return { ok: true, findings: scanner?.scan(bytes, scene) ?? [] };
  } catch {
    // What was thrown may quote the text.
    return { ok: false };
  }
}
