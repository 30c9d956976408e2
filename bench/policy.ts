import { ruleId } from '../src/core/ids.ts';
import type { CommandRule, FileRule, RuleTable } from '../src/core/rule-table.ts';
import { decide, readAction, ruleFindings, ruleIndex } from '../src/decide/index.ts';
import type { CommandReading, RuleIndex, Scene } from '../src/decide/index.ts';
import { cedarPeer } from './support/cedar-peer.ts';

/** Name of the bench on the command line. */
export const name = 'policy';

/** Milliseconds of the rule part of one decision at the 99th percentile, under many rules. */
const LIMIT_MS = 0.05;
/** How much faster than the peer a decision must be. */
const WANTED_RATIO = 20;
const PEER_RULES = 51;
const MANY_COMMAND_RULES = 1_000;
const MANY_PATH_PATTERNS = 200;
const WARM_UP_ROUNDS = 60;
const ROUNDS = 9;
const REPEATS = 200;

const SCENE: Scene = { workspace: '/home/dev/app', homeDir: '/home/dev', expandGlob: () => [] };

/** What both sides decide: half on files, half on commands; some match a rule, most do not. */
const PATHS: readonly string[] = [
  '/home/dev/app/src/a.ts',
  '/home/dev/app/package.json',
  '/home/dev/app/secret-7/key',
  '/home/dev/app/docs/guide/one.md',
  '/home/dev/app/x/y/z/data.csv',
  '/home/dev/app/.git/config-19',
];
const COMMANDS: readonly string[] = [
  'git status',
  'npm run build',
  'program-3 sub --flag x',
  'grep -rn foo src',
  'program-90 other',
  'make all',
];

/** The rule part of decisions against the peer with as many policies, and against the limit with many rules. */
export function run(): Promise<void> {
  const few = ruleIndex(tableOf(PEER_RULES - 26, 25));
  const many = ruleIndex(tableOf(MANY_COMMAND_RULES, MANY_PATH_PATTERNS));
  const peer = cedarPeer(25, PEER_RULES - 26, SCENE.workspace);
  const readings = COMMANDS.map(readingOf);
  // INVARIANT: both sides answer alike, or their speeds say nothing.
  for (const path of PATHS) agree(path, decidesPath(few, path), peer.path(path));
  for (const [at, command] of COMMANDS.entries()) {
    agree(command, decidesReading(few, readings[at]), peer.command(command));
  }

  const sides = {
    ours: () => {
      for (const path of PATHS) decidesPath(few, path);
      for (const reading of readings) decidesReading(few, reading);
    },
    whole: () => {
      for (const path of PATHS) decidesPath(few, path);
      for (const commandLine of COMMANDS) decidesCommand(few, commandLine);
    },
    peer: () => {
      for (const path of PATHS) peer.path(path);
      for (const command of COMMANDS) peer.command(command);
    },
  };
  const calls = PATHS.length + COMMANDS.length;
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) for (const side of Object.values(sides)) side();
  const perCallUs = { ours: [] as number[], whole: [] as number[], peer: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const key of ['ours', 'whole', 'peer'] as const) {
      const repeats = key === 'peer' ? REPEATS / 10 : REPEATS;
      const startMs = performance.now();
      for (let repeat = 0; repeat < repeats; repeat += 1) sides[key]();
      perCallUs[key].push(((performance.now() - startMs) * 1_000) / (repeats * calls));
    }
  }
  const peerUs = median(perCallUs.peer);
  report(`cedar-wasm stateful, ${PEER_RULES} policies preparsed`, perCallUs.peer, 'us', 'itself', 1);
  const ratio = peerUs / median(perCallUs.ours);
  report(`rule part, ${PEER_RULES} rules`, perCallUs.ours, 'us', `cedar-wasm, at least ${WANTED_RATIO} x`, ratio);
  const wholeRatio = peerUs / median(perCallUs.whole);
  report(`decide with reading of shell, ${PEER_RULES} rules`, perCallUs.whole, 'us', 'cedar-wasm', wholeRatio);

  const p99s: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) p99s.push(percentile99(timesMs(many, readings)));
  const label = `rule part, ${MANY_COMMAND_RULES} rules and ${MANY_PATH_PATTERNS} path patterns, p99`;
  report(label, p99s, 'ms', `limit of ${LIMIT_MS} ms`, median(p99s) / LIMIT_MS);
  return Promise.resolve();
}

