import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { trustedKeys } from '../bin/verify-trust.ts';
import { StateFolder, UsageError } from '../core/error.ts';
import {
  FaultList,
  MAX_PROOF_BYTES,
  NO_TRUST,
  chooseKeys,
  exportTiles,
  formatProof,
  proofText,
  prove,
  reportText,
  verify,
  verifyProof,
} from '../verify/index.ts';
import type { ReportText, VerifyProgress } from '../verify/index.ts';
import { EXIT } from './exit-code.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { shownLine } from './shown-line.ts';
import { VerifyPlaces } from './verify-places.ts';

interface VerifyCommandOptions {
  readonly key: readonly string[];
  readonly witness: readonly string[];
  readonly anchor: readonly string[];
  readonly region?: string;
  readonly endpoint?: string;
  readonly firstVersions?: boolean;
  readonly deep?: boolean;
  readonly json?: boolean;
}

const PLACE = 'a log, or a store that one was delivered to: a folder or `s3://bucket/prefix` (default: the own log)';
const KEY = 'verifier key of the log from elsewhere, or a file of such keys; may be given several times';

/** Adds `audit verify`, `audit prove`, `audit verify-proof` and `audit export` to the commands of the log. */
export function addVerifyCommands(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('verify')
    .description('check a whole log against its checkpoints; exits 3 where anything is not as it was written')
    .argument('[place]', PLACE)
    .option('--key <vkey>', KEY, collect, [])
    .option('--witness <vkey>', 'demand the cosignature of this witness; may be given several times', collect, [])
    .option(
      '--anchor <place>',
      'compare with checkpoints kept elsewhere: a folder, a file, `s3://…`, `git:REMOTE#BRANCH` or the URL of a witness; may be given several times',
      collect,
      [],
    )
    .option('--deep', 'decode every record as well, and compare how objects are packed')
    .option('--region <name>', 'region of buckets (default: AWS_REGION)')
    .option('--endpoint <url>', 'address of a store that speaks S3')
    .option(
      '--first-versions',
      'read of each object of a bucket the version that was written first: what a lock keeps, whatever was put over it since',
    )
    .option('--json', 'print the report as JSON')
    .action(async (place: string | undefined, options: VerifyCommandOptions) => {
      await verifyPlace(place ?? null, options, setExitCode);
    });
  audit
    .command('prove')
    .description('write a proof that a record is in the log, which holds without the log')
    .argument('<id>', 'number of the record', wholeNumber)
    .argument('[place]', PLACE)
    .option('--out <file>', 'where to write it (default: standard output)')
    .option('--region <name>', 'region of buckets (default: AWS_REGION)')
    .option('--endpoint <url>', 'address of a store that speaks S3')
    .action(async (id: number, place: string | undefined, options: ProveOptions) => {
      const places = new VerifyPlaces(options);
      try {
        const proof = formatProof(await prove(await places.tree(place ?? null), id));
        if (options.out === undefined) process.stdout.write(proof);
        else writeNew(resolve(options.out), Buffer.from(proof));
      } finally {
        places.close();
      }
    });
  audit
    .command('verify-proof')
    .description('check a proof by itself, and say what it shows; exits 3 where it shows nothing')
    .argument('<file>', 'the proof')
    .requiredOption('--key <vkey>', KEY, collect)
    .option('--witness <vkey>', 'demand the cosignature of this witness; may be given several times', collect, [])
    .option('--json', 'print JSON, with the record')
    .action((file: string, options: VerifyCommandOptions) => {
      const trust = { keys: trustedKeys(options.key, 'log'), witnesses: trustedKeys(options.witness, 'witness') };
      const verdict = verifyProof(readProof(file), trust);
      if (options.json === true) process.stdout.write(`${JSON.stringify(verdict)}\n`);
      else print(proofText(verdict));
      if (!verdict.ok) setExitCode(EXIT.no);
    });
  audit
    .command('export')
    .description('write the log as a static folder of C2SP tiles with its entries, for tools that read those')
    .argument('[place]', PLACE)
    .requiredOption('--tiles <folder>', 'where to write; a folder that is missing or empty')
    .option('--region <name>', 'region of buckets (default: AWS_REGION)')
    .option('--endpoint <url>', 'address of a store that speaks S3')
    .action(async (place: string | undefined, options: ExportOptions) => {
      const places = new VerifyPlaces(options);
      try {
        const tree = await places.tree(place ?? null);
        const keys = await chooseKeys(tree, NO_TRUST, new FaultList());
        const into = resolve(options.tiles);
        const { size, files } = await exportTiles(tree, keys, async (name, bytes) => {
          await Promise.resolve(writeNew(join(into, name), bytes));
        });
        process.stdout.write(`exported: ${size} records in ${files} files\n`);
      } finally {
        places.close();
      }
    });
}

interface ProveOptions {
  readonly out?: string;
  readonly region?: string;
  readonly endpoint?: string;
}

interface ExportOptions {
  readonly tiles: string;
  readonly region?: string;
  readonly endpoint?: string;
}

async function verifyPlace(
  place: string | null,
  options: VerifyCommandOptions,
  setExitCode: SetExitCode,
): Promise<void> {
  const places = new VerifyPlaces(options);
  const line = progressLine(() => performance.now());
  try {
    const anchors = await Promise.all(options.anchor.map(async (given) => await places.anchor(given)));
    const trust = {
      keys: trustedKeys(options.key, 'log'),
      witnesses: trustedKeys(options.witness, 'witness'),
      anchors,
    };
    const onProgress = ({ bytes, totalBytes, records }: VerifyProgress): void =>
      line.show(`verifying ${percent(bytes, totalBytes)} (${records} records)`);
    const report = await verify(await places.tree(place), { trust, isDeep: options.deep === true, onProgress });
    line.clear();
    if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    else print(reportText(report));
    if (!report.ok) setExitCode(EXIT.no);
  } finally {
    line.clear();
    places.close();
  }
}

/** The answer on stdout, what it leaves open on stderr. Names of files and keys may be anyone's. */
function print({ answer, notes }: ReportText): void {
  for (const note of notes) process.stderr.write(`warning: ${shownLine(note)}\n`);
  for (const entry of answer) process.stdout.write(`${shownLine(entry)}\n`);
}

/** Nothing that is there is replaced: half of one log and half of another would be neither. */
function writeNew(path: string, bytes: Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes, { flag: 'wx' });
  } catch (cause) {
    throw new StateFolder(`cannot write \`${path}\``, { cause, hint: 'nothing that is there is replaced' });
  }
}

function readProof(file: string): string {
  try {
    if (statSync(file).size > MAX_PROOF_BYTES) throw new UsageError(`\`${file}\` is longer than a proof is`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new StateFolder(`cannot read \`${file}\``, { cause });
  }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.min(100, Math.floor((100 * part) / whole))} %`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is wanted');
  return value;
}
