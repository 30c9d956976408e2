import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandPattern } from '../core/command-pattern.ts';
import { strictPattern } from './strict-pattern.ts';

for (const { words, run, missing } of [
  { words: 'rm -rf*', run: ['rm {-r,-R,--recursive} {-f,--force}'], missing: false },
  { words: 'git push --force*', run: ['git push {-f,--force,--force-with-lease,--force-if-includes}'], missing: false },
  { words: 'frob --zap*', run: ['frob --zap'], missing: true },
  { words: 'frob -zap*', run: ['frob -zap'], missing: true },
  { words: 'git push*main', run: ['git push* *main'], missing: false },
  {
    words: 'docker run *--privileged*',
    run: ['{docker,podman,nerdctl} run {--privileged,*--privileged*}'],
    missing: false,
  },
  { words: 'cat ~/.ssh/x', run: ['cat */.ssh/x'], missing: false },
  { words: 'echo $HOME/x', run: ['echo */x'], missing: false },
  { words: '* curl', run: ['* * curl', 'curl'], missing: false },
  { words: '*sudo*', run: ['*sudo*', '* *sudo*'], missing: false },
  { words: 'sudo rm -rf', run: ['sudo'], missing: false },
  { words: 'xargs rm -i', run: ['rm {-i,--interactive}'], missing: false },
  { words: 'env', run: [], missing: true },
  { words: 'find . -exec rm', run: ['find . -exec * rm'], missing: true },
])
  test(`\`${words}\` is taken in every spelling, or what is missing is said`, () => {
    const pattern = strictPattern(words.split(' '));
    assert.deepEqual(pattern.run, run);
    assert.equal(pattern.missing !== null, missing);
    for (const text of run) assert.equal(parseCommandPattern(text).ok, true);
  });

test('a hundred thousand stars take no time', () => {
  const startedAtMs = performance.now();
  strictPattern([`a${'*b'.repeat(50_000)}`, `-${'*-'.repeat(50_000)}`, '*'.repeat(100_000)]);
  assert.ok(performance.now() - startedAtMs < 2_000);
});
