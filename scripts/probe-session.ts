// Runs measured sessions of the client inside of the namespace that `measure-cases.ts` makes: job file in, lines out.
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isJsonObject, stringField } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import { startScriptedModel, toolResults } from '../src/drill/index.ts';
import type { ToolResult, Turn } from '../src/drill/index.ts';

/** One session to run: its calls all under the same settings and in the same mode. */
export interface ProbeSession {
  readonly settings: Json;
  readonly mode: string;
  readonly calls: readonly { readonly key: number; readonly tool: string; readonly input: JsonObject }[];
}

/** What became of one call. */
export interface ProbeOutcome {
  readonly key: number;
  readonly observed: 'allow' | 'ask' | 'deny';
  /** The mode that the client went into, where it is not the one that was asked for. */
  readonly effectiveMode: string | null;
}

export interface ProbeJob {
  readonly client: string;
  readonly sessions: readonly ProbeSession[];
}

const WORKSPACE = '/workspace';
const HOME = '/home/dev';
const MCP_CONFIG = '/io/mcp.json';
const MCP_SERVER = new URL('probe-mcp-server.ts', import.meta.url).pathname;
const POLICY = '/etc/claude-code/managed-settings.json';
/** Calls in one message of the model. */
const CALLS_PER_TURN = 12;
const SESSION_TIMEOUT_MS = 120_000;
/** How long a command may run, for the client. */
const COMMAND_TIMEOUT_MS = '2500';
/** Commands after which a call finds other circumstances than it was recorded under: the session starts afresh. */
const MOVES = /\b(?:cd|pushd|popd)\b/;
const CHANGES = /\b(?:cd|pushd|popd|git|rm|mv|chmod|chown|mkfifo|ln)\b/;
const REFUSED = /has been denied|needs approval|requires approval/;
const DENIED =
  /has been denied|blocked by a deny rule|denied access to|is denied by your permission|denied by|covered by a Read deny|denied because|don't ask/i;

interface Call {
  readonly key: number | null;
  readonly tool: string;
  readonly input: JsonObject;
}

const [jobFile, outFile] = process.argv.slice(2);
if (jobFile === undefined || outFile === undefined) throw new TypeError('a job and a file for its outcomes are wanted');
const job = JSON.parse(readFileSync(jobFile, 'utf8')) as ProbeJob;
for (const session of job.sessions) {
  let calls: readonly Call[] = session.calls;
  while (calls.length > 0) {
    const { outcomes, taken } = await runSession(job.client, session, calls);
    writeFileSync(outFile, outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''), { flag: 'a' });
    // A session that takes nothing would be run for ever: its first call is given up.
    calls = calls.slice(Math.max(1, taken));
  }
}

async function runSession(
  client: string,
  { settings, mode }: ProbeSession,
  wanted: readonly Call[],
): Promise<{ readonly outcomes: readonly ProbeOutcome[]; readonly taken: number }> {
  refill(WORKSPACE, '/template');
  refill(HOME, null);
  refill('/tmp', null);
  // The client follows variables and loops only after a first command.
  const calls: readonly Call[] = [{ key: null, tool: 'Bash', input: { command: 'pwd' } }, ...wanted];
  const stop = mayChange(settings, mode) ? CHANGES : MOVES;
  let results: readonly ToolResult[] = [];
  const model = await startScriptedModel({
    keptRequests: 2,
    script({ body }): Turn {
      const seen = toolResults(body);
      if (seen.length >= results.length) results = seen;
      const last = calls[seen.length - 1];
      const isOver = last !== undefined && stop.test(commandOf(last)) && !REFUSED.test(seen.at(-1)?.text ?? '');
      return isOver || calls[seen.length] === undefined ? { text: 'done' } : turnFrom(calls, seen.length, stop);
    },
  });
  rmSync(POLICY, { force: true });
  writeFileSync(POLICY, JSON.stringify(settings));
  writeFileSync(MCP_CONFIG, JSON.stringify({ mcpServers: mcpServers(wanted) }));
  const lines = await runClient(client, mode, model.url);
  await model.close();
  const init = lines.find((line) => line['type'] === 'system' && line['subtype'] === 'init');
  const effective = init === undefined ? null : stringField(init, 'permissionMode');
  const denials = lines.find((line) => line['type'] === 'result')?.['permission_denials'];
  const denied = new Set(
    (Array.isArray(denials) ? denials : []).filter(isJsonObject).map((denial) => stringField(denial, 'tool_use_id')),
  );
  const outcomes = results.flatMap((result): readonly ProbeOutcome[] => {
    const key = calls[indexOf(result)]?.key ?? null;
    if (key === null) return [];
    const observed = verdictOf(result.text, denied.has(result.toolUseId));
    return [{ key, observed, effectiveMode: effective === mode ? null : effective }];
  });
  return { outcomes, taken: Math.max(0, ...results.map(indexOf)) };
}

