import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';

for (const command of [
  'cd src/x || return; rm -rf ../srv',
  'cd src/x || { return; }; rm -rf ../srv',
  "f() { bash -c 'cd src/x || return; rm -rf ../srv'; }; f",
  'exit() { :; }; cd src/x || exit; rm -rf ../srv',
  'alias exit=:; cd src/x || exit; rm -rf ../srv',
  'cd src/x || { exit & }; rm -rf ../srv',
  'cd src/x || { echo no; exit & }; rm -rf ../srv',
  'cd src/x || exit > q; rm -rf ../srv',
  'cd src/x || exit 1 2; rm -rf ../srv',
  'x=(1 2); cd src/x || exit $x; rm -rf ../srv',
  "zsh -c 'x=(1 2); cd src/x || exit $x; rm -rf ../srv'",
  '! cd src/x || exit; rm -rf ../srv',
  '! cd src/x && rm -rf ../srv',
  'set -e; { cd src/x; rm -rf ../srv; } || true',
  'set -e; (cd src/x; rm -rf ../srv) || true',
  'set -e; ! cd src/x; rm -rf ../srv',
  'set -e; if cd src/x; then :; fi; rm -rf ../srv',
  'set -e; if { cd src/x; rm -rf ../srv; }; then :; fi',
  'set -e; if true; then :; elif { cd src/x; rm -rf ../srv; }; then :; fi',
  'set -e; f() { cd src/x; rm -rf ../srv; }; f || true',
  'set -e; f() { cd src/x; rm -rf ../srv; }; if f; then :; fi',
  "set -e; eval 'cd src/x; rm -rf ../srv' || true",
  'set -e; x=$(cd src/x; rm -rf ../srv)',
  'set -e; test -n "$(cd src/x; rm -rf ../srv)" || true',
  'set -e; [[ -n $(cd src/x; rm -rf ../srv) ]]; ls',
  "set -e; bash -c 'cd src/x; rm -rf ../srv'",
  'set -e; shopt -uo errexit; cd src/x; rm -rf ../srv',
  'set -e; shopt -u -o errexit; cd src/x; rm -rf ../srv',
  'set -e; true | set +e; cd src/x; rm -rf ../srv',
  'set -e; unsetopt errexit; cd src/x; rm -rf ../srv',
  'pushd -n src && rm -rf ../srv',
  'pushd -n $PWD/src && rm -rf ../srv',
  'cd src; OLDPWD=/srv; cd - && cat data.csv',
  'cd src; OLDPWD=/srv cd - && cat data.csv',
  'cd src; export OLDPWD=/srv; cd - && cat data.csv',
  'cd src; read OLDPWD <<< /srv; cd - && cat data.csv',
  "cd src; OLDPWD=/srv bash -c 'cd - && cat data.csv'",
  'cd .. && cd app && if false; then cd src; fi; cd - && cat data.csv',
  "alias cd=true; eval 'cd src && cat ../data.csv'",
  "alias up='cd ..'; eval up; cat data.csv",
]) {
  test(`a folder that may not have been reached is not counted on: ${command}`, () => {
    assert.notEqual(decideLine(command).verdict, 'allow');
  });
}

for (const command of [
  'cd src/x || exit; rm -rf ../dist',
  'cd src/x || exit 1; rm -rf ../dist',
  'cd src/x || exit $?; rm -rf ../dist',
  'cd src/x || { echo "no folder" >&2; exit 1; }; rm -rf ../dist',
  'f() { cd src/x || return 1; rm -rf ../dist; }; f',
  'set -e; cd src/x; rm -rf ../dist',
  'set -e; (cd src/x; rm -rf ../dist)',
  "bash -c 'set -e; cd src/x; rm -rf ../dist'",
  'cd src && npm test && cd - && cat package.json',
  'cd src && cat ../package.json',
  'pushd src && cat ../package.json',
  'if cd src; then cat a.ts; fi',
  'alias ll="ls -l"; cd src && cat ../package.json',
]) {
  test(`where a folder was surely reached there is nothing to ask about: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'allow');
  });
}
