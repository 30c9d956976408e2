import { join, resolve } from 'node:path';
import { isAbsolute, normalize } from 'node:path/posix';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { checkBundle } from '../bin/load-bundle.ts';
import { loadPolicy, sha256 } from '../bin/load-policy.ts';
import { pathsBelow } from '../bin/state-folder.ts';
import type { StatePaths } from '../bin/state-folder.ts';
import { makeFolders } from '../bin/make-folders.ts';
import { TARGETS } from '../compile/index.ts';
import type { Site, Target, TargetFile, TargetInput, TargetOutput } from '../compile/index.ts';
import { PolicyInvalid, UsageError } from '../core/error.ts';
import type { Policy } from '../policy/index.ts';
import { ruleTableOf } from '../policy/index.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths, policyFiles } from './place.ts';
import { coverageText, faultText, policyCoverage } from './policy-coverage.ts';
import type { SetExitCode } from './program.ts';
import { writeOutput } from './write-output.ts';

interface CompileOptions {
  readonly target: string;
  readonly all?: boolean;
  readonly out?: string;
  readonly gaps?: boolean;
  readonly coverage?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly awsOrganization?: string;
  readonly stateFolder: string;
  readonly bundle?: string;
  readonly trust?: string;
}

/** The state folder of the machines that documents are compiled for, whoever compiles them. */
export const DEFAULT_STATE_FOLDER = '/var/lib/sallyport';

/** Adds `policy compile`. */
export function addPolicyCompileCommand(policy: Command, setExitCode: SetExitCode): void {
  policy
    .command('compile')
    .description('print or write what a policy compiles to')
    .argument('[file...]', 'the policy, or its layers (default: the one that `up` would take)')
    .addOption(
      new Option('--target <target>', 'which kind of document')
        .choices(TARGETS.map(({ name }) => name))
        .default('managed-settings'),
    )
    .option('--all', 'every kind of document')
    .option('--out <dir>', 'write the files there, one folder a kind')
    .option('--gaps', 'list what the policy says and the documents have no words for, instead')
    .option('--coverage', 'say what holds each rule where the guard is absent, instead; exits 3 where layers disagree')
    .option('--list', 'list the kinds of documents and do nothing')
    .option('--json', 'print JSON')
    .option('--bundle <file>', 'a signed bundle in place of a policy; needs `--trust`')
    .option('--trust <key>', 'the public key that signs bundles, in PEM')
    .addOption(
      new Option('--aws-organization <id>', 'id of the AWS organization, for the IAM documents').argParser(
        organizationId,
      ),
    )
    .addOption(
      new Option('--state-folder <dir>', 'SALLYPORT_HOME of the machines that the documents are for')
        .argParser(folderThere)
        .default(DEFAULT_STATE_FOLDER),
    )
    .action((files: readonly string[], options: CompileOptions) => {
      if (options.list === true) process.stdout.write(listed(options.json === true));
      else if (options.coverage === true) cover(files, options, setExitCode);
      else process.stdout.write(compiled(files, options));
    });
}

/**
 * A site with the values that a session fills in, in capitals.
 *
 * @param paths the state folder of the machine that is meant; this user's own where a call is asked about here.
 */
export function anySite(policy: Policy, paths: StatePaths = ownPaths()): Site {
  return {
    hookCommand: [join(paths.hookFolder, 'sallyport-hook')],
    guardSocket: paths.guardSocket,
    sessionId: 'SESSION',
    gatewayUrl: 'http://127.0.0.1:PORT',
    provider: policy.models.provider,
    environment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    hiddenFolders: [paths.home],
  };
}

function cover(files: readonly string[], options: CompileOptions, setExitCode: SetExitCode): void {
  const isJson = options.json === true;
  const policy = policyGiven(files, options);
  const found = policyCoverage(policy, ruleTableOf(policy, Date.now()), siteThere(policy, options));
  process.stdout.write(isJson ? `${JSON.stringify(found)}\n` : coverageText(found));
  if (!isJson) for (const fault of found.faults) process.stderr.write(faultText(fault));
  if (found.faults.length > 0) setExitCode(EXIT.no);
}

