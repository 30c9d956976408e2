/**
 * Writes what is made from the policy schema: `schema/policy.schema.json` and the field reference in `docs/policy.md`.
 * Run it after a change to the schema: `node scripts/schema.ts`. A test says when that was forgotten.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fieldReference, policyJsonSchema } from '../src/policy/index.ts';

const schemaFile = new URL('../schema/policy.schema.json', import.meta.url);
const docsFile = new URL('../docs/policy.md', import.meta.url);

writeFileSync(schemaFile, `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);

const docs = readFileSync(docsFile, 'utf8');
const made = docs.replace(
  /<!-- fields -->.*<!-- \/fields -->/s,
  () => `<!-- fields -->\n\n${fieldReference()}\n<!-- /fields -->`,
);
if (!made.includes(fieldReference())) throw new TypeError('docs/policy.md has lost its markers');
writeFileSync(docsFile, made);
