import { CommanderError } from 'commander';
import { BundleRefused, SallyportError } from '../core/error.ts';
import { EXIT } from './exit-code.ts';
import { program } from './program.ts';

/** Codes of failures that mean the answer is no rather than that something could not be done. */
const ANSWERS_NO = new Set(['POLICY_INVALID', 'CASES_INVALID', 'AUDIT_CORRUPT']);

/**
 * Runs one command line. Results go to stdout, everything else to stderr.
 *
 * @returns the exit code, see {@link EXIT}; `run` gives the client's own.
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.done;
  // A reader that went away (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    process.stderr.write(`error: standard output takes no more: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
  try {
    await program((code) => {
      exitCode = code;
    }).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return report(error);
  }
}

function report(error: unknown): number {
  if (!(error instanceof SallyportError)) {
    process.stderr.write(`error: ${isOfSystem(error) ? error.message : traceOf(error)}\n`);
    return EXIT.failed;
  }
  process.stderr.write(`error: ${error.message} [${error.code}]\n`);
  if (error.hint !== null) process.stderr.write(`hint: ${error.hint}\n`);
  if (error.code === 'USAGE') return EXIT.usage;
  // A file that is not there is no bad policy.
  if (isOfSystem(error.cause)) return EXIT.failed;
  return ANSWERS_NO.has(error.code) || error instanceof BundleRefused ? EXIT.no : EXIT.failed;
}

/** Whether the operating system said no, such as for a folder that is not there: its own words are enough. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