/** The policy of the files, or of a bundle that the trusted key signed. */
function policyGiven(files: readonly string[], { bundle, trust }: CompileOptions): Policy {
  if (bundle === undefined && trust === undefined) return loadPolicy(policyFiles(files), ownPaths().home).bundle.policy;
  if (bundle === undefined || trust === undefined || files.length > 0) {
    throw new UsageError('`--bundle` and `--trust` belong together, and no file beside them', {
      hint: 'give the policy as files, or as a bundle with the public key that signed it',
    });
  }
  return checkBundle({ bundleFile: resolve(bundle), trustFile: resolve(trust) }).bundle.policy;
}

function siteThere(policy: Policy, { stateFolder }: CompileOptions): Site {
  return anySite(policy, pathsBelow(stateFolder));
}

function folderThere(text: string): string {
  const folder = normalize(text).replace(/\/$/, '');
  if (isAbsolute(text) && folder !== '' && /^[\w.@+/-]+$/.test(folder)) return folder;
  throw new InvalidArgumentError('a state folder is a path from the root, of letters, digits and `. _ @ + -`');
}

function organizationId(text: string): string {
  if (/^o-[a-z0-9]{10,32}$/.test(text)) return text;
  throw new InvalidArgumentError('an organization id is `o-` and 10 to 32 letters and digits');
}

function listed(isJson: boolean): string {
  if (isJson) return `${JSON.stringify(TARGETS.map(({ name, about }) => ({ name, about })))}\n`;
  const width = Math.max(...TARGETS.map(({ name }) => name.length));
  return TARGETS.map(({ name, about }) => `${name.padEnd(width)}  ${about}\n`).join('');
}

interface Compiled extends TargetOutput {
  readonly target: string;
}

function compiled(files: readonly string[], options: CompileOptions): string {
  const policy = policyGiven(files, options);
  const input: TargetInput = {
    policy,
    table: ruleTableOf(policy, Date.now()),
    site: siteThere(policy, options),
    awsOrganizationId: options.awsOrganization ?? null,
    sha256,
  };
  const chosen: readonly Target[] =
    options.all === true ? TARGETS : TARGETS.filter(({ name }) => name === options.target);
  const outputs = chosen.flatMap((target): readonly Compiled[] => {
    const refusal = target.refusal?.(input) ?? null;
    if (refusal === null) return [{ target: target.name, ...target.compile(input) }];
    if (options.all !== true)
      throw new PolicyInvalid(`no \`${target.name}\`: ${refusal.problem}`, { hint: refusal.hint });
    process.stderr.write(`warning: no \`${target.name}\`: ${refusal.problem}\nhint: ${refusal.hint}\n`);
    return [];
  });
  if (options.gaps === true) return gapsText(outputs, options);
  for (const { target, changed = [] } of outputs) {
    for (const { subject, why } of changed) process.stderr.write(`warning: ${target}: ${subject}: ${why}\n`);
  }
  if (options.out !== undefined) return written(outputs, resolve(options.out), options);
  if (options.json === true) return `${JSON.stringify(outputs)}\n`;
  if (options.all === true)
    throw new UsageError('`--all` is too much for a terminal', { hint: 'give `--out DIR` or `--json`' });
  return outputs.flatMap((output) => output.files.map((file) => shown(file, output.files.length))).join('');
}

function shown(file: TargetFile, count: number): string {
  return count === 1 ? file.text : `==> ${file.name}: ${file.place} <==\n${file.text}\n`;
}

function gapsText(outputs: readonly Compiled[], options: CompileOptions): string {
  const rows = outputs.flatMap(({ target, gaps }) => gaps.map((gap) => ({ target, ...gap })));
  if (options.json === true) return `${JSON.stringify(rows)}\n`;
  if (rows.length === 0) return 'no gaps: what the policy says, these documents say\n';
  return rows.map(({ target, subject, why }) => `${target}\t${subject}\t${why}\n`).join('');
}

function written(outputs: readonly Compiled[], folder: string, options: CompileOptions): string {
  const rows: { readonly file: string; readonly place: string }[] = [];
  for (const { target, files } of outputs) {
    makeFolders(resolve(folder, target));
    for (const file of files) {
      const path = join(folder, target, file.name);
      writeOutput(path, file.encoding === 'utf-8' ? file.text : Buffer.from(`\uFEFF${file.text}`, 'utf16le'));
      rows.push({ file: path, place: file.place });
    }
  }
  if (options.json === true) return `${JSON.stringify(rows)}\n`;
  return rows.map(({ file, place }) => `${file}  ->  ${place}\n`).join('');
}
