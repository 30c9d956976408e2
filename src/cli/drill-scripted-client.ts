import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { OpenSessionAnswer } from '../core/control.ts';
import type { DrillSite } from '../drill/index.ts';
import type { Stage } from './drill-stage.ts';
import { keptEnvironment } from './place.ts';

/** A call as a reply holds it. */
export interface RepliedCall {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
}

/**
 * A client that does as the rehearsal says, in a governed session of its own: it raises the hooks that it is told to and no
 * other, and sends what it is told to.
 */
export interface ScriptedClient {
  readonly session: OpenSessionAnswer;
  /** Raises an event by the hook client. */
  hook(event: string, fields?: JsonObject): Promise<void>;
  /** What hook clients said on their standard error, and how those ended that did not exit with 0; empty where all went well. */
  readonly hookFaults: readonly string[];
  /** Begins as an honest client does: its first hook, and the canary denied. @returns the calls of the model's first reply. */
  begin(): Promise<readonly RepliedCall[]>;
  /** Sends results of calls up, as a whole conversation. @returns the status, and the calls of the reply. */
  send(
    calls: readonly RepliedCall[],
    isError: boolean,
  ): Promise<{ readonly status: number; readonly calls: readonly RepliedCall[] }>;
  /** Ends the session. */
  end(): Promise<void>;
}

const HOOK_TIMEOUT_MS = 10_000;
const TOOLS: Json = [{ name: 'Bash', description: 'drill', input_schema: { type: 'object' } }];

/** Opens the session. Its client keeps a conversation, and is sent replies whole. */
export async function scriptedClient(stage: Stage, site: DrillSite): Promise<ScriptedClient> {
  const session = await stage.control.openSession({
    workspace: site.workspace,
    homeDir: site.home,
    environment: keptEnvironment(stage.env),
    credentials: stage.credentials,
    watchPid: process.pid,
    about: { by: 'drill' },
  });
  const { hookCommand, guardSocket } = await stage.control.status();
  const clientSessionId = randomUUID();
  const hookFaults: string[] = [];
  const messages: Json[] = [{ role: 'user', content: 'go' }];

  const hook = async (event: string, fields: JsonObject = {}): Promise<void> => {
    const common = { session_id: clientSessionId, cwd: site.workspace, hook_event_name: event };
    const fault = await fed([...hookCommand, guardSocket, session.sessionId], JSON.stringify({ ...common, ...fields }));
    if (fault !== '') hookFaults.push(`${event}: ${fault}`);
  };

  const ask = async (): Promise<{ readonly status: number; readonly calls: readonly RepliedCall[] }> => {
    const answer = await fetch(`${session.gatewayUrl}/v1/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${session.token}`,
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        'x-claude-code-session-id': clientSessionId,
      },
      body: JSON.stringify({ model: 'claude-opus-5-5', max_tokens: 64, stream: false, tools: TOOLS, messages }),
    });
    const body: unknown = await answer.json();
    const content = isJsonObject(body) && Array.isArray(body['content']) ? (body['content'] as readonly Json[]) : [];
    if (answer.status === 200) messages.push({ role: 'assistant', content });
    return { status: answer.status, calls: content.flatMap(callIn) };
  };

  const answerCalls = (calls: readonly RepliedCall[], isError: boolean): void => {
    const content = calls.map(({ id }) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: 'drill',
      ...(isError ? { is_error: true } : {}),
    }));
    messages.push({ role: 'user', content });
  };

  return {
    session,
    hook,
    hookFaults,
    async begin() {
      await hook('SessionStart', { source: 'startup' });
      const canary = await ask();
      for (const { id, name, input } of canary.calls) {
        await hook('PreToolUse', { tool_name: name, tool_input: input, tool_use_id: id });
      }
      answerCalls(canary.calls, true);
      return (await ask()).calls;
    },
    async send(calls, isError) {
      const last = messages.at(-1);
      // A result stands behind its call, or the conversation is none.
      if (!isJsonObject(last) || last['role'] !== 'assistant' || !JSON.stringify(last).includes('tool_use')) {
        messages.push({ role: 'assistant', content: calls.map((call) => ({ type: 'tool_use', ...call })) });
      }
      answerCalls(calls, isError);
      return await ask();
    },
    end: async () => {
      await stage.control.endSession(session.sessionId, 'the rehearsal is over');
    },
  };
}

function callIn(block: Json): readonly RepliedCall[] {
  if (!isJsonObject(block) || block['type'] !== 'tool_use') return [];
  const [id, name] = [stringField(block, 'id'), stringField(block, 'name')];
  return id === null || name === null ? [] : [{ id, name, input: block['input'] ?? null }];
}

/** Runs a program to its end with a text on its standard input. @returns what went wrong by its own account. */
async function fed(words: readonly string[], input: string): Promise<string> {
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, { stdio: ['pipe', 'ignore', 'pipe'], timeout: HOOK_TIMEOUT_MS });
  child.stdin?.on('error', () => child.kill());
  child.stdin?.end(input);
  const said: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  return await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const text = Buffer.concat(said).toString('utf8').trim();
      resolve(code === 0 ? text : `ended by ${signal ?? code}: ${text}`);
    });
  });
}
