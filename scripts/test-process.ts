// Runs test files in the order of its arguments; `node --test` would sort them by name. The first argument names the file that the
// reporter for the deployment writes, or is empty.
import { createWriteStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import infraReporter from './infra-reporter.ts';

/** Seconds from which on a file is named with what it took. */
const LONG_SECONDS = 10;

const [told = '', ...files] = process.argv.slice(2);
const took: { readonly file: string; readonly seconds: number }[] = [];

const events = run({
  files,
  // One more than there are cores: some files mostly wait, for a kernel, an emulator or a clock.
  concurrency: Math.max(2, availableParallelism()) + 1,
  execArgv: ['--disable-warning=ExperimentalWarning'],
});
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.on('test:summary', ({ file, duration_ms }) => {
  if (file !== undefined) took.push({ file: relative('.', file), seconds: duration_ms / 1_000 });
});
if (told !== '') events.compose(infraReporter).pipe(createWriteStream(told));
const shown = events.compose(new spec());
shown.pipe(process.stdout, { end: false });
shown.on('end', () => {
  const long = took.filter(({ seconds }) => seconds >= LONG_SECONDS).toSorted((a, b) => b.seconds - a.seconds);
  for (const { file, seconds } of long) process.stdout.write(`TIME ${seconds.toFixed(1)} s ${file}\n`);
});
