import { constants } from 'node:os';
import type { Command } from 'commander';
import { TimedOut, UsageError } from '../core/error.ts';
import { ATTACKS, CHAINS, ORDINARY_WORK } from '../drill/index.ts';
import type { DrillCall } from '../drill/index.ts';
import { DISCORDS, agreement, runDiscords } from './drill-reconcile.ts';
import type { Discord } from './drill-reconcile.ts';
import { runCalls } from './drill-run.ts';
import type { DrillOutcome } from './drill-run.ts';
import { SCENARIOS, runScenario } from './drill-scenarios.ts';
import { openStage } from './drill-stage.ts';
import type { Stage } from './drill-stage.ts';
import { MIN_COLUMNS, drillTable } from './drill-table.ts';
import type { DrillReport } from './drill-table.ts';
import { EXIT } from './exit-code.ts';
import { idleLimit } from './idle-limit.ts';
import { findBwrap } from './launch.ts';
import { eachGiven, policyFiles } from './place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';

/**
 * A rehearsal is broken off when this long nothing went on in it: a client that hangs must not hang its caller. There is no limit for
 * the whole, which a machine under load would reach first; the longest case waits 50 s for what it wants to see.
 */
const IDLE_TIMEOUT_MS = 120_000;
/** Signals that end a rehearsal, which then still cleans up. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface DrillOptions {
  readonly policy?: readonly string[];
  readonly only?: string;
  readonly json?: boolean;
  readonly list?: boolean;
  readonly reconcile?: boolean;
}

/** The cases of one rehearsal. */
interface Chosen {
  readonly calls: readonly DrillCall[];
  readonly scenarios: readonly (typeof SCENARIOS)[number][];
  readonly discords: readonly Discord[];
}

/** Somebody asked for the end, who then gets the exit code that a shell gives for that signal. */
class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: (typeof INTERRUPTS)[number]) {
    super('the rehearsal was interrupted');
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Adds `drill`. */
export function addDrillCommand(parent: Command, setExitCode: SetExitCode): void {
  parent
    .command('drill')
    .description(
      'rehearse attacks and everyday work with the real client and a scripted model; exits 3 where an attack got through or work was stopped',
    )
    .option(
      '--policy <file>',
      'a document of the policy to rehearse, or a folder; may be given several times (default: the one that `up` would take)',
      eachGiven,
    )
    .option('--reconcile', 'in place of attacks and work, cause each discrepancy of layers that must be found')
    .option('--only <text>', 'only cases whose name holds this text')
    .option('--list', 'list the cases and do nothing')
    .option('--json', 'print the report, or the list, as JSON')
    .action(async (options: DrillOptions) => {
      const isReconcile = options.reconcile === true;
      const chosen: Chosen = {
        calls: isReconcile ? [] : [...ATTACKS, ...ORDINARY_WORK].filter((call) => isChosen(call.id, options)),
        scenarios: isReconcile ? [] : SCENARIOS.filter((scenario) => isChosen(scenario.id, options)),
        discords: isReconcile ? DISCORDS.filter((discord) => isChosen(discord.id, options)) : [],
      };
      const cases = [...chosen.calls, ...chosen.scenarios, ...chosen.discords];
      if (cases.length === 0) {
        throw new UsageError(`no case is named \`${options.only ?? ''}\``, { hint: 'see `sallyport drill --list`' });
      }
      if (options.list === true) {
        process.stdout.write(listed(cases, options.json === true));
        return;
      }
      const report = await rehearse(policyFiles(options.policy), chosen).catch((error: unknown) => {
        if (!(error instanceof Interrupted)) throw error;
        process.stderr.write(`error: ${error.message}; what it had made is removed\n`);
        setExitCode(error.exitCode);
        return null;
      });
      if (report === null) return;
      if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
      else process.stdout.write(drillTable(report, process.stdout.columns ?? MIN_COLUMNS));
      for (const one of report.cases) {
        if (one.problem !== null) process.stderr.write(`error: ${one.id}: ${one.title}: ${one.problem}\n`);
      }
      if (report.cases.some((one) => !one.isAsExpected)) setExitCode(EXIT.no);
    });
}

async function rehearse(policy: readonly string[], chosen: Chosen): Promise<DrillReport> {
  findBwrap(process.env['PATH'] ?? '');
  const startedAtMs = performance.now();
  const line = progressLine(() => performance.now());
  const broken = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    const asked = INTERRUPTS.find((one) => one === signal);
    if (asked !== undefined) broken.abort(new Interrupted(asked));
  };
  for (const signal of INTERRUPTS) process.once(signal, interrupt);
  const limit = idleLimit(IDLE_TIMEOUT_MS, () => broken.abort(timedOut()));
  try {
    line.show('making a stage: a project with planted secrets, a scripted model, a daemon of its own');
    const outcomes = await onStage(policy, chosen, broken.signal, (title) => {
      limit.goesOn();
      line.show(title);
    });
    return reportOf(outcomes, performance.now() - startedAtMs);
  } catch (error) {
    // What was broken off fails in its own way; why it was broken off is what counts.
    broken.signal.throwIfAborted();
    throw error;
  } finally {
    line.clear();
    limit.end();
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
  }
}

