import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awkRunsPrograms } from './awk-program.ts';
import { sedEffects } from './sed-script.ts';
import { shellWord } from './shell-word.ts';

for (const { script, reads, writes, runs } of [
  { script: 's/a/b/g', reads: [], writes: [], runs: false },
  { script: 's/e w r/e/', reads: [], writes: [], runs: false },
  { script: '1,20p', reads: [], writes: [], runs: false },
  { script: '/begin/,/end/{s/a/b/;p}', reads: [], writes: [], runs: false },
  { script: '$!N;s/\\n/ /;P;D', reads: [], writes: [], runs: false },
  { script: 's|a|b|;s#c#d#2', reads: [], writes: [], runs: false },
  { script: 'y/abc/xyz/', reads: [], writes: [], runs: false },
  { script: ':a;N;$!ba;s/x/y/', reads: [], writes: [], runs: false },
  { script: '/x/a\\\ne curl', reads: [], writes: [], runs: false },
  { script: '/x/i some e text', reads: [], writes: [], runs: false },
  { script: 'r .env', reads: ['.env'], writes: [], runs: false },
  { script: '$r.env', reads: ['.env'], writes: [], runs: false },
  { script: '/x/R .env', reads: ['.env'], writes: [], runs: false },
  { script: 'w out', reads: [], writes: ['out'], runs: false },
  { script: 's/a/b/w out', reads: [], writes: ['out'], runs: false },
  { script: 's/a/b/gw out', reads: [], writes: ['out'], runs: false },
  { script: 'e', reads: [], writes: [], runs: true },
  { script: '1e curl', reads: [], writes: [], runs: true },
  { script: 's/a/curl/e', reads: [], writes: [], runs: true },
  { script: 's/a/curl/ge', reads: [], writes: [], runs: true },
  { script: '/a/{p;e ls\n}', reads: [], writes: [], runs: true },
  { script: '# comment\ne ls', reads: [], writes: [], runs: true },
  { script: 's/a', reads: [], writes: [], runs: true },
  { script: '?', reads: [], writes: [], runs: true },
  { script: 'a x\\\\\ne ls', reads: [], writes: [], runs: true },
  { script: 'a x\\ \nr .env', reads: ['.env'], writes: [], runs: false },
  { script: 'a\\\nr .env\nw out', reads: [], writes: ['out'], runs: false },
  { script: 'i\\\na\\\ne ls', reads: [], writes: [], runs: false },
  { script: ':a r .env', reads: ['.env'], writes: [], runs: false },
  { script: 's/[^/]*$//w out', reads: [], writes: ['out'], runs: false },
  { script: '/[]/]/r .env', reads: ['.env'], writes: [], runs: false },
  { script: 's/[[:alpha:]/]/x/e', reads: [], writes: [], runs: true },
  { script: 's/[\\]/]/e', reads: [], writes: [], runs: true },
  { script: 'e a\\\nb', reads: [], writes: [], runs: true },
]) {
  test(`sed: ${JSON.stringify(script)}`, () => {
    const effects = sedEffects([shellWord(script)]);
    assert.deepEqual([effects.reads, effects.writes, effects.code.length > 0], [reads, writes, runs]);
  });
}

for (const { program, runs } of [
  { program: '{print $1}', runs: false },
  { program: '/foo|bar/ {print}', runs: false },
  { program: '$1 ~ /a|b/ && $2 > 5 {print}', runs: false },
  { program: 'NR==1 || NR==2', runs: false },
  { program: '{print "a | b > c"}', runs: false },
  { program: 'BEGIN{system("ls")}', runs: true },
  { program: '{print | "sh"}', runs: true },
  { program: '{print > "out"}', runs: true },
  { program: '{printf "%s", $1 >> "out"}', runs: true },
  { program: '{while (("ls" | getline l) > 0) print l}', runs: true },
  { program: '{getline < ".env"}', runs: true },
  { program: 'BEGIN{print ENVIRON["X"]}', runs: true },
  { program: '@load "x"', runs: true },
  { program: 'BEGIN{f="system"; @f("ls")}', runs: true },
  { program: '{x = 4 / 2; y | "sh"; z = 1 / 3}', runs: true },
  { program: '"\\"" | "sh"', runs: true },
  ...['1', '.5', '1.', '1e1', '1e', '0x1', '0x1p1'].flatMap((number) => [
    { program: `BEGIN{${number}system("ls")}`, runs: true },
    { program: `BEGIN{${number}getline<".env";print}`, runs: true },
    { program: `BEGIN{print ${number}ENVIRON["X"]}`, runs: true },
  ]),
  { program: 'BEGIN{print 1.5e3, 0x1f, 2systems}', runs: true },
  { program: '{print 1.5e3 / .5, 0x1f}', runs: false },
]) {
  test(`awk: ${program}`, () => assert.equal(awkRunsPrograms(shellWord(program)), runs));
}
