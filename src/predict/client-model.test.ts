import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../core/json.ts';
import { clientModel } from './client-model.ts';
import { MODES } from './prediction.ts';
import type { Mode, Prediction } from './prediction.ts';

const SCENE = { cwd: '/workspace', home: '/home/dev' };

function bash(settings: Json, command: string, mode?: Mode): Prediction {
  return clientModel(settings, SCENE).predict({
    tool: 'Bash',
    input: { command },
    ...(mode === undefined ? {} : { mode }),
  });
}

for (const { name, permissions, command, mode, want, rule } of [
  {
    name: 'a deny rule wins over an allow rule',
    permissions: { deny: ['Bash(a *)'], allow: ['Bash(a b)'] },
    command: 'a b',
    mode: undefined,
    want: 'deny',
    rule: 'Bash(a *)',
  },
  {
    name: 'a deny rule holds where nothing is asked',
    permissions: { deny: ['Bash(a *)'] },
    command: 'ls && a b',
    mode: 'bypassPermissions',
    want: 'deny',
    rule: 'Bash(a *)',
  },
  {
    name: 'an ask rule holds there too',
    permissions: { ask: ['Bash(a *)'] },
    command: 'a b',
    mode: 'bypassPermissions',
    want: 'ask',
    rule: 'Bash(a *)',
  },
  {
    name: 'what would ask is denied where nobody is asked',
    permissions: {},
    command: 'a b',
    mode: 'dontAsk',
    want: 'deny',
    rule: null,
  },
  {
    name: 'the mode comes from the settings if the session names none',
    permissions: { defaultMode: 'bypassPermissions' },
    command: 'a b',
    mode: undefined,
    want: 'allow',
    rule: null,
  },
  {
    name: 'a mode that is shut falls back',
    permissions: { disableBypassPermissionsMode: 'disable' },
    command: 'a b',
    mode: 'bypassPermissions',
    want: 'ask',
    rule: null,
  },
  {
    name: 'a pipe within a loop asks',
    permissions: {},
    command: 'for i in 1; do cat a | wc; done',
    mode: undefined,
    want: 'ask',
    rule: null,
  },
  {
    name: 'a loop over files that only reads runs',
    permissions: {},
    command: 'for i in *.txt; do cat a.txt; done',
    mode: undefined,
    want: 'allow',
    rule: null,
  },
  {
    name: 'a nested command in a sentence is followed',
    permissions: {},
    command: 'echo "a $(pwd)"',
    mode: undefined,
    want: 'allow',
    rule: null,
  },
  {
    name: 'alone in quotes it is not',
    permissions: {},
    command: 'echo "$(pwd)"',
    mode: undefined,
    want: 'ask',
    rule: null,
  },
  {
    name: 'what it prints counts as part of a path',
    permissions: {},
    command: 'cat "/etc/$(date)"',
    mode: undefined,
    want: 'ask',
    rule: null,
  },
  {
    name: 'a rule with a star does not let find run others',
    permissions: { allow: ['Bash(find *)'] },
    command: 'find . -exec ls {} +',
    mode: undefined,
    want: 'ask',
    rule: null,
  },
  {
    name: 'a rule that spells it does',
    permissions: { allow: ['Bash(find . -delete)'] },
    command: 'find . -delete',
    mode: undefined,
    want: 'allow',
    rule: 'Bash(find . -delete)',
  },
  {
    name: 'a deny rule on files follows cd',
    permissions: { deny: ['Edit(src/**)'], allow: ['Bash(rm *)'] },
    command: 'cd ./src && rm x',
    mode: undefined,
    want: 'deny',
    rule: 'Edit(src/**)',
  },
  {
    name: 'an allow rule that names a variable allows it',
    permissions: { allow: ['Bash(FOO=x *)'] },
    command: 'FOO=x npm run t',
    mode: undefined,
    want: 'allow',
    rule: 'Bash(FOO=x *)',
  },
  {
    name: 'one that does not name it, does not',
    permissions: { allow: ['Bash(npm *)'] },
    command: 'FOO=x npm run t',
    mode: undefined,
    want: 'ask',
    rule: null,
  },
] as const)
  test(name, () => {
    const prediction = bash({ permissions }, command, mode);
    assert.equal(prediction.verdict, want, prediction.why);
    assert.equal(prediction.rule, rule);
  });

