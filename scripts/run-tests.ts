import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { infraTable, tableText } from '../test/infra/lib/table.ts';
import type { InfraLine, InfraTable } from '../test/infra/lib/table.ts';
import { eachLine, outputWatch } from './output-watch.ts';
import { plantedSecrets } from './planted-secrets.ts';
import { inOrder } from './test-order.ts';

/** Where the output goes. */
export interface TestOutput {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/**
 * Runs test files and ends with the plain line `N passed, N failed`. Secrets that tests plant are masked in all that is
 * shown, and each of them counts as a failure: somewhere, a secret got into a message. Where tests of the deployment are among
 * them, their table stands before that line, as `shownTable` writes it.
 *
 * @returns the status to exit with.
 */
export async function runTests(
  files: readonly string[],
  { stdout, stderr }: TestOutput,
  shownTable: (table: InfraTable) => string = tableText,
): Promise<0 | 1> {
  const find = await plantedSecrets().catch((error: unknown) => {
    stderr(`error: the output is not watched for secrets: ${error instanceof Error ? error.name : 'a failure'}\n`);
    return null;
  });
  const watch = outputWatch(find ?? (() => []));
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tests-'));
  const told = join(folder, 'infra.jsonl');
  const infra = files.filter((file) => file.startsWith('test/infra/'));
  // A runner that is itself under test must not take this one for a part of it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const runner = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      'scripts/test-process.ts',
      infra.length === 0 ? '' : told,
      ...inOrder(files),
    ],
    // Each file compiles much of what the others do, and so does each program that they start.
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, NODE_COMPILE_CACHE: join(folder, 'compiled') } },
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
  const lines = existsSync(told) ? readFileSync(told, 'utf8').split('\n').filter(Boolean) : [];
  rmSync(folder, { recursive: true, force: true });
  if (infra.length > 0) {
    const table = infraTable(
      lines.map((line) => JSON.parse(line) as InfraLine),
      infra,
    );
    for (const line of shownTable(table).split('\n')) if (line !== '') stdout(`${watch.line(line)}\n`);
  }
  const leaks = watch.leaks();
  for (const { what, line, masked } of leaks) stdout(`LEAK ${what} in line ${line} of the output: ${masked.trim()}\n`);
  const failed = counts.fail + counts.cancelled + leaks.length + (find === null ? 1 : 0);
  stdout(`${counts.pass} passed, ${failed === 0 && status !== 0 ? 1 : failed} failed\n`);
  return status === 0 && failed === 0 ? 0 : 1;
}
