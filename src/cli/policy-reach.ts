import type { Command } from 'commander';
import { USUAL_SCENES, reach } from '../analyse/index.ts';
import type { Reach, ReachQuestion } from '../analyse/index.ts';
import { loadPolicy } from '../bin/load-policy.ts';
import { UsageError } from '../core/error.ts';
import { actionText } from './diff-text.ts';
import { EXIT } from './exit-code.ts';
import { eachGiven, ownPaths, policyFiles } from './place.ts';
import type { SetExitCode } from './program.ts';

interface ReachOptions {
  readonly read?: string;
  readonly write?: string;
  readonly run?: string;
  readonly fetch?: string;
  readonly mcp?: string;
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

/** Adds `policy reach` to the `policy` command. */
export function addPolicyReachCommand(policy: Command, setExitCode: SetExitCode): void {
  policy
    .command('reach')
    .description('say how far any call of a kind gets, with a call that shows it; exits 3 where all are proven denied')
    .option('--read <pattern>', 'files that are read, such as `**/*.pem`')
    .option('--write <pattern>', 'files that are written')
    .option('--run <pattern>', 'commands')
    .option('--fetch <host>', 'a host, or `*.example.com`')
    .option('--mcp <server/tool>', 'calls of an MCP server; `*` stands for any name')
    .option(
      '--policy <file>',
      'a document of the policy, or a folder; may be given several times (default: the one that `up` would take)',
      eachGiven,
    )
    .option('--json', 'print JSON')
    .action((options: ReachOptions) => {
      const question = questionOf(options);
      const nowMs = Date.now();
      const table = loadPolicy(policyFiles(options.policy), ownPaths().home, nowMs).tableAt(nowMs);
      const answer = answered(() => reach(table, question, USUAL_SCENES));
      process.stdout.write(options.json === true ? `${JSON.stringify(answer)}\n` : reachText(answer));
      if (answer?.verdict === 'deny' && answer.isProven) setExitCode(EXIT.no);
    });
}

function questionOf(options: ReachOptions): ReachQuestion {
  const questions: ReachQuestion[] = [];
  if (options.read !== undefined) questions.push({ kind: 'read', pattern: options.read });
  if (options.write !== undefined) questions.push({ kind: 'write', pattern: options.write });
  if (options.run !== undefined) questions.push({ kind: 'run', pattern: options.run });
  if (options.fetch !== undefined) questions.push({ kind: 'fetch', host: options.fetch });
  if (options.mcp !== undefined) {
    const slash = options.mcp.indexOf('/');
    if (slash <= 0) throw new UsageError('`--mcp` takes a server and a tool: `--mcp github/create_issue`');
    questions.push({ kind: 'mcp', server: options.mcp.slice(0, slash), tool: options.mcp.slice(slash + 1) });
  }
  const [question] = questions;
  if (question === undefined || questions.length > 1)
    throw new UsageError('ask one thing: `--read`, `--write`, `--run`, `--fetch` or `--mcp`');
  return question;
}

/** A pattern of the question that cannot be read is the caller's. */
function answered(ask: () => Reach | null): Reach | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function reachText(answer: Reach | null): string {
  if (answer === null) return 'no call is like that\n';
  const proven = answer.isProven ? 'proven' : 'as far as was tried';
  const head = {
    allow: 'some are allowed',
    ask: `none is allowed, some are asked: ${proven}`,
    deny: `all are denied: ${proven}`,
  };
  const lines = answer.witnesses.map(
    ({ verdict, action, ruleId }) => `  ${verdict.padEnd(5)}  ${actionText(action)}   ${ruleId}`,
  );
  return `${[head[answer.verdict], ...lines].join('\n')}\n`;
}
