import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENGINE_KINDS } from '../core/engine-kind.ts';
import type { EngineKind } from '../core/engine-kind.ts';
import { engineSet } from './engine-set.ts';
import type { EngineSetup } from './engine-setup.ts';
import { madeToken, scriptedClock } from './scripted-engines.ts';
import { setupProblems } from './setup-problems.ts';

const SECRET = madeToken(3);

const LIMITS = { order: 1, timeoutMs: 3_000, maxConcurrent: 2, maxQueued: 16, maxInputBytes: 1_000_000 } as const;

function setupOf(kind: EngineKind): EngineSetup {
  const limits = { ...LIMITS, name: kind, onFailure: 'deny' } as const;
  switch (kind) {
    case 'gitleaks':
    case 'betterleaks':
      return { ...limits, kind, command: [kind] };
    case 'trufflehog':
      return { ...limits, kind, command: [kind], isVerifying: false };
    case 'presidio':
    case 'llm-guard':
    case 'lakera':
      return { ...limits, kind, url: 'https://engine.example', keyEnv: 'ENGINE_KEY' };
  }
}

/** Messages about a setup of the kind with some fields of other values. */
const problemsOf = (kind: EngineKind, fields: Readonly<Record<string, unknown>>): readonly string[] =>
  setupProblems([{ ...setupOf(kind), ...fields }]).map(({ field, message }) => `${field} ${message}`);

test('a setup of each kind with the defaults of the kind has no problem, alone and with the others', () => {
  for (const kind of ENGINE_KINDS) assert.deepEqual(problemsOf(kind, {}), []);
  assert.deepEqual(setupProblems(ENGINE_KINDS.map(setupOf)), []);
});

test('a URL is one of a service, and reaches other machines under TLS alone', () => {
  for (const [url, message] of [
    ['https://api.lakera.ai', null],
    ['https://guard.example:8443/base/', null],
    ['http://127.0.0.1:5002', null],
    ['http://127.1:5002', null],
    ['http://localhost:5002', null],
    ['http://[::1]:5002', null],
    ['http://presidio:3000', 'must begin with https:// outside of this machine'],
    ['http://10.0.0.1', 'must begin with https:// outside of this machine'],
    ['http://0.0.0.0', 'must begin with https:// outside of this machine'],
    ['http://127.0.0.1.example', 'must begin with https:// outside of this machine'],
    ['http://localhost.example', 'must begin with https:// outside of this machine'],
    ['http://[::ffff:10.0.0.1]', 'must begin with https:// outside of this machine'],
    ['file:///etc/passwd', 'must begin with https:// or http://'],
    ['ftp://127.0.0.1', 'must begin with https:// or http://'],
    [`https://user:${SECRET}@guard.example`, 'must name no user and no password; keyEnv names the key'],
    ['https://user@guard.example', 'must name no user and no password; keyEnv names the key'],
    [`https://guard.example/?key=${SECRET}`, 'must have no query and no fragment'],
    ['https://guard.example/?', 'must have no query and no fragment'],
    ['https://guard.example/#part', 'must have no query and no fragment'],
    ['guard.example', 'must be a URL'],
    ['https://', 'must be a URL'],
    [`https://guard.example/${'x'.repeat(2_000)}`, 'must be a URL'],
    ['', 'must be a URL'],
    [7, 'must be a URL'],
    [undefined, 'must be a URL'],
  ] as const) {
    assert.deepEqual(problemsOf('lakera', { url }), message === null ? [] : [`url ${message}`], String(url));
  }
});

test('a key is named and never given', () => {
  for (const keyEnv of [null, 'LAKERA_GUARD_API_KEY', '_KEY2']) assert.deepEqual(problemsOf('lakera', { keyEnv }), []);
  for (const keyEnv of [SECRET, '', 'lower', '2KEY', 'A-B', 'A'.repeat(81), 'A\nB', undefined, 7]) {
    assert.deepEqual(problemsOf('lakera', { keyEnv }), [
      'keyEnv must be the name of an environment variable, not the key',
    ]);
  }
  assert.match(problemsOf('lakera', { key: SECRET }).join(), /^ must have no fields but .*keyEnv$/);
});

