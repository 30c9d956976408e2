import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** The known ways to get such a deployment wrong, each with an id: network, IAM, audit, host, and one of the firewall engine. */
export const DEFECT_IDS: readonly string[] = [
  ...numbered('N', 17),
  ...numbered('I', 10),
  ...numbered('A', 12),
  ...numbered('H', 11),
  'F8',
];

/** A test that is about one defect: its name begins with the id. */
export interface DefectTest {
  readonly id: string;
  /** Relative to the repository. */
  readonly file: string;
  /** The name as far as it is the same for all cases. */
  readonly name: string;
}

/** All tests about defects: `N1: …` in a test file, `run "n1_…"` in a test of Terraform. */
export function defectTests(): readonly DefectTest[] {
  return (
    globSync(['test/infra/tier*.test.ts', 'infra/terraform/**/*.tftest.hcl'], { cwd: REPOSITORY })
      // The test of this search is full of names that are no tests.
      .filter((file) => !file.includes('.terraform/') && !file.endsWith('tier1-defects.test.ts'))
      .sort()
      .flatMap((file) => testsIn(file, readFileSync(join(REPOSITORY, file), 'utf8')))
  );
}

/** The tests about defects in the text of one file. */
export function testsIn(file: string, text: string): readonly DefectTest[] {
  const names = file.endsWith('.hcl') ? text.matchAll(RUN) : text.matchAll(NAME);
  return [...names].flatMap(([, quoted = '']) => {
    const name = (quoted.split('${')[0] ?? '').replaceAll(/\\(.)/gu, '$1').trim();
    const id = /^[A-Za-z]\d+/u.exec(name)?.[0].toUpperCase();
    return id !== undefined && DEFECT_IDS.includes(id) ? [{ id, file, name }] : [];
  });
}

/** A row of the table of defects in a document: `| N1 | what | tests |`. */
export interface DefectRow {
  readonly id: string;
  readonly what: string;
  readonly tests: string;
}

/** The rows of the table of defects in a document. */
export function defectRows(markdown: string): readonly DefectRow[] {
  return markdown.split('\n').flatMap((line) => {
    const [, id = '', what = '', tests = ''] = /^\| *`?([A-Z]\d+)`? *\|(.*)\|([^|]*)\|\s*$/u.exec(line) ?? [];
    return id === '' ? [] : [{ id, what: what.trim(), tests: tests.trim() }];
  });
}

/** A string that begins with an id and a colon, up to its closing quote. */
const NAME = /(?<=['"`])([A-Z]\d+: (?:\\.|[^\\'"`\n])*)/gu;
const RUN = /^run "([a-z]\d+_[^"]*)"/gmu;

function numbered(letter: string, last: number): readonly string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}
