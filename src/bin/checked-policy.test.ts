import { test } from 'node:test';
import fc from 'fast-check';
import { parsePolicy } from '../policy/index.ts';
import { contentInspector } from './content-inspector.ts';
import { OWN_ENGINES } from './guard-policy.ts';

// What passes the check of a policy can be put in force.

const names = fc.oneof(
  fc.constantFrom('leaks', '1st', 'a-b', 'constructor', '__proto__', 'x'.repeat(40), 'ä', ''),
  fc.string({ maxLength: 8 }),
);
const texts = fc.constantFrom(
  'gitleaks',
  '/opt/x',
  './x',
  'a/b',
  '',
  ' ',
  'x\u0000',
  'http://127.0.0.1:1/',
  'https://x.example/a?b=c',
  'ftp://x',
  'https://u:p@x.example',
);
const engine = fc.record(
  {
    name: names,
    kind: fc.constantFrom('gitleaks', 'betterleaks', 'trufflehog', 'presidio', 'llm-guard', 'lakera'),
    command: fc.array(texts, { minLength: 1, maxLength: 3 }),
    url: texts,
    key_env: fc.constantFrom('KEY', '_K', 'key', 'K'.repeat(64)),
    verify: fc.boolean(),
    at: fc.subarray(['prompt', 'tool-input', 'tool-result'], { minLength: 1 }),
    order: fc.nat({ max: 9 }),
    timeout_ms: fc.constantFrom(50, 800, 2_400),
    max_concurrent: fc.constantFrom(1, 16),
    max_input_kb: fc.constantFrom(1, 8_192),
  },
  { requiredKeys: ['name', 'kind'] },
);
const lists = fc.record({
  words: fc.dictionary(names, fc.array(fc.oneof(names, fc.string()), { minLength: 1, maxLength: 3 }), { maxKeys: 2 }),
  patterns: fc.dictionary(
    names,
    fc.oneof(fc.constantFrom('CTR-[0-9]{6}', 'a*', '(', 'abc+', '\\d{3}'), fc.string({ minLength: 1 })),
    { maxKeys: 2 },
  ),
});

const ports = { ...OWN_ENGINES, moment: Date.now, logError: () => undefined };

test('a policy without faults is one that texts can be looked through by', () => {
  fc.assert(
    fc.property(fc.array(engine, { maxLength: 2 }), lists, (engines, company) => {
      const text = JSON.stringify({ version: 1, name: 'x', dlp: { company: 'block' }, engines, company });
      const result = parsePolicy(text);
      if (result.ok) contentInspector(result.policy, 'digest', ports);
    }),
    { numRuns: process.env['SLOW'] === '1' ? 5_000 : 400 },
  );
});
