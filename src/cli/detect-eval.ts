import { basename } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { EvaluatedArea, Evaluation, LabelledRow, ScanScene } from '../detect/index.ts';
import { SOURCE_KINDS } from '../core/source-kind.ts';
import type { SourceKind } from '../core/source-kind.ts';
import { areaFinder } from './detect-finder.ts';
import type { Finder } from './detect-finder.ts';
import { evaluationText } from './detect-text.ts';
import { labelledRows } from './labelled-rows.ts';
import { progressLine } from './progress-line.ts';

/** Written out here, because the room that lists them is loaded only by the commands that need it. */
const AREAS = ['secrets', 'pii', 'injection', 'commands'] as const satisfies readonly EvaluatedArea[];

interface EvalOptions {
  readonly area: EvaluatedArea;
  readonly source?: SourceKind;
  readonly rows?: boolean;
  readonly json?: boolean;
}

/** What `detect eval` prints with `--json`. */
export interface EvalReport extends Evaluation {
  /** Millions of bytes of the rows' texts that are scanned in one second of CPU time, once the program is warm. */
  readonly mbPerCpuSecond: number | null;
  readonly bytes: number;
  readonly byFile: Readonly<Record<string, Evaluation>>;
  /** Ids of rows, with `--rows` alone. */
  readonly missedRows?: readonly string[];
  readonly falseRows?: readonly string[];
}

/** Adds `detect eval`. */
export function addDetectEvalCommand(detect: Command): void {
  detect
    .command('eval')
    .description(
      'measure the detectors of an area on labelled data: JSON lines with `text` or `command`, `label`, `kind`',
    )
    .argument('<files...>', 'files of JSON lines')
    .addOption(new Option('--area <area>', 'what to look for').choices(AREAS).makeOptionMandatory())
    .addOption(
      new Option('--source <kind>', 'where the texts come from (default: what the kind of each row says)').choices(
        SOURCE_KINDS,
      ),
    )
    .option('--rows', 'name the rows that were missed or wrong, by their ids')
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], options: EvalOptions) => {
      const report = await evaluate(files, options);
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : evaluationText(report));
    });
}

async function evaluate(files: readonly string[], { area, source, rows }: EvalOptions): Promise<EvalReport> {
  const { evaluator, rowScene } = await import('../detect/index.ts');
  const find = await areaFinder(area);
  const whole = evaluator(area);
  const byFile: Record<string, Evaluation> = {};
  const sample = speedSample(find);
  const [missedRows, falseRows]: [string[], string[]] = [[], []];
  const line = progressLine(() => performance.now());
  let bytesRead = 0;
  for (const file of files) {
    const own = evaluator(area);
    for await (const row of labelledRows(file)) {
      const scene = { ...rowScene(row), ...(source === undefined ? {} : { source }) };
      const bytes = Buffer.from(row.text, 'utf8');
      bytesRead += bytes.length;
      const hits = find(row, bytes, scene);
      own.add(row, hits);
      const { isMissed, isFalse } = whole.add(row, hits);
      if (isMissed) missedRows.push(row.id);
      if (isFalse) falseRows.push(row.id);
      sample.keep(row, bytes, scene);
      line.show(`${basename(file)}: ${(bytesRead / 1e6).toFixed(1)} MB`);
    }
    byFile[file] = own.result();
  }
  line.clear();
  return {
    ...whole.result(),
    mbPerCpuSecond: sample.mbPerCpuSecond(),
    bytes: bytesRead,
    byFile,
    ...(rows === true ? { missedRows, falseRows } : {}),
  };
}

/** Bytes of rows that are scanned again for their speed. */
const SAMPLE_BYTES = 16 * 1024 * 1024;
/** Microseconds of CPU time over which speed is measured, after as much again to warm up. */
const MEASURED_US = 400_000;
/** Bytes between two looks at the clock. */
const ASKED_BYTES = 4 * 1024;

interface SpeedSample {
  keep(row: LabelledRow, bytes: Uint8Array, scene: ScanScene): void;
  mbPerCpuSecond(): number | null;
}

/** Measures by scanning the first rows again and again: one scan of a small file tells how fast a program starts. */
function speedSample(find: Finder): SpeedSample {
  const kept: { readonly row: LabelledRow; readonly bytes: Uint8Array; readonly scene: ScanScene }[] = [];
  let keptBytes = 0;
  const scanFor = (limitUs: number): number => {
    const start = process.cpuUsage();
    let [scanned, askedAt] = [0, 0];
    for (;;) {
      for (const { row, bytes, scene } of kept) {
        find(row, bytes, scene);
        scanned += bytes.length;
        // Asking takes longer than scanning a short row.
        if (scanned - askedAt < ASKED_BYTES) continue;
        askedAt = scanned;
        const { user, system } = process.cpuUsage(start);
        // Bytes per microsecond are millions of bytes per second.
        if (user + system >= limitUs) return scanned / (user + system);
      }
    }
  };
  return {
    keep(row, bytes, scene) {
      if (keptBytes + bytes.length > SAMPLE_BYTES) return;
      keptBytes += bytes.length;
      kept.push({ row, bytes, scene });
    },
    mbPerCpuSecond() {
      if (keptBytes === 0) return null;
      scanFor(MEASURED_US);
      return Number(scanFor(MEASURED_US).toPrecision(3));
    },
  };
}
