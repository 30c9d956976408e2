import { spawn } from 'node:child_process';
import { eachLine, outputWatch } from './output-watch.ts';
import { plantedSecrets } from './planted-secrets.ts';

/** Where the output goes. */
export interface TestOutput {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/**
 * Runs test files and ends with the plain line `N passed, N failed`. Secrets that tests plant are masked in all that is
 * shown, and each of them counts as a failure: somewhere, a secret got into a message.
 *
 * @returns the status to exit with.
 */
export async function runTests(files: readonly string[], { stdout, stderr }: TestOutput): Promise<0 | 1> {
  const find = await plantedSecrets().catch((error: unknown) => {
    stderr(`error: the output is not watched for secrets: ${error instanceof Error ? error.name : 'a failure'}\n`);
    return null;
  });
  const watch = outputWatch(find ?? (() => []));
  // A runner that is itself under test must not take this one for a part of it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const runner = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-concurrency=2',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      ...files,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env },
  );
  const ended = new Promise<number>((resolve) => runner.on('exit', (code) => resolve(code ?? 1)));
  const counts = { pass: 0, fail: 0, skipped: 0, cancelled: 0 };
  const skips = new Set<string>();
  await Promise.all([
    eachLine(runner.stdout, (raw) => {
      const line = watch.line(raw);
      const count = /^ℹ (pass|fail|skipped|cancelled) (\d+)$/u.exec(line);
      if (count) counts[count[1] as keyof typeof counts] = Number(count[2]);
      if (line.trimStart().startsWith('﹣')) skips.add(line.trim().slice(1).trim());
      stdout(`${line}\n`);
    }),
    eachLine(runner.stderr, (line) => stderr(`${watch.line(line)}\n`)),
  ]);
  const status = await ended;
  for (const skip of skips) stdout(`SKIP ${skip}\n`);
  const leaks = watch.leaks();
  for (const { what, line, masked } of leaks) stdout(`LEAK ${what} in line ${line} of the output: ${masked.trim()}\n`);
  const failed = counts.fail + counts.cancelled + leaks.length + (find === null ? 1 : 0);
  stdout(`${counts.pass} passed, ${failed === 0 && status !== 0 ? 1 : failed} failed\n`);
  return status === 0 && failed === 0 ? 0 : 1;
}
