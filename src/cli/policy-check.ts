import { isAbsolute, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { sha256 } from '../bin/load-policy.ts';
import { packageRoot } from '../bin/package-root.ts';
import { readPolicyFiles } from '../bin/policy-files.ts';
import { writeWhole } from '../bin/state-folder.ts';
import { packageVersion } from '../bin/version.ts';
import { compileBundle } from '../compile/index.ts';
import { PolicyInvalid, UsageError } from '../core/error.ts';
import { findingTexts, fixedDocuments, lintPolicy, sarifLog, secretLines, textDiff } from '../lint/index.ts';
import type { LintFinding, LintReport } from '../lint/index.ts';
import type { LayerSource } from '../policy/index.ts';
import { EXIT } from './exit-code.ts';
import { checkReplaceable, replaceText } from './fix-file.ts';
import { policyFiles } from './place.ts';
import type { SetExitCode } from './program.ts';

interface CheckOptions {
  readonly json?: boolean;
  readonly sarif?: string;
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  readonly strict?: boolean;
  readonly notes?: boolean;
}

/** Adds `policy check` to the `policy` command. */
export function addPolicyCheckCommand(policy: Command, setExitCode: SetExitCode): void {
  policy
    .command('check')
    .description('read a policy and say what is wrong with it or looks so; exits 3 where it has errors')
    .argument('[file...]', 'the documents of the policy, or a folder of them (default: those that `up` would take)')
    .option('--strict', 'exit 3 for warnings as well')
    .option('--notes', 'show notes too')
    .option('--json', 'print JSON')
    .option('--sarif <file>', 'write a SARIF 2.1.0 log to a file, `-` for standard output')
    .option('--fix', 'mend in the files what can be mended without changing what the policy means')
    .option('--dry-run', 'with --fix: show the change and write nothing')
    .action((files: readonly string[], options: CheckOptions) => {
      refuseOdd(files, options);
      const sources = readable(policyFiles(files));
      if (sources === null) {
        setExitCode(EXIT.failed);
        return;
      }
      const report =
        options.fix === true
          ? fixed(sources, options.dryRun === true)
          : { sources, ...lintPolicy(sources, Date.now()) };
      print(report.sources, report, options);
      const count = counts(report.findings);
      if (!writeSarif(report, options.sarif)) setExitCode(EXIT.failed);
      else if (count.error > 0 || (options.strict === true && count.warning > 0)) setExitCode(EXIT.no);
    });
}

function refuseOdd(files: readonly string[], { fix, dryRun, json, sarif }: CheckOptions): void {
  if (fix === true && files.length === 0)
    throw new UsageError('--fix needs the files named', { hint: 'name each document that may be changed' });
  if (dryRun === true && fix !== true) throw new UsageError('--dry-run goes with --fix');
  if (json === true && sarif === '-')
    throw new UsageError('--json and --sarif - both want standard output', { hint: 'name a file for one of them' });
}

/** The documents; null, and a line of why, where one of them cannot be read. */
function readable(paths: readonly string[]): readonly LayerSource[] | null {
  try {
    return readPolicyFiles(paths).map(({ file, bytes }) => ({ file: nearName(file), bytes }));
  } catch (error) {
    if (!(error instanceof PolicyInvalid)) throw error;
    process.stderr.write(`error: ${error.message}\n${error.hint === null ? '' : `hint: ${error.hint}\n`}`);
    return null;
  }
}

function fixed(
  sources: readonly LayerSource[],
  isDryRun: boolean,
): LintReport & { readonly sources: readonly LayerSource[] } {
  const nowMs = Date.now();
  const report = lintPolicy(sources, nowMs);
  const changes = fixedDocuments(sources, report.findings, nowMs);
  if (changes.length === 0) {
    if (report.findings.some(({ fix }) => fix !== null))
      process.stderr.write('warning: nothing is mended while the policy has errors\n');
    return { sources, ...report };
  }
  const next = sources.map(({ file, bytes }) => {
    const change = changes.find((one) => one.file === file);
    return { file, bytes: change === undefined ? bytes : Buffer.from(change.after) };
  });
  const mended = lintPolicy(next, nowMs);
  if (isDryRun) {
    for (const { file, before, after } of changes) {
      const hidden = [...secretTexts(report, file, before), ...secretTexts(mended, file, after)];
      process.stderr.write(textDiff(file, before, after, new Set(hidden)));
    }
    return { sources, ...report };
  }
  // Before the first is written, so that of several documents none is mended alone.
  for (const { file } of changes) checkReplaceable(file);
  for (const { file, before, after, count } of changes) {
    replaceText(file, before, after);
    process.stderr.write(`${file}: ${count} mended\n`);
  }
  return { sources: next, ...mended };
}

function secretTexts({ findings }: LintReport, file: string, text: string): readonly string[] {
  const lines = text.split('\n');
  return [...secretLines(findings, file)].map((line) => lines[line - 1] ?? '');
}

function print(sources: readonly LayerSource[], report: LintReport, options: CheckOptions): void {
  const { findings, leftOut, policy } = report;
  const digest = policy === null ? null : compileBundle(policy, sha256).digest;
  if (options.json === true) {
    const shown = { policy: policy?.name ?? null, digest, counts: counts(findings), leftOut, findings };
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return;
  }
  const texts = new Map(sources.map(({ file, bytes }) => [file, Buffer.from(bytes).toString('utf8')]));
  const shown = options.notes === true ? findings : findings.filter(({ severity }) => severity !== 'note');
  for (const text of findingTexts(shown, (file) => texts.get(file) ?? '')) process.stderr.write(`${coloured(text)}\n`);
  if (leftOut > 0) process.stderr.write(`warning: ${leftOut} more findings are not shown\n`);
  if (options.sarif === '-') return;
  const { error, warning, note } = counts(findings);
  const rest = [
    ...(warning > 0 ? [`${warning} ${warning === 1 ? 'warning' : 'warnings'}`] : []),
    ...(note > 0 ? [`${note} ${note === 1 ? 'note' : 'notes'}${options.notes === true ? '' : ' (--notes)'}`] : []),
  ];
  const faults = error === 0 ? 'no fault' : `${error} ${error === 1 ? 'fault' : 'faults'}`;
  const name = policy?.name ?? 'the policy';
  process.stdout.write(`${name}: ${[faults, ...rest, ...(digest === null ? [] : [`digest ${digest}`])].join(', ')}\n`);
}

/** Writes the log to where it is asked for; false, and a line of why, where it cannot be written. */
function writeSarif({ findings }: LintReport, to: string | undefined): boolean {
  if (to === undefined) return true;
  const log = `${JSON.stringify(sarifLog(findings, { version: packageVersion(packageRoot()), uriOf }), null, 2)}\n`;
  if (to === '-') {
    process.stdout.write(log);
    return true;
  }
  try {
    writeWhole(resolve(to), log);
    return true;
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    process.stderr.write(`error: \`${to}\` cannot be written: ${why}\nhint: check the folder and its rights\n`);
    return false;
  }
}

function counts(findings: readonly LintFinding[]): Readonly<Record<LintFinding['severity'], number>> {
  const count = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) count[severity] += 1;
  return count;
}

/** As people named it: from the working folder on where it lies below, and whole elsewhere. */
function nearName(file: string): string {
  const name = relative(process.cwd(), file);
  return name === '' || name.startsWith('..') || isAbsolute(name) ? file : name;
}

/** Relative where the file lies below the working folder, as code hosts want it. */
function uriOf(file: string): string {
  const url = pathToFileURL(file).href;
  const folder = `${pathToFileURL(process.cwd()).href}/`;
  return !isAbsolute(file) && url.startsWith(folder) ? url.slice(folder.length) : url;
}

const COLOURS = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

/** With the word of the severity in colour, where standard error is a terminal that wants some. */
function coloured(text: string): string {
  return text.replace(/(?<=:\d+:\d+: )(error|warning|note)(?=: )/, (_, severity: keyof typeof COLOURS) =>
    styleText(['bold', COLOURS[severity]], severity, { stream: process.stderr }),
  );
}
