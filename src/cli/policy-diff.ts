import type { Command } from 'commander';
import { comparePolicies, isNothingChanged } from './compare-policies.ts';
import { comparisonText } from './diff-text.ts';
import { EXIT } from './exit-code.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';

interface DiffOptions {
  readonly workspace?: string;
  readonly home?: string;
  readonly json?: boolean;
}

/** Adds `policy diff` to the `policy` command. */
export function addPolicyDiffCommand(policy: Command, setExitCode: SetExitCode): void {
  policy
    .command('diff')
    .description(
      'say what another policy newly allows, asks or denies, each with a call that shows it; exits 3 where something changes or is not proven',
    )
    .argument('<old>', 'a document of the policy as it is, or a folder of them')
    .argument('<new>', 'a document of the policy as it will be, or a folder of them')
    .option('--workspace <folder>', 'compare files for this workspace instead of the two usual ones')
    .option('--home <folder>', 'the home folder that goes with it', '/home/dev')
    .option('--json', 'print JSON')
    .action((before: string, after: string, options: DiffOptions) => {
      const progress = progressLine(() => performance.now());
      const comparison = comparePolicies(before, after, {
        workspace: options.workspace ?? null,
        home: options.home ?? '/home/dev',
        nowMs: Date.now(),
        onWarning: (text) => process.stderr.write(`${text}\n`),
        onProgress: (part) => progress.show(`comparing ${part}`),
      });
      progress.clear();
      process.stdout.write(
        options.json === true ? `${JSON.stringify(comparison, null, 2)}\n` : comparisonText(comparison),
      );
      if (!isNothingChanged(comparison)) setExitCode(EXIT.no);
    });
}
