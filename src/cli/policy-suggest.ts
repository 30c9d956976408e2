import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { approvedCalls } from '../bin/approved-calls.ts';
import type { LogApprovals } from '../bin/approved-calls.ts';
import { loadPolicy } from '../bin/load-policy.ts';
import { UsageError } from '../core/error.ts';
import { suggest } from '../replay/index.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths, policyFiles } from './place.ts';
import { addSourceOptions, filterOf, progressText, sourcesOf } from './recorded-source.ts';
import type { FilterOptions } from './recorded-source.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { suggestText } from './suggest-text.ts';

/** Approved calls that a rule must save to be proposed, where nobody says how many. */
const MIN_COUNT = 3;

interface SuggestOptions extends FilterOptions {
  readonly log?: readonly string[];
  readonly keys?: string;
  readonly policy?: readonly string[];
  readonly min: number;
  readonly json?: boolean;
}

/** Adds `policy suggest` to the `policy` command. */
export function addSuggestCommand(policy: Command, setExitCode: SetExitCode): void {
  const command = policy
    .command('suggest')
    .description('propose rules that allow, from calls that were asked and then approved; prints YAML to paste');
  addSourceOptions(command)
    .option('--min <count>', 'approved calls that a rule must save', positive, MIN_COUNT)
    .action(async (options: SuggestOptions) => {
      const sources = sourcesOf(options.log, options.keys);
      if (sources.files.length > 0)
        throw new UsageError('a file of calls does not tell what was approved', { hint: 'name the folder of a log' });
      const nowMs = Date.now();
      const loaded = loadPolicy(policyFiles(options.policy), ownPaths().home, nowMs);
      const line = progressLine(() => performance.now());
      const startedAtMs = performance.now();
      const found: LogApprovals[] = [];
      for (const { folder, keysFolder } of sources.logs) {
        found.push(
          await approvedCalls(folder, keysFolder, filterOf(options), (bytes, totalBytes) =>
            line.show(progressText({ bytes, totalBytes, records: null }, performance.now() - startedAtMs)),
          ),
        );
      }
      line.clear();
      const approved = found.flatMap((each) => each.approved);
      const report = suggest(loaded.indexAt(nowMs).table, approved, options.min);
      const sum = (value: (each: LogApprovals) => number): number => found.reduce((all, each) => all + value(each), 0);
      const summary = {
        policy: { name: loaded.bundle.policy.name, digest: loaded.bundle.digest },
        asked: sum(({ asked }) => asked),
        approved: approved.length,
        unread: sum(({ unread }) => Object.values(unread).reduce((all, count) => all + count, 0)),
        damagedCount: sum(({ damagedCount }) => damagedCount),
        ...report,
      };
      if (options.json === true) {
        const suggestions = report.suggestions.map(({ examples, ...rest }) => ({
          ...rest,
          examples: examples.map(({ call }) => call.action),
        }));
        process.stdout.write(`${JSON.stringify({ ...summary, suggestions })}\n`);
      } else process.stdout.write(suggestText(summary));
      if (summary.damagedCount > 0) setExitCode(EXIT.failed);
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 is wanted');
  return value;
}
