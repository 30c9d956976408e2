import { failed } from './engine.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import type { TrufflehogSetup } from './engine-setup.ts';
import { ledInput } from './led-input.ts';
import { outputOf } from './program-output.ts';
import { MAX_REPLY_BYTES } from './read-json.ts';
import { runProgram } from './run-program.ts';
import { spanFindings } from './span-findings.ts';
import { readTrufflehogReport } from './trufflehog-report.ts';

/** TruffleHog, as a process of its own: its licence is for programs that it is not part of. */
export function trufflehogEngine(setup: TrufflehogSetup): Engine {
  // Its own updates and its tries of secrets are the two ways in which it reaches out.
  const words = ['stdin', '--json', '--no-update', ...(setup.isVerifying ? [] : ['--no-verification'])];
  return {
    name: setup.name,
    scan: async (bytes, { signal }): Promise<EngineAnswer> => {
      const output = outputOf(
        await runProgram({
          command: [...setup.command, ...words],
          input: ledInput(bytes),
          maxOutputBytes: MAX_REPLY_BYTES,
          signal,
        }),
        signal,
      );
      if (output.kind !== 'output') return output;
      const spans = readTrufflehogReport(bytes, output.bytes);
      if (spans === null) return failed('answer-unreadable');
      return { kind: 'ran', findings: spanFindings(bytes, spans) };
    },
  };
}
