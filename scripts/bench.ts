// Runs one benchmark, or lists them: `npm run bench -- NAME`. JSON lines on stdout, a table for people on stderr.
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadavg } from 'node:os';

interface Bench {
  readonly name: string;
  run(): Promise<void>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const known = globSync('bench/*.ts')
  .map((file) => basename(file, '.ts'))
  .sort();
const name = process.argv[2];
if (name === undefined || !known.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME\nbenchmarks: ${known.join(', ')}\n`);
  process.exit(2);
}
const bench = (await import(pathToFileURL(`${root}bench/${name}.ts`).href)) as Bench;
process.stderr.write(
  `load average at the start: ${loadavg()
    .map((load) => load.toFixed(2))
    .join(' ')}\n`,
);
await bench.run();
