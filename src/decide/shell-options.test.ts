import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from './decide.ts';
import { decideLine, defaultTable } from './default-policy.test.ts';
import { ruleIndex } from './rule-index.ts';

/** `/w/up/lnk` leads to `/h/far`; globs are looked up in a list. */
function decided(commandLine: string, links: Readonly<Record<string, readonly string[]>> = {}): string {
  const decision = decide(
    ruleIndex(defaultTable({})),
    { kind: 'command', commandLine, cwd: '/w', isUnsandboxed: false },
    {
      workspace: '/w',
      homeDir: '/h',
      realPath: (path) => {
        const names: string[] = [];
        for (const name of path.split('/')) {
          if (name === '..') names.pop();
          else if (name !== '' && name !== '.') names.push(name);
          if (names.join('/') === 'w/up/lnk') names.splice(0, 3, 'h', 'far');
        }
        return `/${names.join('/')}`;
      },
      expandGlob: () => [],
      linkedFiles: (glob) => links[glob] ?? [],
    },
  );
  return decision.verdict;
}

for (const { command, glob } of [
  { command: "bash -O dotglob -c 'cat v/*'", glob: '/w/v/[*]' },
  { command: "bash -O nocaseglob -c 'cat v/X*'", glob: '/w/v/X[*]' },
  { command: "bash -O globstar -c 'cat v/**/n'", glob: '/w/v/**/n' },
  { command: "env BASHOPTS=dotglob bash -c 'cat v/*'", glob: '/w/v/[*]' },
  { command: "env BASHOPTS=extglob:dotglob bash -c 'cat v/*'", glob: '/w/v/[*]' },
  { command: "bash -O dotglob <<< 'cat v/*'", glob: '/w/v/[*]' },
  { command: "bash -O $X -c 'cat v/*'", glob: '/w/v/[*]' },
  { command: "ksh -Gc 'cat v/**/n'", glob: '/w/v/**/n' },
  { command: "ksh -G -c 'cat v/**/n'", glob: '/w/v/**/n' },
  { command: "zsh -c 'cat v/**/n'", glob: '/w/v/**/n' },
  { command: "ksh -c 'FIGNORE=x; cat v/*'", glob: '/w/v/[*]' },
  { command: "FIGNORE=x ksh -c 'cat v/*'", glob: '/w/v/[*]' },
  { command: 'true | shopt -s globstar; cat v/**/n', glob: '/w/v/**/n' },
]) {
  test(`an option given to the shell counts in its script: ${command}`, () => {
    assert.equal(decided(command, { [glob]: ['/w/.env'] }), 'deny');
  });
}

for (const command of [
  'cd -P up/lnk/.. && cat notes.txt',
  'cd -LP up/lnk/.. && cat notes.txt',
  'set -P; cd up/lnk/..; cat notes.txt',
  'set -o physical; cd up/lnk/..; cat notes.txt',
  'cd -P up/lnk && cd .. && cat notes.txt',
  'cd up/lnk && cd -P .. && cat notes.txt',
  "bash -P -c 'cd up/lnk/.. && cat notes.txt'",
  "bash -o physical -c 'cd up/lnk/.. && cat notes.txt'",
  "env SHELLOPTS=physical bash -c 'cd up/lnk/.. && cat notes.txt'",
  'env -C up/lnk/.. cat notes.txt',
  'cmake -E chdir up/lnk/.. cat notes.txt',
  'git -C up/lnk/.. add notes.txt',
]) {
  test(`who walks as the kernel does ends where the link leads: ${command}`, () => {
    assert.equal(decided(command), 'ask');
  });
}

for (const command of [
  'cd up/lnk/.. && cat notes.txt',
  'cd -P -L up/lnk/.. && cat notes.txt',
  'cd -P src && cat a.ts',
  'env -C src cat a.ts',
  'git -C src/../lib status',
]) {
  test(`what stays in the workspace is nothing to ask about: ${command}`, () => {
    assert.equal(decided(command), 'allow');
  });
}

test('where nobody can look, a folder behind a link is not known', () => {
  assert.equal(decideLine('cd -P src && cat a.ts').verdict, 'ask');
  assert.equal(decideLine('env -C src/.. cat a.ts').verdict, 'ask');
  assert.equal(decideLine('env -C src cat a.ts').verdict, 'allow');
});

