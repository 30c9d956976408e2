import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SCENARIOS } from '../src/cli/drill-scenarios.ts';
import { ATTACKS } from '../src/drill/index.ts';
import { ROOT } from './daemon-process.ts';

const text = readFileSync(join(ROOT, 'docs', 'threat-model.md'), 'utf8');
const held = text.slice(text.indexOf('## What is held'), text.indexOf('## What is not'));
const rows = held
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, threat = '']) => threat !== 'threat' && !threat.startsWith('---'));

test('the threat model has rows', () => assert.ok(rows.length >= 10));

for (const [, threat = '', , shownBy = ''] of rows) {
  test(`what the threat model says shows this is there: ${threat}`, () => {
    const named = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    assert.ok(named.length > 0, 'nothing is named');
    for (const name of named) {
      const only = /^drill --only (\S+)$/.exec(name)?.[1];
      if (only !== undefined) {
        assert.ok(
          [...ATTACKS, ...SCENARIOS].some(({ id }) => id.includes(only)),
          `no attack is named ${only}`,
        );
      } else if (name.endsWith('.test.ts')) {
        assert.ok(existsSync(join(ROOT, name)), name);
      } else {
        assert.ok(globSync(join(ROOT, name, '*.test.ts')).length > 0, `${name} has no tests`);
      }
    }
  });
}
