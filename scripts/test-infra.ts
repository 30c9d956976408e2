// Runs the tests of the AWS deployment and ends with their table: `npm run test:infra -- [--tier 1|2|3]... [--json] [WORD...]`.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { InfraTable } from '../test/infra/lib/table.ts';
import { runTests } from './run-tests.ts';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const { values, positionals } = parseArgs({
  options: { tier: { type: 'string', multiple: true, default: [] }, json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const strange = values.tier.find((tier) => !['1', '2', '3'].includes(tier));
if (strange !== undefined) {
  process.stderr.write(`error: there is no tier \`${strange}\`: 1, 2 or 3\n`);
  process.exit(2);
}
// What the tests themselves stand on is tested with the first tier.
const files = globSync(['test/infra/tier*.test.ts', 'test/infra/lib/*.test.ts'])
  .map((file) => ({ file, tier: /\/tier(\d)-/u.exec(file)?.[1] ?? '1' }))
  .filter(({ tier }) => values.tier.length === 0 || values.tier.includes(tier))
  .map(({ file }) => file)
  .filter((file) => positionals.length === 0 || positionals.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write('error: no test file is chosen by that\n');
  process.exit(2);
}

const built = spawnSync(process.execPath, ['scripts/prepare.ts'], { stdio: ['ignore', 2, 2] });
if (built.status !== 0) process.exit(1);

const toStderr = (text: string): void => void process.stderr.write(text);
const toStdout = (text: string): void => void process.stdout.write(text);
if (values.json) {
  const tables: InfraTable[] = [];
  const keep = (table: InfraTable): string => {
    tables.push(table);
    return '';
  };
  process.exitCode = await runTests(files, { stdout: toStderr, stderr: toStderr }, keep);
  toStdout(`${JSON.stringify(tables[0], null, 2)}\n`);
} else {
  process.exitCode = await runTests(files, { stdout: toStdout, stderr: toStderr });
}