for (const { name, permissions, want } of [
  { name: 'all tools of a server', permissions: { allow: ['mcp__srv'] }, want: 'allow' },
  { name: 'a star in the name of a tool', permissions: { allow: ['mcp__srv__get_*'] }, want: 'allow' },
  { name: 'a star in the name of a server allows nothing', permissions: { allow: ['mcp__s*'] }, want: 'ask' },
  { name: 'a star in the name of a server denies', permissions: { deny: ['mcp__*__get_one'] }, want: 'deny' },
  { name: 'parentheses make it no rule', permissions: { deny: ['mcp__srv__get_one(*)'] }, want: 'ask' },
] as const)
  test(`tools of MCP servers: ${name}`, () => {
    const model = clientModel({ permissions }, SCENE);
    assert.equal(model.predict({ tool: 'mcp__srv__get_one', input: {} }).verdict, want);
  });

test('no settings and no call make it throw, and each prediction says why', () => {
  const anything = fc.jsonValue() as fc.Arbitrary<Json>;
  const rules = fc.array(fc.oneof(fc.string({ unit: 'binary' }), anything));
  const permissions = fc.oneof(
    anything,
    fc.record({ allow: rules, deny: rules, ask: rules, additionalDirectories: rules, defaultMode: anything }),
  );
  fc.assert(
    fc.property(
      fc.record({ permissions, sandbox: anything }),
      fc.constantFrom('Bash', 'Read', 'Edit', 'Write', 'WebFetch', 'NotebookEdit', 'mcp__a__b', '', '__proto__'),
      fc.dictionary(
        fc.constantFrom('command', 'file_path', 'url', 'notebook_path', '__proto__', 'x'),
        fc.oneof(fc.string({ unit: 'binary' }), anything),
      ),
      fc.constantFrom(...MODES),
      (settings, tool, input, mode) => {
        const prediction = clientModel(settings, SCENE).predict({ tool, input, mode });
        assert.match(prediction.verdict, /^(?:allow|ask|deny)$/);
        assert.notEqual(prediction.why, '');
      },
    ),
  );
});

test('shell syntax of any kind makes it throw nothing', () => {
  const piece = fc.constantFrom(
    ...'ls|cat|$(|)|`|"|\'|(|{|}|[[|]]|((|))|<<EOF\n|\nEOF\n|<(|>|<>|&|;|;;|case x in|esac|if|then|fi|for i in|do|done|$|${|\\|\n|\ud800|\u0000|~|*|a=|function f'.split(
      '|',
    ),
    '|',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      bash({ permissions: { deny: ['Bash(rm *)', 'Read(**/.env)'], allow: ['Bash(ls *)'] } }, pieces.join(''));
    }),
    { numRuns: 300 },
  );
});

test('long and deep commands take bounded time', () => {
  const settings = {
    permissions: {
      deny: Array.from({ length: 50 }, (_, index) => `Bash(*x${index}*y*z*)`).concat('Read(**/a/**/b/**/c)'),
      allow: ['Bash(* a * b * c * d)'],
    },
  };
  for (const text of [
    'a '.repeat(50_000),
    `cat ${'a/'.repeat(50_000)}`,
    '$('.repeat(33_000),
    '"'.repeat(100_000),
    `${'('.repeat(50_000)}${')'.repeat(50_000)}`,
    'ls;'.repeat(33_000),
    'ls && '.repeat(1600),
    'env '.repeat(2400),
    'cat <<EOF\n'.repeat(900),
    `echo ${'$(echo '.repeat(600)}${')'.repeat(600)}`,
    `cat ${'../'.repeat(3300)}etc`,
    `find ${'! '.repeat(4900)}`,
    `echo ${'{'.repeat(4900)}`,
    `echo ${'\\'.repeat(9900)}`,
    `${'if ls; then '.repeat(800)}ls`,
    'a=1 '.repeat(2400),
    'x|'.repeat(4900),
    'cd a;'.repeat(1990),
    'cat a;'.repeat(1600),
  ]) {
    const startedAtMs = performance.now();
    bash(settings, text);
    assert.ok(performance.now() - startedAtMs < 2000, `${text.slice(0, 12)} took too long`);
  }
});

test('long paths and hosts take bounded time', () => {
  const deep = `/workspace/${'a/'.repeat(50_000)}`;
  const model = clientModel({ permissions: { deny: ['Read(**/b/**/c/**/d)', 'WebFetch(domain:*.x.example)'] } }, SCENE);
  const startedAtMs = performance.now();
  model.predict({ tool: 'Read', input: { file_path: deep } });
  model.predict({ tool: 'WebFetch', input: { url: `https://${'a.'.repeat(50_000)}x` } });
  assert.ok(performance.now() - startedAtMs < 2000);
});
