import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERROR_CODES } from './error-code.ts';

test('docs/errors.md has a section for each code, and for nothing else', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const sections = [...text.matchAll(/^## ([A-Z_]+)$/gm)].map((match) => match[1]);
  assert.deepEqual(new Set(sections), new Set<string | undefined>(ERROR_CODES));
  assert.equal(sections.length, ERROR_CODES.length);
});
