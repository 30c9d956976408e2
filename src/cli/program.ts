import { Command } from 'commander';
import { packageRoot } from '../bin/package-root.ts';
import { packageVersion } from '../bin/version.ts';
import { addAuditCommands } from './audit.ts';
import { addCaCommands } from './ca.ts';
import { addCompletionCommand } from './completion.ts';
import { addDetectCommands } from './detect.ts';
import { addDaemonCommands } from './up.ts';
import { addDoctorCommand } from './doctor.ts';
import { addDrillCommand } from './drill.ts';
import { addGatewayCommand } from './gateway.ts';
import { addGuardCommand } from './guard.ts';
import { addHelperCommand } from './policy-helper.ts';
import { addPolicyCommands } from './policy.ts';
import { addRunCommand } from './run.ts';
import { addSessionsCommand } from './sessions.ts';
import { addScanCommand } from './scan.ts';
import { addWitnessCommands } from './witness.ts';

/** Tells the process how to end; the last call counts. */
export type SetExitCode = (code: number) => void;

/** The whole command line, for running it and for writing `docs/cli.md` from it. */
export function program(setExitCode: SetExitCode): Command {
  const sallyport = new Command('sallyport')
    .description(
      'Runs a coding agent inside your walls: one policy, enforced at every layer around the agent, with proof.',
    )
    .version(packageVersion(packageRoot()))
    .showHelpAfterError('hint: add --help to see what this command takes')
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ showGlobalOptions: false });
  addDaemonCommands(sallyport);
  addGuardCommand(sallyport);
  addRunCommand(sallyport, setExitCode);
  addSessionsCommand(sallyport);
  addDrillCommand(sallyport, setExitCode);
  addDoctorCommand(sallyport, setExitCode);
  addPolicyCommands(sallyport, setExitCode);
  addAuditCommands(sallyport, setExitCode);
  addWitnessCommands(sallyport);
  addGatewayCommand(sallyport);
  addCaCommands(sallyport, setExitCode);
  addScanCommand(sallyport, setExitCode);
  addDetectCommands(sallyport);
  addHelperCommand(sallyport);
  addCompletionCommand(sallyport);
  inheritExitOverride(sallyport);
  return sallyport;
}

function inheritExitOverride(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride();
    inheritExitOverride(child);
  }
}
