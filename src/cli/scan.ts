import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { packageRoot } from '../bin/package-root.ts';
import { packageVersion } from '../bin/version.ts';
import { UsageError } from '../core/error.ts';
import type { AllowedHashes } from '../detect/index.ts';
import { SOURCE_KINDS } from '../core/source-kind.ts';
import type { SourceKind } from '../core/source-kind.ts';
import { EXIT } from './exit-code.ts';
import { eachGiven } from './place.ts';
import type { SetExitCode } from './program.ts';
import { newAllowedHashes, readAllowFile, readPlace, writeAllowFile } from './scan-allow.ts';
import { findingLine, printable, reportJson, summaryLine, unreadLines } from './scan-report.ts';
import type { ScanReport } from './scan-report.ts';
import { scanAll } from './scan-run.ts';
import type { ScanArea } from './scan-run.ts';
import { reportSarif } from './scan-sarif.ts';
import type { SourcedFinding } from './scan-sum.ts';

const AREAS = ['secrets', 'injection', 'pii'] as const satisfies readonly ScanArea[];

interface ScanOptions {
  readonly area?: readonly string[];
  readonly source: SourceKind;
  readonly staged?: boolean;
  readonly all?: boolean;
  readonly company?: string;
  readonly allowFile?: string;
  readonly allow?: string;
  readonly json?: boolean;
  readonly sarif?: boolean;
}

/** Adds `scan`. */
export function addScanCommand(parent: Command, setExitCode: SetExitCode): void {
  parent
    .command('scan')
    .description(
      'look for secrets and injected orders in files, folders or standard input; exits 3 where something is found, 1 where something could not be read',
    )
    .argument('[paths...]', 'files and folders; `-` is standard input')
    .addOption(
      new Option('--area <area>', 'what to look for, several times for several (default: secrets and injection)')
        .choices(AREAS)
        .argParser(eachArea),
    )
    .addOption(
      new Option('--source <kind>', 'where the text comes from: what is not trusted is judged more strictly')
        .choices(SOURCE_KINDS)
        .default('repository-file'),
    )
    .option('--staged', 'scan what the next commit would change, as it stands in the index')
    .option('--all', 'scan what git ignores as well')
    .option('--company <file>', 'words and patterns of your own, as YAML')
    .option('--allow-file <file>', 'leave out the values whose hashes this file holds')
    .option('--allow <place>', 'add what was found at this place, `path:line:column`, to the file of --allow-file')
    .option('--json', 'print JSON')
    .option('--sarif', 'print SARIF 2.1.0')
    .action(async (paths: readonly string[], options: ScanOptions) => {
      setExitCode(
        options.allow === undefined ? await scan(paths, options) : await allow(paths, options.allow, options),
      );
    });
}

/** `choices` alone keeps the last value of an option that is given twice. */
function eachArea(value: string, before: readonly string[] | undefined): readonly string[] {
  if (AREAS.some((area) => area === value)) return eachGiven(value, before);
  throw new InvalidArgumentError(`Allowed choices are ${AREAS.join(', ')}.`);
}

async function scan(paths: readonly string[], options: ScanOptions): Promise<number> {
  if (options.json === true && options.sarif === true) throw new UsageError('--json and --sarif exclude each other');
  const allowed = options.allowFile === undefined ? null : readAllowFile(resolve(options.allowFile));
  if (options.allowFile !== undefined && allowed === null)
    throw new UsageError(`there is no file \`${options.allowFile}\``, { hint: 'make one with --allow' });
  const { report } = await run(paths, options, allowed);
  if (options.json === true) process.stdout.write(reportJson(report));
  else if (options.sarif === true) process.stdout.write(reportSarif(report, packageVersion(packageRoot())));
  else process.stdout.write(report.findings.map(findingLine).join(''));
  process.stderr.write(unreadLines(report.unread));
  process.stderr.write(summaryLine(report));
  if (report.findings.length > 0) return EXIT.no;
  return report.unread.length > 0 ? EXIT.failed : EXIT.done;
}

/** Adds what is found at a place to a file of hashes. */
async function allow(paths: readonly string[], place: string, options: ScanOptions): Promise<number> {
  const { allowFile, staged } = options;
  if (allowFile === undefined)
    throw new UsageError('--allow needs --allow-file', { hint: 'name the file to add it to' });
  if (paths.length > 0 || staged === true)
    throw new UsageError('--allow takes a place alone, and neither paths nor --staged');
  const { path, line, column } = readPlace(place);
  const file = resolve(allowFile);
  const before = readAllowFile(file) ?? newAllowedHashes();
  const { sourced } = await run([path], options, before);
  const there = sourced.filter(({ finding: { start } }) => start.line === line && start.column === column);
  if (there.length === 0)
    throw new UsageError(`nothing is found at \`${printable(place)}\`, or it is allowed`, {
      hint: 'copy the place from a scan with the same options: --area, --source and --company decide what is found',
    });
  const hashes = there.flatMap(({ hash }) => hash ?? []);
  writeAllowFile(file, { salt: before.salt, hashes: new Set([...before.hashes, ...hashes]) });
  for (const { finding } of there) process.stdout.write(`allowed: ${findingLine(finding)}`);
  return EXIT.done;
}

async function run(
  paths: readonly string[],
  { area, source, staged, all, company }: ScanOptions,
  allowed: AllowedHashes | null,
): Promise<{ readonly report: ScanReport; readonly sourced: readonly SourcedFinding[] }> {
  if (paths.length === 0 && staged !== true)
    throw new UsageError('there is nothing to scan', {
      hint: 'name files or folders, `-` for standard input, or --staged',
    });
  const areas = AREAS.filter((name) => (area ?? ['secrets', 'injection']).includes(name));
  return await scanAll(paths, {
    areas,
    source,
    isStaged: staged === true,
    isAll: all === true,
    company: company ?? null,
    allowed,
  });
}
