import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { DAY_MS } from '../bin/policy-age.ts';
import { startDaemon } from '../bin/daemon.ts';
import { readIfThere, statePaths } from '../bin/state-folder.ts';
import type { StatePaths } from '../bin/state-folder.ts';
import { runtimePaths, SYSTEM_RUNTIME_FOLDER } from '../bin/runtime-folder.ts';
import { tellServiceManager } from '../bin/service-manager.ts';
import { UsageError } from '../core/error.ts';
import { eachGiven, ownCredentials, policyFiles } from './place.ts';
import { statusText } from './status-text.ts';
import { bundlePlace, heedSignals } from './up.ts';

/** Where the daemon of a machine keeps its state, unless systemd names another folder. */
const SYSTEM_STATE_FOLDER = '/var/lib/sallyport';
/** Fixed, so that the machine's firewall can keep the port to the daemon's user also while no daemon runs. */
const GATEWAY_PORT = 7843;

/** Adds `guard`. */
export function addGuardCommand(parent: Command): void {
  parent
    .command('guard')
    .description(
      'start the daemon of a machine with several users, as a user of its own: they can open sessions and end their own, and no more',
    )
    .addOption(new Option('--bundle <file>', 'the signed bundle to put in force; needs `--trust`').conflicts('policy'))
    .option('--trust <key>', 'the public key that signs bundles, in PEM')
    .option(
      '--policy <file>',
      'in place of a bundle: a document of the policy, or a folder of them; may be given several times',
      eachGiven,
    )
    .option('--group <name>', 'the group whose members may open sessions, by name or number (default: everyone)')
    .option('--gateway-port <number>', 'port of the gateway on the loopback interface', portOf, GATEWAY_PORT)
    .option(
      '--max-bundle-age-days <number>',
      'allow nothing by a bundle that was signed longer ago (default: any age)',
      daysOf,
    )
    .option('--json', 'print the state as one JSON line')
    .action(async (options: GuardOptions) => await guard(options));
}

interface GuardOptions {
  readonly bundle?: string;
  readonly trust?: string;
  readonly policy?: readonly string[];
  readonly group?: string;
  readonly gatewayPort: number;
  readonly maxBundleAgeDays?: number;
  readonly json?: boolean;
}

async function guard(options: GuardOptions): Promise<void> {
  const warn = (line: string): void => void process.stderr.write(`warning: ${line}\n`);
  const paths = systemStatePaths();
  const daemon = await startDaemon({
    paths,
    ...policyPlace(options, paths),
    host: {
      runtime: runtimePaths(folderOf('RUNTIME_DIRECTORY') ?? SYSTEM_RUNTIME_FOLDER),
      users: options.group ?? null,
      gatewayPort: options.gatewayPort,
      maxBundleAgeMs: options.maxBundleAgeDays === undefined ? null : options.maxBundleAgeDays * DAY_MS,
      credentials: ownCredentials(),
    },
    logError: warn,
  });
  const asked = Promise.withResolvers<void>();
  heedSignals(daemon, () => asked.resolve());
  const status = daemon.status();
  process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : `${statusText(status)}ready\n`);
  const tell = async (state: 'ready' | 'stopping'): Promise<void> => {
    const failed = await tellServiceManager(state, process.env);
    if (failed !== null) warn(failed);
  };
  await tell('ready');
  await Promise.race([asked.promise, daemon.shutdownAsked]);
  await tell('stopping');
  await daemon.close();
  if (options.json !== true) process.stdout.write('ended\n');
}

/** The state folder of the machine's daemon: the one that systemd made, else the usual one. */
export function systemStatePaths(): StatePaths {
  return statePaths({ SALLYPORT_HOME: folderOf('STATE_DIRECTORY') ?? SYSTEM_STATE_FOLDER }, '/');
}

/** A folder that systemd made for the unit; it names several with colons between them. */
function folderOf(name: 'STATE_DIRECTORY' | 'RUNTIME_DIRECTORY'): string | null {
  const [first = ''] = (process.env[name] ?? '').split(':');
  return first === '' ? null : first;
}

function policyPlace(
  options: GuardOptions,
  paths: StatePaths,
): Pick<Parameters<typeof startDaemon>[0], 'policyFiles' | 'bundle'> {
  if (options.bundle !== undefined || options.trust !== undefined) return { policyFiles: [], ...bundlePlace(options) };
  if (options.policy !== undefined) return { policyFiles: policyFiles(options.policy) };
  if (readIfThere(paths.policy) !== null) return { policyFiles: [paths.policy] };
  throw new UsageError('a machine with several users needs a policy that somebody chose', {
    hint: 'give `--bundle` and `--trust`, or `--policy`',
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && (port === 0 || (port > 1023 && port < 65_536))) return port;
  throw new InvalidArgumentError('a port is a number from 1024 to 65535, or 0 for any');
}

function daysOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('an age is a whole number of days from 1 to 9999');
}
