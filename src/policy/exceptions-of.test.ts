import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLayers } from './parse-layers.ts';
import type { LayersResult } from './parse-layers.ts';
import type { Policy } from './policy.ts';
import { expiryBoundaries, ruleTableOf } from './rule-table-of.ts';
import { expiryMs } from './expiry.ts';

const NOW_MS = Date.parse('2026-11-01T12:00:00Z');

const BASE = `version: 1
name: company
git: {}
commands: { ask: [{ id: web/request, run: [curl], reason: Why. }], allow: [{ id: dev/look, run: [ls], reason: Yes. }] }
files: { deny: [{ id: secrets/key, access: read, paths: ['**/*.pem'], reason: No. }] }
web: { deny: [{ id: web/drop, hosts: ['*.drop.example'], reason: No. }] }
mcp: { servers: { wiki: { command: w } }, deny: [{ id: wiki/write, server: wiki, tools: [write, remove], reason: No. }] }
tools: { deny: [{ id: guard/cron, tools: [CronCreate], reason: No. }] }
`;

function laid(lifts: string, head: Readonly<Record<string, string>> = {}): LayersResult {
  const fields = { owner: 'ann@example.com', reason: 'Release.', ticket: 'SEC-7', expires: '2026-11-30', ...head };
  const text = [
    'version: 1',
    `name: ${head['name'] ?? 'release'}`,
    'layer: exception',
    'exception:',
    ...Object.entries(fields).flatMap(([name, value]) =>
      name === 'name' || value === '' ? [] : [`  ${name}: ${value}`],
    ),
    `  lifts: [${lifts}]`,
  ].join('\n');
  const sources = [
    { file: 'base.yaml', bytes: Buffer.from(BASE) },
    { file: 'e.yaml', bytes: Buffer.from(text) },
  ];
  return parseLayers(sources, NOW_MS);
}

function said(result: LayersResult): string {
  return (result.ok ? result.warnings : result.diagnostics)
    .map((one) => `${one.line}:${one.column}: ${one.message} [${one.code}]`)
    .join('\n');
}

function policyOf(lifts: string, head: Readonly<Record<string, string>> = {}): Policy {
  const result = laid(lifts, head);
  assert.ok(result.ok, said(result));
  return result.policy;
}

const FORCE = '{ rule: git/force-push, run: ["git push --force origin hotfix*"] }';

for (const { name, lifts, want } of [
  {
    name: 'a rule that is not there',
    lifts: '{ rule: git/force-pus, run: [git] }',
    want: '9:19: no document has a rule `git/force-pus` [policy/unknown-rule]',
  },
  {
    name: 'a rule of the program itself',
    lifts: '{ rule: decide/own-state, paths: [/x] }',
    want: '9:19: the family `decide` belongs to the rules that Sallyport itself brings; nothing lifts them [policy/reserved-rule]',
  },
  {
    name: 'a rule that allows',
    lifts: '{ rule: dev/look, run: [ls] }',
    want: '9:19: `dev/look` allows: there is nothing to lift [policy/bad-lift]',
  },
  {
    name: 'patterns of another kind',
    lifts: '{ rule: secrets/key, paths: [./a.pem], run: [cat] }',
    want: '9:55: `secrets/key` is a rule under `files`: name what is lifted as `paths` [policy/bad-lift]',
  },
  {
    name: 'no pattern',
    lifts: '{ rule: git/force-push }',
    want: '9:11: `run` is missing: `git/force-push` is a rule under `commands` [policy/bad-lift]',
  },
  {
    name: 'every command',
    lifts: '{ rule: git/force-push, run: ["*"] }',
    want: '9:41: `*` is everything: name the program [policy/bad-lift]',
  },
  {
    name: 'every command with a flag',
    lifts: '{ rule: git/force-push, run: ["{git,*} --force"] }',
    want: '9:41: `{git,*} --force` is everything: name the program [policy/bad-lift]',
  },
  {
    name: 'another program',
    lifts: '{ rule: git/force-push, run: [npm publish] }',
    want: '9:41: `npm` is no program of `git/force-push` [policy/bad-lift]',
  },
  {
    name: 'every file',
    lifts: '{ rule: secrets/key, paths: ["**"] }',
    want: '9:40: `**` is everything: name the files [policy/bad-lift]',
  },
  {
    name: 'every file in disguise',
    lifts: '{ rule: secrets/key, paths: ["~/**/{a,*}"] }',
    want: '9:40: `~/**/{a,*}` is everything: name the files [policy/bad-lift]',
  },
  {
    name: 'every host',
    lifts: '{ rule: web/drop, hosts: ["*"] }',
    want: '9:37: `*` is everything: name the hosts [policy/bad-lift]',
  },
  {
    name: 'another host',
    lifts: '{ rule: web/drop, hosts: [other.example] }',
    want: '9:37: `other.example` is no host of `web/drop` [policy/bad-lift]',
  },
  {
    name: 'every tool of a server',
    lifts: '{ rule: wiki/write, server: wiki, tools: ["*"] }',
    want: '9:53: a name here is letters, digits, `_` and `-`; an exception names each one [policy/wrong-form]',
  },
  {
    name: 'another tool of a server',
    lifts: '{ rule: wiki/write, server: wiki, tools: [read] }',
    want: '9:53: `read` is no tool of `wiki/write` [policy/bad-lift]',
  },
]) {
  test(`an exception does not lift ${name}`, () => assert.equal(said(laid(lifts)), want));
}

