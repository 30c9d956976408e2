import type { Detector } from '../scan/detector.ts';
import { INJECTION_SIGNS } from './signs.ts';
import { modelDetectors } from './trained-model.ts';
import { decodeWeights } from './weight-codec.ts';
import { WEIGHT_SCALE, WEIGHTS } from './weights.ts';

/** Everything that finds orders to a model where nobody should give it any: see docs/detectors/injection.md. */
export const INJECTION_DETECTORS: readonly Detector[] = [
  ...INJECTION_SIGNS,
  ...modelDetectors({ weights: decodeWeights(WEIGHTS), scale: WEIGHT_SCALE }),
];