function timesMs(index: RuleIndex, readings: readonly CommandReading[]): readonly number[] {
  const times: number[] = [];
  const timed = (work: () => unknown): void => {
    const startMs = performance.now();
    work();
    times.push(performance.now() - startMs);
  };
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const path of PATHS) timed(() => decidesPath(index, path));
    for (const reading of readings) timed(() => decidesReading(index, reading));
  }
  return times;
}

function tableOf(commandRules: number, pathPatterns: number): RuleTable {
  const deny = { verdict: 'deny', mode: 'enforce', reason: 'No.' } as const;
  const commands: CommandRule[] = Array.from({ length: commandRules }, (_, at) => ({
    ...deny,
    id: ruleId(`command/rule-${at}`),
    run: [`program-${at} --flag`],
    unless: [],
  }));
  const allow = { ...deny, verdict: 'allow', id: ruleId('command/allow'), run: ['*'], unless: [] } as const;
  const files: FileRule[] = Array.from({ length: pathPatterns }, (_, at) => ({
    ...deny,
    id: ruleId(`file/rule-${at}`),
    access: 'read',
    paths: [at % 2 === 0 ? `**/.git/config-${at}` : `**/secret-${at}/**`],
    except: [],
  }));
  return {
    formatVersion: 1,
    policyName: 'bench',
    commands: [...commands, allow],
    files,
    web: [],
    mcp: [],
    tools: [],
    defaults: {
      command: 'ask',
      readInside: 'allow',
      readOutside: 'ask',
      writeInside: 'allow',
      writeOutside: 'ask',
      web: 'ask',
      mcp: 'deny',
      tool: 'ask',
    },
    inlineCode: 'ask',
    isSandboxed: true,
  };
}

function readingOf(commandLine: string): CommandReading {
  const reading = readAction({ kind: 'command', commandLine, cwd: SCENE.workspace, isUnsandboxed: false }, SCENE);
  if (reading === null) throw new Error(`not read: ${commandLine}`);
  return reading;
}

function decidesPath(index: RuleIndex, path: string): boolean {
  return decide(index, { kind: 'read', path, cwd: SCENE.workspace }, SCENE).verdict === 'allow';
}

function decidesReading(index: RuleIndex, reading: CommandReading | undefined): boolean {
  if (reading === undefined) throw new Error('a command has no reading');
  return ruleFindings(index, reading, SCENE).every(({ verdict }) => verdict === 'allow');
}

function decidesCommand(index: RuleIndex, commandLine: string): boolean {
  const action = { kind: 'command', commandLine, cwd: SCENE.workspace, isUnsandboxed: false } as const;
  return decide(index, action, SCENE).verdict === 'allow';
}

function agree(call: string, ours: boolean, peers: boolean): void {
  if (ours !== peers) throw new Error(`the sides differ on ${call}: ours ${ours}, peer ${peers}`);
}

function report(label: string, values: readonly number[], unit: string, against: string, ratio: number): void {
  const [med, min, max] = [median(values), Math.min(...values), Math.max(...values)].map(rounded);
  process.stdout.write(
    `${JSON.stringify({ bench: name, name: label, unit, median: med, min, max, against, ratio: rounded(ratio) })}\n`,
  );
  process.stderr.write(`${label.padEnd(60)} ${med} ${unit} (${min}-${max}), ${rounded(ratio)} x ${against}\n`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
