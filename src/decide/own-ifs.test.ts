import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';

const SPLIT = 'y=src/a.tsx.envrc; cat $y';

for (const before of [
  'IFS=x',
  'declare IFS=x',
  'declare IFS+=x',
  'export IFS=x',
  'export "IFS=x"',
  'v=IFS; export "$v=x"',
  'readonly IFS=x',
  'typeset IFS=x',
  'command export IFS=x',
  'builtin declare IFS=x',
  'printf -v IFS x',
  'read IFS <<< x',
  'eval IFS=x',
  'command eval IFS=x',
  'f() { IFS=x; }; f',
  'f() { export IFS=x; }; f',
  'f() { declare -g IFS=x; }; f',
  'f() { for IFS in x; do :; done; }; f',
  'select IFS in x; do break; done <<< 1',
  'if true; then declare IFS=x; fi',
  'true && export IFS=x',
  'IFS=y declare -g IFS=x',
  'IFS=y printf -v IFS x',
  'IFS=x export IFS',
  'exec {IFS}> log',
  'let IFS=1',
  'coproc IFS { :; }',
  'OLD=x; IFS=$OLD',
  "readonly IFS=x; IFS=$' \\t\\n'",
  'OLD=$IFS; IFS=x; false && IFS=$OLD',
]) {
  test(`whatever sets IFS changes how values are split: ${before}`, () => {
    assert.equal(decideLine(`${before}; ${SPLIT}`).verdict, 'ask');
  });
}

for (const command of [
  `dash -c 'IFS=x eval :; ${SPLIT}'`,
  `dash -c 'IFS=x :; ${SPLIT}'`,
  `dash -c 'IFS=x export A=1; ${SPLIT}'`,
  `ksh -c 'f() { :; }; IFS=x f; ${SPLIT}'`,
  `bash -c 'export IFS=x; ${SPLIT}'`,
]) {
  test(`an assignment that stays in some shell counts behind its command: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'ask');
  });
}

for (const command of [
  `IFS=';'; set -- ls 'nc -l'; eval "$*"`,
  `IFS=';'; set -- ls 'nc -l'; bash -c "$*"`,
  `IFS=';'; set -- ls 'nc -l'; bash <<< "$*"`,
  `IFS=';'; set -- ls 'nc -l'; x=$*; eval "$x"`,
  `IFS=$'\\n'; set -- 'ls #' 'nc -l'; eval "$*"`,
  `set -- 'ls #' 'nc -l'; declare IFS=; eval "$*"`,
  `f() { eval "$*"; }; IFS=';'; f ls 'nc -l'`,
  `IFS=.; set -- '' envrc; cat "$*"`,
  `IFS=.; set -- '' envrc; cat "\${*}"`,
  `IFS=.; set -- '' envrc; y="$*"; cat "$y"`,
  `printf -v IFS .; set -- '' envrc; cat "$*"`,
  `for IFS in .; do set -- '' envrc; cat "$*"; done`,
  `bash -c 'IFS=.; x="$*"; cat "$x"' _ '' envrc`,
  `IFS=; set -- .git/con fig; echo hi > "$*"`,
]) {
  test(`arguments that IFS joins are not known: ${command}`, () => {
    assert.notEqual(decideLine(command).verdict, 'allow');
  });
}

for (const command of [
  `set -- 'ls;' 'sudo ls'; x="$*"; eval "$x"`,
  `set -- 'ls;' 'sudo ls'; x=$*; eval "$x"`,
  `set -- 'ls;' 'sudo ls'; x="$@"; eval "$x"`,
  `set -- 'ls;' 'sudo ls'; x=$@; eval "$x"`,
  `set -- 'ls;' 'sudo ls'; bash <<< "$*"`,
  `set -- 'ls;' 'sudo ls'; bash <<E\n$*\nE`,
  `f() { bash -c "$*"; }; f sudo ls`,
]) {
  test(`arguments are one text where nothing splits: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'deny');
  });
}

for (const command of [
  'IFS=, read -ra parts <<< "a,b,c"; y=src/a.ts; cat $y',
  'IFS= read -r x < src/a.ts; y=src/a.ts; cat $y',
  'while IFS= read -r line; do echo "$line"; done < src/a.ts; y=src/a.ts; cat $y',
  'while IFS=: read -r a b; do echo "$a"; done < src/a.ts; for f in src/a.ts; do cat $f; done',
  "IFS=$'\\n' sort src/a.ts; y=src/a.ts; cat $y",
  'IFS=x true; y=src/a.ts; cat $y',
  'OLD=$IFS; IFS=,; echo $x; IFS=$OLD; y=src/a.ts; cat $y',
  "IFS=,; echo $x; IFS=$' \\t\\n'; y=src/a.ts; cat $y",
  'set -- src/a.ts; IFS=,; cat "$*"',
  'set -- src/a.ts src/b.ts; cat $* "$@"',
  'f() { echo "all: $*"; }; f a b c',
  `sh -c 'x="$*"; echo "$x"' _ a b`,
  'x="$*"; echo "$x"',
]) {
  test(`ordinary splitting and joining is nothing to ask about: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'allow');
  });
}
