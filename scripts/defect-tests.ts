// Prints the table of defects for docs/aws-reference.md: the words that stand there, with the tests that there are.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFECT_IDS, defectRows, defectTests } from '../test/infra/lib/defects.ts';

const document = fileURLToPath(new URL('../docs/aws-reference.md', import.meta.url));
const rows = existsSync(document) ? defectRows(readFileSync(document, 'utf8')) : [];
const tests = defectTests();
process.stdout.write('| id | what | test |\n| --- | --- | --- |\n');
for (const id of DEFECT_IDS) {
  const files = [...new Set(tests.filter((one) => one.id === id).map(({ file }) => `\`${file}\``))];
  const what = rows.find((row) => row.id === id)?.what ?? '';
  process.stdout.write(`| ${id} | ${what} | ${files.join(', ')} |\n`);
}
