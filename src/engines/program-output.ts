import { failed } from './engine.ts';
import type { FailedAnswer } from './engine.ts';
import type { ProgramEnd } from './run-program.ts';

/** What a program that ended well wrote, or the answer that tells how it failed. */
type ProgramOutput = { readonly kind: 'output'; readonly bytes: Buffer } | FailedAnswer;

export function outputOf(end: ProgramEnd, signal: AbortSignal): ProgramOutput {
  switch (end.kind) {
    case 'exited':
      return end.status === 0 ? { kind: 'output', bytes: end.output } : failed('exit-status', end.status);
    case 'killed':
      return failed(signal.aborted ? 'aborted' : 'killed');
    case 'unread':
      return failed('text-not-read');
    case 'flooded':
      return failed('answer-too-large');
    case 'not-started':
      return failed('not-started');
  }
}
