import assert from 'node:assert/strict';
import { resolve } from 'node:path/posix';
import { test } from 'node:test';
import { SCENE, decideLine } from './default-policy.test.ts';
import type { Scene } from './scene.ts';

/** `far` is a link out of the workspace. */
const LINKED: Scene = {
  ...SCENE,
  realPath: (path) => resolve(path).replace(/^\/home\/dev\/app\/far(?=\/|$)/, '/home/dev/srv'),
  linkedFiles: () => [],
};

for (const run of [
  'find src -type d -exec rm -rf {}/../../srv \\;',
  'find src -type d -exec cp src/a.ts {}/../../srv/x \\;',
  "find src -type d -exec sh -c 'rm -rf $1/../../srv' _ {} \\;",
  'find src -maxdepth 0 | xargs -I{} cp src/a.ts {}/../../srv/x',
  'find src -maxdepth 0 | while read d; do echo hi > $d/../../srv/x; done',
  'find src -type f -exec cat {}/../../../srv/x \\;',
  'for d in $(find src -maxdepth 0); do rm -f $d/../../srv/x; done',
  'fd . src | xargs -I{} cat {}/../../../srv/x',
  'ls | xargs -I{} rm {}/../../srv/x',
  'cat src/$x/../../y',
])
  test(`up from a name that is not known may lead anywhere: ${run}`, () => {
    assert.equal(decideLine(run).ruleId, 'decide/unknown-path');
  });

for (const filter of [
  'cat z',
  'cat z -',
  'cat < z',
  'cat <&3',
  'head z',
  'head -n1 z',
  'head -c 3',
  'head --bytes=3',
  'sort z',
  'sort - z',
  'sort --files0-from=z',
  'uniq z',
  'tac -s /',
  'shuf -e ../srv/data.csv',
  'grep . z',
  'grep -e . z',
  'grep -ve x z',
  "grep -H --label='../srv/data.csv ' a",
  'grep -A1 --group-separator=../srv/data.csv a',
  'rg --replace x .',
  "rg -r ../srv/data.csv '.*'",
  'rg -e x z',
])
  test(`what changes names, or has others, hands on no found ones: ${filter}`, () => {
    assert.equal(decideLine(`find src -name a.ts | ${filter} | xargs cat`).verdict, 'ask');
  });

test('nor does one whose input is another', () => {
  assert.notEqual(decideLine('find src -name a.ts | cat <<< .env | xargs cat').verdict, 'allow');
  assert.equal(decideLine('find src -name a.ts | cat <<< ../srv/x | xargs cat').verdict, 'ask');
});

for (const run of [
  'find . -name zzz , -path ./.git/config | xargs truncate -s 0',
  'find . -name zzz , -path ./.git/config -exec truncate -s 0 {} +',
  'find . -maxdepth 1 -name zzz , -path ./CLAUDE.md -exec rm {} +',
])
  test(`what stands behind a comma of find is found as well: ${run}`, () => {
    assert.notEqual(decideLine(run).verdict, 'allow');
  });

for (const run of [
  'find . ../srv -name data.csv -exec cat {} +',
  'find -- ../srv -name data.csv -exec cat {} +',
  'find -D exec ../srv -name data.csv -exec cat {} +',
  'find src /home/dev/srv -name data.csv | xargs cat',
  "find /home/dev/app/src /etc -name '*.ts' | xargs wc -l",
  'find src ../srv -name x | while read f; do cat "$f"; done',
  'fd . ../srv | xargs cat',
  'rg -l x ../srv | xargs cat',
  'grep -rl x ../srv/ src | xargs cat',
  'git ls-files ../other | xargs cat',
  'cd ../srv && ls | xargs cat',
  'cd ../srv && git ls-files | xargs cat',
])
  test(`names that are found outside are read there: ${run}`, () => {
    assert.equal(decideLine(run).ruleId, 'default/read-outside');
  });

