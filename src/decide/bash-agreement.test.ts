import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readCommandLine } from './read-command-line.ts';
import type { ReachedCommand } from './reached-command.ts';

/** Whatever bash runs must have been seen by reading: command lines are run for real, with programs that only note how they were called. */
const BASH = '/bin/bash';
const hasBash = spawnSync('/usr/bin/timeout', ['5', BASH, '-c', 'exit 0']).status === 0;
const RUNS = process.env['SLOW'] === '1' ? 4_000 : 120;

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bash-'));
const [programs, workspace, homeDir, logFile] = ['bin', 'work', 'home', 'log'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
  string,
];
after(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = ['p1', 'p2', 'p3'] as const;
for (const path of [programs, workspace, homeDir]) mkdirSync(path);
for (const name of NAMES) {
  writeFileSync(
    join(programs, name),
    `#!${BASH}\nline="\${0##*/}"; for word; do line+=$'\\001'"$word"; done; printf '%s\\002' "$line" >> "$LOG"\n`,
  );
  chmodSync(join(programs, name), 0o755);
}
symlinkSync(BASH, join(programs, 'bash'));

/** The calls of our programs that bash made, each as its words. */
function ranBy(commandLine: string): readonly (readonly string[])[] {
  writeFileSync(logFile, '');
  // A function that calls itself would fork without end: bash stops it at a depth, `timeout` ends the whole group.
  spawnSync('/usr/bin/timeout', ['-s', 'KILL', '5', BASH, '-c', commandLine], {
    cwd: workspace,
    env: { PATH: programs, LOG: logFile, HOME: homeDir, FUNCNEST: '3' },
    stdio: 'ignore',
  });
  return readFileSync(logFile, 'utf8')
    .split('\u0002')
    .slice(0, -1)
    .map((line) => line.split('\u0001'));
}

function stoodFor(command: ReachedCommand, call: readonly string[]): boolean {
  const source = [command.program, ...command.words]
    .map((word, index) => (index === 0 ? '' : between(word.text)) + patternOf(word.text))
    .join('');
  return new RegExp(`^${source}$`, 's').test(call.join('\u0001'));

  // A word that may be several or none takes the mark in front of it along.
  function between(text: string): string {
    return /^[\uDC01\uDC05]+$/.test(text) ? '' : '\u0001';
  }
  function patternOf(text: string): string {
    if (/^[\uDC01\uDC05]+$/.test(text)) return '(?:\u0001.*)?';
    return text
      .replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
      .replaceAll(/[\uDC01\uDC05]/g, '.*')
      .replaceAll(/[\uDC00-\uDC06]/g, '[^\u0001]*');
  }
}

function assertSeen(commandLine: string): void {
  const result = readCommandLine(commandLine, { folder: workspace, homeDir });
  // What cannot be read is denied, and what is not known is asked about: both stop it.
  if (!result.ok || result.reading.findings.length > 0) return;
  for (const call of ranBy(commandLine)) {
    assert.ok(
      result.reading.commands.some((command) => stoodFor(command, call)),
      `bash ran ${JSON.stringify(call)} for ${JSON.stringify(commandLine)}`,
    );
  }
}

for (const { name, command } of [
  { name: 'an assignment in a branch that was not taken', command: 'A=p1; false && A=p2 || $A x' },
  { name: 'an assignment in another case', command: 'A=p1; case x in y) A=p2;; *) $A x;; esac' },
  { name: 'a variable written by a later round of a loop', command: 'A=p1; for i in 1 2; do $A x; A=p2; done' },
  { name: 'a loop that is left early', command: 'A=p1; for i in 1 2; do $A x; A=p2; continue; A=p1; done' },
  { name: 'a local variable', command: 'A=p1; f() { local A=p2; }; f; $A x' },
  { name: 'output that goes elsewhere', command: '$(echo p1 >&2) p2 x' },
  { name: 'a function that hides a program', command: 'p1() { p2 x; }; p1; command p1 y; unset -f p1; p1 z' },
  { name: 'no arguments are no word', command: 'p1 "$@" x "$*" y' },
  { name: 'the last word of the command before', command: '_=p1; : p2; $_ x' },
  { name: 'input that an earlier command takes a line of', command: `bash <<'E'\nread A\necho '\np1 x #'\nE` },
  { name: 'a here-document on another descriptor', command: `echo 'p1 x' | bash 3<<E\np2 y\nE` },
  { name: 'the last of two inputs', command: `bash <<A <<B\np1 x\nA\np2 y\nB` },
  { name: 'a name reference', command: 'declare -n R=A; R=p2; A=p1; R=p3; $A x' },
  { name: 'splitting by another separator', command: 'A=p1_x; IFS=_; $A y' },
  { name: 'an assignment by default', command: ': ${A:=p2}; A=${A:-p1}; $A x' },
  { name: 'a subscript that runs a command', command: `x='a[$(p1 y)]'; ((x)); p2` },
  { name: 'a variable that another process does not see', command: `A=x; bash -c 'p1 "\${A}.y"'` },
  { name: 'text expanded as a prompt', command: `x='$(p1 y)'; p2 "\${x@P}"` },
]) {
  test(`bash agrees: ${name}`, { skip: !hasBash }, () => assertSeen(command));
}

const program = fc.constantFrom(...NAMES);
const word = fc.constantFrom(
  'a',
  '"x y"',
  "'q'",
  '$A',
  '"$A"',
  '${B}',
  '$(echo c)',
  '`echo d`',
  'a{1,2}',
  '$1',
  '"$@"',
  '$*',
  '\\z',
  "$'\\x61'",
  '${A:-def}',
  '${U:-def}',
  '${A#a}',
  '${A/a/b}',
  'e"f"g',
  '$((1+1))',
  '~',
  '${A^^}',
  '""',
  '$U',
  '"${A:1}"',
  '${A:+alt}',
  '{p1,p2}',
  '-x',
  '"$(echo "$A")"',
  '$0',
  '$_',
  '"$B$A"',
);

const simple = fc.oneof(
  fc.tuple(program, word, word).map((parts) => parts.join(' ')),
  fc.tuple(word, word).map((parts) => parts.join(' ')),
  word.map((text) => `$A ${text}`),
  fc.constantFrom(
    'true',
    'false',
    '"$@"',
    '$B',
    'shift',
    'unset A',
    'p1 > out',
    'continue',
    'return',
    'set -e',
    'unset -f p1 f',
    '${!A} x',
    '"${A[@]}"',
  ),
  fc
    .tuple(fc.constantFrom('$(echo ', '`echo '), program, word)
    .map(([open, name, text]) => `${open}${name}${open === '`echo ' ? '`' : ')'} ${text}`),
  fc
    .tuple(
      fc.constantFrom('A=', 'B=', 'export A=', 'A+=', 'declare A=', 'local A=', 'readonly B='),
      fc.oneof(program, word),
    )
    .map((parts) => parts.join('')),
  fc.tuple(word, word).map(([one, two]) => `set -- ${one} ${two}`),
  program.map((name) => `read A <<< ${name}`),
  program.map((name) => `: \${A:=${name}}`),
);

const { line } = fc.letrec<{ line: string }>((tie) => ({
  line: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    simple,
    fc.tuple(tie('line'), fc.constantFrom('; ', '\n'), tie('line')).map((parts) => parts.join('')),
    fc
      .tuple(simple, fc.constantFrom(' && ', ' || ', ' | '), simple, fc.constantFrom(' && ', ' || '), simple)
      .map((parts) => parts.join('')),
    tie('line').map((inner) => `( ${inner} )`),
    tie('line').map((inner) => `{ ${inner}\n}`),
    fc.tuple(simple, tie('line'), tie('line')).map(([test, one, two]) => `if ${test}; then ${one}\nelse ${two}\nfi`),
    fc.tuple(word, program, tie('line')).map(([one, two, inner]) => `for A in ${one} ${two}; do ${inner}\ndone`),
    fc
      .tuple(fc.oneof(program, fc.constant('f')), tie('line'), word)
      .map(([name, inner, argument]) => `${name}() { ${inner}\n}; ${name} ${argument}`),
    fc
      .tuple(word, tie('line'), tie('line'))
      .map(([text, one, two]) => `case ${text} in a) ${one}\n;; *) ${two}\n;; esac`),
    fc.tuple(simple, word).map(([inner, argument]) => `bash -c '${inner.replaceAll("'", '')}' ${argument} ${argument}`),
    simple.map((inner) => `eval "${inner.replaceAll('"', '')}"`),
    tie('line').map((inner) => `bash <<'E'\n${inner}\nE`),
    simple.map((inner) => `bash <<E\n${inner}\nE`),
    tie('line').map((inner) => `A=$(${inner}\n)`),
    fc.tuple(program, tie('line')).map(([name, inner]) => `echo ${name} | while read A; do ${inner}\ndone`),
    simple.map((inner) => `trap '${inner.replaceAll("'", '')}' EXIT`),
  ),
}));

test('bash runs nothing that reading did not see', { skip: !hasBash }, () => {
  fc.assert(fc.property(line, assertSeen), { numRuns: RUNS });
});
