import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hostCertificates, makeAuthority } from '../src/ca/index.ts';
import { scriptedSts } from '../src/identity/scripted-sts.ts';
import type { KnownKeys, ScriptedSts } from '../src/identity/scripted-sts.ts';
import { LAUNCHER, makeHome } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

export const REGION = 'eu-central-1';
/** A name that resolves to this machine everywhere. */
export const NAME = 'localhost';
export const ROLE = 'arn:aws:iam::111122223333:role/agents/sallyport-host';
const START_TIMEOUT_MS = 20_000;

/** The role of a host, as its instance has it. */
export const HOST_KEYS: KnownKeys = {
  accessKeyId: 'ASIAHOSTROLE00000001',
  secretAccessKey: 'secret-of-the-host',
  sessionToken: `IQoJ${'b+/'.repeat(300)}==`,
  arn: 'arn:aws:sts::111122223333:assumed-role/sallyport-host/i-0123456789abcdef0',
  account: '111122223333',
  userId: 'AROAEXAMPLEEXAMPLE01:i-0123456789abcdef0',
};
/** The role of a machine that nobody let in. */
export const OTHER_KEYS: KnownKeys = {
  ...HOST_KEYS,
  accessKeyId: 'ASIAOTHERROLE0000001',
  arn: 'arn:aws:sts::111122223333:assumed-role/sallyport-host-2/i-0123456789abcdef0',
};

export function environmentOf(keys: KnownKeys): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken ?? '',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A policy for Bedrock that lets the central gateway be asked. */
export function centralPolicy(upstream = 'https://gateway.invalid', more = ''): string {
  return [
    'version: 1',
    'name: central',
    'providers:',
    '  use: bedrock',
    `  bedrock: { region: ${REGION}, upstream: '${upstream}', upstream_auth: aws-identity }`,
    more,
  ].join('\n');
}

export interface Central {
  readonly url: string;
  readonly child: ChildProcess;
  readonly home: Home;
  readonly sts: ScriptedSts;
  /** The certificate of the authority that hosts trust, as a file. */
  readonly caFile: string;
  readonly ca: string;
  readonly errors: () => string;
  readonly output: () => string;
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Starts it again on the same state folder. */
  again(): Promise<Central>;
}

type Test = { after(fn: () => Promise<void> | void): void };

/** Starts STS, and `sallyport gateway` in a process of its own before `bedrockUrl`. */
export async function startCentral(
  t: Test,
  bedrockUrl: string,
  {
    policy = centralPolicy(),
    env = {},
    words,
  }: {
    readonly policy?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly words?: (home: Home) => readonly string[];
  } = {},
): Promise<Central> {
  const sts = await scriptedSts([HOST_KEYS, OTHER_KEYS], REGION);
  t.after(() => sts.close());
  const made = makeHome(t, policy);
  const home: Home = {
    ...made,
    env: {
      ...made.env,
      ...environmentOf({ ...HOST_KEYS, accessKeyId: 'ASIATASKROLE00000001', secretAccessKey: 'secret-of-the-task' }),
      ...env,
    },
  };
  const nowMs = Date.now();
  const authority = makeAuthority({ hosts: [NAME], nowMs, days: 2 });
  const tls = hostCertificates(authority).of(NAME, nowMs);
  if (tls === null) throw new TypeError('no certificate was made');
  const file = (name: string, text: string): string => {
    mkdirSync(join(home.folder, 'tls'), { recursive: true });
    writeFileSync(join(home.folder, 'tls', name), text);
    return join(home.folder, 'tls', name);
  };
  const ca = authority.certificate.toString();
  const caFile = file('ca.pem', ca);
  const own = words?.(home) ?? ['--policy', home.policyFile];
  const argv = [
    'gateway',
    '--json',
    '--listen',
    '127.0.0.1:0',
    '--name',
    NAME,
    '--allow-role',
    ROLE,
    '--state',
    home.state,
    '--sts-url',
    sts.url,
    '--bedrock-url',
    bedrockUrl,
    '--tls-cert',
    file('cert.pem', tls.certificate),
    '--tls-key',
    file('key.pem', tls.privateKey),
    ...own,
  ];
  const start = async (): Promise<Central> => {
    const child = spawn(process.execPath, [LAUNCHER, ...argv], { env: home.env, stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => void child.kill('SIGKILL'));
    let [errors, output] = ['', ''];
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const line = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no gateway in time: ${errors}`)), START_TIMEOUT_MS);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the gateway ended with ${code}: ${errors}`));
      });
      createInterface({ input: child.stdout }).once('line', (text) => {
        clearTimeout(timer);
        resolve(text);
      });
    });
    const { url } = JSON.parse(line) as { readonly url: string };
    return {
      url,
      child,
      home,
      sts,
      ca,
      caFile,
      errors: () => errors,
      output: () => output,
      end: async (signal) => {
        const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
          child.once('exit', (code, by) => resolve({ code, signal: by })),
        );
        child.kill(signal);
        return await ended;
      },
      again: start,
    };
  };
  return await start();
}
