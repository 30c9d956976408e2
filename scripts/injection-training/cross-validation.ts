import type { SourceKind } from '../../src/detect/index.ts';
import { scanner } from '../../src/detect/scan/scanner.ts';
import { INJECTION_SIGNS } from '../../src/detect/injection/signs.ts';
import { modelDetectors } from '../../src/detect/injection/trained-model.ts';
import type { Model } from '../../src/detect/injection/trained-model.ts';
import { ATTACK_FILES, PROSE } from './corpus.ts';
import type { Sample } from './corpus.ts';
import { madeRead, modelOf } from './settings.ts';
import type { ReadSample } from './trainer.ts';

/**
 * How samples are kept apart: by `source`, each attack set and a quarter of the harmless repositories is scored by a model
 * that saw nothing of them; by `family`, each attack with all rows like it.
 */
export type Split = 'source' | 'family';

/** How many samples of a group there are, and how many were flagged by signs alone and with the model. */
export interface Tally {
  readonly group: string;
  readonly isAttack: boolean;
  readonly samples: number;
  readonly bySigns: number;
  readonly flagged: number;
}

const FOLDS = 4;

/** Scores every sample with the detectors as they ship, but for a model that was trained without it. */
export function crossValidate(samples: readonly ReadSample[], split: Split): readonly Tally[] {
  const made = madeRead();
  const fold = folds(samples, split);
  const tallies = new Map<string, { isAttack: boolean; samples: number; bySigns: number; flagged: number }>();
  const signs = scanner(INJECTION_SIGNS);
  for (let out = 0; out < FOLDS; out += 1) {
    const model = modelOf(
      samples.filter((sample) => fold(sample) !== out),
      made,
    );
    const whole = withModel(model);
    for (const sample of samples) {
      if (fold(sample) !== out) continue;
      const scene = { source: sourceOf(sample), path: null };
      const bySigns = signs.scanText(sample.text, scene).length > 0;
      const flagged = bySigns || whole.scanText(sample.text, scene).length > 0;
      const group = `${groupOf(sample)} ${sample.isAttack ? 'attack' : 'harmless'}`;
      const tally = tallies.get(group) ?? { isAttack: sample.isAttack, samples: 0, bySigns: 0, flagged: 0 };
      tally.samples += 1;
      tally.bySigns += bySigns ? 1 : 0;
      tally.flagged += flagged ? 1 : 0;
      tallies.set(group, tally);
    }
  }
  return [...tallies].map(([group, tally]) => ({ group, ...tally })).toSorted((a, b) => (a.group < b.group ? -1 : 1));
}

/** Where a text of this kind would come from. */
export function sourceOf({ kind }: Pick<Sample, 'kind'>): SourceKind {
  if (/^(?:direct|chat)/.test(kind)) return 'user-prompt';
  return /^(?:doc|code|readme|agent-instructions|changelog)/.test(kind) ? 'repository-file' : 'tool-result';
}

function withModel(model: Model): ReturnType<typeof scanner> {
  return scanner([...INJECTION_SIGNS, ...modelDetectors(model)]);
}

function groupOf(sample: Sample): string {
  if (!isRepository(sample)) return `${sample.origin} ${sourceOf(sample)}`;
  return `benign ${sample.kind.split('/')[0] ?? ''}`;
}

function isRepository({ origin }: Sample): boolean {
  return origin !== PROSE && !(ATTACK_FILES as readonly string[]).includes(origin);
}

function folds(samples: readonly Sample[], split: Split): (sample: Sample) => number {
  const repositories = [...new Set(samples.filter(isRepository).map(({ origin }) => origin))];
  return (sample) => {
    if (isRepository(sample)) return repositories.indexOf(sample.origin) % FOLDS;
    if (split === 'source') return Math.max(0, (ATTACK_FILES as readonly string[]).indexOf(sample.origin));
    const together =
      sample.isAttack || sample.origin === 'deepset' || sample.origin === PROSE ? sample.family : sample.text;
    return hashOf(together) % FOLDS;
  };
}

function hashOf(text: string): number {
  let hash = 7;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
