import { resolve } from 'node:path';
import type { Command } from 'commander';
import { USUAL_SCENES, diffTables, isProvenEqual } from '../analyse/index.ts';
import type { PolicyDiff } from '../analyse/index.ts';
import { loadPolicy } from '../bin/load-policy.ts';
import { diffText } from './diff-text.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
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
      const diff = diffFiles(before, after, options);
      process.stdout.write(options.json === true ? `${JSON.stringify(diff, null, 2)}\n` : diffText(diff));
      if (!isProvenEqual(diff)) setExitCode(EXIT.no);
    });
}

function diffFiles(before: string, after: string, { workspace, home = '/home/dev' }: DiffOptions): PolicyDiff {
  const nowMs = Date.now();
  const [old, next] = [before, after].map((path) => {
    const loaded = loadPolicy([resolve(path)], ownPaths().home, nowMs);
    for (const warning of loaded.warnings) process.stderr.write(`${warning}\n`);
    return loaded.tableAt(nowMs);
  });
  if (old === undefined || next === undefined) throw new TypeError('two policies are compared');
  const progress = progressLine(() => performance.now());
  const scenes =
    workspace === undefined
      ? USUAL_SCENES
      : [{ workspace: resolve(workspace), homeDir: resolve(home), expandGlob: () => [] }];
  try {
    return diffTables(old, next, { scenes, onProgress: (part) => progress.show(`comparing ${part}`) });
  } finally {
    progress.clear();
  }
}
