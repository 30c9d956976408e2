import { basename } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { loadPolicy } from '../bin/load-policy.ts';
import { replayLog } from '../bin/replay-log.ts';
import { taintRulesOf } from '../core/taint.ts';
import type { CallFilter, ReplayPlan } from '../bin/replay-segment.ts';
import { UsageError } from '../core/error.ts';
import { mergeTallies, redecider, replayReport, replayTally } from '../replay/index.ts';
import type { ReplayTally } from '../replay/index.ts';
import type { RuleIndex } from '../decide/index.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths, policyFiles } from './place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { readForeignCalls } from './replay-lines.ts';
import { addSourceOptions, filterOf, progressText, sourcesOf } from './recorded-source.ts';
import type { FilterOptions } from './recorded-source.ts';
import { replayText } from './replay-text.ts';
import type { ReplaySummary } from './replay-text.ts';

/** Witnesses of each change that are shown where nobody says how many. */
const SHOWN = 3;
/** Damaged lines that are named in all; the rest are counted. */
const MAX_NAMED = 50;

interface ReplayOptions extends FilterOptions {
  readonly log?: readonly string[];
  readonly keys?: string;
  readonly policy?: readonly string[];
  readonly workspace: string;
  readonly show: number;
  readonly json?: boolean;
}

/** Adds `policy replay` to the `policy` command. */
export function addReplayCommand(policy: Command, setExitCode: SetExitCode): void {
  const command = policy
    .command('replay')
    .description(
      'decide recorded calls again under a policy and say what would have changed; exits 3 where something would, 1 where calls could not be read',
    );
  addSourceOptions(command)
    .option('--workspace <folder>', 'folder of calls in a file that names none', '/workspace')
    .option('--show <count>', 'how many calls to show for each change', wholeNumber, SHOWN)
    .action(async (options: ReplayOptions) => {
      const summary = await replayAll(options);
      if (options.json === true) process.stdout.write(`${JSON.stringify(summary)}\n`);
      else process.stdout.write(replayText(summary));
      setExitCode(exitCodeOf(summary));
    });
}

async function replayAll(options: ReplayOptions): Promise<ReplaySummary> {
  const sources = sourcesOf(options.log, options.keys);
  const nowMs = Date.now();
  const loaded = loadPolicy(policyFiles(options.policy), ownPaths().home, nowMs);
  const index = loaded.indexAt(nowMs);
  const filter = filterOf(options);
  const tallies: ReplayTally[] = [];
  const users = new Map<string, string>();
  const damaged: { place: string; problem: string }[] = [];
  let [damagedCount, isTorn] = [0, false];
  const line = progressLine(() => performance.now());
  const startedAtMs = performance.now();
  for (const { folder, keysFolder } of sources.logs) {
    const plan: ReplayPlan = {
      table: index.table,
      taint: taintRulesOf(loaded.bundle.policy.injection),
      keysFolder,
      filter,
      maxWitnesses: options.show,
    };
    const replayed = await replayLog(folder, plan, (progress) =>
      line.show(progressText(progress, performance.now() - startedAtMs)),
    );
    tallies.push(replayed.tally);
    for (const [session, user] of replayed.users) users.set(session, user);
    damaged.push(...replayed.damaged);
    damagedCount += replayed.damagedCount;
    isTorn ||= replayed.isTorn;
  }
  for (const file of sources.files) {
    const replayed = await replayFile(file, index, filter, options);
    tallies.push(replayed.tally);
    damaged.push(...replayed.damaged.slice(0, MAX_NAMED));
    damagedCount += replayed.damaged.length;
  }
  line.clear();
  const report = replayReport(
    mergeTallies(tallies, options.show),
    (session) => users.get(session) ?? null,
    options.show,
  );
  return {
    policy: { name: loaded.bundle.policy.name, digest: loaded.bundle.digest },
    ...report,
    damaged: damaged.slice(0, MAX_NAMED),
    damagedCount,
    isTorn,
  };
}

async function replayFile(
  file: string,
  index: RuleIndex,
  { sinceMs, untilMs, sessionId }: CallFilter,
  { workspace, show }: ReplayOptions,
): Promise<{ readonly tally: ReplayTally; readonly damaged: { place: string; problem: string }[] }> {
  if (!workspace.startsWith('/')) throw new UsageError(`--workspace is not an absolute path: \`${workspace}\``);
  const redecide = redecider(index);
  const tally = replayTally(show);
  const damaged: { place: string; problem: string }[] = [];
  for await (const line of readForeignCalls(file, workspace)) {
    if (line.kind === 'damaged') {
      damaged.push({ place: `${basename(file)}:${line.line}`, problem: line.problem });
      continue;
    }
    const { call } = line;
    const atMs = call.occurredAtMs;
    if (atMs === null && (sinceMs !== null || untilMs !== null)) {
      damaged.push({
        place: `${basename(file)}:${call.line}`,
        problem: 'the call has no time, so that it is not known whether it is wanted',
      });
      continue;
    }
    if (sessionId !== null && call.sessionId !== sessionId) continue;
    if (sinceMs !== null && (atMs === null || atMs < sinceMs)) continue;
    if (untilMs !== null && (atMs === null || atMs >= untilMs)) continue;
    const seen = call.call;
    const redecision = redecide.decide(JSON.stringify([seen.action, seen.workspace, seen.homeDir]), () => seen);
    if (redecision === null) tally.skip('malformed');
    else {
      const { tool, verdict, user } = call;
      const counted = { record: call.line, sessionId: call.sessionId, user, tool, verdict, ruleId: null };
      tally.add({ ...counted, action: () => seen.action }, redecision);
    }
  }
  return { tally: tally.tally(), damaged };
}

/** Nothing changes only where something was decided again and nothing was unreadable. */
function exitCodeOf({ changes, totals, damagedCount }: ReplaySummary): number {
  if (changes.length > 0) return EXIT.no;
  const isBlind = totals.decided === 0 && totals.calls > 0;
  return damagedCount > 0 || isBlind ? EXIT.failed : EXIT.done;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is wanted');
  return value;
}
