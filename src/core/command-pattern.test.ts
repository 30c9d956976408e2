import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { starGlobMatches } from './command-pattern-glob.ts';
import { MAX_BRACE_ALTERNATIVES, expandBraces } from './command-pattern-braces.ts';
import { MAX_COMMAND_PATTERN_LENGTH, parseCommandPattern } from './command-pattern.ts';
import type { StagePattern } from './command-pattern.ts';

function stagesOf(text: string): readonly (readonly StagePattern[])[] {
  const result = parseCommandPattern(text);
  assert.ok(result.ok, text);
  return result.pattern.stages;
}

for (const { name, text, want } of [
  { name: 'a program alone', text: 'curl', want: [{ programs: ['curl'], words: [] }] },
  { name: 'a program by a glob and in braces', text: '{mkfs*,dd}', want: [{ programs: ['mkfs*', 'dd'], words: [] }] },
  {
    name: 'words are subcommands in their order',
    text: 'aws s3 {cp,mv}',
    want: [
      {
        programs: ['aws'],
        words: [
          { kind: 'subcommand', words: ['s3'], flags: [] },
          { kind: 'subcommand', words: ['cp', 'mv'], flags: [] },
        ],
      },
    ],
  },
  {
    name: 'a word in front of which a dash stands is a flag, with the value that it must have',
    text: 'curl {-X,--request}={POST,P*}',
    want: [
      {
        programs: ['curl'],
        words: [
          {
            kind: 'flag',
            flags: [
              { name: '-X', value: { glob: 'POST' } },
              { name: '-X', value: { glob: 'P*' } },
              { name: '--request', value: { glob: 'POST' } },
              { name: '--request', value: { glob: 'P*' } },
            ],
          },
        ],
      },
    ],
  },
  {
    name: 'a flag can ask for a class of values',
    text: 'docker -v=<outside>',
    want: [
      { programs: ['docker'], words: [{ kind: 'flag', flags: [{ name: '-v', value: { className: 'outside' } }] }] },
    ],
  },
  {
    name: 'a glob is an operand, and so are the words behind it',
    text: 'git push *:main x',
    want: [
      {
        programs: ['git'],
        words: [
          { kind: 'subcommand', words: ['push'], flags: [] },
          { kind: 'operand', globs: ['*:main'], flags: [] },
          { kind: 'operand', globs: ['x'], flags: [] },
        ],
      },
    ],
  },
  {
    name: 'words and flags mix in one pair of braces',
    text: 'git remote {-v,show}',
    want: [
      {
        programs: ['git'],
        words: [
          { kind: 'subcommand', words: ['remote'], flags: [] },
          { kind: 'subcommand', words: ['show'], flags: [{ name: '-v', value: null }] },
        ],
      },
    ],
  },
  {
    name: 'a class of operands',
    text: 'rm <outside>',
    want: [{ programs: ['rm'], words: [{ kind: 'class', name: 'outside' }] }],
  },
  {
    name: 'an assignment is a program of its own',
    text: '<assign> LD_*',
    want: [{ programs: ['<assign>'], words: [{ kind: 'operand', globs: ['LD_*'], flags: [] }] }],
  },
] as const) {
  test(`command pattern: ${name}`, () => assert.deepEqual(stagesOf(text), [want]));
}

test('command pattern: braces with blanks stand for several commands', () => {
  assert.deepEqual(stagesOf('git {push,remote add,pull}'), [
    [...(stagesOf('git {push,pull}')[0] ?? []), ...(stagesOf('git remote add')[0] ?? [])],
  ]);
});

test('command pattern: a bar stands for output that reaches the next command', () => {
  const stages = stagesOf('{curl,wget} -s | sh');
  assert.deepEqual(
    stages.map((stage) => stage[0]?.programs),
    [['curl', 'wget'], ['sh']],
  );
});

for (const { text, at, problem } of [
  { text: '', at: 0, problem: /no program/ },
  { text: 'curl |', at: 6, problem: /no program/ },
  { text: 'a {b', at: 2, problem: /not closed/ },
  { text: 'a b}', at: 3, problem: /closes nothing/ },
  { text: 'a <outsid>', at: 2, problem: /no class/ },
  { text: '<any> x', at: 0, problem: /no program/ },
  { text: '-x y', at: 0, problem: /not a flag/ },
  { text: '/usr/bin/curl', at: 0, problem: /without its folder/ },
  { text: 'a {b,}', at: 2, problem: /empty/ },
  { text: 'a -', at: 2, problem: /lone/ },
  { text: 'a --x*y', at: 2, problem: /no `\*`/ },
  { text: 'a\tb', at: 1, problem: /control/ },
  { text: 'x'.repeat(MAX_COMMAND_PATTERN_LENGTH + 1), at: 0, problem: /longer/ },
  { text: `a ${'{b,c}'.repeat(11)}`, at: 2, problem: /more than/ },
]) {
  test(`command pattern: an error is told with its place: ${text.slice(0, 30)}`, () => {
    const result = parseCommandPattern(text);
    assert.ok(!result.ok);
    assert.equal(result.at, at);
    assert.match(result.problem, problem);
  });
}

test('command pattern: no text makes the parser throw or work long', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom('{', '}', ',', ' ', '|', '<', '>', '-', '*', 'a')).map((parts) => parts.join('')),
      ),
      (text) => void parseCommandPattern(text),
    ),
  );
  for (const piece of ['{', '{a,', '{a b,c d}', '}', '|', 'a ', '*']) {
    const startMs = performance.now();
    parseCommandPattern(piece.repeat(Math.floor(MAX_COMMAND_PATTERN_LENGTH / piece.length)));
    assert.ok(performance.now() - startMs < 1_000, piece);
  }
});

test('braces: nesting and empty choices', () => {
  assert.deepEqual(expandBraces('a{b,{c,d}e,}f'), ['abf', 'acef', 'adef', 'af']);
  assert.equal(expandBraces('{a,b}'.repeat(11)), null);
  assert.equal(expandBraces('{a,b}'.repeat(10))?.length, MAX_BRACE_ALTERNATIVES);
});

for (const { glob, text, want } of [
  { glob: '*', text: '', want: true },
  { glob: 'a*c', text: 'abbbc', want: true },
  { glob: 'a*c', text: 'abbb', want: false },
  { glob: '*a*b*', text: 'xxaxxbxx', want: true },
  { glob: '*.env', text: '.env', want: true },
  { glob: 'a', text: 'A', want: false },
  { glob: 'a?', text: 'ab', want: false },
]) {
  test(`glob ${glob} on ${text || 'nothing'}`, () => assert.equal(starGlobMatches(glob, text), want));
}

test('globs take linear time on 100 kB of worst input', () => {
  const startMs = performance.now();
  assert.equal(starGlobMatches('*a*a*a*a*b', 'a'.repeat(100_000)), false);
  assert.ok(performance.now() - startMs < 1_000);
});
