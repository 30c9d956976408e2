import { failed } from './engine.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import type { ProgramSetup } from './engine-setup.ts';
import { LEAD_BYTES, ledInput } from './led-input.ts';
import { readLeaksReport } from './leaks-report.ts';
import { outputOf } from './program-output.ts';
import { MAX_REPLY_BYTES, readJson } from './read-json.ts';
import { runProgram } from './run-program.ts';
import { spanFindings } from './span-findings.ts';

/**
 * Without the last one a comment in the text turns the rules off for its line. The report goes to standard output; that
 * something was found is no failure.
 */
const WORDS = ['--no-banner', '--log-level', 'error', '--report-format', 'json', '--report-path', '-'] as const;
const JUDGEMENT_WORDS = ['--exit-code', '0', '--ignore-gitleaks-allow'] as const;

/** Betterleaks can try what it finds against the providers; only TruffleHog may, where it is asked to. */
const OFFLINE_WORDS = { gitleaks: [], betterleaks: ['--validation=false'] } as const;

/** Gitleaks, or Betterleaks, which takes the same words. */
export function leaksEngine(setup: ProgramSetup): Engine {
  return {
    name: setup.name,
    scan: async (bytes, { signal }): Promise<EngineAnswer> => {
      const input = ledInput(bytes);
      const output = outputOf(
        await runProgram({
          command: [...setup.command, 'stdin', ...WORDS, ...JUDGEMENT_WORDS, ...OFFLINE_WORDS[setup.kind]],
          input,
          maxOutputBytes: MAX_REPLY_BYTES,
          signal,
        }),
        signal,
      );
      if (output.kind !== 'output') return output;
      const spans = readLeaksReport(setup.kind, input, readJson(output.bytes));
      if (spans === null) return failed('answer-unreadable');
      const shifted = spans.map((span) => ({
        ...span,
        startByte: Math.max(0, span.startByte - LEAD_BYTES),
        endByte: span.endByte - LEAD_BYTES,
      }));
      return { kind: 'ran', findings: spanFindings(bytes, shifted) };
    },
  };
}
