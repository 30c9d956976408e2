export { hashLines, hashTile, TileHasher } from './batch.ts';
export { base64, parseBase64 } from './base64.ts';
export { checkpointText, parseCheckpoint, parseTreeSize, type Checkpoint } from './checkpoint.ts';
export { Frontier } from './frontier.ts';
export { emptyRoot, equalHashes, HASH_BYTES, leafHash, nodeHash, type Hash } from './hash.ts';
export {
  decodeNote,
  isKeyName,
  MAX_NOTE_BYTES,
  openNote,
  parseSignatureLine,
  signNote,
  type NoteSigner,
  type NoteVerifier,
  type VerifiedSignature,
} from './note.ts';
export { cosigner, logSigner, parseVkey, vkeyKind, vkeyOf } from './note-keys.ts';
export { openCheckpoint, type OpenCheckpoint } from './open-checkpoint.ts';
export { consistencyProof, inclusionProof, rootAt } from './proofs.ts';
export { TileEdge, type Tile } from './tile-edge.ts';
export { entriesPath, parseTilePath, TILE_HEIGHT, TILE_WIDTH, tilePath, type TileId } from './tile-path.ts';
export { tilesBetween, tilesOf, tileWidth, type TileReader } from './tiles.ts';
export { verifyConsistency, verifyInclusion } from './verify-proof.ts';
