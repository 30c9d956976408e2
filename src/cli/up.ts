import type { Command } from 'commander';
import { startDaemon } from '../bin/daemon.ts';
import type { DaemonStatus } from '../core/control.ts';
import { NotRunning, SallyportError } from '../core/error.ts';
import { controlClient } from './control-client.ts';
import { ownPaths, policyFile } from './place.ts';

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
      'the policy to put in force (default: policy.yaml of the state folder, else the one of the package)',
    )
    .option('--json', 'print the state as one JSON line')
    .action(async (options: { policy?: string; json?: boolean }) => await up(options));
  parent
    .command('down')
    .description('end the daemon')
    .action(async () => await down());
  parent
    .command('status')
    .description('say what runs, where it listens and which policy is in force')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const status = await controlClient(ownPaths().controlSocket).status();
      process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : statusText(status));
    });
}

async function up(options: { readonly policy?: string; readonly json?: boolean }): Promise<void> {
  const paths = ownPaths();
  const daemon = await startDaemon({
    paths,
    policyFile: policyFile(options.policy),
    logError: (line) => process.stderr.write(`warning: ${line}\n`),
  });
  const asked = Promise.withResolvers<void>();
  const stop = (): void => asked.resolve();
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
  const status = daemon.status();
  process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : `${statusText(status)}ready\n`);
  await Promise.race([asked.promise, daemon.shutdownAsked]);
  await daemon.close();
  if (options.json !== true) process.stdout.write('ended\n');
}

async function down(): Promise<void> {
  const paths = ownPaths();
  const client = controlClient(paths.controlSocket);
  const { pid } = await client.status();
  await client.shutdown();
  for (let waitedMs = 0; waitedMs < DOWN_TIMEOUT_MS; waitedMs += DOWN_POLL_MS) {
    if (!(await isRunning(paths.controlSocket))) {
      process.stdout.write('ended\n');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, DOWN_POLL_MS));
  }
  throw new NotRunning(`the daemon (process ${pid}) does not end`, { hint: `look at it, then \`kill ${pid}\`` });
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

function statusText(status: DaemonStatus): string {
  const running = status.sessions.filter((session) => session.endedReason === null);
  const rows = [
    ['policy', `${status.policy.name} (${status.policy.digest.slice(0, 16)}), ${status.policy.file}`],
    ['guard', `${status.guardSocket} (hook client: ${status.hookClient})`],
    ['gateway', status.gatewayUrl],
    ['control', status.controlSocket],
    ['log', `${status.auditFolder} (${status.auditRecords} records)`],
    ['sandbox', status.policy.sandbox ? 'required for every command of a session' : 'off by policy'],
    ['sessions', running.length === 0 ? 'none' : running.map((session) => session.id).join(', ')],
  ];
  return `sallyport ${status.version}, process ${status.pid}\n${rows.map(([name, value]) => `  ${(name ?? '').padEnd(9)} ${value}\n`).join('')}`;
}