test('a command is a program and its words', () => {
  for (const command of [['gitleaks'], ['/opt/gitleaks', '--config', '/etc/gitleaks.toml'], ['gitleaks', '']]) {
    assert.deepEqual(problemsOf('gitleaks', { command }), []);
  }
  for (const [command, message] of [
    ['gitleaks', 'must be a list of words'],
    [['gitleaks', 7], 'must be a list of words'],
    [['git\0leaks'], 'must be a list of words'],
    [undefined, 'must be a list of words'],
    [[], 'must begin with a program'],
    [[''], 'must begin with a program'],
    [['bin/gitleaks'], 'must begin with an absolute path or a plain name'],
    [['./gitleaks'], 'must begin with an absolute path or a plain name'],
  ] as const) {
    assert.deepEqual(problemsOf('betterleaks', { command }), [`command ${message}`]);
  }
  assert.deepEqual(problemsOf('trufflehog', { isVerifying: 'no' }), ['isVerifying must be true or false']);
});

test('limits are numbers that can be kept', () => {
  for (const [field, values] of [
    ['timeoutMs', [0, -1, 1.5, 600_001, Number.NaN, Number.POSITIVE_INFINITY, '100', undefined]],
    ['maxConcurrent', [0, 65, 0.5, null]],
    ['maxQueued', [-1, 1_001, Number.NaN]],
    ['maxInputBytes', [0, 2 ** 27, '1']],
    ['order', [Number.NaN, Number.POSITIVE_INFINITY, '1', undefined]],
  ] as const) {
    for (const value of values) {
      assert.deepEqual(
        setupProblems([{ ...setupOf('presidio'), [field]: value }]).map((problem) => problem.field),
        [field],
        `${field} ${String(value)}`,
      );
    }
  }
});

test('a kind, a failure policy and a name are of those that there are, and names differ', () => {
  assert.deepEqual(problemsOf('gitleaks', { kind: 'gitlab' }), [`kind must be one of ${ENGINE_KINDS.join(', ')}`]);
  assert.deepEqual(problemsOf('gitleaks', { kind: 'toString' }), [`kind must be one of ${ENGINE_KINDS.join(', ')}`]);
  assert.deepEqual(problemsOf('gitleaks', { onFailure: 'allow' }), ['onFailure must be deny or embedded-only']);
  for (const name of ['', 'A', '-a', 'a b', 'x'.repeat(41), SECRET, undefined]) {
    assert.deepEqual(problemsOf('gitleaks', { name }), [
      'name must be up to 40 lower-case letters, digits and hyphens',
    ]);
  }
  assert.deepEqual(setupProblems([setupOf('gitleaks'), setupOf('lakera'), setupOf('gitleaks')]), [
    { index: 2, field: 'name', message: 'must differ from the names before' },
  ]);
});

test('a set of engines with problems is not made, and the error names them all and quotes nothing', () => {
  const setups = [
    { ...setupOf('lakera'), url: `http://guard.example/${SECRET}`, keyEnv: SECRET, [SECRET]: SECRET },
    { ...setupOf('gitleaks'), name: SECRET, command: [`./${SECRET}`] },
  ] as readonly EngineSetup[];
  assert.throws(
    () => engineSet(setups, { clock: scriptedClock(), keyOf: () => null }),
    (error) => {
      assert.ok(error instanceof TypeError);
      assert.match(
        error.message,
        /^engine 1: `url` must .*; engine 1: `keyEnv` .*; engine 2: `name` .*; engine 2: `command` /,
      );
      assert.ok(!`${error.message}${error.stack ?? ''}${JSON.stringify(error)}`.includes(SECRET));
      return true;
    },
  );
});

test('whatever a policy holds, its problems are told and nothing throws', () => {
  const value = fc.oneof(fc.anything(), fc.constantFrom('lakera', 'gitleaks', 'deny', 1, ['gitleaks'], null));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.anything(), fc.record({ kind: value, name: value, url: value, command: value }))),
      (setups) => {
        const problems = setupProblems(setups);
        assert.ok(setups.every((_setup, index) => problems.some((problem) => problem.index === index)));
        for (const { message } of problems) assert.match(message, /^[^\n]{1,300}$/);
      },
    ),
  );
});
