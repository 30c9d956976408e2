import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginsCommand, commandScript, parseStat, startedAtMs, wordsOf } from './process-files.ts';

const SCRIPT =
  "exec 3<&- || exit 126; source /home/dev/.claude/shell-snapshots/snapshot-bash-1-abc.sh 2>/dev/null || true && eval 'npm test' < /dev/null && pwd -P >| /tmp/claude-0/cwd-1";
const SHELL = ['/bin/bash', '-c', SCRIPT];
const WRAPPER = ['/proc/self/fd/3', '/bin/bash', '-c', SCRIPT];
const CLIENT = ['/opt/claude-code/claude', '-p', 'go'];

for (const { name, text, want } of [
  { name: 'a plain one', text: `7 (bash) S 3 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 9`, want: [3, 4242] },
  {
    name: 'a name with brackets and blanks',
    text: `7 (a) S 1 (b) S 3 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 9`,
    want: [3, 4242],
  },
  { name: 'one that ends early', text: '7 (bash) S 3', want: null },
  { name: 'nothing', text: '', want: null },
]) {
  test(`the state of a process is read from ${name}`, () => {
    const stat = parseStat(text);
    assert.deepEqual(stat === null ? null : [stat.parentPid, stat.startTicks], want);
  });
}

test('a start is told in time of day', () => {
  assert.equal(startedAtMs(500, 10, 1_800_000_000_000), 1_800_000_000_000 - 5_000);
});

for (const { name, words, want } of [
  { name: 'the shell of a command is one', words: SHELL, want: SCRIPT },
  { name: 'zsh is one', words: ['/usr/bin/zsh', '-c', SCRIPT], want: SCRIPT },
  {
    name: 'the shell that makes the snapshot is none',
    words: ['/bin/bash', '-c', '-l', `SNAPSHOT_FILE=/home/dev/.claude/shell-snapshots/snapshot-bash-1.sh eval `],
    want: null,
  },
  { name: 'a program of the command is none', words: ['npm', 'test'], want: null },
  { name: 'text that speaks of one is none', words: ['echo', '-c', SCRIPT], want: null },
  { name: 'a wrapper is none', words: WRAPPER, want: null },
  { name: 'no words are none', words: [], want: null },
]) {
  test(`${name}: a command of the client`, () => assert.equal(commandScript(words), want));
}

for (const { name, words, parent, want } of [
  { name: 'started by the client', words: SHELL, parent: CLIENT, want: true },
  { name: 'started by the wrapper of the sandbox', words: SHELL, parent: WRAPPER, want: true },
  { name: 'a part that its shell forked off', words: SHELL, parent: SHELL, want: false },
  { name: 'a part whose parent is gone', words: SHELL, parent: ['/sbin/init'], want: false },
  {
    name: 'a wrapper of another command',
    words: SHELL,
    parent: ['/proc/self/fd/3', '/bin/bash', '-c', 'x'],
    want: false,
  },
]) {
  test(`a command begins with ${name}: ${want}`, () => assert.equal(beginsCommand(words, parent), want));
}

test('words are bounded', () => {
  assert.equal(wordsOf('a\0'.repeat(1_000_000)).length, 64);
  assert.ok(wordsOf('a'.repeat(1_000_000)).join('').length <= 65_536);
});