for (const run of [
  'find "$(cat z)" -name a.ts | xargs cat',
  'find src far/.. $d -name a.ts | xargs cat',
  "find src -fprintf /dev/stdout '../srv/data.csv\\n' | xargs cat",
  'find . -ls | xargs cat',
  'ls -l | xargs cat',
  'ls --time-style=+../srv/x | xargs cat',
  'fd --path-separator /../../srv/ . src | xargs cat',
  'fd -x cat {}/../../srv/data.csv',
  'grep -rl --label=../srv/data.csv x | xargs cat',
  'git ls-files --format=../srv/data.csv | xargs cat',
  "git diff --name-only --line-prefix='../srv/data.csv ' | xargs cat",
  'git log --name-only | xargs cat',
  'git log --name-only --format= --format=../srv/data.csv | xargs cat',
  'cd $x && ls | xargs cat',
])
  test(`what is printed that may be any text names any file: ${run}`, () => {
    assert.equal(decideLine(run).verdict, 'ask');
  });

for (const run of ['cd far && ls | xargs cat', 'rg -l x far/ | xargs cat', 'cat far/$x.csv'])
  test(`the folder in front of a name that is not known may be a link: ${run}`, () => {
    assert.equal(decideLine(run, undefined, LINKED).verdict, 'ask');
  });

for (const run of [
  "touch 'src/x ../srv'",
  "mkdir -p 'src/x ../srv'",
  "echo x > 'a ../b'",
  "mkdir -p 'a /etc'",
  "mkdir 'a/\\..'",
  `mkdir 'a/".."'`,
])
  test(`a name that would be taken apart is asked about: ${run}`, () => {
    assert.equal(decideLine(run).ruleId, 'decide/unknown-path');
  });

for (const run of [
  "mkdir 'my dir'",
  "cp a 'b c/d e'",
  'tee "notes - draft.md" < x',
  `echo x > 'a "b".txt'`,
  "cat 'x ../y'",
  "find . -name '*.ts' -not -path './node_modules/*' | head -20 | xargs wc -l",
  "find . -name '*.ts' | grep -v node_modules | sort -u | xargs wc -l | tail -1",
  "find . -name '*.ts' | grep -vE 'a|b' | head -n 5 | xargs cat",
  'find src -name a.ts | cat - | xargs cat',
  "find src test -name '*.ts' | xargs wc -l",
  "find src test -name '*.pyc' | xargs rm -f",
  'find src test -name \'*.ts\' | while read f; do wc -l "$f"; done',
  "find src /home/dev/app/test -name '*.ts' | xargs wc -l",
  "find /home/dev/app/src /home/dev/app/test -name '*.ts' | xargs wc -l",
  "find packages/*/src test -name '*.ts' | xargs wc -l",
  "cd src && find .. -name '*.ts' | xargs wc -l",
  'find . -type d -name a | while read d; do ls $d/..; done',
  'rg -l x src test | xargs cat',
  'rg --files src | head -5 | xargs cat',
  'grep -rl x . | xargs cat',
  'git ls-files | xargs cat',
  "git ls-files '*.ts' | xargs grep foo",
  'git ls-files -o --exclude-standard | xargs cat',
  'git ls-files | tar cf o.tar -T -',
  'git diff --name-only main...HEAD -- src | xargs cat',
  'git diff --cached --name-only --diff-filter=ACM | xargs eslint',
  'git diff-tree --no-commit-id --name-only -r HEAD | xargs eslint',
  'git log -1 --name-only --pretty=format: | xargs cat',
  'fd . src | xargs cat',
  'ls | grep ts | xargs cat',
  'ls -t | head -1 | xargs cat',
])
  test(`ordinary lists of names are read: ${run}`, () => {
    assert.equal(decideLine(run).verdict, 'allow');
  });

for (const run of [
  'gcc a.c -o ../srv/x',
  'zip -O ../srv/x a.zip f',
  'go build -o ../srv/x .',
  'pytest --junitxml=../srv/x',
  'ruff check --output-file=../srv/x',
  'eslint --output-file=../srv/x .',
  'git format-patch -o ../srv -1',
  'patch --output=../srv/x a b',
])
  test(`a file outside that an option names is written outside: ${run}`, () => {
    assert.equal(decideLine(run).ruleId, 'default/write-outside');
  });

for (const run of [
  'gcc a.c -o build/x',
  'go build -o /tmp/x .',
  'pytest --junitxml=report.xml',
  'eslint -o report.txt .',
  'git format-patch -o patches -1',
])
  test(`one inside is nobody's business: ${run}`, () => {
    assert.equal(decideLine(run).verdict, 'allow');
  });
