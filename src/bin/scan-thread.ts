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

/** What the thread is started with. */
export interface ThreadStart extends ScannedSections {
  /** Holds a text that fits, while it is looked at: copies of texts would be garbage on both sides. */
  readonly shared: SharedArrayBuffer;
}

/** What the thread is sent. */
export interface ThreadText {
  /** Null where the text stands at the beginning of the shared memory. */
  readonly bytes: Uint8Array | null;
  readonly length: number;
  readonly scene: ScanScene;
}

export type ThreadAnswer = { readonly ok: true; readonly findings: readonly Finding[] } | { readonly ok: false };

export interface ScanThreadLimits {
  /** The thread of a scan that takes longer is ended. */
  readonly limitMs: number;
  /** Whether the limit counts from the question, waiting included, or from the moment at which a text has its turn. */
  readonly from: 'question' | 'turn';
  readonly maxWaiting: number;
}

/** Of the memory that is shared with the thread. Nearly all texts are shorter. */
const SHARED_BYTES = 64 * 1024;

interface Started {
  readonly worker: Worker;
  readonly shared: Uint8Array;
}

/** Starts nothing before the first text. */
export function scanThread(policy: ScannedSections, { limitMs, from, maxWaiting }: ScanThreadLimits): ScanThread {
  const { dlp, injection, company } = policy;
  let thread: Started | null = null;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const started = (): Started => {
    if (thread !== null) return thread;
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    const workerData: ThreadStart = { dlp, injection, company, shared };
    const worker = new Worker(workerFile(), { workerData });
    // A thread that nobody waits for keeps no process alive.
    worker.unref();
    // What it fails at between two texts is seen by its end; without a listener it would end this process.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (thread?.worker === worker) thread = null;
    });
    thread = { worker, shared: new Uint8Array(shared) };
    return thread;
  };

  const ask = async (bytes: Uint8Array, scene: ScanScene, untilMs: number): Promise<readonly Finding[]> => {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) throw new Error('too many texts wait to be looked at');
    const { worker, shared } = started();
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    const failed = (): void => reject(new Error('the thread that looks through texts failed'));
    const timer = setTimeout(() => reject(new Error('a text took too long to be looked at')), leftMs);
    worker.once('message', resolve).once('error', failed).once('exit', failed);
    worker.ref();
    const isShort = bytes.length <= shared.length;
    if (isShort) shared.set(bytes);
    const text: ThreadText = { bytes: isShort ? null : bytes, length: bytes.length, scene };
    worker.postMessage(text, []);
    try {
      const answer = await promise;
      if (!answer.ok) throw new Error('the detectors failed on a text');
      return answer.findings;
    } catch (error) {
      // Whatever the thread is doing, its next answer would be one to this text.
      thread = null;
      void worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
      worker.unref();
      worker.off('message', resolve).off('error', failed).off('exit', failed);
    }
  };

  return {
    async scan(bytes, scene) {
      if (waiting >= maxWaiting) throw new Error('too many texts wait to be looked at');
      waiting += 1;
      const askedMs = performance.now();
      const answer = last.then(() => ask(bytes, scene, (from === 'question' ? askedMs : performance.now()) + limitMs));
      last = answer.catch(() => undefined);
      try {
        return await answer;
      } finally {
        waiting -= 1;
      }
    },
    async close() {
      await last;
      await thread?.worker.terminate();
    },
  };
}

/** The thread's program: beside this file, as source or as built. */
function workerFile(): URL {
  const source = new URL('./scan-worker.ts', import.meta.url);
  return existsSync(source) ? source : new URL('./scan-worker.mjs', import.meta.url);
}
