import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeWeights } from '../src/detect/injection/weight-codec.ts';
import { hasCorpus, readCorpus } from './injection-training/corpus.ts';
import { crossValidate } from './injection-training/cross-validation.ts';
import type { Split } from './injection-training/cross-validation.ts';
import { isTaught, modelOf } from './injection-training/settings.ts';
import { readSample } from './injection-training/trainer.ts';

/**
 * Trains the model of injected orders on public data and on texts of our own, and writes its weights. The same data give
 * the same bytes. With `--evaluate` it writes nothing and prints what models say of rows that they never saw.
 *
 *     npm run train:injection -- [--evaluate] [FOLDER]
 */
const ROOT = resolve(import.meta.dirname, '..');
const WEIGHTS = join(ROOT, 'src', 'detect', 'injection', 'weights.ts');

const { values, positionals } = parseArgs({ allowPositionals: true, options: { evaluate: { type: 'boolean' } } });
const folder = resolve(positionals[0] ?? join(ROOT, '..', 'shared', 'data'));
if (!hasCorpus(folder)) {
  process.stderr.write(
    `error: no training data in \`${folder}\`\nhint: its layout is in docs/detectors/injection.md\n`,
  );
  process.exit(1);
}
const samples = readCorpus(folder).filter(isTaught).map(readSample);
if (values.evaluate === true) {
  for (const split of ['source', 'family'] as const) report(split);
} else {
  const { weights, scale } = modelOf(samples);
  writeFileSync(
    WEIGHTS,
    [
      '/** Written by `npm run train:injection`; docs/detectors/injection.md tells from what. */',
      `export const WEIGHT_SCALE = ${scale};`,
      '',
      '/** As `weight-codec.ts` writes them. */',
      `export const WEIGHTS =\n  '${encodeWeights(weights)}';`,
      '',
    ].join('\n'),
  );
  process.stdout.write(`${weights.filter((weight) => weight !== 0).length} weights of ${samples.length} samples\n`);
}

function report(split: Split): void {
  process.stdout.write(
    `\nsplit by ${split}\n\n| group | samples | flagged by signs | flagged |\n| --- | --- | --- | --- |\n`,
  );
  for (const { group, samples: count, bySigns, flagged } of crossValidate(samples, split))
    process.stdout.write(`| ${group} | ${count} | ${share(bySigns, count)} | ${share(flagged, count)} |\n`);
}

function share(part: number, whole: number): string {
  return (part / whole).toFixed(3);
}
