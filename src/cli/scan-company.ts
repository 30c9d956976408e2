import { parse } from 'yaml';
import { z } from 'zod';
import { DataInvalid, StateFolder } from '../core/error.ts';
import type { CompanyLists } from '../detect/index.ts';
import { readListFile } from './scan-list-file.ts';

const LISTS = z.strictObject({
  words: z.record(z.string(), z.array(z.string())).default({}),
  patterns: z.record(z.string(), z.string()).default({}),
});

/** Most bytes of a file of lists. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a company's lists from YAML: `words` and `patterns`, each by the name that findings have.
 *
 * @throws {DataInvalid} where the file holds something else; nothing of it is quoted.
 * @throws {StateFolder} where it cannot be read.
 */
export async function readCompanyLists(file: string): Promise<CompanyLists> {
  const text = readListFile(file, 'company lists', MAX_FILE_BYTES);
  if (text === null) throw new StateFolder(`there is no file \`${file}\``, { hint: 'check the path' });
  const read = LISTS.safeParse(parsed(text));
  if (!read.success) throw new DataInvalid(`${file}: this is no file of company lists`, { hint: HINT });
  const lists = {
    words: Object.entries(read.data.words).map(([name, words]) => ({ name, words })),
    patterns: Object.entries(read.data.patterns).map(([name, pattern]) => ({ name, pattern })),
  };
  const { companyFaults } = await import('../detect/index.ts');
  const [fault] = companyFaults(lists);
  if (fault !== undefined) throw new DataInvalid(`${file}: ${fault}`, { hint: HINT });
  return lists;
}

const HINT = 'it maps `words` and `patterns` by name: see docs/detectors/scan.md';

function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}
