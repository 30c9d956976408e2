import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SINK_KINDS } from '../src/core/audit-rules.ts';
import { parsePolicy } from '../src/policy/index.ts';
import { ROOT } from './daemon-process.ts';

const PAGE = readFileSync(join(ROOT, 'docs', 'audit-delivery.md'), 'utf8');

const snippets = [...PAGE.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);

for (const [index, text] of snippets.entries())
  test(`snippet ${index + 1} of the page on delivery is a policy without a fault`, () => {
    const result = parsePolicy(`version: 1\nname: test\n${text}`);
    assert.ok(result.ok, result.ok ? '' : result.diagnostics.map(({ message }) => message).join('\n'));
  });

test('the page has a snippet for each kind of sink', () => {
  const shown = new Set(
    snippets.flatMap((text) => {
      const result = parsePolicy(`version: 1\nname: test\n${text}`);
      return result.ok ? result.policy.audit.deliver.map(({ to }) => to) : [];
    }),
  );
  assert.deepEqual([...shown].sort(), SINK_KINDS.toSorted());
});

test('the page names each event that the delivery records, and no other', () => {
  const files = globSync('src/deliver/*.ts', { cwd: ROOT }).filter((file) => !/\.test\.ts$|-rig\.ts$/.test(file));
  const code = files.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
  const made = new Set([...code.matchAll(/'(delivery-[a-z-]+[a-z])'/g)].map(([, name = '']) => name));
  const told = new Set([...PAGE.matchAll(/`(delivery-[a-z-]+)`/g)].map(([, name = '']) => name));
  assert.deepEqual([...told].sort(), [...made].sort());
});
