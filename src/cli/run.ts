import { homedir } from 'node:os';
import type { Command } from 'commander';
import { UsageError } from '../core/error.ts';
import { controlClient } from './control-client.ts';
import { launch } from './launch.ts';
import { ownPlace, systemPlace } from './launch-place.ts';
import type { LaunchPlace } from './launch-place.ts';
import { NO_CREDENTIALS, ownCredentials, ownPaths } from './place.ts';
import type { SetExitCode } from './program.ts';
import { systemDaemon } from './system-daemon.ts';

/** Adds `run`. */
export function addRunCommand(parent: Command, setExitCode: SetExitCode): void {
  parent
    .command('run')
    .description('run the coding agent under the policy, in this folder: `sallyport run -- claude`')
    .argument('[command...]', 'the client and its words, after `--`')
    .option('--quiet', 'print nothing of our own')
    .passThroughOptions()
    .action(async (command: readonly string[], options: { quiet?: boolean }) => {
      if (command.length === 0) {
        throw new UsageError('there is no client to run', { hint: 'say which: `sallyport run -- claude`' });
      }
      const notice = (line: string): void => {
        if (options.quiet !== true) process.stderr.write(`sallyport: ${line}\n`);
      };
      const system = systemDaemon(process.env);
      const code = await launch({
        place: system === null ? place() : await systemPlace(system, process.env),
        command,
        workspace: process.cwd(),
        homeDir: homedir(),
        env: process.env,
        credentials: system === null ? ownCredentials() : NO_CREDENTIALS,
        stdio: 'inherit',
        onOpen: (opened) => notice(`session ${opened.sessionId}, watched and recorded`),
        onNotice: notice,
      });
      setExitCode(code);
    });
}

function place(): LaunchPlace {
  const paths = ownPaths();
  return ownPlace(paths, controlClient(paths.controlSocket));
}
