import type { Model } from '../../src/detect/injection/trained-model.ts';
import type { Sample } from './corpus.ts';
import { madeSamples } from './corpus.ts';
import { readSample, train } from './trainer.ts';
import type { ReadSample } from './trainer.ts';

/** Chosen on cross-validated figures, never on those of samples that a model was trained on. */
const EPOCHS = 30;
const RATE = 0.1;
const DECAY = 0.05;
const SEED = 5;
const MADE_SEED = 11;
const MADE_OF_EACH = 500;

/** How often a sample is used in an epoch: small sets with much to tell more often, big ones of one voice less. */
const USES: ReadonlyMap<string, number> = new Map([
  ['deepset', 3],
  ['spikee', 0.5],
  ['injecagent', 0.25],
]);

/** Repositories hold few harmless texts for all that stands in the world's. */
const REPOSITORY_USES = 3;

/** What a step of a weight in the shipped form is worth. */
const SCALE = 0.01;

/** InjecAgent's base cases are plain requests: only where they come from makes them attacks. */
export function isTaught({ kind }: Sample): boolean {
  return !kind.includes('_base');
}

/** Trains a model on these samples and on our own. The same samples give the same model. */
export function modelOf(samples: readonly ReadSample[], made: readonly ReadSample[] = madeRead()): Model {
  const weights = train([...samples, ...made], {
    epochs: EPOCHS,
    rate: RATE,
    decay: DECAY,
    seed: SEED,
    weightOf: ({ origin }) => USES.get(origin) ?? (origin.includes('/') ? REPOSITORY_USES : 1),
  });
  return { scale: SCALE, weights: Int8Array.from(weights, (weight) => clamped(Math.round(weight / SCALE))) };
}

export function madeRead(): readonly ReadSample[] {
  return madeSamples(MADE_SEED, MADE_OF_EACH).map(readSample);
}

const MOST = 127;

function clamped(weight: number): number {
  return Math.max(-MOST, Math.min(MOST, weight));
}
