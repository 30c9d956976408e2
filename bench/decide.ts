import { readFile } from 'node:fs/promises';

import type { CommandAction } from '../src/core/action.ts';
import { ruleId } from '../src/core/ids.ts';
import type { RuleTable } from '../src/core/rule-table.ts';
import { decide, readAction, ruleFindings, ruleIndex } from '../src/decide/index.ts';
import type { CommandReading, RuleIndex, Scene } from '../src/decide/index.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';

/** Name of the bench on the command line. */
export const name = 'decide';

/** Milliseconds that parsing and deciding an ordinary command may take at the 99th percentile. */
const LIMIT_MS = 0.2;
/** Milliseconds for the same under {@link MANY_RULES}. */
const MANY_RULES_LIMIT_MS = 0.2;
const MANY_RULES = 1_000;
/** Path patterns that stand beside {@link MANY_RULES} rules on commands. */
const MANY_PATHS = 200;
/** Milliseconds that the rules alone may take under both, what the command reaches being known. */
const RULE_PART_LIMIT_MS = 0.05;
const WARM_UP_ROUNDS = 200;
const ROUNDS = 9;
const REPEATS = 150;

/** What agents run most, from one word to a short script. */
const COMMANDS: readonly string[] = [
  'ls',
  'ls -la src',
  'git status',
  'git diff HEAD~1 -- src/a.ts',
  'git log --oneline -5',
  'git add -A && git commit -m "fix the loading of files"',
  'cat package.json | jq .name',
  'grep -rn "foo" src --include=\'*.ts\'',
  'rg -n "a|b" src',
  "sed -n '1,20p' src/a.ts",
  "find . -name '*.ts' -not -path './node_modules/*' | head -20",
  'npm test',
  'npm run build && npm test -- --grep "x" 2>&1 | tail -5',
  'NODE_ENV=test timeout 60 npm run test:unit > out.log 2>&1',
  'cd src && ls ..',
  'mkdir -p a/b && touch a/b/c',
  'for f in *.txt; do wc -l "$f"; done',
  'python3 script.py --x 1',
  'rm -rf node_modules dist',
  'bash -c "npm run lint"',
  "cat <<'E' > notes.md\nhello\nE",
  'if [ -f a ]; then echo yes; else echo no; fi',
  'curl -s https://registry.npmjs.org/express | jq .version',
  'git commit -m "$(cat <<\'E\'\nfeat: x\n\nbody\nE\n)"',
];

const SCENE: Scene = { workspace: '/home/dev/app', homeDir: '/home/dev', expandGlob: () => [] };

/** Parse and decide of ordinary commands under the default policy, and with many rules more, against the limits; then the rules alone. */
export async function run(): Promise<void> {
  const text = await readFile('policies/default.yaml', 'utf8');
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error('the default policy does not compile');
  const table = ruleTableOf(parsed.policy);
  const manyRules = ruleIndex(withMorePaths(withMoreRules(table)));
  const candidates: readonly Candidate[] = [
    { label: 'ordinary commands', timed: deciding(ruleIndex(table)), limitMs: LIMIT_MS },
    {
      label: `ordinary commands, ${MANY_RULES} rules more`,
      timed: deciding(ruleIndex(withMoreRules(table))),
      limitMs: MANY_RULES_LIMIT_MS,
    },
    {
      label: `rules alone, ${MANY_RULES} rules and ${MANY_PATHS} paths more`,
      timed: judging(manyRules),
      limitMs: RULE_PART_LIMIT_MS,
    },
  ];
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) for (const { timed } of candidates) timeAll(timed, []);
  const rounds = candidates.map((): number[][] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, { timed }] of candidates.entries()) {
      const timesMs: number[] = [];
      for (let repeat = 0; repeat < REPEATS; repeat += 1) timeAll(timed, timesMs);
      rounds[at]?.push(timesMs);
    }
  }
  for (const [at, { label, limitMs }] of candidates.entries()) report(label, rounds[at] ?? [], limitMs);
}

interface Candidate {
  readonly label: string;
  /** What is timed, once for each command. */
  readonly timed: readonly (() => void)[];
  readonly limitMs: number;
}

function deciding(index: RuleIndex): readonly (() => void)[] {
  return COMMANDS.map((commandLine) => () => void decide(index, commandOf(commandLine), SCENE));
}

function judging(index: RuleIndex): readonly (() => void)[] {
  return COMMANDS.map((commandLine) => {
    const reading: CommandReading | null = readAction(commandOf(commandLine), SCENE);
    if (reading === null) throw new Error('a command of this bench cannot be read');
    return () => void ruleFindings(index, reading, SCENE);
  });
}

function commandOf(commandLine: string): CommandAction {
  return { kind: 'command', commandLine, cwd: SCENE.workspace, isUnsandboxed: false };
}

function timeAll(timed: readonly (() => void)[], timesMs: number[]): void {
  for (const one of timed) {
    const startMs = performance.now();
    one();
    timesMs.push(performance.now() - startMs);
  }
}

function withMoreRules(table: RuleTable): RuleTable {
  const commands = Array.from({ length: MANY_RULES }, (_, at) => ({
    id: ruleId(`more/rule-${at}`),
    verdict: 'deny' as const,
    mode: 'enforce' as const,
    run: [`program-${at} {sub,other} --flag`, `git other-${at} *x`],
    unless: [],
    reason: 'No.',
  }));
  return { ...table, commands: [...table.commands, ...commands] };
}

function withMorePaths(table: RuleTable): RuleTable {
  const files = Array.from({ length: MANY_PATHS / 4 }, (_, at) => ({
    id: ruleId(`more/path-${at}`),
    verdict: at % 2 === 0 ? ('deny' as const) : ('ask' as const),
    mode: 'enforce' as const,
    access: at % 3 === 0 ? ('write' as const) : ('read' as const),
    paths: [`**/private-${at}/**`, `**/*.sealed${at}`, `~/.tool-${at}/**`, `/srv/store-${at}/**`],
    except: [],
    reason: 'No.',
  }));
  return { ...table, files: [...table.files, ...files] };
}

function report(label: string, rounds: readonly (readonly number[])[], limitMs: number): void {
  for (const [percentile, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const perRound = rounds.map((timesMs) => at(timesMs, share)).sort((a, b) => a - b);
    const median = at(perRound, 0.5);
    const line = {
      bench: name,
      name: `${label}, ${percentile}`,
      unit: 'ms',
      median: rounded(median),
      min: rounded(perRound[0] ?? 0),
      max: rounded(perRound.at(-1) ?? 0),
      against: `limit of ${limitMs} ms`,
      ratio: rounded(median / limitMs),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    process.stderr.write(
      `${line.name.padEnd(56)} ${line.median} ms (${line.min}-${line.max}), ${line.ratio} of the limit\n`,
    );
  }
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
