import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { readLog } from '../audit/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import { RECORD_KINDS } from '../core/audit.ts';
import { VERDICTS } from '../core/decision.ts';
import { UsageError } from '../core/error.ts';
import { damageReport } from './damage-report.ts';
import { EXIT } from './exit-code.ts';
import { localLog } from './log-place.ts';
import { eachGiven } from './place.ts';
import type { SetExitCode } from './program.ts';
import { whenReaderGone } from './reader-gone.ts';
import { isWanted, sinceOf } from './tail-filter.ts';
import type { TailFilter } from './tail-filter.ts';
import { compactLine, tailLine } from './tail-line.ts';
import { written } from './written.ts';

/** Records that `audit tail` shows before it follows. */
const TAIL_RECORDS = 20;

interface TailOptions extends TailFilter {
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly compact?: boolean;
  readonly lines: number;
}

/** Adds `audit tail` to the commands of the log. */
export function addTailCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('tail')
    .description(
      'print the newest records; a record has to fit every filter, and several values of one are alternatives; names the damaged ones on stderr and then exits 1',
    )
    .option('-f, --follow', 'go on as records come')
    .option('-n, --lines <count>', 'how many records to begin with', count, TAIL_RECORDS)
    .option('--session <id>', 'only this session')
    .addOption(each('--kind <kind>', 'only this kind; may be given several times', RECORD_KINDS))
    .addOption(each('--verdict <verdict>', 'only decisions with this verdict; may be given several times', VERDICTS))
    .option('--tool <name>', 'only this tool; may be given several times', eachGiven)
    .option(
      '--rule <id>',
      'only what this rule decided, or a family such as `shell/*`; may be given several times',
      eachGiven,
    )
    .option(
      '--finding [id]',
      'only where detectors or reconciliation found something; this, or a family such as `secret/*`; may be given several times',
      anyOf,
    )
    .option('--detector <id>', 'the same as `--finding <id>`', eachGiven)
    .option('--since <when>', 'only since a moment (2026-11-22T10:00:00Z), a UTC day, or a time ago (15m)', (text) =>
      sinceOf(text, Date.now()),
    )
    .option('--grep <text>', 'only where the shown line holds this text, in capitals or not')
    .option('--compact', 'print short lines')
    .option('--json', 'print JSON lines')
    .action(async ({ detector, ...options }: TailOptions & { readonly detector?: readonly string[] }) => {
      if (options.json === true && options.compact === true)
        throw new UsageError('`--json` and `--compact` do not go together');
      const { finding } = options;
      const wanted =
        detector === undefined
          ? finding
          : [...(Array.isArray(finding) ? (finding as readonly string[]) : []), ...detector];
      await tail({ ...options, ...(wanted === undefined ? {} : { finding: wanted }) }, setExitCode);
    });
}

async function tail(options: TailOptions, setExitCode: SetExitCode): Promise<void> {
  const folder = localLog(null);
  const stop = new AbortController();
  const damages = damageReport();
  const interrupt = (): void => stop.abort();
  process.on('SIGINT', interrupt);
  const isShown = (record: LoggedRecord): boolean => isWanted(record, options, () => lineOf(record, options));
  try {
    const newest: LoggedRecord[] = [];
    let nextIndex = 0;
    for await (const record of readLog(folder, { onDamage: damages.add })) {
      nextIndex = record.index + 1;
      if (!isShown(record)) continue;
      newest.push(record);
      if (newest.length > options.lines) newest.shift();
    }
    for (const record of newest) await written(`${lineOf(record, options)}\n`);
    if (options.follow === true) {
      const unwatch = whenReaderGone(() => stop.abort());
      try {
        const { signal } = stop;
        for await (const record of readLog(folder, { fromIndex: nextIndex, follow: signal, onDamage: damages.add }))
          if (isShown(record)) await written(`${lineOf(record, options)}\n`);
      } finally {
        unwatch();
      }
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
  damages.end();
  if (damages.count > 0) setExitCode(EXIT.failed);
}

function lineOf(record: LoggedRecord, { json, compact }: TailOptions): string {
  if (json === true) return JSON.stringify(record);
  return compact === true ? compactLine(record) : tailLine(record);
}

/** An option of fixed words that may be given several times. */
function each(flags: string, about: string, allowed: readonly string[]): Option {
  const option = new Option(flags, about).choices(allowed);
  return option.argParser((text: string, before: readonly string[] | undefined) => {
    if (!allowed.includes(text)) throw new InvalidArgumentError(`Allowed choices are ${allowed.join(', ')}.`);
    return eachGiven(text, before);
  });
}

/** Without a value every finding is wanted, whatever else is named. */
function anyOf(text: string | true, before: readonly string[] | true | undefined): readonly string[] | true {
  return text === true || before === true ? true : eachGiven(text, before);
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is wanted');
  return value;
}