async function onStage(
  policy: readonly string[],
  { calls, scenarios, discords }: Chosen,
  signal: AbortSignal,
  onCase: (title: string) => void,
): Promise<readonly DrillOutcome[]> {
  const total = calls.length + scenarios.length + discords.length;
  const outcomes: DrillOutcome[] = [];
  let shown = 0;
  const show = (title: string): void => onCase(`${(shown += 1)}/${total} ${title}`);
  const stage = await openStage(policy);
  try {
    signal.throwIfAborted();
    for (const chain of CHAINS) {
      const ofChain = calls.filter((call) => call.chain === chain);
      if (ofChain.length === 0) continue;
      const site = chain === 'ordinary' ? stage.project('ordinary') : stage.site;
      outcomes.push(...(await runCalls(stage, site, ofChain, signal, (call) => show(call.title))));
      signal.throwIfAborted();
    }
    const discordant = new Set<string>();
    for (const scenario of scenarios) {
      show(scenario.title);
      const before = await sessionsOf(stage);
      outcomes.push(await runScenario(scenario, stage, signal));
      signal.throwIfAborted();
      if (!SWITCHES_HOOKS_OFF.has(scenario.id)) continue;
      for (const id of await sessionsOf(stage)) if (!before.has(id)) discordant.add(id);
    }
    if (calls.length + scenarios.length > 0) outcomes.push(await agreement(stage, discordant));
    outcomes.push(...(await runDiscords(stage, discords, signal, show)));
    return outcomes;
  } finally {
    await stage.close();
  }
}

/** Attacks that make layers disagree by what they are; their findings belong to them. */
const SWITCHES_HOOKS_OFF: ReadonlySet<string> = new Set(['sabotage/no-hooks', 'sabotage/hook-replaced']);

async function sessionsOf(stage: Stage): Promise<ReadonlySet<string>> {
  return new Set((await stage.control.status()).sessions.map(({ id }) => id));
}

function reportOf(outcomes: readonly DrillOutcome[], durationMs: number): DrillReport {
  const compared = outcomes.filter((one) => one.chain === 'reconcile');
  const attacks = outcomes.filter((one) => one.chain !== 'ordinary' && one.chain !== 'reconcile');
  const ordinary = outcomes.filter((one) => one.chain === 'ordinary');
  return {
    attacks: { total: attacks.length, stopped: attacks.filter((one) => one.isAsExpected).length },
    ordinary: { total: ordinary.length, passed: ordinary.filter((one) => one.isAsExpected).length },
    compared: { total: compared.length, asExpected: compared.filter((one) => one.isAsExpected).length },
    durationMs: Math.round(durationMs),
    cases: outcomes,
  };
}

function timedOut(): TimedOut {
  return new TimedOut(`the rehearsal was broken off: nothing went on in it for ${IDLE_TIMEOUT_MS / 1000} s`, {
    hint: 'rehearse a part of it with `--only`; a machine under load may be too slow for the whole',
  });
}

function listed(cases: readonly { readonly id: string; readonly title: string }[], isJson: boolean): string {
  if (isJson) return `${JSON.stringify(cases.map(({ id, title }) => ({ id, title })))}\n`;
  return cases.map(({ id, title }) => `${id}\t${title}\n`).join('');
}

function isChosen(id: string, options: DrillOptions): boolean {
  return options.only === undefined || id.includes(options.only);
}
