import { existsSync, readFileSync, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join, parse, relative } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { loadPolicy } from '../bin/load-policy.ts';
import { coverageOf, junitReport, parseCases, runCases } from '../cases/index.ts';
import type { CaseFile, Coverage, Suite } from '../cases/index.ts';
import { CasesInvalid, SallyportError, UsageError } from '../core/error.ts';
import { EXIT } from './exit-code.ts';
import { eachGiven, ownPaths, policyFiles } from './place.ts';
import type { SetExitCode } from './program.ts';
import { writeOutput } from './write-output.ts';

interface TestOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
  readonly junit?: string;
  readonly coverage?: boolean;
  readonly minCoverage?: number;
  readonly watch?: boolean;
}

/** Milliseconds in which several changes of files count as one. */
const SETTLE_MS = 100;

/** Adds `policy test`. */
export function addPolicyTestCommand(policy: Command, setExitCode: SetExitCode): void {
  policy
    .command('test')
    .description('decide the cases of case files and compare; exits 3 where one does not hold')
    .argument('[cases...]', 'case files (default: NAME.cases.yaml beside each policy file)')
    .option('--policy <file>', 'the policy, or a layer of it; may be given several times', eachGiven)
    .option('--coverage', 'list the rules that no case decided')
    .option('--min-coverage <percent>', 'exit 3 where fewer rules than this decided a case', percent)
    .option('--junit <file>', 'write a JUnit report too')
    .option('--watch', 'run again whenever a policy or case file changes; ends on SIGINT')
    .option('--json', 'print JSON')
    .action(async (cases: readonly string[], options: TestOptions) => {
      const policies = policyFiles(options.policy);
      const files = cases.length > 0 ? cases : policies.flatMap(casesBeside);
      if (files.length === 0) {
        throw new UsageError('there is no case file', {
          hint: `write one beside the policy, such as \`${besideName(policies[0] ?? 'policy.yaml')}\`, or name it`,
        });
      }
      if (options.watch === true) await watched([...policies, ...files], () => runOnce(policies, files, options));
      else if (!runOnce(policies, files, options)) setExitCode(EXIT.no);
    });
}

/** Runs all case files and prints what came. Whether everything holds. */
function runOnce(policies: readonly string[], files: readonly string[], options: TestOptions): boolean {
  const loaded = loadPolicy(policies, ownPaths().home);
  const nowMs = Date.now();
  const index = loaded.indexAt(nowMs);
  const suites: readonly Suite[] = files.map((file) => ({ file, results: runCases(readCases(file), index) }));
  const results = suites.flatMap((suite) => suite.results);
  const coverage = coverageOf(loaded.tableAt(nowMs), results);
  const failed = results.filter(({ problem }) => problem !== null).length;
  if (options.junit !== undefined) writeOutput(options.junit, junitReport(suites));
  const share = coverage.total === 0 ? 100 : (100 * coverage.covered) / coverage.total;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ cases: results.length, failed, coverage, suites })}\n`);
  } else {
    process.stdout.write(shown(loaded.bundle.policy.name, suites, coverage, options.coverage === true));
  }
  const isCovered = share >= (options.minCoverage ?? 0);
  if (!isCovered) {
    process.stderr.write(`error: ${share.toFixed(1)} % of the rules decided a case, wanted ${options.minCoverage} %\n`);
  }
  return failed === 0 && isCovered;
}

function readCases(file: string): CaseFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new UsageError(`the case file \`${file}\` cannot be read`, { cause, hint: 'check the path and its rights' });
  }
  const result = parseCases(bytes);
  if (result.ok) return result.file;
  const told = result.faults.map(({ line, column, message }) => `${file}:${line}:${column}: error: ${message}`);
  throw new CasesInvalid(`the case file has ${told.length} fault${told.length === 1 ? '' : 's'}\n${told.join('\n')}`, {
    hint: '`docs/policy-guide.md` shows the form of a case; a policy is named with `--policy`',
  });
}

function shown(policy: string, suites: readonly Suite[], coverage: Coverage, isCoverageAsked: boolean): string {
  const lines: string[] = [];
  for (const { file, results } of suites) {
    for (const { line, name, shown: call, problem } of results) {
      if (problem !== null) lines.push(`${file}:${line}: ${name}\n    ${call}\n    ${problem}`);
    }
  }
  const results = suites.flatMap((suite) => suite.results);
  const failed = results.filter(({ problem }) => problem !== null).length;
  if (isCoverageAsked) {
    for (const { id, cases } of coverage.rules) if (cases === 0) lines.push(`no case is decided by ${id}`);
  }
  lines.push(
    `${policy}: ${results.length - failed} passed, ${failed} failed; ${coverage.covered} of ${coverage.total} rules decided a case`,
  );
  return `${lines.join('\n')}\n`;
}

/** Runs now and after each change until the process is interrupted. A broken file is told and waited for. */
async function watched(paths: readonly string[], run: () => boolean): Promise<void> {
  const again = (): void => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof SallyportError)) throw error;
      process.stderr.write(`error: ${error.message}\n`);
    }
  };
  again();
  let timer: NodeJS.Timeout | undefined;
  // Editors replace a file by a new one: the folder sees that, a watch on the file would be left with the old.
  const folders = new Set(paths.map((path) => (statSync(path).isDirectory() ? path : dirname(path))));
  const watchers = [...folders].map((folder) =>
    watch(folder, () => {
      clearTimeout(timer);
      timer = setTimeout(again, SETTLE_MS);
    }),
  );
  const ended = Promise.withResolvers<void>();
  process.once('SIGINT', () => ended.resolve());
  process.once('SIGTERM', () => ended.resolve());
  await ended.promise;
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
}

/** `NAME.cases.yaml` beside a policy file; of a folder of policy files, all the case files in it. */
function casesBeside(policyFile: string): readonly string[] {
  if (existsSync(policyFile) && statSync(policyFile).isDirectory()) {
    const found = readdirSync(policyFile).filter((name) => /\.cases\.(?:yaml|yml|json)$/.test(name));
    if (found.length > 0) return found.sort().map((name) => join(policyFile, name));
  }
  const beside = besideName(policyFile);
  return existsSync(beside) ? [relative(process.cwd(), beside) || beside] : [];
}

function besideName(policyFile: string): string {
  const { dir, name } = parse(policyFile);
  return join(dir, `${name}.cases.yaml`);
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100)) throw new InvalidArgumentError('a percentage from 0 to 100');
  return value;
}
