import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostMatches, parseHostPattern } from '../core/host-pattern.ts';
import { diffEgress } from './diff-egress.ts';
import type { ReachableHost } from './diff-egress.ts';
import { diffFields } from './diff-fields.ts';

const at = (host: string, ...ports: readonly number[]): ReachableHost => ({ host, ports });

interface Case {
  readonly name: string;
  readonly before: readonly ReachableHost[];
  readonly after: readonly ReachableHost[];
  /** `newly host ports`. */
  readonly want: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'the same list', before: [at('a.example', 443)], after: [at('a.example', 443)], want: [] },
  {
    name: 'another order and an entry twice',
    before: [at('a.example', 443), at('b.example', 22)],
    after: [at('b.example', 22), at('a.example', 443), at('a.example', 443)],
    want: [],
  },
  { name: 'a host comes', before: [], after: [at('a.example', 443)], want: ['open a.example 443'] },
  { name: 'a host goes', before: [at('a.example', 443)], after: [], want: ['closed a.example 443'] },
  {
    name: 'a port comes and one goes',
    before: [at('a.example', 80, 443)],
    after: [at('a.example', 443, 8443)],
    want: ['open a.example 8443', 'closed a.example 80'],
  },
  {
    name: 'names below instead of the name',
    before: [at('a.example', 443)],
    after: [at('*.a.example', 443)],
    want: ['open x.a.example 443', 'closed a.example 443'],
  },
  {
    name: 'a name below one that covers it already',
    before: [at('*.a.example', 443)],
    after: [at('*.a.example', 443), at('b.a.example', 443), at('*.c.a.example', 443)],
    want: [],
  },
  {
    name: 'another spelling of the same host',
    before: [at('bücher.example', 443), at('127.0.0.1', 80)],
    after: [at('xn--bcher-kva.example', 443), at('0x7f.1', 80)],
    want: [],
  },
];

for (const { name, before, after, want } of CASES) {
  test(`egress: ${name}`, () => {
    const shown = diffEgress(before, after).changes.map(({ to, host, ports }) => `${to} ${host} ${ports.join()}`);
    assert.deepEqual(shown, want);
  });
}

test('egress: no connection contradicts a comparison', () => {
  const label = fc.constantFrom('a', 'b', 'x');
  const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.t.example`);
  const entry = fc.record({
    host: fc.oneof(
      name,
      name.map((each) => `*.${each}`),
    ),
    ports: fc.uniqueArray(fc.constantFrom(22, 80, 443), { minLength: 1 }),
  });
  const list = fc.array(entry, { maxLength: 4 });
  const isOpen = (entries: readonly ReachableHost[], host: string, port: number): boolean =>
    entries.some((each) => {
      const parsed = parseHostPattern(each.host);
      return parsed.ok && hostMatches(parsed.pattern, host) && each.ports.includes(port);
    });
  fc.assert(
    fc.property(list, list, fc.array(name, { minLength: 5, maxLength: 20 }), (before, after, hosts) => {
      const { changes } = diffEgress(before, after);
      for (const { to, host, ports } of changes)
        for (const port of ports) {
          assert.equal(isOpen(before, host, port), to === 'closed');
          assert.equal(isOpen(after, host, port), to === 'open');
        }
      if (changes.length === 0)
        for (const host of hosts)
          for (const port of [22, 80, 443, 8443])
            assert.equal(isOpen(before, host, port), isOpen(after, host, port), `${host}:${port}`);
    }),
    { numRuns: 1_000 },
  );
});

test('fields: each that differs is named, lists by what comes and goes, objects in lists by their names', () => {
  const before = { a: { b: 1, c: [1, 2] }, hosts: [{ name: 'x', port: 1 }], gone: true, same: [{ z: 1 }] };
  const after = { a: { b: 2, c: [2, 3] }, hosts: [{ name: 'x', port: 2 }, { name: 'y' }], same: [{ z: 1 }] };
  assert.deepEqual(
    diffFields(before, after).map(({ field, lists }) => [field, lists]),
    [
      ['a.b', null],
      ['a.c', { added: [3], removed: [1] }],
      ['gone', null],
      ['hosts[x].port', null],
      ['hosts[y]', null],
    ],
  );
  assert.deepEqual(diffFields(before, before), []);
  assert.deepEqual(diffFields([1, 2], [2, 1])[0]?.lists, { added: [], removed: [] });
});
