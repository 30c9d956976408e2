import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { DOCUMENT_LIMITS } from './document-limits.ts';
import type { DocumentLimits } from './document-limits.ts';
import type { DocumentText, UnreadableReason } from './document-text.ts';
import type { DocumentQuestion } from './document-worker.ts';

/** Reads documents beside the thread that answers, one after the other. */
export interface DocumentReader {
  /**
   * The text of a document: PDF, the office formats of Microsoft and OpenDocument, RTF, plain text.
   *
   * The bytes tell the type; `mediaType` tells what a reader will take them for. Never rejects, and never takes longer
   * than the documents that wait in front of it and its own time.
   */
  read(bytes: Uint8Array, mediaType: string | null): Promise<DocumentText>;
  /** Ends the thread once what was asked is answered. */
  close(): Promise<void>;
}

interface Answer {
  readonly text: DocumentText;
  /** Whether the thread ended, or had to be, for another reason than the time. */
  readonly isFailure: boolean;
}

/** How often the memory of a thread at work is looked at. */
const MEMORY_WATCH_MS = 20;

/** Starts nothing before the first document. */
export function documentReader(given: Partial<DocumentLimits> = {}): DocumentReader {
  const limits: DocumentLimits = { ...DOCUMENT_LIMITS, ...given };
  let worker: Worker | null = null;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const started = (): Worker => {
    if (worker !== null) return worker;
    const made = new Worker(workerFile(), {
      workerData: limits,
      resourceLimits: { maxOldGenerationSizeMb: limits.maxHeapMiB },
      env: {},
      // What a library prints may quote a document.
      stdout: true,
      stderr: true,
    });
    // What fails when nothing is asked fails nobody; its exit follows.
    made.on('error', () => undefined);
    made.stdout.resume();
    made.stderr.resume();
    // A thread that nobody waits for keeps no process alive.
    made.unref();
    made.once('exit', () => {
      if (worker === made) worker = null;
    });
    worker = made;
    return made;
  };

  const ask = async (question: DocumentQuestion): Promise<Answer> => {
    const thread = started();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    let isOpen = true;
    const end = (reason: UnreadableReason): void => {
      // A look at the memory may come back when the answer is there.
      if (!isOpen) return;
      // Whatever the thread is doing, its next answer would be one to this document.
      if (worker === thread) worker = null;
      resolve({ text: { kind: 'unreadable', reason }, isFailure: reason !== 'too-slow' });
    };
    const failed = (error: Error): void =>
      end('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'too-large' : 'damaged');
    const exited = (): void => end('damaged');
    const answered = (text: DocumentText): void => resolve({ text, isFailure: false });
    const timer = setTimeout(() => end('too-slow'), limits.timeoutMs);
    const watch = setInterval(() => {
      void outsideBytes(thread).then((bytes) => (bytes > limits.maxOutsideBytes ? end('too-large') : undefined));
    }, MEMORY_WATCH_MS);
    thread.once('message', answered).once('error', failed).once('exit', exited);
    thread.ref();
    thread.postMessage(question, []);
    const answer = await promise;
    isOpen = false;
    clearTimeout(timer);
    clearInterval(watch);
    thread.unref();
    thread.off('message', answered).off('error', failed).off('exit', exited);
    if (worker !== thread) await thread.terminate();
    return answer;
  };

  /** What a thread that read others before fails at is tried in one of its own: another document may be the cause. */
  const askFairly = async (question: DocumentQuestion): Promise<DocumentText> => {
    const isUsed = worker !== null;
    const first = await ask(question);
    return first.isFailure && isUsed ? (await ask(question)).text : first.text;
  };

  return {
    async read(bytes, mediaType) {
      if (bytes.length > limits.maxBytes) return { kind: 'unreadable', reason: 'too-large' };
      if (waiting >= limits.maxWaiting) return { kind: 'unreadable', reason: 'too-slow' };
      waiting += 1;
      const answer = last.then(() => askFairly({ bytes, mediaType }));
      last = answer.catch(() => undefined);
      try {
        return await answer;
      } catch {
        // No thread could be started; that is no fault of the document.
        return { kind: 'unreadable', reason: 'too-slow' };
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

/** Bytes that the thread's limits do not count: what streams unpack into. */
async function outsideBytes(thread: Worker): Promise<number> {
  try {
    return (await thread.getHeapStatistics()).external_memory;
  } catch {
    // It has just ended; its exit is the answer.
    return 0;
  }
}

/** The thread's program: beside this file, as source or as built. */
function workerFile(): URL {
  const source = new URL('./document-worker.ts', import.meta.url);
  return existsSync(source) ? source : new URL('./document-worker.mjs', import.meta.url);
}
