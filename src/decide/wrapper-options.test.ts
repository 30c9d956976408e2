import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';

for (const command of [
  'xargs --max-lines sudo <<< ls',
  'xargs --max-l sudo <<< ls',
  'setarch -R sudo ls',
  'setarch --uname-2.6 sudo ls',
  'setarch -v -R sudo ls',
  'true; setarch x86_64 -R sudo ls',
  'true; setarch x86_64 -R -v sudo ls',
  'true; chrt --sched-runtime 0 -o 0 sudo ls',
  'true; chrt -b 0 -- sudo ls',
  'chrt -o sudo ls',
  'true; xvfb-run --error-file ls sudo ls',
  'dbus-run-session --dbus-daemon=sudo -- ls',
  "mapfile -tC 'sudo ls' -c1 x <<< 1",
  "mapfile -c1 -tC 'sudo ls' x <<< 1",
  "readarray -c1 -tC'sudo ls' x <<< 1",
  "env -S '-u X sudo ls'",
  'env -S \'-S "sudo ls"\'',
  "env -S $'cat\\n.env'",
  "env -S $'cat x\\f.env'",
  "env -S 'cat <<x .env'",
]) {
  test(`what a wrapper runs is found behind its own options: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'deny');
  });
}

for (const command of [
  'true; setarch x86_64 -R',
  'true; chrt -o 0 -a -a -a -a -a -a -a -a -a -a -a sudo ls',
  "true; linux64 <<< 'sudo ls'",
  String.raw`env -S 'cat x\_.envrc'`,
  String.raw`env -S "cat 'a\'' .env #'"`,
  "env -S 'cat ${HOME}/notes.txt'",
  'mapfile $X y <<< 1',
]) {
  test(`a wrapper of which the command is not seen is asked about: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'ask');
  });
}

for (const command of [
  'xargs --max-lines=1 ls < files.txt',
  'setarch -R ls',
  'setarch x86_64 -R git status',
  'linux32 make',
  'chrt -i 0 npm test',
  'timeout -k 5 30 npm test',
  'flock --wait 3 .lock git status',
  'xvfb-run -a npm test',
  'xvfb-run --server-num 9 npm test',
  'numactl --localalloc npm test',
  'mapfile -t lines < <(ls)',
  'readarray -d "" files < <(find . -name "*.ts" -print0)',
  "env -S 'node --version'",
  "env -S 'NODE_ENV=test npm test'",
]) {
  test(`an ordinary wrapper is nothing to ask about: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'allow');
  });
}
