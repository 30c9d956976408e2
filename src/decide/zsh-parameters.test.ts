import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';
import { quoted } from './shell-word.ts';
import { hasZshQualifier } from './zsh-glob.ts';

/** What zsh reads otherwise than bash; the client runs its commands in the one or the other. */
const LINES: readonly string[] = [
  'echo hi >! .git/config',
  'echo hi >>! .git/config',
  'echo hi &>! .git/config',
  'echo hi >&! .git/config',
  'echo hi 1>! .git/config',
  'echo hi >!.git/config',
  'x=.git/config; echo hi >!$x',
  ': >! .git/config echo a',
  'echo hi >! a >! .git/config',
  'x=.envrc.t; cat $x:r',
  'x=.envrc.t; cat "$x:r"',
  'x=.env/a; cat $x:h',
  'x=.xnv; cat $x:s/x/e/',
  'x=.xnv; cat $x:gs/x/e/',
  'x=.git/config.t; echo hi > $x:r',
  'x=nc.t; $x:r -l',
  "x='ls;nc -l.t'; eval $x:r",
  'set -- .envrc.t; cat $1:r',
  'f() { cat $1:r; }; f .envrc.t',
  'x=.envrc.t; y=$x:r; cat $y',
  'x=a.envb; cat $x[2,5]',
  'x=a.envb; cat "$x[2,5]"',
  'x=a.envb; y=$x[2,5]; cat $y',
  'x=a.envb; cat < $x[2,5]',
  "G='.en*'; cat $~G",
  "G='src/a.ts .env'; cat $=G",
  'x=src/a.ts; : ${x::=.env}; cat $x',
  'hash ls=../bin/sudo; ls',
  "functions[ls]='sudo ls'; ls",
  "functions+=(ls 'sudo ls'); ls",
  "functions=([ls]='sudo ls'); ls",
  ": ${functions[ls]:='sudo ls'}; ls",
  ": ${functions[ls]::='sudo ls'}; ls",
  "read 'functions[ls]' <<< 'sudo ls'; ls",
  "printf -v 'functions[ls]' 'sudo ls'; ls",
  "typeset 'functions[ls]=sudo ls'; ls",
  "sudo() { :; }; unset 'functions[sudo]'; ls",
  "aliases[ls]='sudo ls'; eval ls",
  'galiases[ZZ]=.env; eval "cat ZZ"',
  'alias -g ZZ=x; cat a',
  'alias -s ts=cat; ls',
  'commands[ls]=../bin/sudo; ls',
  'commands=(ls ../bin/sudo); ls',
  'commands=([ls]=../bin/sudo); ls',
  'options[extendedglob]=on; cat .en^x',
  'options=(globdots on); cat a',
  'options+=([globdots]=on); cat a',
  'path=(../bin $path); ls',
  'path+=(../bin); ls',
  'cdpath=(..); cd srv && cat data.csv',
  'cdpath+=(..); cd srv && cat data.csv',
  'read -A cdpath <<< ..; cd srv && cat data.csv',
  'argv=(.env); cat $1',
  'set -- src/a.ts; argv[1]=.env; cat $1',
  'chpwd() { builtin cd -q ../../srv; }; cd src; cat data.csv',
  'chpwd_functions=(f); f() { builtin cd -q ../../srv; }; cd src; cat data.csv',
  'TRAPDEBUG() { x=.env; }; x=src/a.ts; cat $x',
  'READNULLCMD=sudo; < src/a.ts',
  'set -T; d=/srv; cd d && cat data.csv',
  "bash <<< 'sudo ls' <<< ls",
  "echo 'sudo ls' | bash <<< ls",
  'echo .env | xargs cat <<< src/a.ts',
  'echo .env | cat <<< src/a.ts | xargs cat',
  '{ echo } always { sudo ls; }',
  'cat .en<1-2>v',
  "read 'LD_PRELOAD?x' <<< ./a.so; ls",
  'ls *(.e{nc})',
  'ls *(N+nc)',
  'ls *(.oe{nc})',
  'ls *(N.e.nc.)',
  'ls *(.eXncX)',
  'ls *([1]+nc)',
  'ls *(f644e,nc,)',
  'ls *(u{root}e_nc_)',
  'ls ?(.+nc)',
  'ls !(.e{nc})',
  'ls @(.+nc)',
  'ls *(.e\u00a1nc\u00a1)',
  'cat C*(P,.env,)',
  // The last command of a pipe, which bash runs itself only with `lastpipe`.
  'x=src/a.ts; echo .env | read x; cat $x',
  'x=src/a.ts; true | x=.env; cat $x',
  'x=src/a.ts; f() { x=.env; }; true | f; cat $x',
  'echo | cd ..; cat data.csv',
  'sudo() { :; }; true | unset -f sudo; sudo ls',
  "ls() { :; }; true | eval 'ls() { sudo ls; }'; ls",
  'set -- src/a.ts; echo | shift; cat $1',
  'true | shopt -s dotglob; cat *env',
  'true | set -P; cd up/lnk/..; cat notes.txt',
];

for (const command of LINES) {
  test(`what only zsh reads so is never allowed: ${command}`, () => {
    assert.notEqual(decideLine(command).verdict, 'allow');
    assert.notEqual(decideLine(`zsh -c ${quoted(command)}`).verdict, 'allow');
  });
}

test('in zsh the variable `path` is PATH', () => {
  assert.notEqual(decideLine("zsh -c 'path=bin; ls'").verdict, 'allow');
  assert.equal(decideLine('path=src/a.ts; cat $path').verdict, 'allow');
});

for (const command of [
  'echo hi > a; echo b >> a',
  'echo "done!" > log.txt',
  'echo a >| b.txt',
  'x=v1; echo $x:latest "$x[0]"',
  'x=src; cat $x/a.ts "${x}/b.ts"',
  'x=src; ls "$x":"$x" ${x}:lib',
  'PATH_A=a; echo "$HOME/bin:$PATH_A"',
  'for f in a b; do echo "$f: $(wc -l < $f)"; done',
  "grep -n 'foo$=' src/a.ts",
  'sed -e "s:%v:1:g" src/a.ts',
  'options=(-a -b); ls "${options[@]}"',
  'commands=("npm test" "npm run lint"); echo "${commands[0]}"',
  'x=(a b); echo "${x[1]}"',
  'alias ll="ls -l"; ls',
  'hash -r; ls',
  'echo a | tee b.txt; cat b.txt',
  'x=src/a.ts; cat list.txt | while read l; do echo "$l"; done; cat $x',
  'find . -exec echo {} \\;',
  'echo }',
  'ls !(package.lock.json) !(*.test.ts) *(src) ?(a)b +([0-9])',
  'ls @(src|lib) !(tests|e2e)',
  'cat <<EOF | wc -l\na\nEOF',
  'read -r a b <<< "1 2"; echo $a',
]) {
  test(`what every shell reads alike is nothing to ask about: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'allow');
  });
}

test('a long glob does not hold up the reading', () => {
  for (const part of ['u7', 'a1', 'oe', 'f{', 'eP', 'on', '[']) {
    const start = performance.now();
    hasZshQualifier(`*(${part.repeat(50_000)}`);
    assert.ok(performance.now() - start < 1_000, part);
  }
});