for (const { name, head, want } of [
  { name: 'without an owner', head: { owner: '' }, want: '4:1: `owner` is missing [policy/missing-field]' },
  { name: 'without a reason', head: { reason: '' }, want: '4:1: `reason` is missing [policy/missing-field]' },
  { name: 'without a ticket', head: { ticket: '' }, want: '4:1: `ticket` is missing [policy/missing-field]' },
  { name: 'without an end', head: { expires: '' }, want: '4:1: `expires` is missing [policy/missing-field]' },
  {
    name: 'owned by no address',
    head: { owner: 'ann' },
    want: '5:10: an owner is an e-mail address [policy/wrong-form]',
  },
  {
    name: 'until a day that is none',
    head: { expires: '2026-02-30' },
    want: '8:12: there is no such day or time [policy/wrong-form]',
  },
  {
    name: 'until a time without a zone',
    head: { expires: '2026-11-30T12:00' },
    want: '8:12: an expiry is a date such as 2027-01-31, or a time with its zone such as 2027-01-31T18:00Z [policy/wrong-form]',
  },
  {
    name: 'with a name too long for a rule',
    head: { name: 'n'.repeat(61) },
    want: '2:7: the name of an exception has at most 60 characters [policy/wrong-form]',
  },
]) {
  test(`an exception is refused ${name}`, () => assert.equal(said(laid(FORCE, head)), want));
}

for (const { name, expires, want } of [
  {
    name: 'that has ended warns',
    expires: '2026-10-31',
    want: '8:12: this exception has ended and lifts nothing [policy/exception-expired]',
  },
  { name: 'that ends today holds until midnight in UTC', expires: '2026-11-01', want: '' },
  {
    name: 'that ended a second ago warns',
    expires: '2026-11-01T12:59:59+01:00',
    want: '8:12: this exception has ended and lifts nothing [policy/exception-expired]',
  },
  { name: 'of ninety days is not too long', expires: '2027-01-30T12:00Z', want: '' },
  {
    name: 'of a day more is',
    expires: '2027-01-30',
    want: '8:12: this exception lasts longer than 90 days [policy/exception-long]',
  },
]) {
  test(`an exception ${name}`, () => {
    const result = laid(FORCE, { expires });
    assert.ok(result.ok);
    assert.equal(said(result), want);
  });
}

test('an exception takes its patterns out of the rules, allows them, and ends by itself', () => {
  const policy = policyOf(
    [
      FORCE,
      '{ rule: web/request, run: [curl -I] }',
      '{ rule: secrets/key, paths: [./test/a.pem] }',
      '{ rule: web/drop, hosts: [a.drop.example] }',
      '{ rule: wiki/write, server: wiki, tools: [write] }',
      '{ rule: guard/cron, tools: [CronCreate] }',
    ].join(', '),
    { expires: '2026-11-02T00:00Z' },
  );
  const endMs = Date.parse('2026-11-02T00:00Z');
  assert.deepEqual(expiryBoundaries(policy), [endMs]);
  const table = ruleTableOf(policy, endMs - 1);
  const own = { id: 'exception/release', verdict: 'allow', mode: 'enforce', reason: 'Release.' };
  const run = ['git push --force origin hotfix*'];
  assert.deepEqual(table.commands.find(({ id }) => id === 'git/force-push')?.unless, run);
  assert.deepEqual(table.commands.slice(-2), [
    { ...own, run, unless: [] },
    { ...own, run: ['curl -I'], unless: [] },
  ]);
  assert.deepEqual(table.files, [
    { ...policy.files[0], except: ['./test/a.pem'] },
    { ...own, access: 'read', paths: ['./test/a.pem'], except: [] },
  ]);
  assert.deepEqual(table.web, [
    { ...policy.web[0], except: ['a.drop.example'] },
    { ...own, hosts: ['a.drop.example'], except: [] },
  ]);
  const calls = { server: 'wiki', tools: ['write'] };
  assert.deepEqual(table.mcp, [
    { ...policy.mcp.rules[0], except: [calls] },
    { ...own, ...calls, except: [] },
  ]);
  assert.deepEqual(table.tools, [
    { ...policy.tools[0], except: ['CronCreate'] },
    { ...own, tools: ['CronCreate'], except: [] },
  ]);
  assert.deepEqual(ruleTableOf(policy, endMs), ruleTableOf(policy));
  assert.deepEqual(ruleTableOf(policy).commands, policy.commands);
});

test('two exceptions have two names', () => {
  const text = `version: 1\nname: one\nlayer: exception\nexception: {owner: a@b.example, reason: R., ticket: T, expires: 2026-11-30, lifts: [${FORCE}]}\n`;
  const sources = ['a.yaml', 'b.yaml'].map((file) => ({ file, bytes: Buffer.from(text) }));
  const result = parseLayers([{ file: 'base.yaml', bytes: Buffer.from(BASE) }, ...sources], NOW_MS);
  assert.equal(said(result), '2:7: the exception `one` is given twice [policy/duplicate-rule]');
});

for (const { text, want } of [
  { text: '2026-02-28', want: '2026-03-01T00:00:00.000Z' },
  { text: '2024-02-29', want: '2024-03-01T00:00:00.000Z' },
  { text: '2026-12-31T23:59:59+05:30', want: '2026-12-31T18:29:59.000Z' },
  { text: '2026-12-31T24:01Z', want: null },
  { text: '2026-13-01', want: null },
  { text: '2026-00-10', want: null },
]) {
  test(`an exception until ${text} ends ${want === null ? 'never was' : `at ${want}`}`, () => {
    const endMs = expiryMs(text);
    assert.equal(endMs === null ? null : new Date(endMs).toISOString(), want);
  });
}
