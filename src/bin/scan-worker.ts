import { parentPort, workerData } from 'node:worker_threads';
import { policyScanner } from './policy-scanner.ts';
import type { ScannedSections } from './policy-scanner.ts';
import type { ThreadAnswer, ThreadText } from './scan-thread.ts';

// A thread that looks through large texts: gets one at a time and answers with what was found.
const scanner = policyScanner(workerData as ScannedSections);
parentPort?.on('message', ({ bytes, scene }: ThreadText) => {
  parentPort?.postMessage(answerTo(bytes, scene), []);
});

function answerTo(bytes: Uint8Array, scene: ThreadText['scene']): ThreadAnswer {
  try {
    return { ok: true, findings: scanner?.scan(bytes, scene) ?? [] };
  } catch {
    // What was thrown may quote the text.
    return { ok: false };
  }
}
