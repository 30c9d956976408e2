// Runs the tests and ends with the plain line `N passed, N failed`. Words after it choose files: `npm test -- decide`.
import { spawn, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const built = spawnSync(process.execPath, ['scripts/prepare.ts'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);

const wanted = process.argv.slice(2);
const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'])
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`error: no test file matches ${wanted.join(' ')}\n`);
  process.exit(2);
}

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
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const counts = { pass: 0, fail: 0, skipped: 0, cancelled: 0 };
const skips: string[] = [];
for await (const line of createInterface({ input: runner.stdout })) {
  const count = /^ℹ (pass|fail|skipped|cancelled) (\d+)$/u.exec(line);
  if (count) counts[count[1] as keyof typeof counts] = Number(count[2]);
  if (line.trimStart().startsWith('﹣')) skips.push(line.trim().slice(1).trim());
  process.stdout.write(`${line}\n`);
}
const status = await new Promise<number>((resolve) => {
  if (runner.exitCode === null) runner.on('exit', (code) => resolve(code ?? 1));
  else resolve(runner.exitCode);
});
for (const skip of new Set(skips)) process.stdout.write(`SKIP ${skip}\n`);
const failed = counts.fail + counts.cancelled;
process.stdout.write(`${counts.pass} passed, ${failed === 0 && status !== 0 ? 1 : failed} failed\n`);
process.exit(status === 0 && failed === 0 ? 0 : 1);
