import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCENE } from './default-policy.test.ts';
import { explainCommand } from './explain.ts';

for (const { name, command, want } of [
  { name: 'quotes are gone', command: `c'ur'l "a b"`, want: ['curl|a b'] },
  {
    name: 'wrappers come in front of what they run',
    command: 'timeout 5 nice git push',
    want: ['timeout|5', 'nice', 'git|push'],
  },
  { name: 'what is not known is shown as such', command: 'cat $X a*', want: ['cat|$?|a*'] },
  { name: 'scripts within are seen', command: `bash -c 'ls | wc' `, want: ['bash|-c', 'ls', 'wc'] },
  { name: 'assignments are commands of their own', command: 'A=b ls', want: ['<assign>|A=b', 'ls'] },
  {
    name: 'loops over known words are unrolled',
    command: 'for i in a b; do echo $i; done',
    want: ['echo|a', 'echo|b'],
  },
]) {
  test(`explained: ${name}`, () => {
    const explanation = explainCommand(command, SCENE);
    assert.ok(explanation.ok);
    assert.deepEqual(
      explanation.commands.map(({ program, words }) => [program, ...words].join('|')),
      want,
    );
  });
}

test('explained: why a command cannot be read', () => {
  assert.deepEqual(explainCommand('ls \0', SCENE), { ok: false, why: 'it holds a NUL character' });
});
