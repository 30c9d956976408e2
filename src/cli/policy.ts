import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { loadPolicy } from '../bin/load-policy.ts';
import { expandGlob, realPath } from '../bin/file-facts.ts';
import { clientRules, installedSettings, managedMcp, managedSettings } from '../compile/index.ts';
import type { Action } from '../core/action.ts';
import { UsageError } from '../core/error.ts';
import { decide } from '../decide/index.ts';
import { policyJsonSchema } from '../policy/index.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths, policyFile } from './place.ts';
import type { SetExitCode } from './program.ts';

interface ExplainOptions {
  readonly policy?: string;
  readonly tool: 'Bash' | 'Read' | 'Write' | 'WebFetch';
  readonly json?: boolean;
}

/** Adds `policy check`, `policy compile`, `policy explain`, `policy show` and `policy schema`. */
export function addPolicyCommands(parent: Command, setExitCode: SetExitCode): void {
  const policy = parent.command('policy').description('check, compile and ask the policy');
  policy
    .command('check')
    .description('read a policy and say what is wrong with it; exits 3 where something is')
    .argument('[file]', 'the policy (default: the one that `up` would take)')
    .action((file: string | undefined) => {
      const { bundle } = loadPolicy(policyFile(file), ownPaths().home);
      process.stdout.write(`${bundle.policy.name}: no fault, digest ${bundle.digest}\n`);
    });
  policy
    .command('compile')
    .description('print what a policy compiles to')
    .argument('[file]', 'the policy (default: the one that `up` would take)')
    .addOption(
      new Option('--target <target>', 'which document')
        .choices(['managed-settings', 'managed-mcp', 'installed', 'rule-table'])
        .default('managed-settings'),
    )
    .option('--coverage', 'list what only the guard can hold, instead')
    .action((file: string | undefined, options: { target: string; coverage?: boolean }) => {
      process.stdout.write(compiled(policyFile(file), options));
    });
  policy
    .command('explain')
    .description('say how the guard would decide, and by which rule; exits 3 for deny')
    .argument('<subject>', 'a command line; with --tool a path or a URL')
    .addOption(
      new Option('--tool <tool>', 'the tool that is called')
        .choices(['Bash', 'Read', 'Write', 'WebFetch'])
        .default('Bash'),
    )
    .option('--policy <file>', 'the policy (default: the one that `up` would take)')
    .option('--json', 'print JSON')
    .action((subject: string, options: ExplainOptions) => {
      const decision = decide(
        loadPolicy(policyFile(options.policy), ownPaths().home).index,
        actionOf(options.tool, subject),
        {
          workspace: process.cwd(),
          homeDir: homedir(),
          realPath,
          expandGlob,
        },
      );
      if (options.json === true) process.stdout.write(`${JSON.stringify(decision)}\n`);
      else
        process.stdout.write(
          `${decision.verdict}  ${decision.ruleId}${'reason' in decision ? `  ${decision.reason}` : ''}\n`,
        );
      if (decision.verdict === 'deny') setExitCode(EXIT.no);
    });
  policy
    .command('show')
    .description('print the text of the policy that `up` would take')
    .action(() => {
      process.stdout.write(readFileSync(policyFile(undefined), 'utf8'));
    });
  policy
    .command('schema')
    .description('print the JSON Schema of policies, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
    });
}

function compiled(file: string, options: { readonly target: string; readonly coverage?: boolean }): string {
  const { policy, table } = loadPolicy(file, ownPaths().home).bundle;
  if (options.coverage === true) {
    const rows = clientRules(table).guardOnly.map(({ ruleId, pattern, why }) => `${ruleId}\t${pattern}\t${why}\n`);
    return rows.join('');
  }
  const paths = ownPaths();
  const documents: Readonly<Record<string, () => object>> = {
    'managed-settings': () =>
      managedSettings(policy, table, {
        hookCommand: [join(paths.hookFolder, 'sallyport-hook')],
        guardSocket: paths.guardSocket,
        sessionId: 'SESSION',
        gatewayUrl: 'http://127.0.0.1:PORT',
        provider: policy.models.provider,
        environment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
        hiddenFolders: [paths.home],
      }),
    'managed-mcp': () => managedMcp(policy),
    installed: () => installedSettings('/opt/sallyport/bin/policy-helper'),
    'rule-table': () => table,
  };
  const document = documents[options.target];
  if (document === undefined) throw new UsageError(`there is no target \`${options.target}\``);
  return `${JSON.stringify(document(), null, 2)}\n`;
}

function actionOf(tool: ExplainOptions['tool'], subject: string): Action {
  const cwd = process.cwd();
  switch (tool) {
    case 'Bash':
      return { kind: 'command', commandLine: subject, cwd, isUnsandboxed: false };
    case 'Read':
      return { kind: 'read', path: subject, cwd };
    case 'Write':
      return { kind: 'write', path: subject, cwd };
    case 'WebFetch':
      return { kind: 'fetch', url: subject };
  }
}
