export { MAX_REQUEST_BYTES } from './add-checkpoint.ts';
export { anchorFolder, anchorName, type Anchor, type AnchoredCheckpoint, type Publishing } from './anchor.ts';
export { ANCHOR_SECONDS, Anchoring, type AnchorAlarm, type AnchoringParts } from './anchoring.ts';
export { folderAnchor, type AnchorFiles } from './folder-anchor.ts';
export { gitAnchor, type GitPlace } from './git-anchor.ts';
export { gitIn, type RunGit } from './git.ts';
export { readAnchor, type AnchorPlace } from './read-anchor.ts';
export { storeAnchor } from './store-anchor.ts';
export { makeWitnessKey, parseWitnessKey, type WitnessKey } from './witness-key.ts';
export { originHash, witnessServer } from './witness-server.ts';
export { Witness, type WitnessAnswer, type WitnessEvent, type WitnessParts } from './witness.ts';
export {
  witnessClient,
  WITNESS_TIMEOUT_MS,
  type Cosigning,
  type SignedHead,
  type WitnessClient,
} from './witness-client.ts';
export type { WitnessMemory } from './witness-memory.ts';
