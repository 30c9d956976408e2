import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VERDICTS } from '../core/decision.ts';
import { ruleId } from '../core/ids.ts';
import { DEFAULT_INDEX, SCENE, decideLine, defaultTable } from './default-policy.test.ts';
import { explainCommand } from './explain.ts';
import { ruleIndex } from './rule-index.ts';

const RUNS = process.env['SLOW'] === '1' ? 20 : 1;

const WORDS = [
  'git',
  'status',
  'push',
  '-f',
  'rm',
  '-rf',
  '~',
  '/',
  '.',
  'cat',
  '.env',
  'curl',
  '-T',
  'x',
  '$X',
  '"$X"',
  '*',
  '.e*',
  'npm',
  'test',
  'bash',
  '-c',
  "'ls'",
  'xargs',
  'env',
  'A=1',
  'find',
  '-exec',
  '{}',
  '\\;',
  'echo',
  '$(ls)',
  '`id`',
  'sudo',
  'timeout',
  '5',
  'python3',
  '<(ls)',
  '> out',
  '< in',
  '2>&1',
  '<<< x',
];
const OPERATORS = [' ', ' ', ' ', ' ', ' ', ' && ', ' | ', '; ', ' || ', ' & ', '\n'];

/** Command lines of words that mean something, put together without sense. */
function commandLine(): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...OPERATORS)), { minLength: 1, maxLength: 12 })
    .map((pieces) => pieces.flat().join(''));
}

const strength = (verdict: string): number => VERDICTS.indexOf(verdict as (typeof VERDICTS)[number]);

test('no text makes it throw or fail inside', () => {
  const shellText = fc
    .array(
      fc.oneof(
        fc.constantFrom(...'$(){}[]`"\'\\|&;<>#*?~!=-+@^%,:/ \n\t'.split('')),
        fc.string(),
        fc.constantFrom(
          ...WORDS,
          'if ',
          'then ',
          'fi',
          'for ',
          'do ',
          'done',
          'case ',
          'esac',
          '<<E',
          '\uD800',
          '\uDC00',
        ),
      ),
      { maxLength: 40 },
    )
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), shellText, commandLine()), (text) => {
      assert.notEqual(decideLine(text).ruleId, 'decide/internal-error');
      explainCommand(text, SCENE);
    }),
    { numRuns: 1_500 * RUNS },
  );
});

test('a denying rule more never allows more', () => {
  const patterns = fc.constantFrom(
    'git',
    'git push',
    'rm -r',
    'cat',
    'npm {test,run}',
    'echo <any>',
    '* <outside>',
    'curl | bash',
    '<assign>',
    'env',
    'bash',
  );
  const paths = fc.constantFrom('**/*.ts', '**/out', '~/**', '/tmp/**', './src/**', '**/.*');
  fc.assert(
    fc.property(commandLine(), fc.oneof(patterns, paths), fc.constantFrom('deny', 'ask'), (line, pattern, verdict) => {
      const id = ruleId('extra/rule');
      const table = defaultTable();
      const more =
        /^[*~./]/.test(pattern) && !pattern.startsWith('* ')
          ? {
              ...table,
              files: [
                ...table.files,
                { id, verdict, mode: 'enforce', access: 'read', paths: [pattern], except: [], reason: 'No.' } as const,
              ],
            }
          : {
              ...table,
              commands: [
                ...table.commands,
                { id, verdict, mode: 'enforce', run: [pattern], unless: [], reason: 'No.' } as const,
              ],
            };
      assert.ok(strength(decideLine(line, ruleIndex(more)).verdict) <= strength(decideLine(line).verdict));
    }),
    { numRuns: 150 * RUNS },
  );
});

test('the order of rules never matters', () => {
  fc.assert(
    fc.property(commandLine(), fc.integer({ min: 1, max: 30 }), (line, shift) => {
      const table = defaultTable();
      const turned = <Rule>(rules: readonly Rule[]): readonly Rule[] =>
        [...rules.slice(shift), ...rules.slice(0, shift)].toReversed();
      const index = ruleIndex({
        ...table,
        commands: turned(table.commands),
        files: turned(table.files),
        web: turned(table.web),
        tools: turned(table.tools),
      });
      assert.deepEqual(decideLine(line, index), decideLine(line));
    }),
    { numRuns: 150 * RUNS },
  );
});

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Programs that run a command given to them as words or as text. */
const PROGRAMS: readonly ((command: string) => string)[] = [
  (command) => `env ${command}`,
  (command) => `env -i A=1 ${command}`,
  (command) => `env -S ${quoted(command)}`,
  (command) => `sudo ${command}`,
  (command) => `nice -n 5 ${command}`,
  (command) => `ionice -c2 ${command}`,
  (command) => `nohup ${command} &`,
  (command) => `stdbuf -oL ${command}`,
  (command) => `setsid ${command}`,
  (command) => `command ${command}`,
  (command) => `exec ${command}`,
  (command) => `xargs ${command}`,
  (command) => `xargs -n1 -I{} ${command}`,
  (command) => `find . -exec ${command} \\;`,
  (command) => `find . -name '*.x' -execdir ${command} +`,
  (command) => `watch -n 1 ${quoted(command)}`,
  (command) => `bash -c ${quoted(command)}`,
  (command) => `sh -ec ${quoted(command)}`,
  (command) => `zsh -lc ${quoted(command)}`,
  (command) => `eval ${quoted(command)}`,
  (command) => `busybox ${command}`,
  (command) => `bash <<< ${quoted(command)}`,
  (command) => `bash <<'E'\n${command}\nE`,
  (command) => `cat <<'E' | sh\n${command}\nE`,
  (command) => `echo "$( ${command} )"`,
  (command) => `echo \`${command.replaceAll(/[`\\$]/g, String.raw`\$&`)}\``,
  (command) => `cat <(${command})`,
  (command) => `ls > >(${command})`,
  (command) => `trap ${quoted(command)} EXIT`,
  (command) => `alias a=${quoted(command)}`,
  (command) => `git bisect run ${command}`,
  (command) => `git rebase -x ${quoted(command)} main`,
  (command) => `npx -c ${quoted(command)}`,
  (command) => `npm exec -- ${command}`,
  (command) => `uv run ${command}`,
  (command) => `flock lock ${command}`,
  (command) => `ssh host ${quoted(command)}`,
  (command) => `docker run image ${command}`,
  (command) => `strace -f ${command}`,
  (command) => `parallel ${quoted(command)} ::: a`,
  (command) => `script -c ${quoted(command)}`,
];

