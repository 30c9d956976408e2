import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { programOnPath } from '../../emulator-process.ts';

/** How long one command of Terraform may take, in milliseconds, when nothing else is said. */
export const TERRAFORM_TIMEOUT_MS = 240_000;

/** How much one command may print: a plan of the whole deployment in JSON is some 3 MB. */
const MAX_OUTPUT_BYTES = 64 << 20;

/** How long a command waits for its turn, in seconds: the provider takes 1 GB, so one at a time runs over all test files. */
const TURN_SECONDS = 540;

/** What waiting in vain ends with: a status that Terraform does not use. */
const NO_TURN = 75;

/** What a command of Terraform gave. */
export interface TerraformResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TerraformRun {
  readonly cwd: string;
  readonly args: readonly string[];
  /** Whether the provider for AWS may be started: such runs take turns. */
  readonly provider: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Why Terraform cannot be run here, or false where it can. */
export function terraformSkip(): string | false {
  return programOnPath('terraform') === null ? 'terraform is not on PATH' : false;
}

/** Why the provider for AWS cannot be run here, or false where it can. */
export function providerSkip(): string | false {
  const missing = terraformSkip();
  if (missing !== false) return missing;
  return providerMirror() === null
    ? 'no mirror of the provider for AWS on this machine; SALLYPORT_TF_MIRROR=FOLDER names one'
    : false;
}

/** The version of Terraform, as in `1.11.4`. */
export function terraformVersion(): string {
  const shown = spawnSync('terraform', ['version', '-json'], { encoding: 'utf8', env: cleanEnvironment() });
  return (JSON.parse(shown.stdout) as { terraform_version: string }).terraform_version;
}

/** The version of the provider in the mirror, the newest if there are several. */
export function providerVersion(): string | null {
  const folder = providerFolder();
  return folder === null ? null : basename(folder);
}

/** Where the newest version of the provider in the mirror lies, by platform, or null. */
export function providerFolder(): string | null {
  const mirror = providerMirror();
  if (mirror === null) return null;
  const versions = readdirSync(join(mirror, PROVIDER)).filter((name) => /^\d+\.\d+\.\d+/u.test(name));
  const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest === undefined ? null : join(mirror, PROVIDER, newest);
}

/** Runs Terraform and gives what came of it. It throws only when the program could not be run or did not end in time. */
export async function terraform({ args, provider, ...run }: TerraformRun): Promise<TerraformResult> {
  const command = ['terraform', ...args];
  return await (provider ? inTurn({ ...run, command }) : bounded({ ...run, command }));
}

export interface CommandRun extends Omit<TerraformRun, 'args' | 'provider'> {
  readonly command: readonly string[];
}

/** Runs a command while no other test file does: for what needs the provider. */
export async function inTurn(run: CommandRun): Promise<TerraformResult> {
  if (programOnPath('flock') === null) return await bounded(run);
  const lock = join(sharedFolder(), 'terraform.lock');
  // The kernel lets go of this lock when its holder dies, so a killed test leaves nobody waiting: --close, for a provider that
  // outlives Terraform must not hold it.
  const turn = ['flock', '--close', '--timeout', String(TURN_SECONDS), '--conflict-exit-code', String(NO_TURN), lock];
  const result = await bounded(run, turn);
  if (result.status === NO_TURN) throw new Error(`${run.command[0]} got no turn within ${TURN_SECONDS} s`);
  return result;
}

/** Like {@link terraform}, but a command that fails throws with what it said. */
export async function terraformDone(run: TerraformRun): Promise<TerraformResult> {
  const result = await terraform(run);
  if (result.status === 0) return result;
  const said = `${result.stdout.slice(-4_000)}\n${result.stderr.slice(-8_000)}`.trim();
  throw new Error(`terraform ${run.args.join(' ')} ended with ${result.status}:\n${said}`);
}

/** A folder of this user that all test files share: locks and what is worth keeping between them. */
export function sharedFolder(): string {
  const folder = join(tmpdir(), `sallyport-infra-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

const PROVIDER = 'registry.terraform.io/hashicorp/aws';

/** The folder above `registry.terraform.io`, or null. */
function providerMirror(): string | null {
  const named = process.env['SALLYPORT_TF_MIRROR'] ?? '';
  const places = named === '' ? foundMirrors() : [named];
  return places.find((place) => existsSync(join(place, PROVIDER))) ?? null;
}

/** Folders of this machine that hold the provider. The search walks the disk, so it is done once per process. */
const foundMirrors = once((): readonly string[] => {
  const found = spawnSync(
    'timeout',
    ['20', 'find', '/', '-maxdepth', '5', '-xdev', '-type', 'd', '-path', `*${PROVIDER}`],
    { encoding: 'utf8', maxBuffer: 1 << 20, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return found.stdout
    .split('\n')
    .filter((line) => line.endsWith(PROVIDER))
    .map((line) => line.slice(0, -PROVIDER.length) || '/');
});

function once<T>(make: () => T): () => T {
  const made: T[] = [];
  return () => made[0] ?? (made[0] = make());
}

/** Nothing of the user's own Terraform or AWS may have a say, and nothing may be asked of the network. */
function cleanEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: sharedFolder(),
    TF_CLI_CONFIG_FILE: cliConfig(),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: 'mock',
    AWS_SECRET_ACCESS_KEY: 'mock',
  };
}

function cliConfig(): string {
  const mirror = providerMirror();
  const installation =
    mirror === null
      ? ''
      : `provider_installation {\n  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = ["registry.terraform.io/*/*"]\n  }\n}\n`;
  const file = join(sharedFolder(), mirror === null ? 'bare.tfrc' : 'mirror.tfrc');
  // Another test file's Terraform may be reading it: half of it would send that one to the registry.
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, `disable_checkpoint = true\n${installation}`);
  renameSync(whole, file);
  return file;
}

async function bounded(run: CommandRun, before: readonly string[] = []): Promise<TerraformResult> {
  const seconds = Math.ceil((run.timeoutMs ?? TERRAFORM_TIMEOUT_MS) / 1000);
  const [program = '', ...args] = [...before, 'timeout', '--kill-after=10', String(seconds), ...run.command];
  const result = await output(program, args, run.cwd, { ...cleanEnvironment(), ...run.env });
  if (result.status !== 124 && result.status !== 137) return result;
  throw new Error(
    `${run.command.slice(0, 2).join(' ')} did not end within ${seconds} s:\n${result.stdout.slice(-4_000)}`,
  );
}

function output(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<TerraformResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
        else parts[name].push(part);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (bytes > MAX_OUTPUT_BYTES) return reject(new Error(`terraform printed more than ${MAX_OUTPUT_BYTES} bytes`));
      const text = (name: 'stdout' | 'stderr'): string => Buffer.concat(parts[name]).toString('utf8');
      resolve({ status: code ?? 1, stdout: text('stdout'), stderr: text('stderr') });
    });
  });
}