for (const command of [
  'shopt -s cdable_vars; D=../home; cd D && cat notes.txt',
  "D=/home bash -O cdable_vars -c 'cd D && cat notes.txt'",
  "D=/home bash -O cdable_vars <<< 'cd D && cat notes.txt'",
  "D=/home env BASHOPTS=cdable_vars bash -c 'cd D && cat notes.txt'",
  "set -a; CDPATH=..; bash -c 'cd home && cat notes.txt'",
  "set -o allexport; read CDPATH <<< ..; bash -c 'cd home && cat notes.txt'",
  "shopt -so allexport; printf -v CDPATH ..; bash -c 'cd home && cat notes.txt'",
  "if true; then export CDPATH=..; fi; bash -c 'cd home && cat notes.txt'",
  "f() { export CDPATH=..; }; f; bash -c 'cd home && cat notes.txt'",
  'sudo() { :; }; for i in 1 2; do sudo ls; unset -f sudo; done',
  'x=a.ts; shopt -s lastpipe; echo .env | read x; cat $x',
  'shopt -s lastpipe; echo | cd ../home; cat notes.txt',
  "zsh -c 'x=a.ts; echo .env | read x; cat $x'",
  'pushd src; cd ../lib; pushd; cat notes.txt',
  "zsh -o extendedglob -c 'cat .en^x'",
  "zsh -o globdots -c 'cat v/*'",
  "zsh --globdots -c 'cat v/*'",
  "zsh -4 -c 'cat v/*'",
  "zsh -c 'setopt extendedglob; cat .en^x'",
  "zsh -c 'set -o extendedglob; cat .en^x'",
  "zsh -c 'emulate ksh; cat v/*'",
  "zsh -c 'G=.en?; cat $~G'",
  "zsh -c 'G=.en?; cat ${~G}'",
]) {
  test(`a shell that would read this otherwise is asked about or denied: ${command}`, () => {
    assert.notEqual(decided(command), 'allow');
  });
}

for (const command of [
  "zsh -c 'cat src/a.ts'",
  "zsh -lc 'cat src/a.ts | head -2'",
  "zsh -o pipefail -c 'cat src/a.ts'",
  "zsh -c 'git log --format=%h HEAD~1 HEAD^'",
  "bash -eo pipefail -c 'cat src/a.ts'",
  'set -Eeuo pipefail; cat src/a.ts; set +x',
  'shopt -s nullglob extglob; ls src',
  'cd src && pushd . && ls',
  'x=1; echo a | cat; echo $x',
]) {
  test(`an ordinary option is nothing to ask about: ${command}`, () => {
    assert.equal(decided(command), 'allow');
  });
}

// Each `o` takes the next word, so that the script comes after it: `history` alone would be allowed.
for (const { command, want } of [
  { command: "bash -oc history 'cat .env'", want: 'deny' },
  { command: "bash -oec history 'cat .env'", want: 'deny' },
  { command: "sh -oc history 'cat .env'", want: 'deny' },
  { command: "dash -coe history 'cat .env'", want: 'deny' },
  { command: "bash -Oc dotglob 'cat .env'", want: 'deny' },
  { command: "bash -ooc history vi 'cat .env'", want: 'deny' },
  { command: "bash -oOc history dotglob 'cat .env'", want: 'deny' },
  { command: "bash -oc history 'rm -rf /'", want: 'deny' },
  { command: "bash +oc history 'cat .env'", want: 'deny' },
  { command: "bash +oc history 'rm -rf /'", want: 'deny' },
  { command: "bash +c 'rm -rf /'", want: 'deny' },
  { command: "zsh -oc history 'rm -rf x'", want: 'ask' },
  { command: "ksh -oc history 'rm -rf x'", want: 'ask' },
  { command: "zsh -oc history 'cat .env'", want: 'deny' },
  { command: "ksh -oc history 'cat .env'", want: 'deny' },
  { command: "bash -euo pipefail -c 'git status'", want: 'allow' },
  { command: "bash -eoc pipefail 'git status'", want: 'allow' },
  { command: "bash -o pipefail -o errexit -c 'git status'", want: 'allow' },
]) {
  test(`the script of a shell is found behind the names of its options: ${command}`, () => {
    assert.equal(decided(command), want);
  });
}
