import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { readRecord } from '../audit/index.ts';
import { NoSuchRecord, StateFolder } from '../core/error.ts';
import { addContentCommand } from './audit-content.ts';
import { addDeliveryCommand } from './audit-delivery.ts';
import { addEraseCommands } from './audit-erase.ts';
import { addQueryCommand } from './audit-query.ts';
import { addRecoveryTestCommand } from './audit-recovery-test.ts';
import { addReconcileCommand } from './audit-reconcile.ts';
import { addRekeyCommand } from './audit-rekey.ts';
import { addSearchCommand } from './audit-search.ts';
import { addTailCommand } from './audit-tail.ts';
import { addTimelineCommand } from './audit-timeline.ts';
import { damageReport } from './damage-report.ts';
import { addVerifyCommands } from './audit-verify.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
import type { SetExitCode } from './program.ts';

/** Adds `audit tail`, `audit show`, `audit content`, `audit search` and the commands for auditors. */
export function addAuditCommands(parent: Command, setExitCode: SetExitCode): void {
  const audit = parent.command('audit').description('read and check the log');
  addTailCommand(audit, setExitCode);
  audit
    .command('show')
    .description('print one record; exits 1 where the log has none of that number, or only a damaged one')
    .argument('<id>', 'its number, as `audit tail` and the drill print it', count)
    .action(async (id: number) => {
      const damages = damageReport();
      const record = await readRecord(logFolder(null), id, { onDamage: damages.add });
      if (record !== null) process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
      else if (damages.count > 0) setExitCode(EXIT.failed);
      else throw new NoSuchRecord(`the log has no record ${id}`, { hint: '`sallyport audit tail` shows the newest' });
      damages.end();
    });
  addVerifyCommands(audit, setExitCode);
  addContentCommand(audit, setExitCode);
  addSearchCommand(audit, setExitCode);
  addReconcileCommand(audit, setExitCode);
  addRekeyCommand(audit);
  addQueryCommand(audit, setExitCode);
  addRecoveryTestCommand(audit, setExitCode);
  addTimelineCommand(audit, setExitCode);
  addDeliveryCommand(audit, setExitCode);
  addEraseCommands(audit);
}

function logFolder(given: string | null): string {
  const folder = given === null ? ownPaths().audit : resolve(given);
  if (!existsSync(join(folder, 'segments'))) {
    throw new StateFolder(`there is no log in \`${folder}\``, { hint: 'start Sallyport once, or name the folder' });
  }
  return folder;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is wanted');
  return value;
}
