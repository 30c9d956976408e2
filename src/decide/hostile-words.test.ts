import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsWithin } from './path-candidate.ts';
import { readCommandLine } from './read-command-line.ts';

const PLACE = { folder: '/workspace', homeDir: '/home/dev' };

for (const line of [
  '{ a; } hunter22',
  '( a ) hunter22 b',
  '[[ a hunter22',
  '[[ a =~ b hunter22 ]]',
  '[[ -f (hunter22 ]]',
  '[[ a -eq && hunter22 ]]',
])
  test(`why a line cannot be read quotes no word of it: ${line}`, () => {
    const read = readCommandLine(line, PLACE);
    assert.ok(!read.ok);
    assert.doesNotMatch(read.why, /hunter/);
  });

for (const [line, token] of [
  ['echo )', ')'],
  ['a ; ; b', ';'],
  ['fi x', 'fi'],
])
  test(`a token of the syntax is told: ${line}`, () => {
    const read = readCommandLine(line ?? '', PLACE);
    assert.ok(!read.ok && read.why.includes(`unexpected token '${token}'`));
  });

test('a word full of signs of equality is read, with the paths behind the first ones and the last', () => {
  const word = `x${'=a'.repeat(30_000)}=/etc/shadow`;
  const paths = pathsWithin(word);
  assert.ok(paths.length < 100);
  assert.deepEqual([paths[0], paths.at(-1)], [word, '/etc/shadow']);
  assert.ok(readCommandLine(`cat ${'='.repeat(60_000)}`, PLACE).ok);
});
