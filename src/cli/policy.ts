import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { policyJsonSchema } from '../policy/index.ts';
import { policyFiles } from './place.ts';
import { addPolicyCheckCommand } from './policy-check.ts';
import { addPolicyCompileCommand } from './policy-compile.ts';
import { addPolicyDiffCommand } from './policy-diff.ts';
import { addPolicyImportCommand } from './policy-import.ts';
import { addPolicyReachCommand } from './policy-reach.ts';
import { addPolicyExplainCommand } from './policy-explain.ts';
import { addPolicyPredictCommand } from './policy-predict.ts';
import { addPolicyPullCommand } from './policy-pull.ts';
import { addReplayCommand } from './policy-replay.ts';
import { addSuggestCommand } from './policy-suggest.ts';
import { addPolicySignCommands } from './policy-sign.ts';
import { addPolicyTestCommand } from './policy-test.ts';
import type { SetExitCode } from './program.ts';

/** Adds `policy` and what is below it. */
export function addPolicyCommands(parent: Command, setExitCode: SetExitCode): void {
  const policy = parent.command('policy').description('check, compile and ask the policy');
  addPolicyCheckCommand(policy, setExitCode);
  addPolicyCompileCommand(policy, setExitCode);
  addPolicyDiffCommand(policy, setExitCode);
  addPolicyImportCommand(policy, setExitCode);
  addPolicyReachCommand(policy, setExitCode);
  addPolicyPullCommand(policy);
  addPolicySignCommands(policy);
  addPolicyTestCommand(policy, setExitCode);
  addReplayCommand(policy, setExitCode);
  addSuggestCommand(policy, setExitCode);
  addPolicyExplainCommand(policy, setExitCode);
  addPolicyPredictCommand(policy);
  policy
    .command('show')
    .description('print the text of the policy that `up` would take')
    .action(() => {
      for (const file of policyFiles()) process.stdout.write(readFileSync(file, 'utf8'));
    });
  policy
    .command('schema')
    .description('print the JSON Schema of policies, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
    });
}
