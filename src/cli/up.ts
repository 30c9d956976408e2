import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { startDaemon } from '../bin/daemon.ts';
import type { Daemon } from '../bin/daemon.ts';
import type { BundlePlace } from '../bin/load-bundle.ts';
import { processState } from '../bin/daemon-pid.ts';
import { NotAnswering, NotRunning, SallyportError, UsageError } from '../core/error.ts';
import type { RuntimePaths } from '../bin/runtime-folder.ts';
import { controlClient, hallClient } from './control-client.ts';
import { eachGiven, ownPaths, policyFiles } from './place.ts';
import { hostStatusText, statusText } from './status-text.ts';
import { systemDaemon } from './system-daemon.ts';

/** Milliseconds between two looks whether a daemon has ended. */
const DOWN_POLL_MS = 50;
const DOWN_TIMEOUT_MS = 10_000;

/** Adds `up`, `down` and `status`. */
export function addDaemonCommands(parent: Command): void {
  parent
    .command('up')
    .description(
      'start guard, gateway, control socket and log in this process; ends on SIGINT or SIGTERM, reads the policy again on SIGHUP',
    )
    .option(
      '--policy <file>',
      'a document of the policy to put in force, or a folder of them; may be given several times (default: policy.yaml of the state folder, else the one of the package)',
      eachGiven,
    )
    .addOption(
      new Option('--bundle <file>', 'a signed bundle to put in force in place of a policy; needs `--trust`').conflicts(
        'policy',
      ),
    )
    .option('--trust <key>', 'the public key that signs bundles, in PEM')
    .option('--json', 'print the state as one JSON line')
    .option('--end-with-stdin', 'end when standard input ends, as it does when the process that holds it dies')
    .action(async (options: UpOptions) => await up(options));
  parent
    .command('down')
    .description('end the daemon')
    .option('--json', 'print which process was ended as one JSON line')
    .action(async (options: { json?: boolean }) => await down(options.json === true));
  parent
    .command('status')
    .description('say what runs, where it listens and which policy is in force')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const system = systemDaemon(process.env);
      if (system !== null) return await showHost(system, options.json === true);
      const status = await controlClient(ownPaths().controlSocket).status();
      process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : statusText(status));
    });
}

/** What the daemon of the machine tells each of its users. */
async function showHost({ sessionSocket }: RuntimePaths, isJson: boolean): Promise<void> {
  const status = await hallClient(sessionSocket).status();
  process.stdout.write(isJson ? `${JSON.stringify(status)}\n` : hostStatusText(sessionSocket, status));
}

interface UpOptions {
  readonly policy?: readonly string[];
  readonly bundle?: string;
  readonly trust?: string;
  readonly json?: boolean;
  readonly endWithStdin?: boolean;
}

/** Both or neither: a bundle without a key to trust would be no more than a policy's text. */
export function bundlePlace({ bundle, trust }: Pick<UpOptions, 'bundle' | 'trust'>): { readonly bundle?: BundlePlace } {
  if (bundle === undefined && trust === undefined) return {};
  if (bundle !== undefined && trust !== undefined) {
    return { bundle: { bundleFile: resolve(bundle), trustFile: resolve(trust) } };
  }
  throw new UsageError('`--bundle` and `--trust` belong together', {
    hint: 'give the bundle and the public key that signed it',
  });
}

async function up(options: UpOptions): Promise<void> {
  const paths = ownPaths();
  const daemon = await startDaemon({
    paths,
    policyFiles: policyFiles(options.policy),
    ...bundlePlace(options),
    logError: (line) => process.stderr.write(`warning: ${line}\n`),
  });
  const asked = Promise.withResolvers<void>();
  const stop = (): void => asked.resolve();
  heedSignals(daemon, stop);
  if (options.endWithStdin === true) process.stdin.on('end', stop).on('error', stop).resume();
  const status = daemon.status();
  process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : `${statusText(status)}ready\n`);
  await Promise.race([asked.promise, daemon.shutdownAsked]);
  await daemon.close();
  // An input that is still open would keep this process.
  if (options.endWithStdin === true) process.stdin.destroy();
  if (options.json !== true && options.endWithStdin !== true) process.stdout.write('ended\n');
}

/** Has a daemon end on SIGINT and SIGTERM, and read its policy again on SIGHUP. */
export function heedSignals(daemon: Daemon, stop: () => void): void {
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', () => {
    daemon.reload().then(
      () => process.stderr.write(`policy is in force: ${daemon.status().policy.digest.slice(0, 16)}\n`),
      (error: unknown) => {
        const shown = error instanceof SallyportError ? error.message : String(error);
        process.stderr.write(`error: ${shown}\nhint: the policy of before stays in force\n`);
      },
    );
  });
}

async function down(isJson: boolean): Promise<void> {
  const { controlSocket } = ownPaths();
  const client = controlClient(controlSocket);
  const { pid } = await client.status();
  await client.shutdown();
  for (let waitedMs = 0; waitedMs < DOWN_TIMEOUT_MS; waitedMs += DOWN_POLL_MS) {
    // Both: the socket goes first, and only a process that is gone has let the state folder go.
    if (processState(pid) === 'gone' && !(await isRunning(controlSocket))) {
      process.stdout.write(isJson ? `${JSON.stringify({ ended: true, pid })}\n` : 'ended\n');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, DOWN_POLL_MS));
  }
  throw new NotAnswering(`the daemon (process ${pid}) does not end`, {
    hint: `it may wait for the disk of the log; \`kill -KILL ${pid}\` ends it, and what was answered is in the log`,
  });
}

async function isRunning(socketPath: string): Promise<boolean> {
  try {
    await controlClient(socketPath).status();
    return true;
  } catch (error) {
    if (error instanceof NotRunning) return false;
    throw error;
  }
}
