import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleIndex } from '../decide/index.ts';
import { parsePolicy, ruleTableOf } from '../policy/index.ts';
import { coverageOf, junitReport, parseCases, runCases } from './index.ts';
import type { CaseFile } from './index.ts';

const POLICY = `
version: 1
name: small
defaults: { read_inside: allow }
commands:
  deny: [{ id: git/force, run: ["git push {-f,--force}"], reason: No force. }]
  ask: [{ id: git/remote, run: ["git push"], reason: A remote. }]
  allow: [{ id: dev/look, run: [ls, cat], reason: Looking. }]
files:
  deny: [{ id: secret/env, access: read, paths: ["**/.env*"], reason: A secret. }]
web:
  deny: [{ id: web/never, hosts: [never.example], reason: No. }]
`;

function table() {
  const parsed = parsePolicy(POLICY);
  assert.ok(parsed.ok);
  return ruleTableOf(parsed.policy, 0);
}

function read(text: string): CaseFile {
  const result = parseCases(Buffer.from(text));
  assert.ok(result.ok, JSON.stringify(result));
  return result.file;
}

const CASES = `
version: 1
scene:
  files: [.env, a.txt]
  links: { notes: /home/dev/app/.env }
cases:
  - { name: force is refused, run: [git push -f, git push --force origin x], want: deny, rule: git/force }
  - { name: a push is asked, run: git push, want: ask }
  - { name: a glob with a dot reaches the file, run: "cat .e*", want: deny, rule: secret/env }
  - { name: a glob without one does not, run: "cat a*", want: allow }
  - { name: a glob reaches it through a link, run: ["cat *", "shopt -s globstar; cat **/n*", "shopt -s dotglob; cat *"], want: deny, rule: secret/env }
  - { name: a link leads to the secret, read: notes, want: deny }
  - { name: below a folder, read: .env, in: sub, want: deny }
  - { name: one host, fetch: "https://never.example/x", want: deny }
`;

test('cases are decided on the scene that their file describes', () => {
  const results = runCases(read(CASES), ruleIndex(table()));
  assert.deepEqual(
    results.filter(({ problem }) => problem !== null),
    [],
  );
  assert.equal(results.length, 11);
  assert.equal(results[1]?.name, 'force is refused: git push --force origin x');
  assert.equal(results[2]?.line, 8);
});

test('a case that does not hold says what came instead', () => {
  const text = 'version: 1\ncases:\n  - { name: x, run: git push -f, want: allow }\n';
  assert.deepEqual(
    runCases(read(text), ruleIndex(table())).map(({ problem }) => problem),
    ['wanted allow, got deny by git/force'],
  );
  const other = 'version: 1\ncases:\n  - { name: x, run: git push -f, want: deny, rule: git/other }\n';
  assert.deepEqual(
    runCases(read(other), ruleIndex(table())).map(({ problem }) => problem),
    ['wanted the rule git/other, got git/force'],
  );
});

test('coverage counts the cases that each rule decided', () => {
  const coverage = coverageOf(table(), runCases(read(CASES), ruleIndex(table())));
  assert.deepEqual([coverage.covered, coverage.total], [5, 5]);
  assert.equal(coverage.rules.find(({ id }) => id === 'git/force')?.cases, 2);
  const none = coverageOf(table(), []);
  assert.deepEqual([none.covered, none.total], [0, 5]);
});

test('a rule on trial decides nothing, so coverage asks for no case of it', () => {
  const parsed = parsePolicy(`${POLICY}rollout:\n  rules: { git/force: shadow }\n`);
  assert.ok(parsed.ok);
  const { rules, total } = coverageOf(ruleTableOf(parsed.policy, 0), []);
  assert.equal(total, 4);
  assert.ok(rules.every(({ id }) => id !== 'git/force'));
});

test('a JUnit report escapes what XML cannot hold', () => {
  const results = [
    {
      name: '<a> & "b"\u0000',
      shown: ']]>\ud800',
      line: 3,
      want: 'deny',
      verdict: 'ask',
      ruleId: 'x/y',
      problem: "it's",
    },
  ];
  const xml = junitReport([{ file: 'c.yaml', results }]);
  assert.match(xml, /<testsuites tests="1" failures="1">/);
  assert.match(xml, /name="&#60;a&#62; &#38; &#34;b&#34;\uFFFD"/);
  assert.match(xml, /<failure message="it's">\]\]&#62;\uFFFD<\/failure>/);
});

for (const { name, text, want } of [
  { name: 'an empty file', text: '', want: /expected object|invalid input/ },
  {
    name: 'a wrong verdict',
    text: 'version: 1\ncases:\n  - { name: x, run: ls, want: maybe }\n',
    want: /^3:\d+ cases\[0\]\.want/,
  },
  {
    name: 'no call',
    text: 'version: 1\ncases:\n  - { name: x, want: deny }\n',
    want: /^3:\d+ cases\[0\]: a case holds one of/,
  },
  {
    name: 'two calls',
    text: 'version: 1\ncases:\n  - { name: x, run: ls, read: a, want: deny }\n',
    want: /this one holds 2/,
  },
  {
    name: 'an unknown field',
    text: 'version: 1\ncases:\n  - { name: x, run: ls, want: deny, wnat: x }\n',
    want: /unrecognized key/,
  },
  { name: 'a field given twice', text: 'version: 1\nversion: 1\ncases: []\n', want: /^2:1 .*unique/ },
  {
    name: 'an alias',
    text: 'version: 1\ncases: [&a { name: x, run: ls, want: deny }, *a]\n',
    want: /anchors and aliases/,
  },
  { name: 'a tab that indents', text: 'version: 1\ncases:\n\t- x\n', want: /^3:1 / },
  { name: 'nesting without end', text: `cases: ${'['.repeat(200_000)}`, want: /nested too deep|^1:/ },
  { name: 'a bomb of aliases', text: 'a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n', want: /anchors and aliases/ },
]) {
  test(`${name} is a fault with its place`, () => {
    const result = parseCases(Buffer.from(text));
    assert.ok(!result.ok);
    const [first] = result.faults;
    assert.match(`${first?.line}:${first?.column} ${first?.message}`, want);
  });
}

test('bytes that are no UTF-8, and too many bytes, are refused', () => {
  const broken = parseCases(Uint8Array.of(0x76, 0xff, 0xfe));
  assert.ok(!broken.ok && broken.faults[0]?.message === 'the file is not UTF-8');
  const large = parseCases(new Uint8Array(5_000_000));
  assert.ok(!large.ok && /at most/.test(large.faults[0]?.message ?? ''));
});
