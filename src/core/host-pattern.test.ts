import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalHost, hostMatches, parseHostPattern } from './host-pattern.ts';

for (const { text, hits, misses } of [
  {
    text: 'example.com',
    hits: ['example.com', 'EXAMPLE.com', 'example.com.'],
    misses: ['a.example.com', 'example.com.evil.test', 'notexample.com', ''],
  },
  {
    text: '*.example.com',
    hits: ['a.example.com', 'a.b.example.com', 'A.EXAMPLE.COM.'],
    misses: ['example.com', '.example.com', 'aexample.com', 'example.com.evil.test'],
  },
  { text: 'bücher.example', hits: ['xn--bcher-kva.example', 'BÜCHER.example'], misses: ['bucher.example'] },
  {
    text: '169.254.169.254',
    hits: ['169.254.169.254', '0xA9FEA9FE', '2852039166', '169.254.43518'],
    misses: ['169.254.169.25', '1.169.254.169.254'],
  },
  { text: 'fd00:ec2::254', hits: ['fd00:ec2::254', '[fd00:ec2:0:0::254]', 'FD00:EC2::254'], misses: ['fd00:ec2::255'] },
  { text: '*', hits: ['a', 'a.b', '1.2.3.4'], misses: ['', 'a b', 'a/b'] },
]) {
  test(`host pattern ${text} covers whole labels`, () => {
    const result = parseHostPattern(text);
    assert.ok(result.ok);
    for (const host of hits) assert.ok(hostMatches(result.pattern, host), host);
    for (const host of misses) assert.ok(!hostMatches(result.pattern, host), host);
  });
}

for (const text of [
  '',
  'a b',
  'https://a.example',
  'a.example/x',
  'a.example:443',
  'user@a.example',
  'a.*.example',
  '*a.example',
  '*.',
  '*.com',
  '*.1.2.3.4',
  'a..b',
  'x'.repeat(300),
]) {
  test(`host pattern: ${JSON.stringify(text.slice(0, 20))} is an error`, () => {
    const result = parseHostPattern(text);
    assert.ok(!result.ok);
    assert.ok(result.at >= 0 && result.at <= text.length);
  });
}

test('a host keeps nothing of what stands around it in a URL', () => {
  for (const text of [
    'a@b.example',
    'a.example:443',
    'a.example#b',
    'a.example?b',
    'a%2eb',
    'a\\b',
    '443@evil',
    'a.example..',
  ])
    assert.equal(canonicalHost(text), null, text);
});

test('hosts: one spelling is its own spelling, and no text throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.ipV6()), (text) => {
      const host = canonicalHost(text);
      if (host !== null) assert.equal(canonicalHost(host), host);
      parseHostPattern(text);
    }),
  );
});
