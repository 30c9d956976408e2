import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_DIAGNOSTICS } from './diagnostic.ts';
import { formatDiagnostic } from './format-diagnostic.ts';
import { MAX_POLICY_BYTES, parsePolicy, parsePolicyBytes } from './parse-policy.ts';

const RUNS = process.env['SLOW'] === '1' ? 20_000 : 300;
const DEFAULT_POLICY = readFileSync(new URL('../../policies/default.yaml', import.meta.url), 'utf8');
const HEAD = 'version: 1\nname: x\n';

test('the shipped policy has no fault', () => {
  const result = parsePolicyBytes(Buffer.from(DEFAULT_POLICY));
  assert.deepEqual(result.ok ? result.warnings : result.diagnostics, []);
});

for (const { name, text, code } of [
  { name: '10 MB', text: `${HEAD}#${'x'.repeat(10_000_000)}`, code: 'policy/too-large' },
  { name: 'one byte more than the most', text: HEAD.padEnd(MAX_POLICY_BYTES + 1, ' '), code: 'policy/too-large' },
  { name: 'deep brackets', text: '['.repeat(200_000), code: 'policy/too-deep' },
  { name: 'deep braces', text: '{a: '.repeat(100_000), code: 'policy/too-deep' },
  { name: 'deep dashes', text: '- '.repeat(100_000), code: 'policy/too-deep' },
  { name: 'deep questions', text: '? '.repeat(100_000), code: 'policy/too-deep' },
  { name: 'closing brackets', text: ']'.repeat(200_000), code: 'policy/yaml-syntax' },
  { name: 'commas', text: `a: [${','.repeat(200_000)}]`, code: 'policy/too-large' },
  { name: 'documents', text: '---\n'.repeat(100_000), code: 'policy/yaml-feature' },
  { name: 'directives', text: '%X\n'.repeat(100_000), code: 'policy/yaml-feature' },
  {
    name: 'unknown fields',
    text: Array.from({ length: 40_000 }, (_, n) => `k${n}: 1\n`).join(''),
    code: 'policy/unknown-field',
  },
  { name: 'NULs', text: '\0'.repeat(1_000_000), code: 'policy/hidden-character' },
]) {
  test(`a hostile text of ${name} is refused in bounded words`, () => {
    const result = parsePolicy(text);
    assert.ok(!result.ok);
    assert.ok(
      result.diagnostics.some((one) => one.code === code),
      JSON.stringify(result.diagnostics[0]),
    );
    assert.ok(result.diagnostics.length <= MAX_DIAGNOSTICS);
    for (const one of result.diagnostics) assert.ok(formatDiagnostic(one, 'p', text).length < 2_000);
  });
}

test('a hundred faults end with the word that there are more', () => {
  const result = parsePolicy(HEAD + Array.from({ length: 500 }, (_, n) => `k${n}: 1\n`).join(''));
  assert.ok(!result.ok);
  assert.equal(result.diagnostics.length, MAX_DIAGNOSTICS);
  assert.equal(result.diagnostics.at(-1)?.code, 'policy/more-faults');
  assert.equal(result.diagnostics[0]?.line, 3);
});

test('any text is answered, and every diagnostic points into it', () => {
  fc.assert(
    fc.property(hostileText(), (text) => assertAnswered(text)),
    { numRuns: RUNS },
  );
});

test('the shipped policy cut or changed anywhere is answered', () => {
  fc.assert(
    fc.property(fc.nat(DEFAULT_POLICY.length), fc.nat(40), hostileText(), (at, cut, inserted) => {
      assertAnswered(DEFAULT_POLICY.slice(0, at) + inserted + DEFAULT_POLICY.slice(at + cut));
    }),
    { numRuns: RUNS / 10 },
  );
});

test('any bytes are answered', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
      assert.equal(typeof parsePolicyBytes(bytes).ok, 'boolean'),
    ),
    { numRuns: RUNS },
  );
});

test('a value of any kind in any place is answered', () => {
  const places = fc.constantFrom(
    'version',
    'name',
    'client',
    'models',
    'session',
    'defaults',
    'commands',
    'files',
    'mcp',
    'x',
  );
  fc.assert(
    fc.property(fc.dictionary(places, fc.jsonValue()), (policy) => assertAnswered(JSON.stringify(policy))),
    { numRuns: RUNS },
  );
});

function assertAnswered(text: string): void {
  const result = parsePolicy(text);
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const one of result.ok ? result.warnings : result.diagnostics) {
    const line = lines[one.line - 1];
    assert.ok(line !== undefined && one.column >= 1 && one.column <= line.length + 1, JSON.stringify(one));
    assert.ok(!one.message.includes('\n'), one.message);
  }
  assert.ok(result.ok || result.diagnostics.length > 0);
}

/** Text of the pieces that YAML and the policy are made of, in no order. */
function hostileText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '\n',
      '\n  ',
      '\n    ',
      ': ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '"',
      "'",
      '|',
      '>',
      '# ',
      '&a ',
      '*a',
      '!t ',
      '? ',
    ),
    fc.constantFrom(
      '---\n',
      '...\n',
      '%YAML 1.2\n',
      '<<',
      '__proto__',
      'null',
      '~',
      '.nan',
      '1e999',
      '0x1f',
      '\t',
      '\r\n',
      '\uFEFF',
    ),
    fc.constantFrom(
      'version: 1\n',
      'name: x\n',
      'commands:',
      'deny:',
      'id: a/b',
      'run: [x]',
      'mcp:',
      'servers:',
      'url: x',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  return fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
}
