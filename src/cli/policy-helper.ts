import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ownUserName } from '../bin/own-user.ts';
import { runtimePaths } from '../bin/runtime-folder.ts';
import { isJsonObject } from '../core/json.ts';
import type { ControlClient } from './control-client.ts';
import { controlClient } from './control-client.ts';
import { keptEnvironment, NO_CREDENTIALS, ownCredentials, ownPaths } from './place.ts';
import { fileOf, ownDoor, systemDaemon } from './system-daemon.ts';

/**
 * Adds `policy-helper`, which the client itself starts on a machine where Sallyport is installed. It opens a session and
 * prints its settings in the envelope that the client wants. Every failure exits with an error, and the client then
 * refuses to start.
 */
export function addHelperCommand(parent: Command): void {
  parent
    .command('policy-helper')
    .description('print the managed settings of a new session, for the `policyHelper` setting of the client')
    .option('--daemon <folder>', 'the runtime folder of the daemon to ask, whatever the environment names')
    .action(async (options: { daemon?: string }) => {
      const system = options.daemon === undefined ? systemDaemon(process.env) : runtimePaths(resolve(options.daemon));
      const control: Pick<ControlClient, 'openSession'> =
        system === null ? controlClient(ownPaths().controlSocket) : (await ownDoor(system)).control;
      const workspace = process.env['CLAUDE_PROJECT_DIR'] ?? process.cwd();
      const opened = await control.openSession({
        workspace,
        homeDir: homedir(),
        environment: keptEnvironment(process.env),
        credentials: system === null ? ownCredentials() : NO_CREDENTIALS,
        watchPid: process.ppid,
        workspaceFile: fileOf(workspace),
        about: {
          user: ownUserName(),
          client: process.env['CLAUDE_CODE_VERSION'] ?? 'unknown',
          by: 'policy-helper',
        },
      });
      const env = opened.settings['env'];
      const token = opened.provider === 'bedrock' ? 'AWS_BEARER_TOKEN_BEDROCK' : 'ANTHROPIC_AUTH_TOKEN';
      const pinned = isJsonObject(env) ? env : {};
      // The output goes to the client through a pipe and is on no disk, so the token may travel in it.
      const managedSettings = { ...opened.settings, env: { ...pinned, [token]: opened.token } };
      process.stdout.write(`${JSON.stringify({ managedSettings })}\n`);
    });
}
