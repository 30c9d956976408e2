import { homedir, userInfo } from 'node:os';
import type { Command } from 'commander';
import { isJsonObject } from '../core/json.ts';
import { controlClient } from './control-client.ts';
import { keptEnvironment, ownCredentials, ownPaths } from './place.ts';

/**
 * Adds `policy-helper`, which the client itself starts on a machine where Sallyport is installed. It opens a session and
 * prints its settings in the envelope that the client wants. Every failure exits with an error, and the client then
 * refuses to start.
 */
export function addHelperCommand(parent: Command): void {
  parent
    .command('policy-helper')
    .description('print the managed settings of a new session, for the `policyHelper` setting of the client')
    .action(async () => {
      const opened = await controlClient(ownPaths().controlSocket).openSession({
        workspace: process.env['CLAUDE_PROJECT_DIR'] ?? process.cwd(),
        homeDir: homedir(),
        environment: keptEnvironment(process.env),
        credentials: ownCredentials(),
        watchPid: process.ppid,
        about: {
          user: userInfo().username,
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
