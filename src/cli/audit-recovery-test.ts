import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { packageRoot } from '../bin/package-root.ts';
import type { RecoveryEvidence } from '../bin/recovery-evidence.ts';
import { dayOf } from '../bin/recovery-restore.ts';
import { recoveryTest } from '../bin/recovery-test.ts';
import { writeWhole } from '../bin/state-folder.ts';
import { trustedKeys } from '../bin/verify-trust.ts';
import { packageVersion } from '../bin/version.ts';
import { NotRunning, UsageError } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { controlClient } from './control-client.ts';
import { EXIT } from './exit-code.ts';
import { bucketStore } from './log-place.ts';
import type { PlaceOptions } from './log-place.ts';
import { ownPaths } from './place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { shownLine } from './shown-line.ts';

const EVIDENCE_FILE = 'evidence.json';

interface RecoveryOptions extends PlaceOptions {
  readonly into: string;
  readonly day?: string;
  readonly seed?: string;
  readonly key: readonly string[];
  readonly evidence?: string;
  readonly json?: boolean;
}

/** Adds `audit recovery-test` to the commands of the log. */
export function addRecoveryTestCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('recovery-test')
    .description(
      'restore a day of the log, chosen by chance, from a store into an empty folder, prove each of its records, and write evidence; exits 3 where anything is missing, damaged or not proven',
    )
    .argument('<store>', 'a store that the log was delivered to: a folder or `s3://bucket/prefix`')
    .requiredOption('--into <folder>', 'where to restore to: a folder that is empty or does not exist')
    .option('--day <day>', 'restore this UTC day, as `YYYY-MM-DD`, instead of one chosen by chance', day)
    .option('--seed <text>', 'choose the day by this seed, as an evidence names it, instead of by chance', seed)
    .option(
      '--key <vkey>',
      'verifier key of the log from elsewhere, or a file of such keys; may be given several times (default: the one in the store, which proves nothing against who can write there)',
      collect,
      [],
    )
    .option('--evidence <file>', `where to write the evidence (default: \`${EVIDENCE_FILE}\` in the folder)`)
    .option('--region <name>', 'region of the bucket (default: AWS_REGION)')
    .option('--endpoint <url>', 'address of a store that speaks S3')
    .option('--json', 'print the evidence')
    .action(async (place: string, options: RecoveryOptions) => {
      const evidence = await testRecovery(place, options);
      if (evidence.outcome === 'failed') setExitCode(EXIT.no);
    });
}

async function testRecovery(place: string, options: RecoveryOptions): Promise<RecoveryEvidence> {
  const keys = trustedKeys(options.key, 'log');
  const store = await openedStore(place, options);
  const folder = resolve(options.into);
  const line = progressLine(() => performance.now());
  let evidence: RecoveryEvidence;
  try {
    evidence = await recoveryTest(
      { store, folder, day: options.day ?? null, seed: options.seed ?? randomBytes(16).toString('hex'), keys },
      {
        clock: () => Date.now(),
        version: packageVersion(packageRoot()),
        by: userInfo().username,
        host: hostname(),
        onProgress: (text) => line.show(text),
      },
    );
  } finally {
    line.clear();
    store.close();
  }
  const file = options.evidence === undefined ? join(folder, EVIDENCE_FILE) : resolve(options.evidence);
  const text = `${JSON.stringify(evidence, null, 2)}\n`;
  writeWhole(file, text);
  const record = await recorded(evidence, text);
  if (options.json === true) process.stdout.write(text);
  else process.stdout.write(shown(evidence, folder, file, record));
  for (const { object, firstIndex, lastIndex, problem } of evidence.faults) {
    const records =
      firstIndex === null
        ? null
        : firstIndex === lastIndex
          ? `record ${firstIndex}`
          : `records ${firstIndex} to ${lastIndex}`;
    const about = [object, records].filter((part) => part !== null).join(': ');
    process.stderr.write(`error: ${shownLine(about === '' ? problem : `${about}: ${problem}`)}\n`);
  }
  if (evidence.key?.isTrusted === false)
    process.stderr.write(
      'warning: the key lies in the store itself: who can write there can make another log\nhint: name it with `--key`\n',
    );
  return evidence;
}

async function openedStore(place: string, options: PlaceOptions): Promise<ObjectStore> {
  if (place.startsWith('s3://')) return await bucketStore(place, options);
  const folder = resolve(place);
  if (existsSync(join(folder, 'segments')))
    throw new UsageError(`\`${folder}\` is a log, and no store that one was delivered to`, {
      hint: '`sallyport audit verify` checks a log',
    });
  if (!existsSync(folder)) throw new UsageError(`there is no folder \`${folder}\``);
  const { folderStore } = await import('../deliver/index.ts');
  return folderStore(folder);
}

/** The number of the record that the daemon wrote of it; null where none runs. */
async function recorded(evidence: RecoveryEvidence, text: string): Promise<number | null> {
  const { day, store, outcome, records, faults, checkpoint } = evidence;
  try {
    const told = await controlClient(ownPaths().controlSocket).recordRecovery({
      day,
      store,
      outcome,
      records: records.proven,
      faults: faults.length,
      checkpointSize: checkpoint?.size ?? null,
      evidenceSha256: createHash('sha256').update(text, 'utf8').digest('hex'),
    });
    return told.record;
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error;
    process.stderr.write('warning: no daemon runs, so this test is in no log\nhint: keep the evidence\n');
    return null;
  }
}

function shown(evidence: RecoveryEvidence, folder: string, file: string, record: number | null): string {
  const { outcome, day, records, checkpoint, chosen, earlierCheckpoints, faults } = evidence;
  const { named, proven, restored } = records;
  const lines = [
    outcome === 'restored'
      ? `restored ${day ?? ''}: ${named} records, each proven under the checkpoint of ${checkpoint?.size ?? 0} records`
      : `not restored: ${day ?? 'no day'}: ${faults.length} faults; ${restored} of ${named} records restored, ${proven} proven`,
    `${earlierCheckpoints} earlier checkpoints compared`,
    ...(chosen === null
      ? []
      : [`chosen from ${chosen.days} days, ${chosen.firstDay} to ${chosen.lastDay}, by the seed ${chosen.seed}`]),
    `in ${folder}, evidence in ${file}${record === null ? '' : `, record ${record}`}`,
  ];
  return `${lines.map(shownLine).join('\n')}\n`;
}

function day(text: string): string {
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && dayOf(Date.parse(text)) === text) return text;
  throw new InvalidArgumentError('it is no day: `YYYY-MM-DD`');
}

function seed(text: string): string {
  if (/^[ -~]{1,200}$/.test(text)) return text;
  throw new InvalidArgumentError('it is no text of 1 to 200 plain characters');
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
