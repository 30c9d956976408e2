import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse, stringify } from 'yaml';
import { folderTree, verify } from '../../src/verify/index.ts';
import { controlClient } from '../../src/cli/control-client.ts';
import type { DaemonStatus } from '../../src/core/control.ts';
import { CLIENT_SESSION, COMPANY_WORD, firstRequest } from './gateway-bodies.ts';
import { ended } from './child-process.ts';
import { wireConnection } from './gateway-wire.ts';
import type { WireTarget } from './gateway-wire.ts';

/** The daemon as it is started for people, with a session whose client has shown that its hooks work. */
export interface BenchDaemon {
  readonly pid: number;
  readonly target: WireTarget;
  /** Ends it and verifies its log. @throws {Error} where the log does not verify. */
  close(): Promise<void>;
}

export interface BenchDaemonOptions {
  /** The package. */
  readonly root: string;
  /** Empty; gets the state and the policy. */
  readonly folder: string;
  readonly modelPort: number;
  /** Words for Node itself, such as those that write a profile. */
  readonly nodeWords: readonly string[];
}

const ABOUT = { user: 'bench', launcher: process.pid, client: 'bench' };

/**
 * Starts `sallyport up` under the default policy with everything about content switched on, opens a session as
 * `sallyport run` does, and answers the session's canary over the guard's socket as its hook does.
 */
export async function startBenchDaemon(options: BenchDaemonOptions): Promise<BenchDaemon> {
  const [state, workspace, policyFile] = ['state', 'work', 'policy.yaml'].map((name) => join(options.folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(workspace);
  writeFileSync(policyFile, benchPolicy(options));
  const child = spawn(
    process.execPath,
    [
      ...options.nodeWords,
      join(options.root, 'bin/sallyport.mjs'),
      'up',
      '--json',
      '--end-with-stdin',
      '--policy',
      policyFile,
    ],
    {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: options.folder, SALLYPORT_HOME: state },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const status = await new Promise<DaemonStatus>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}`)));
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as DaemonStatus));
  });
  const opened = await controlClient(status.controlSocket).openSession({
    workspace,
    homeDir: options.folder,
    environment: {},
    credentials: { ...NO_CREDENTIALS, anthropicApiKey: 'key-of-the-bench' },
    watchPid: process.pid,
    about: ABOUT,
  });
  const target: WireTarget = {
    port: Number(new URL(opened.gatewayUrl).port),
    path: '/v1/messages?beta=true',
    headers: { ...CLIENT_HEADERS, 'x-api-key': opened.token },
  };
  await proveClient(target, status.guardSocket, opened.sessionId, workspace);
  return {
    pid: child.pid ?? 0,
    target,
    close: async () => {
      await ended(child, 'SIGTERM');
      const { ok } = await verify(folderTree(status.auditFolder));
      if (!ok) throw new Error('the log of the bench does not verify');
    },
  };
}

/** What the real client sends with each request, but for the credential. */
export const CLIENT_HEADERS: Readonly<Record<string, string>> = {
  accept: 'application/json',
  'content-type': 'application/json',
  'user-agent': 'claude-cli/2.1.329 (external, sdk-cli)',
  'x-claude-code-session-id': CLIENT_SESSION,
  'x-stainless-lang': 'js',
  'x-stainless-retry-count': '0',
  'x-stainless-timeout': '600',
  'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27',
  'anthropic-version': '2023-06-01',
  'x-app': 'cli',
  'accept-encoding': 'identity',
  connection: 'keep-alive',
};

const NO_CREDENTIALS = {
  anthropicApiKey: null,
  anthropicAuthToken: null,
  awsAccessKeyId: null,
  awsSecretAccessKey: null,
  awsSessionToken: null,
  awsProfile: null,
  awsBearerToken: null,
  googleAccessToken: null,
  googleCredentialsFile: null,
};

function benchPolicy({ root, modelPort }: BenchDaemonOptions): string {
  const policy = parse(readFileSync(join(root, 'policies/default.yaml'), 'utf8')) as Record<string, unknown>;
  return stringify({
    ...policy,
    name: 'bench',
    providers: { use: 'anthropic', anthropic: { upstream: `http://127.0.0.1:${modelPort}` } },
    dlp: { secret: 'mask', personal: 'mask', company: 'mask' },
    company: {
      words: { projects: [COMPANY_WORD, ...Array.from({ length: 200 }, (_, nth) => `Codename${nth}x`)] },
      patterns: { 'customer-number': 'KD-[0-9]{8}' },
    },
    injection: { on_finding: 'ask', taint: true },
  });
}

/** Answers the canary with which the gateway meets a client that it does not know. */
async function proveClient(target: WireTarget, socketPath: string, sessionId: string, cwd: string): Promise<void> {
  const connection = await wireConnection(target);
  const { status, text } = await connection.send(firstRequest(), true);
  connection.close();
  const reply = JSON.parse(text ?? '') as { readonly content?: readonly CanaryBlock[] };
  const use = reply.content?.find(({ type }) => type === 'tool_use');
  if (use === undefined) throw new Error(`the gateway answered ${status} and no canary: ${text}`);
  const event = JSON.stringify({
    session_id: CLIENT_SESSION,
    transcript_path: join(cwd, 'transcript.jsonl'),
    cwd,
    permission_mode: 'default',
    hook_event_name: 'PreToolUse',
    tool_name: use.name,
    tool_input: use.input,
    tool_use_id: use.id,
  });
  const answered = await new Promise<string>((resolve, reject) => {
    const asking = request({ socketPath, method: 'POST', path: `/hook/${sessionId}` }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    asking.on('error', reject);
    asking.end(event);
  });
  if (!answered.includes('"deny"')) throw new Error(`the guard did not answer the canary: ${answered}`);
}

interface CanaryBlock {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly input: object;
}