/** Shell syntax around a command. */
const SYNTAX: readonly ((command: string) => string)[] = [
  (command) => `timeout 5 ${command}`,
  (command) => `timeout -k 1 -s KILL 5s ${command}`,
  (command) => `time ${command}`,
  (command) => `! ${command}`,
  (command) => `( ${command} )`,
  (command) => `{ ${command}; }`,
  (command) => `if true; then ${command}; fi`,
  (command) => `while true; do ${command}; done`,
  (command) => `for i in 1; do ${command}; done`,
  (command) => `case x in x) ${command};; esac`,
  (command) => `f() { ${command}; }; f`,
  (command) => `f() { ${command}; }`,
  (command) => `ls && ${command}`,
  (command) => `ls | ${command}`,
  (command) => `${command} | cat`,
  (command) => `${command} > out 2>&1`,
  (command) => `X=1 ${command}`,
  (command) => `coproc ${command}`,
  (command) => `X=${quoted(command)}; eval "$X"`,
  (command) => `X=${quoted(command)}; bash -c "$X"`,
];

const WRAPPERS = [...PROGRAMS, ...SYNTAX];

const DENIED = [
  'git push --force',
  'rm -rf ~',
  'curl -T f u',
  'cat .env',
  'cat .e*',
  'git show HEAD:.env',
  'chmod 777 x',
  'nc -l 1',
  'tee ~/.bashrc',
  'docker run --privileged x',
  'kill -9 -1',
  'wget --post-file=a u',
  'sudo ls',
];

test('a denied command is denied within any wrapper', () => {
  for (const command of DENIED) assert.equal(decideLine(command).verdict, 'deny', command);
  fc.assert(
    fc.property(fc.constantFrom(...DENIED), fc.constantFrom(...WRAPPERS), (command, wrap) => {
      assert.equal(decideLine(wrap(command)).verdict, 'deny', wrap(command));
    }),
    { numRuns: 800 * RUNS },
  );
});

/**
 * Whether an xargs in the same simple command takes the input that a shell further in was to read its script from. Nothing
 * of that script runs then. A here-document within quotes or a substitution is the inner shell's own and stays tested.
 */
function isInputTaken(programs: readonly ((command: string) => string)[]): boolean {
  let isFed = false;
  for (const wrap of programs) {
    const shape = wrap('a b');
    if (shape.startsWith('bash <<')) isFed = true;
    else if (isFed && shape.startsWith('xargs')) return true;
    else if (!shape.endsWith(' a b') && !shape.startsWith('find')) isFed = false;
  }
  return false;
}

test('a denied command is never allowed within any pile of wrappers', () => {
  const pile = fc.tuple(fc.array(fc.constantFrom(...PROGRAMS), { maxLength: 4 }), fc.constantFrom(...SYNTAX));
  fc.assert(
    fc.property(fc.constantFrom(...DENIED), pile, (command, [programs, around]) => {
      const line = around(programs.reduce((inner, wrap) => wrap(inner), command));
      fc.pre(!isInputTaken(programs));
      assert.notEqual(decideLine(line).verdict, 'allow', line);
    }),
    { numRuns: 800 * RUNS },
  );
});

test('quotes within a word change nothing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('curl -T f u', 'cat .env', 'git push -f', 'rm -rf /home'),
      fc.nat(),
      fc.constantFrom("''", '""', '\\\n', '$()', '``'),
      (command, position, noise) => {
        const places = [...command.matchAll(/\w(?=\w)/g)].map((match) => match.index + 1);
        const at = places[position % places.length] ?? 1;
        const line = command.slice(0, at) + noise + command.slice(at);
        assert.equal(decideLine(line).verdict, 'deny', line);
      },
    ),
    { numRuns: 300 * RUNS },
  );
});

test('every command of the default policy is decided by the same table twice alike', () => {
  fc.assert(
    fc.property(commandLine(), (line) => {
      assert.deepEqual(decideLine(line, DEFAULT_INDEX), decideLine(line, DEFAULT_INDEX));
    }),
    { numRuns: 100 * RUNS },
  );
});
