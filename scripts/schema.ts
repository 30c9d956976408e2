/**
 * Writes what is made from schemas: `schema/policy.schema.json` and the field reference in `docs/policy.md`,
 * `schema/audit-record.json` and the table of events in `spec/audit-record.md`, the mapping in
 * `docs/ocsf.md`, and what Terraform judges hosts and models by.
 * Run it after a change to one of them: `node scripts/schema.ts`. Tests say when that was forgotten.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { terraformJudgement } from '../src/compile/index.ts';
import { mappingTable } from '../src/ocsf/index.ts';
import { fieldReference, policyJsonSchema } from '../src/policy/index.ts';
import { eventTable, recordJsonSchema } from '../src/records/index.ts';

writeJson('schema/policy.schema.json', policyJsonSchema());
writeJson('schema/audit-record.json', recordJsonSchema());
writeJson('infra/terraform/modules/policy-rules/judgement.json', terraformJudgement());
fillIn('docs/policy.md', 'fields', fieldReference());
fillIn('spec/audit-record.md', 'events', eventTable());
fillIn('docs/ocsf.md', 'mapping', mappingTable());

function writeJson(path: string, document: object): void {
  writeFileSync(new URL(`../${path}`, import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
}

/** Puts a table between the two markers of its name. */
function fillIn(path: string, marker: string, table: string): void {
  const file = new URL(`../${path}`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const pattern = new RegExp(`<!-- ${marker} -->.*<!-- /${marker} -->`, 's');
  if (!pattern.test(text)) throw new TypeError(`${path} has lost its markers`);
  writeFileSync(
    file,
    text.replace(pattern, () => `<!-- ${marker} -->\n\n${table}\n<!-- /${marker} -->`),
  );
}
