import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { readLog, readRecord, verifyLog } from '../audit/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import { RECORD_KINDS } from '../core/audit.ts';
import { VERDICTS } from '../core/decision.ts';
import { NoSuchRecord, StateFolder } from '../core/error.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { addContentCommand } from './audit-content.ts';
import { addSearchCommand } from './audit-search.ts';
import { damageReport } from './damage-report.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
import { progressLine } from './progress-line.ts';
import { whenReaderGone } from './reader-gone.ts';
import type { SetExitCode } from './program.ts';
import { shownLine } from './shown-line.ts';

/** Records that `audit tail` shows before it follows. */
const TAIL_RECORDS = 20;

interface TailOptions {
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly lines: number;
  readonly session?: string;
  readonly kind?: string;
  readonly verdict?: string;
}

/** Adds `audit tail`, `audit show`, `audit verify`, `audit content` and `audit search`. */
export function addAuditCommands(parent: Command, setExitCode: SetExitCode): void {
  const audit = parent.command('audit').description('read and check the log');
  audit
    .command('tail')
    .description('print the newest records; names the damaged ones on stderr and then exits 1')
    .option('-f, --follow', 'go on as records come')
    .option('-n, --lines <count>', 'how many records to begin with', count, TAIL_RECORDS)
    .option('--session <id>', 'only this session')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(RECORD_KINDS))
    .addOption(new Option('--verdict <verdict>', 'only decisions with this verdict').choices(VERDICTS))
    .option('--json', 'print JSON lines')
    .action(async (options: TailOptions) => await tail(options, setExitCode));
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
  audit
    .command('verify')
    .description(
      'check the whole log: every record, its place and its link to the one before; exits 3 where one is not as written',
    )
    .argument('[folder]', 'the log (default: the one of the state folder)')
    .option('--json', 'print the report as JSON')
    .action(async (folder: string | undefined, options: { json?: boolean }) => {
      const line = progressLine(() => performance.now());
      const report = await verifyLog(logFolder(folder ?? null), ({ bytes, totalBytes, records }) =>
        line.show(`verifying ${percent(bytes, totalBytes)} (${records} records)`),
      );
      line.clear();
      if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        for (const fault of report.faults) {
          const where = `${fault.file}${fault.line > 0 ? `:${fault.line}` : ''}`;
          process.stdout.write(`${where}: ${fault.problem}${fault.index === null ? '' : ` (record ${fault.index})`}\n`);
        }
        for (const warning of report.warnings) process.stderr.write(`warning: ${warning}\n`);
        if (report.torn)
          process.stderr.write('warning: the last line has no end: it is being written, or was cut off\n');
        process.stdout.write(
          `${report.ok ? 'verified' : 'NOT VERIFIED'}: ${report.records} records, head ${report.head}\n`,
        );
      }
      if (!report.ok) setExitCode(EXIT.no);
    });
  addContentCommand(audit, setExitCode);
  addSearchCommand(audit, setExitCode);
}

async function tail(options: TailOptions, setExitCode: SetExitCode): Promise<void> {
  const folder = logFolder(null);
  const stop = new AbortController();
  const damages = damageReport();
  process.on('SIGINT', () => stop.abort());
  const newest: LoggedRecord[] = [];
  let nextIndex = 0;
  for await (const record of readLog(folder, { onDamage: damages.add })) {
    nextIndex = record.index + 1;
    if (!isWanted(record, options)) continue;
    newest.push(record);
    if (newest.length > options.lines) newest.shift();
  }
  for (const record of newest) print(record, options);
  if (options.follow === true) {
    const unwatch = whenReaderGone(() => stop.abort());
    try {
      for await (const record of readLog(folder, {
        fromIndex: nextIndex,
        follow: stop.signal,
        onDamage: damages.add,
      })) {
        if (isWanted(record, options)) print(record, options);
      }
    } finally {
      unwatch();
    }
  }
  damages.end();
  if (damages.count > 0) setExitCode(EXIT.failed);
}

function isWanted(record: LoggedRecord, options: TailOptions): boolean {
  if (options.session !== undefined && record.sessionId !== options.session) return false;
  if (options.kind !== undefined && record.kind !== options.kind) return false;
  return options.verdict === undefined || stringField(record.body, 'verdict') === options.verdict;
}

function print(record: LoggedRecord, options: TailOptions): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(record)}\n`);
    return;
  }
  const { body } = record;
  const words = [
    ...['event', 'why', 'tool', 'verdict', 'ruleId', 'summary', 'path', 'model', 'reason', 'detectorId'].map((key) =>
      stringField(body, key),
    ),
    body['event'] === 'tainted' ? stringField(body, 'source') : null,
    isJsonObject(body['scan']) ? scanText(body['scan']) : null,
  ].filter((word) => word !== null);
  const at = new Date(record.occurredAtMs).toISOString();
  process.stdout.write(`${record.index}  ${at}  ${record.kind}  ${shownLine(words.join('  '))}\n`);
}

/** What came of looking at a text, in brackets; null where nothing did. */
function scanText(scan: JsonObject): string | null {
  const found = isJsonObject(scan['found']) ? Object.keys(scan['found']) : [];
  const engines: readonly Json[] = Array.isArray(scan['engines']) ? scan['engines'] : [];
  const silent = engines.flatMap((one) =>
    isJsonObject(one) && stringField(one, 'outcome') !== 'ran'
      ? [
          `${stringField(one, 'engine') ?? 'an engine'} ${stringField(one, 'outcome') ?? ''}: ${stringField(one, 'reason') ?? ''}`,
        ]
      : [],
  );
  const did = stringField(scan, 'did');
  const said = [
    ...(did === null || did === 'nothing' ? [] : [did]),
    ...(stringField(scan, 'embedded') === 'failed' ? ['our detectors failed'] : []),
    ...found,
    ...silent,
  ];
  return said.length === 0 ? null : `[${said.join(', ')}]`;
}

function logFolder(given: string | null): string {
  const folder = given === null ? ownPaths().audit : resolve(given);
  if (!existsSync(join(folder, 'segments'))) {
    throw new StateFolder(`there is no log in \`${folder}\``, { hint: 'start Sallyport once, or name the folder' });
  }
  return folder;
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.floor((100 * part) / whole)} %`;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is wanted');
  return value;
}
