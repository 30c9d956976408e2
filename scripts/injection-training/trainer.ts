import { BUCKETS, FEATURES_PER_TOKEN, readTokens } from '../../src/detect/injection/tokens.ts';
import type { Tokens } from '../../src/detect/injection/tokens.ts';
import { bestWindow, windowScore } from '../../src/detect/injection/window-score.ts';
import type { Sample } from './corpus.ts';
import { seeded } from './grammar.ts';

/** A sample read into tokens once for all epochs. */
export interface ReadSample extends Sample {
  readonly tokens: Tokens;
}

export function readSample(sample: Sample): ReadSample {
  const bytes = Buffer.from(sample.text, 'utf8');
  return { ...sample, tokens: readTokens(bytes, 0, bytes.length) };
}

export interface Training {
  readonly epochs: number;
  readonly rate: number;
  /** How much of every weight is lost at the end of an epoch. */
  readonly decay: number;
  readonly seed: number;
  /** How often a sample of this origin is used in an epoch, so that no source drowns the others. */
  readonly weightOf: (sample: Sample) => number;
}

/** What is added to every score: a text without words we know is harmless. */
export const BIAS = -1.5;

/**
 * Logistic regression over the best window of each sample: of an attack it is enough that one window shows it, of a
 * harmless text no window may. The same samples, settings and seed give the same weights.
 */
export function train(samples: readonly ReadSample[], training: Training): Float32Array {
  const weights = new Float32Array(BUCKETS);
  const mean = new Float32Array(BUCKETS);
  const averagedFrom = Math.floor(training.epochs / 2);
  const random = seeded(training.seed);
  const shared = sharedFeatures(samples);
  for (let epoch = 0; epoch < training.epochs; epoch += 1) {
    const rate = training.rate / (1 + epoch / 4);
    const order = shuffled(
      samples.flatMap((sample) => {
        // In the first round windows are not known yet: short texts are their own.
        if (epoch === 0 && sample.isAttack && sample.tokens.count > SHORT_WORDS) return [];
        return Array.from({ length: Math.floor(training.weightOf(sample) + random()) }, () => sample);
      }),
      random,
    );
    for (const { tokens, isAttack } of order) {
      // At first every window looks the same: a part of the text anywhere is as good as another.
      const window = epoch === 0 ? anyWindow(tokens, random, isAttack) : bestWindow(tokens, weights);
      if (window === null || window.to <= window.from) continue;
      const error = (isAttack ? 1 : 0) - sigmoid(window.score + BIAS);
      if (Math.abs(error) < 1e-3) continue;
      const step = error / windowScore(1, window.to - window.from) ** -1;
      for (let at = window.from * FEATURES_PER_TOKEN; at < window.to * FEATURES_PER_TOKEN; at += 1) {
        const bucket = tokens.buckets[at] ?? -1;
        if (bucket < 0 || shared[bucket] === 0) continue;
        weights[bucket] = (weights[bucket] ?? 0) + rate * step;
      }
    }
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) weights[bucket] = (weights[bucket] ?? 0) * (1 - training.decay);
    if (epoch >= averagedFrom)
      for (let bucket = 0; bucket < BUCKETS; bucket += 1)
        mean[bucket] = (mean[bucket] ?? 0) + (weights[bucket] ?? 0) / (training.epochs - averagedFrom);
  }
  return mean;
}

/**
 * Features that one source alone knows say more of the source than of attacks: they get no weight.
 * What harmless texts alone have may weigh, so that it can only speak for them.
 */
function sharedFeatures(samples: readonly ReadSample[]): Uint8Array {
  const origins = new Map<string, number>();
  const attackIn = new Uint8Array(BUCKETS);
  const attacks = new Uint16Array(BUCKETS);
  const all = new Uint16Array(BUCKETS);
  for (const { tokens, isAttack, origin } of samples) {
    if (!origins.has(origin)) origins.set(origin, origins.size % 8);
    const bit = 1 << (origins.get(origin) ?? 0);
    for (const bucket of new Set(tokens.buckets.subarray(0, tokens.count * FEATURES_PER_TOKEN))) {
      if (bucket < 0) continue;
      all[bucket] = (all[bucket] ?? 0) + 1;
      if (!isAttack) continue;
      attacks[bucket] = (attacks[bucket] ?? 0) + 1;
      attackIn[bucket] = (attackIn[bucket] ?? 0) | bit;
    }
  }
  return all.map((count, bucket) => {
    const bits = attackIn[bucket] ?? 0;
    const isShared = (bits & (bits - 1)) !== 0;
    return count >= MIN_SAMPLES && (attacks[bucket] === 0 || isShared) ? 1 : 0;
  }) as unknown as Uint8Array;
}

/** A text of so many words is one window. */
const SHORT_WORDS = 60;

/** What fewer samples have is chance. */
const MIN_SAMPLES = 4;

function anyWindow(
  tokens: Tokens,
  random: () => number,
  isAttack: boolean,
): { score: number; from: number; to: number } {
  const words = isAttack ? 80 : 40;
  const from = Math.floor(random() * Math.max(1, tokens.count - words));
  return { score: 0, from, to: Math.min(tokens.count, from + words) };
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [left, right] = [copy[last] as T, copy[other] as T];
    copy[last] = right;
    copy[other] = left;
  }
  return copy;
}
