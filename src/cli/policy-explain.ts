import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { expandGlob, linkedFiles, realPath } from '../bin/file-facts.ts';
import { watchedFacts } from '../bin/watched-facts.ts';
import { actionOfEvent } from '../bin/hook-action.ts';
import { loadPolicy } from '../bin/load-policy.ts';
import { readPolicyFiles } from '../bin/policy-files.ts';
import { managedSettings } from '../compile/index.ts';
import type { Action } from '../core/action.ts';
import { UsageError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import { decide, explainCommand, wouldHave } from '../decide/index.ts';
import type { Scene } from '../decide/index.ts';
import { egressAnswers, smallestChange, touchingRules } from '../explain/index.ts';
import { MODES, clientModel } from '../predict/index.ts';
import type { Mode } from '../predict/index.ts';
import { EXIT } from './exit-code.ts';
import { explanationText } from './explanation-text.ts';
import type { Explanation } from './explanation-text.ts';
import { eachGiven, ownPaths, policyFiles } from './place.ts';
import { anySite } from './policy-compile.ts';
import type { SetExitCode } from './program.ts';

interface ExplainOptions {
  readonly policy?: readonly string[];
  readonly tool: string;
  readonly path?: string;
  readonly event?: boolean;
  readonly mode: Mode;
  readonly cwd?: string;
  readonly json?: boolean;
}

/** A call to explain: as the client names it, and as the guard reads it. */
interface Subject {
  readonly tool: string;
  readonly input: JsonObject;
  readonly action: Action;
  readonly mode: Mode;
  readonly cwd: string;
}

/** What a call of these tools is about; a call of any other is told by its name alone. */
const CALLED_WITH: Readonly<Record<string, string>> = {
  Bash: 'a command line',
  Read: 'a path',
  Write: 'a path',
  Edit: 'a path',
  WebFetch: 'a URL',
};

/** Largest hook event that is read from standard input. */
const MAX_EVENT_BYTES = 8_388_608;

/** Adds `policy explain`. */
export function addPolicyExplainCommand(policy: Command, setExitCode: SetExitCode): void {
  policy
    .command('explain')
    .description(
      'say how guard, client and egress would decide a call, by which rules, and what would change it; what its text holds is not looked at; exits 3 for deny',
    )
    .argument('[subject]', 'a command line; with --tool a path or a URL; none for other tools')
    .addOption(
      new Option(
        '--tool <tool>',
        'the tool that is called, such as Read, Write, WebFetch or mcp__server__tool',
      ).default('Bash'),
    )
    .option('--path <path>', 'the path, for a tool on files')
    .option('--event', 'read a hook event of the client from standard input instead')
    .option(
      '--policy <file>',
      'a document of the policy, or a folder; may be given several times (default: the one that `up` would take)',
      eachGiven,
    )
    .addOption(new Option('--mode <mode>', 'permission mode of the client').choices(MODES).default('default'))
    .option('--cwd <folder>', 'folder in which it happens (default: this one)')
    .option('--json', 'print JSON')
    .action(async (subject: string | undefined, options: ExplainOptions) => {
      const explained = explain(await subjectOf(subject, options), options);
      process.stdout.write(options.json === true ? `${JSON.stringify(explained)}\n` : explanationText(explained));
      if (explained.guard.verdict === 'deny') setExitCode(EXIT.no);
    });
}

function explain(subject: Subject, options: ExplainOptions): Explanation {
  const loaded = loadPolicy(policyFiles(options.policy), ownPaths().home);
  const nowMs = Date.now();
  const { table } = loaded.indexAt(nowMs);
  const { cwd } = subject;
  const scene: Scene = { workspace: cwd, homeDir: homedir(), ...watchedFacts({ realPath, expandGlob, linkedFiles }) };
  const { policy } = loaded.bundle;
  const settings = managedSettings(policy, loaded.tableAt(nowMs), anySite(policy));
  const trial = loaded.trialAt(nowMs);
  const client = clientModel(settings, { cwd, home: homedir() });
  return {
    guard: decide(loaded.indexAt(nowMs), subject.action, scene),
    reading: subject.action.kind === 'command' ? explainCommand(subject.action.commandLine, scene) : null,
    rules: touchingRules(table, subject.action, scene).map((rule) => ({
      ...rule,
      place: placeOf(rule.ruleId, policyFiles(options.policy)),
    })),
    onTrial: trial === null ? [] : wouldHave(trial, subject.action, scene),
    client: client.predict({ tool: subject.tool, input: subject.input, mode: subject.mode }),
    egress: egressAnswers(policy.egress.hosts, subject.action, scene),
    change: smallestChange(table, subject.action, scene),
  };
}

async function subjectOf(given: string | undefined, options: ExplainOptions): Promise<Subject> {
  const cwd = resolve(options.cwd ?? '.');
  if (options.event === true) {
    const { tool, input, action, mode, cwd: place } = actionOfEvent(await standardInput());
    return { tool, input, action, mode: MODES.find((known) => known === mode) ?? options.mode, cwd: place ?? cwd };
  }
  if (options.path !== undefined && options.tool === 'Bash')
    throw new UsageError('a command line is no path', { hint: 'name the tool: `--tool Read --path src/a.ts`' });
  const text = options.path ?? given ?? (CALLED_WITH[options.tool] === undefined ? '' : null);
  if (text === null) {
    throw new UsageError(`\`${options.tool}\` is called with ${CALLED_WITH[options.tool]}`, {
      hint: "such as `sallyport policy explain 'git push'`, or `sallyport policy explain --tool Read --path src/a.ts`",
    });
  }
  return { ...callOf(options.tool, text, cwd), mode: options.mode, cwd };
}

function callOf(tool: string, text: string, cwd: string): Omit<Subject, 'mode' | 'cwd'> {
  const call = (input: JsonObject, action: Action): Omit<Subject, 'mode' | 'cwd'> => ({ tool, input, action });
  const mcp = /^mcp__(.+?)__(.+)$/.exec(tool);
  if (mcp !== null) return call({}, { kind: 'mcp', server: mcp[1] ?? '', tool: mcp[2] ?? '' });
  switch (tool) {
    case 'Bash':
      return call({ command: text }, { kind: 'command', commandLine: text, cwd, isUnsandboxed: false });
    case 'Read':
      return call({ file_path: resolve(cwd, text) }, { kind: 'read', path: text, cwd });
    case 'Write':
    case 'Edit':
      return call({ file_path: resolve(cwd, text), content: '' }, { kind: 'write', path: text, cwd });
    case 'WebFetch':
      return call({ url: text, prompt: '' }, { kind: 'fetch', url: text });
    default:
      return call({}, { kind: 'tool', name: tool });
  }
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_EVENT_BYTES) throw new UsageError('the event is larger than 8 MiB');
  }
  return Buffer.concat(chunks);
}

/** Where a rule is written, `file:line`; null for one that a section or the program itself brings. */
function placeOf(ruleId: string, paths: readonly string[]): string | null {
  for (const { file, bytes } of readPolicyFiles(paths)) {
    const lines = Buffer.from(bytes).toString('utf8').split('\n');
    const at = lines.findIndex((line) => /\bid: *['"]?([a-z0-9/-]+)/.exec(line)?.[1] === ruleId);
    if (at !== -1) return `${file}:${at + 1}`;
  }
  return null;
}
