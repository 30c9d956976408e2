import { parentPort, workerData } from 'node:worker_threads';
import type { DocumentLimits } from './document-limits.ts';
import type { DocumentText } from './document-text.ts';
import { readDocument } from './read-document.ts';

/** What the thread is sent. */
export interface DocumentQuestion {
  readonly bytes: Uint8Array;
  readonly mediaType: string | null;
}

// A thread that reads documents: gets one at a time and answers with its text.
const limits = workerData as DocumentLimits;
parentPort?.on('message', (question: DocumentQuestion) => {
  void answerTo(question).then((answer) => parentPort?.postMessage(answer, []));
});

async function answerTo({ bytes, mediaType }: DocumentQuestion): Promise<DocumentText> {
  try {
    return await readDocument(bytes, mediaType, limits);
  } catch {
    // A library met something that it did not expect; what was thrown may quote the document.
    return { kind: 'unreadable', reason: 'damaged' };
  }
}
