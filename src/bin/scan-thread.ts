import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Finding } from '../core/finding.ts';
import type { ScanScene } from '../detect/index.ts';
import type { ScannedSections } from './policy-scanner.ts';

/** Looks through large texts beside the thread that answers, so that none of them holds other calls up. */
export interface ScanThread {
  /**
   * The findings of a text, one text after the other.
   *
   * @throws {Error} where they are not there in time, too many texts wait, or the scan fails: the text was not looked at.
   */
  scan(bytes: Uint8Array, scene: ScanScene): Promise<readonly Finding[]>;
  /** Ends the thread once what was asked is answered. */
  close(): Promise<void>;
}

/** What the thread is sent. */
export interface ThreadText {
  readonly bytes: Uint8Array;
  readonly scene: ScanScene;
}

export type ThreadAnswer = { readonly ok: true; readonly findings: readonly Finding[] } | { readonly ok: false };

export interface ScanThreadLimits {
  /** From the question to the answer, waiting included; the thread of a scan that takes longer is ended. */
  readonly limitMs: number;
  readonly maxWaiting: number;
}

/** Starts nothing before the first text. */
export function scanThread(policy: ScannedSections, { limitMs, maxWaiting }: ScanThreadLimits): ScanThread {
  const { dlp, injection, company } = policy;
  let worker: Worker | null = null;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const started = (): Worker => {
    if (worker !== null) return worker;
    const made = new Worker(workerFile(), { workerData: { dlp, injection, company } });
    // A thread that nobody waits for keeps no process alive.
    made.unref();
    // What it fails at between two texts is seen by its end; without a listener it would end this process.
    made.on('error', () => undefined);
    made.once('exit', () => {
      if (worker === made) worker = null;
    });
    worker = made;
    return made;
  };

  const ask = async (text: ThreadText, untilMs: number): Promise<readonly Finding[]> => {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) throw new Error('too many texts wait to be looked at');
    const thread = started();
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    const failed = (): void => reject(new Error('the thread that looks through texts failed'));
    const timer = setTimeout(() => reject(new Error('a text took too long to be looked at')), leftMs);
    thread.once('message', resolve).once('error', failed).once('exit', failed);
    thread.ref();
    thread.postMessage(text, []);
    try {
      const answer = await promise;
      if (!answer.ok) throw new Error('the detectors failed on a text');
      return answer.findings;
    } catch (error) {
      // Whatever the thread is doing, its next answer would be one to this text.
      worker = null;
      void thread.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
      thread.unref();
      thread.off('message', resolve).off('error', failed).off('exit', failed);
    }
  };

  return {
    async scan(bytes, scene) {
      if (waiting >= maxWaiting) throw new Error('too many texts wait to be looked at');
      waiting += 1;
      const untilMs = performance.now() + limitMs;
      const answer = last.then(() => ask({ bytes, scene }, untilMs));
      last = answer.catch(() => undefined);
      try {
        return await answer;
      } finally {
        waiting -= 1;
      }
    },
    async close() {
      await last;
      await worker?.terminate();
    },
  };
}

/** The thread's program: beside this file, as source or as built. */
function workerFile(): URL {
  const source = new URL('./scan-worker.ts', import.meta.url);
  return existsSync(source) ? source : new URL('./scan-worker.mjs', import.meta.url);
}
