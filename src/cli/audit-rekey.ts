import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { MAX_REASON_LENGTH, rekeyLog } from '../audit/index.ts';
import { AlreadyRunning, StateFolder } from '../core/error.ts';
import { ownPaths } from './place.ts';

/** Adds `audit rekey`. */
export function addRekeyCommand(audit: Command): void {
  audit
    .command('rekey')
    .description(
      'give the log a new signing key, where the old one is lost or known to others; compares all with the newest checkpoint first, and records the change',
    )
    .requiredOption(
      '--reason <text>',
      `why, in at most ${MAX_REASON_LENGTH} characters: it stays in the log, so it names nobody`,
      reasonOf,
    )
    .option('--json', 'print JSON')
    .action(async (options: { readonly reason: string; readonly json?: boolean }) => {
      const { audit: folder, auditKey } = ownPaths();
      if (!existsSync(join(folder, 'segments')))
        throw new StateFolder(`there is no log in \`${folder}\``, {
          hint: 'its key is made when Sallyport first starts',
        });
      const signing = { keyFile: auditKey };
      const rekeyed = await rekeyLog(folder, options.reason, { clock: Date.now, signing }).catch(sayRunning);
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(rekeyed)}\n`);
        return;
      }
      const { origin, size, oldVkey, newVkey, before } = rekeyed;
      process.stdout.write(`log ${origin}: ${size} records signed with a new key\n`);
      process.stdout.write(`old key: ${oldVkey ?? 'not known'}\nnew key: ${newVkey}\n`);
      if (before !== 'signed') process.stderr.write(`warning: ${UNCHECKED[before]}\n`);
      process.stderr.write(
        'hint: tell the new key to whoever verifies this log, and to its witnesses; name new places for its stores and anchors, which hold the old key\n',
      );
    });
}

const UNCHECKED = {
  unchecked: 'the newest checkpoint fits the records, but nobody could check who signed it',
  missing:
    'there was no checkpoint to compare the records with: only a copy kept elsewhere can show that none are gone',
} as const;

function reasonOf(text: string): string {
  if (text.trim() === '' || text.length > MAX_REASON_LENGTH || !text.isWellFormed())
    throw new InvalidArgumentError(`a text of 1 to ${MAX_REASON_LENGTH} characters is wanted`);
  return text;
}

function sayRunning(error: unknown): never {
  if (!(error instanceof AlreadyRunning)) throw error;
  throw new AlreadyRunning(error.message, { cause: error, hint: 'end the daemon first, with `sallyport down`' });
}
