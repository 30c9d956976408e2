// Runs the tests and ends with the plain line `N passed, N failed`. Words after it choose files: `npm test -- decide`.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runTests } from './run-tests.ts';

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

process.exitCode = await runTests(files, {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
