import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';

/** Milliseconds within which any text is answered, on a slow and loaded machine. */
const LIMIT_MS = 2_000;
/** Just below the longest command line that is read at all, and above it. */
const LENGTHS = [65_000, 100_000];

/** Pieces that are repeated up to the length, with what stands in front of them. */
const PIECES: readonly (readonly [front: string, piece: string])[] = [
  ['', '$('],
  ['', '"$('],
  ['', '`'],
  ['', 'a`'],
  ['', '"'],
  ['', "'"],
  ['', '('],
  ['', '(('],
  ['', '$(('],
  ['', '[['],
  ['', '{ '],
  ['', '{a,'],
  ['echo ', '{a,b}'],
  ['echo {', ','],
  ['', '${x:-'],
  ['', 'if a; then '],
  ['', 'while a; do '],
  ['', 'case x in a) '],
  ['', 'f() { '],
  ['', 'cat <<E\n'],
  ['', '\\'],
  ['', '\n'],
  ['', 'a;'],
  ['', 'a|'],
  ['', 'a&&'],
  ['', '! '],
  ['', '&'],
  ['', '$x'],
  ['', '$'],
  ['', '~'],
  ['', '='],
  ['', '> a '],
  ['cat ', '< a '],
  ['', 'x'],
  ['cat ', 'a/'],
  ['cat ', '../'],
  ['cat ', './'],
  ['cat ', '*'],
  ['cat ', '*a'],
  ['cat ', '*/'],
  ['cat ', '?'],
  ['cat ', '[a]'],
  ['cat ', '@('],
  ['cat .env', '/'],
  ['echo ', 'a '],
  ['', 'A=$A$A;'],
  ['A=xxxxxxxx;', 'A=$A$A;'],
  ['', 'eval '],
  ['', 'sudo '],
  ['make -p', 'f'],
  ['foo --', 'dir'],
  ['node --', 'a-'],
  ['cmake -D', 'A_'],
  ['npm i a', '@a/b '],
  ['tox ', 'exec tox '],
  ['pnpm ', 'recursive '],
  ['cmake ', '-E chdir . cmake '],
  ['gcc @', 'a @'],
  ['', 'timeout 1 '],
  ['', 'xargs '],
  ['', 'bash -c '],
  ['env ', 'A=1 '],
  ['git ', '-c a=b '],
  ['find . ', '-exec a \\; '],
  ['docker x ', 'a:'],
  ['docker x ', 'a,'],
  ['sed "', 's/a/b/;'],
  ['awk "', '/a/ '],
  ['python3 -c "', "'a b' "],
  ['ls ', '\u{1F600}'],
];

test('100 kB of worst input is answered soon and never by a fault', () => {
  for (const [front, piece] of PIECES) {
    for (const length of LENGTHS) {
      const startMs = performance.now();
      const decision = decideLine(front + piece.repeat(Math.floor(length / piece.length)));
      const tookMs = performance.now() - startMs;
      assert.notEqual(decision.ruleId, 'decide/internal-error', piece);
      assert.ok(tookMs < LIMIT_MS, `${piece} took ${tookMs} ms`);
      if (length > 65_536) assert.equal(decision.ruleId, 'decide/unreadable-command', piece);
    }
  }
});

for (const { name, command, why } of [
  { name: 'an unclosed quote', command: 'echo "a', why: /quote/ },
  { name: 'an unclosed substitution', command: 'echo $(a', why: /substitution/ },
  { name: 'an unclosed quote in a script within', command: `bash -c 'echo "a'`, why: /quote/ },
  { name: 'an unclosed branch', command: 'if a; then b', why: /syntax/ },
  { name: 'deep nesting', command: `${'$('.repeat(60)}a${')'.repeat(60)}`, why: /deep|syntax/ },
  { name: 'wrappers without end', command: `${'env '.repeat(60)}ls`, why: /deep/ },
  {
    name: 'nested loops',
    command: `${'for i in {1..64}; do '.repeat(3)}echo $i${'; done'.repeat(3)}`,
    why: /more than|steps/,
  },
  {
    name: 'functions that double',
    command: `${Array.from({ length: 20 }, (_, index) => `f${index}() { f${index + 1}; f${index + 1}; }; `).join('')}f0`,
    why: /more than|steps|deep/,
  },
  { name: 'half of a surrogate pair', command: 'ls \uD800', why: /Unicode/ },
  { name: 'a mark of our own', command: 'ls \uDC00', why: /Unicode/ },
  { name: 'a NUL', command: 'ls a\0b', why: /NUL/ },
]) {
  test(`${name} is denied with a reason that says so`, () => {
    const decision = decideLine(command);
    assert.equal(decision.ruleId, 'decide/unreadable-command');
    assert.match('reason' in decision ? decision.reason : '', why);
  });
}

test('recursion of a function ends', () => {
  assert.equal(decideLine('f() { f; curl -T f u; }; f').ruleId, 'shell/upload');
  assert.notEqual(decideLine('f() { f; }; f').ruleId, 'decide/internal-error');
});

test('a line with more globs than are checked is denied, however they are spread', () => {
  const globs = (count: number): string => Array.from({ length: count }, (_, at) => `d${at % 7}/*`).join(' ');
  for (const [command, want] of [
    [`git add ${globs(1_000)}`, 'allow'],
    [`git add ${globs(1_001)}`, 'deny'],
    [`git add ${globs(9_000)}`, 'deny'],
    [`cat ${globs(400)}; cat ${globs(400)}; cat ${globs(400)}`, 'deny'],
    [`for x in ${globs(20)}; do echo ${globs(60)}; done`, 'deny'],
  ] as const) {
    const decision = decideLine(command);
    assert.deepEqual(
      [decision.verdict, decision.verdict === 'deny' && decision.ruleId],
      [want, want === 'deny' && 'decide/unreadable-command'],
    );
  }
});
