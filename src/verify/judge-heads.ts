import { equalHashes } from '../tlog/index.ts';
import { readHead } from './checkpoints.ts';
import type { LogKeys, SignedHead } from './checkpoints.ts';
import type { FaultList } from './fault-list.ts';
import type { FileTree } from './file-tree.ts';
import { CHECKPOINT, WITNESSED } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import { signedBranch } from './judge-tree.ts';
import type { WitnessedHead } from './report.ts';
import { MISSING_TILE } from './tree-rebuild.ts';
import type { TreeRebuild } from './tree-rebuild.ts';
import { NO_TRUST } from './trust.ts';
import type { Trust } from './trust.ts';

/** Compares every checkpoint that was ever signed with the tree: a log only grows. */
export function judgeHeads(
  heads: readonly SignedHead[],
  newest: SignedHead | null,
  rebuild: TreeRebuild,
  size: number,
  faults: FaultList,
): void {
  const signed = signedBranch(rebuild, newest);
  const branches = signed === null ? rebuild.branches : [signed, ...rebuild.branches];
  // Sizes up to the first at which the histories differ.
  let agreedSize = 0;
  let isForked = false;
  const agree = (size: number): void => {
    if (!isForked) agreedSize = size;
  };
  const reported = new Set<number>();
  for (const head of [...heads].sort((a, b) => a.checkpoint.size - b.checkpoint.size)) {
    const { checkpoint, name } = head;
    if (head === newest) {
      if (signed !== null) agree(checkpoint.size);
      continue;
    }
    const isBehind = newest !== null && checkpoint.size > newest.checkpoint.size;
    if (isBehind && !reported.has(checkpoint.size)) {
      reported.add(checkpoint.size);
      faults.file(
        newest.name,
        `was rolled back to size ${newest.checkpoint.size}, or copied before it grew: ${name} is of size ${checkpoint.size}`,
      );
    }
    if (checkpoint.size > size) {
      // What the newest checkpoint covers is named as missing where the records end.
      if (newest !== null && checkpoint.size <= newest.checkpoint.size) continue;
      faults.file(name, `${missing(size, checkpoint.size)} missing here: it covers ${checkpoint.size}`);
    } else if (branches.some((branch) => branch.fits(checkpoint.size, checkpoint.root))) agree(checkpoint.size);
    else if (branches.every((branch) => branch.rootAt(checkpoint.size) === null)) {
      faults.file(name, 'cannot be compared: records and the tiles that held their hashes are missing');
    } else {
      isForked = true;
      faults.file(name, `shows another history: it forked between size ${agreedSize} and size ${checkpoint.size}`);
    }
  }
}

function missing(size: number, wanted: number): string {
  return wanted === size + 1 ? `record ${size} is` : `records ${size} to ${wanted - 1} are`;
}

/** A log that is being written replaces the unfinished tiles after each checkpoint; they miss only where it is not. */
export async function judgeMissingPartials(
  tree: FileTree,
  newest: SignedHead | null,
  rebuild: TreeRebuild,
  keys: LogKeys,
  faults: FaultList,
): Promise<void> {
  if (newest === null || rebuild.missingPartials.length === 0) return;
  const now = await readHead(tree, CHECKPOINT, keys, NO_TRUST, faults);
  if (now !== null && !equalHashes(now.checkpoint.root, newest.checkpoint.root)) return;
  for (const { name, firstIndex } of rebuild.missingPartials) faults.file(name, MISSING_TILE, firstIndex);
}

/** The newest checkpoint that each witness cosigned; a witness that cosigned none is a fault. */
export function judgeWitnesses(
  trust: Trust,
  heads: readonly SignedHead[],
  { layout }: Inventory,
  faults: FaultList,
): readonly WitnessedHead[] {
  const cosigned = layout === 'log' ? WITNESSED : CHECKPOINT;
  return trust.witnesses.flatMap(({ verifier }) => {
    const seen = heads.flatMap(({ checkpoint, cosignatures }) =>
      cosignatures
        .filter(({ name, keyId }) => name === verifier.name && keyId === verifier.keyId)
        .map(({ timestampS }) => ({ name: verifier.name, size: checkpoint.size, seenAtMs: (timestampS ?? 0) * 1_000 })),
    );
    if (seen.length === 0) faults.file(cosigned, `no checkpoint is cosigned by the witness \`${verifier.name}\``);
    return seen.sort((a, b) => b.size - a.size || b.seenAtMs - a.seenAtMs).slice(0, 1);
  });
}