function turnFrom(calls: readonly Call[], from: number, stop: RegExp): Turn {
  const toolUses: { readonly id: string; readonly name: string; readonly input: JsonObject }[] = [];
  for (const [index, call] of calls.entries()) {
    if (index < from || toolUses.length === CALLS_PER_TURN) continue;
    const input =
      call.tool === 'Bash' && !('description' in call.input) ? { ...call.input, description: '-' } : call.input;
    toolUses.push({ id: `toolu_p${index}`, name: call.tool, input });
    if (stop.test(commandOf(call))) break;
  }
  return { toolUses };
}

async function runClient(client: string, mode: string, modelUrl: string): Promise<readonly JsonObject[]> {
  const words = ['-p', 'go', '--output-format', 'stream-json', '--verbose', '--permission-mode', mode];
  const child = spawn(client, [...words, '--mcp-config', MCP_CONFIG], {
    cwd: WORKSPACE,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME,
      USER: 'dev',
      SHELL: '/bin/bash',
      LANG: 'C.UTF-8',
      TERM: 'dumb',
      ANTHROPIC_API_KEY: 'sk-dummy',
      ANTHROPIC_BASE_URL: modelUrl,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      BASH_DEFAULT_TIMEOUT_MS: COMMAND_TIMEOUT_MS,
      BASH_MAX_TIMEOUT_MS: COMMAND_TIMEOUT_MS,
    },
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  const timer = setTimeout(() => child.kill('SIGKILL'), SESSION_TIMEOUT_MS);
  await new Promise((done) => child.on('close', done));
  clearTimeout(timer);
  return printed.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isJsonObject(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** A server for each one that a call names, with the tools that are called: a tool that is not there counts as denied. */
function mcpServers(calls: readonly Call[]): JsonObject {
  const tools = new Map<string, Set<string>>();
  for (const { tool } of calls) {
    const [, server, name] = /^mcp__(.+?)__(.+)$/.exec(tool) ?? [];
    if (server !== undefined && name !== undefined) tools.set(server, (tools.get(server) ?? new Set()).add(name));
  }
  return Object.fromEntries(
    [...tools].map(([server, names]) => [server, { command: process.execPath, args: [MCP_SERVER, ...names] }]),
  );
}

function verdictOf(text: string, isDenied: boolean): ProbeOutcome['observed'] {
  if (text.includes('built-in Claude Code safety check')) return 'ask';
  if (text.includes('No such tool available')) return 'deny';
  if (!isDenied) return 'allow';
  return DENIED.test(text) ? 'deny' : 'ask';
}

function mayChange(settings: Json, mode: string): boolean {
  const permissions = isJsonObject(settings) ? settings['permissions'] : undefined;
  return (
    ['acceptEdits', 'bypassPermissions', 'auto'].includes(mode) || (isJsonObject(permissions) && 'allow' in permissions)
  );
}

function commandOf(call: Call): string {
  return call.tool === 'Bash' ? (stringField(call.input, 'command') ?? '') : '';
}

function indexOf(result: ToolResult): number {
  return Number(result.toolUseId.replace('toolu_p', ''));
}

function refill(folder: string, from: string | null): void {
  for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { recursive: true, force: true });
  if (from !== null) cpSync(from, folder, { recursive: true, preserveTimestamps: true });
}
