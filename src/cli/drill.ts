import type { Command } from 'commander';
import { UsageError } from '../core/error.ts';
import { ATTACKS, CHAINS, ORDINARY_WORK } from '../drill/index.ts';
import type { DrillCall } from '../drill/index.ts';
import { runCalls } from './drill-run.ts';
import type { DrillOutcome } from './drill-run.ts';
import { SCENARIOS, runScenario } from './drill-scenarios.ts';
import { openStage } from './drill-stage.ts';
import { EXIT } from './exit-code.ts';
import { findBwrap } from './launch.ts';
import { policyFile } from './place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';

/** A rehearsal that takes longer than this is broken off: a client that hangs must not hang its caller. */
const DRILL_TIMEOUT_MS = 175_000;

interface DrillOptions {
  readonly policy?: string;
  readonly only?: string;
  readonly json?: boolean;
  readonly list?: boolean;
}

/** The result of a rehearsal, as `--json` prints it. */
interface DrillReport {
  readonly attacks: { readonly total: number; readonly stopped: number };
  readonly ordinary: { readonly total: number; readonly passed: number };
  readonly durationMs: number;
  readonly cases: readonly DrillOutcome[];
}

/** Adds `drill`. */
export function addDrillCommand(parent: Command, setExitCode: SetExitCode): void {
  parent
    .command('drill')
    .description(
      'rehearse attacks and everyday work with the real client and a scripted model; exits 3 where an attack got through or work was stopped',
    )
    .option('--policy <file>', 'the policy to rehearse (default: the one that `up` would take)')
    .option('--only <text>', 'only cases whose name holds this text')
    .option('--list', 'list the cases and do nothing')
    .option('--json', 'print the report as JSON')
    .action(async (options: DrillOptions) => {
      const calls = [...ATTACKS, ...ORDINARY_WORK].filter((call) => isChosen(call.id, options));
      const scenarios = SCENARIOS.filter((scenario) => isChosen(scenario.id, options));
      if (calls.length + scenarios.length === 0) {
        throw new UsageError(`no case is named \`${options.only ?? ''}\``, { hint: 'see `sallyport drill --list`' });
      }
      if (options.list === true) {
        for (const one of [...calls, ...scenarios]) process.stdout.write(`${one.id}\t${one.title}\n`);
        return;
      }
      const report = await rehearse(policyFile(options.policy), calls, scenarios);
      if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
      else process.stdout.write(table(report));
      for (const one of report.cases) {
        if (one.problem !== null) process.stderr.write(`error: ${one.id}: ${one.title}: ${one.problem}\n`);
      }
      if (report.cases.some((one) => !one.isAsExpected)) setExitCode(EXIT.no);
    });
}

async function rehearse(
  policy: string,
  calls: readonly DrillCall[],
  scenarios: readonly (typeof SCENARIOS)[number][],
): Promise<DrillReport> {
  findBwrap(process.env['PATH'] ?? '');
  const startedAtMs = performance.now();
  const line = progressLine(() => performance.now());
  const total = calls.length + scenarios.length;
  const broken = new AbortController();
  const interrupt = (): void => broken.abort(new UsageError('the rehearsal was interrupted'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  process.once('SIGHUP', interrupt);
  const signal = AbortSignal.any([broken.signal, AbortSignal.timeout(DRILL_TIMEOUT_MS)]);
  line.show('making a stage: a project with planted secrets, a scripted model, a daemon of its own');
  const stage = await openStage(policy);
  const outcomes: DrillOutcome[] = [];
  let shown = 0;
  const show = (title: string): void => line.show(`${(shown += 1)}/${total} ${title}`);
  try {
    for (const chain of CHAINS) {
      const ofChain = calls.filter((call) => call.chain === chain);
      if (ofChain.length === 0) continue;
      const site = chain === 'ordinary' ? stage.project('ordinary') : stage.site;
      outcomes.push(...(await runCalls(stage, site, ofChain, signal, (call) => show(call.title))));
      signal.throwIfAborted();
    }
    for (const scenario of scenarios) {
      show(scenario.title);
      outcomes.push(await runScenario(scenario, stage, signal));
      signal.throwIfAborted();
    }
  } finally {
    line.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    process.off('SIGHUP', interrupt);
    await stage.close();
  }
  const attacks = outcomes.filter((one) => one.chain !== 'ordinary');
  const ordinary = outcomes.filter((one) => one.chain === 'ordinary');
  return {
    attacks: { total: attacks.length, stopped: attacks.filter((one) => one.isAsExpected).length },
    ordinary: { total: ordinary.length, passed: ordinary.filter((one) => one.isAsExpected).length },
    durationMs: Math.round(performance.now() - startedAtMs),
    cases: outcomes,
  };
}

function table(report: DrillReport): string {
  const rows = report.cases.map((one) => [
    one.isAsExpected ? 'ok' : 'NO',
    one.id,
    one.expected,
    one.happened,
    `${one.durationMs} ms`,
    one.recordId === null ? '-' : String(one.recordId),
  ]);
  const all = [['', 'case', 'expected', 'what happened', 'time', 'record'], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const text = all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
  const { attacks, ordinary } = report;
  return `${text}\n\nattacks stopped: ${attacks.stopped} of ${attacks.total}; everyday work passed: ${ordinary.passed} of ${ordinary.total}; ${(report.durationMs / 1000).toFixed(1)} s\n`;
}

function isChosen(id: string, options: DrillOptions): boolean {
  return options.only === undefined || id.includes(options.only);
}
