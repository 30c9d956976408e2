import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';
import { globEndedBy, globbed, swallowed } from './value-glob.ts';
import { GLOB_ANY, GLOB_ONE, GLOB_RUN, UNKNOWN } from './shell-word.ts';

for (const { value, text, isOpen = false } of [
  { value: 'plain', text: 'plain' },
  { value: 'a(b)', text: 'a(b)' },
  { value: 'src/*.t?', text: `src/${GLOB_RUN}.t${GLOB_ONE}` },
  { value: '.en[v]', text: `.en${GLOB_ONE}` },
  { value: '.en[!a]', text: `.en${GLOB_ONE}` },
  { value: '.en[]v]', text: `.en${GLOB_ANY}`, isOpen: true },
  { value: '.en[!]a]', text: `.en${GLOB_ANY}`, isOpen: true },
  { value: '.e[[:alpha:]]v', text: `.e${GLOB_ANY}`, isOpen: true },
  { value: String.raw`.en\v*`, text: `.en${GLOB_ANY}` },
  { value: '.@(env)', text: `.${GLOB_ANY}`, isOpen: true },
  { value: '[[:x:]]/a/*', text: `${GLOB_ANY}/a/${GLOB_RUN}` },
  { value: `a[${UNKNOWN}]b`, text: `a${GLOB_ANY}${UNKNOWN}${GLOB_ANY}`, isOpen: true },
]) {
  test(`the globs of a value are marked: ${JSON.stringify(value)}`, () => {
    assert.deepEqual(globbed(value, false), { text, isOpen });
  });
}

test('where hidden names count, each glob may be any text', () => {
  assert.equal(globbed('a*?[b]', true).text, `a${GLOB_ANY.repeat(3)}`);
});

test('a value ends the brackets in front of it, in the same name', () => {
  assert.equal(globEndedBy('.en[', 'v]'), 3);
  assert.equal(globEndedBy('[a/b', 'v]'), null);
  assert.equal(globEndedBy('.en[', 'v/]'), null);
  assert.equal(globEndedBy('x@', '(a)'), 1);
  assert.equal(globEndedBy('x', '(a)'), null);
});

test('text within an open glob is nothing of its own up to the next slash', () => {
  assert.equal(swallowed('v]'), '');
  assert.equal(swallowed('v]/x'), '/x');
  assert.equal(swallowed(`v${UNKNOWN}]/x`), `${UNKNOWN}${GLOB_ANY}/x`);
});

for (const command of [
  "G='.en[]v]'; cat $G",
  "G='.e[[:alpha:]]v'; cat $G",
  String.raw`G='.en\v*'; cat $G`,
  "shopt -s extglob; G='.@(env)'; cat $G",
  "set -- '.en[]v]'; cat $1",
  "for g in '.en[]v]'; do cat $g; done",
  "f() { cat $1; }; f '.en[]v]'",
  "G='.en[]v]'; echo x > $G",
  "A='.en['; cat ${A}v]",
  "A='v]'; cat .en[$A",
  "A='.en[[:alpha:]'; cat $A]",
  String.raw`A='\'; cat .e${'$'}{A}nv*`,
  'echo [$(cat .env)]',
  'x=[$(cat .env)]',
  'cat <<< [$(cat .env)]',
  'y=.env; x=[$y]; cat ${x:1:4}',
]) {
  test(`a glob in a value hides no protected file: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'deny');
  });
}

for (const command of [
  "A='n][v'; cat .e[$A]",
  "y='v]/../.en[v'; cat [$y]",
  'cat src/[$X]',
  "shopt -s extglob; A='@'; B='(.env)'; cat $A$B",
  "G='.git/conf[]i]g'; echo x > $G",
  "x=':alpha:'; cat q/[[$x]]1",
  'x=:; cat q/[[${x}alpha:]]1',
  'x=:; cat q/[[:alpha$x]]1',
  'x=.n.; cat q/[[$x]]1',
  'x==n=; cat q/[[$x]]1',
  'x=; cat q/[[$x:alpha:]]1',
  "set -- ':alpha:'; cat q/[[$1]]1",
  'cat q/[[$(echo :alpha:)]]1',
  "x=':alpha:'; for f in q/[[$x]]1; do cat $f; done",
  "x=':alpha:'; echo hi > q/[[$x]]1",
  'x=; cat q/[$x]n]1',
  "x='!'; cat q/[$x]a]1",
  "x='^'; cat q/[$x]a]1",
  'x=; cat q/[!$x]a]1',
  'cat q/[""]n]1',
  'cat q/[["":alpha:]]1',
  "cat q/[['':alpha:]]1",
]) {
  test(`a glob that a value may end is asked about or denied: ${command}`, () => {
    assert.notEqual(decideLine(command).verdict, 'allow');
  });
}

for (const command of [
  "G='src/[a]*'; cat $G",
  "G='*.ts'; ls src/$G",
  "A='a[0]'; echo $A",
  String.raw`RE='foo\|bar'; grep -rn $RE src`,
  "RE='[[:space:]]+foo'; grep -n $RE src/a.ts",
  'for i in 1 2; do cat src/a[$i].ts; done',
  'echo "arr[$x]" [ok] [$x]',
  'x=a.b; cat src/[$x].ts',
  'cat src/[[:alpha:]].ts src/[]a].ts src/[!]a].ts',
  'x=a; cat src/[${x}-z].ts src/["$x"b].ts src/[!$x].ts',
  'MSG="fix(core): it"; git commit -m $MSG',
]) {
  test(`a value with signs of a glob is nothing to ask about: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'allow');
  });
}
