import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DIAGNOSTIC_CODES } from './diagnostic.ts';
import { fieldReference } from './field-reference.ts';
import { fieldNamesAt, policyJsonSchema } from './json-schema.ts';
import { parseLayers } from './parse-layers.ts';
import { saidOf } from './said-of.ts';

const DOCS = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');

test('the published schema is the one that policies are checked with; else run `node scripts/schema.ts`', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../schema/policy.schema.json', import.meta.url), 'utf8'),
  );
  assert.deepEqual(published, policyJsonSchema());
});

test('the guide lists every field; else run `node scripts/schema.ts`', () => {
  assert.ok(DOCS.includes(`<!-- fields -->\n\n${fieldReference()}\n<!-- /fields -->`));
});

test('every field is described', () => {
  const undescribed = fieldReference()
    .split('\n')
    .filter((row) => row.endsWith('|  |'));
  assert.deepEqual(undescribed, []);
});

test('the guide explains every diagnostic, and no other', () => {
  const explained = [...DOCS.matchAll(/^\| `(policy\/[a-z0-9-]+)` +\|/gm)].map((match) => match[1]);
  assert.deepEqual(explained, [...DIAGNOSTIC_CODES]);
});

const examples = [...DOCS.matchAll(/<!-- example -->\n\n```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');
assert.ok(examples.length >= 6);
for (const example of examples) {
  const name = /^name: (\S+)$/m.exec(example)?.[1];
  test(`the example ${name} of the guide has no fault`, () => assert.equal(saidOf(example), ''));
}

const layers = [...DOCS.matchAll(/<!-- layer -->\n\n```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');
assert.ok(layers.length >= 2);
for (const layer of layers) {
  const name = /^name: (\S+)$/m.exec(layer)?.[1];
  test(`the layer ${name} of the guide lies on the shipped policy without a fault`, () => {
    const base = readFileSync(new URL('../../policies/default.yaml', import.meta.url));
    const sources = [
      { file: 'base.yaml', bytes: base },
      { file: 'layer.yaml', bytes: Buffer.from(layer) },
    ];
    const result = parseLayers(sources, Date.parse('2026-12-01T00:00:00Z'));
    assert.deepEqual(result.ok ? result.warnings : result.diagnostics, []);
  });
}

for (const { path, kind, want } of [
  { path: ['sandbox'], kind: 0, want: ['enabled'] },
  { path: ['egress', 'hosts', 0], kind: 0, want: ['host', 'ports', 'reason', 'accepted_risk'] },
  { path: ['commands', 'allow', 7], kind: 0, want: ['id', 'run', 'unless', 'reason'] },
  { path: ['mcp', 'servers', 'any'], kind: 0, want: ['command', 'args', 'env'] },
  { path: ['mcp', 'servers', 'any'], kind: 1, want: ['url', 'headers'] },
  { path: ['mcp', 'servers'], kind: 0, want: [] },
  { path: ['nowhere', 1, 'x'], kind: 0, want: [] },
]) {
  test(`fields at ${path.join('.')} are [${want.join(', ')}]`, () => {
    assert.deepEqual(fieldNamesAt(policyJsonSchema(), path, kind), want);
  });
}
