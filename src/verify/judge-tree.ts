import { decodeLine } from '../audit/index.ts';
import type { SignedHead } from './checkpoints.ts';
import type { FaultList } from './fault-list.ts';
import type { FileTree } from './file-tree.ts';
import { CHECKPOINT } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import { lineAt } from './record-source.ts';
import type { TreeBranch } from './tree-branch.ts';
import type { Dispute, TreeRebuild } from './tree-rebuild.ts';

/** Most disputed records whose lines are read again, to say what is wrong with them. */
const MAX_LOOKED_AT = 100;

/** Which of the branches is the tree that was signed; null where none is, or nothing was signed. */
export function signedBranch(rebuild: TreeRebuild, head: SignedHead | null): TreeBranch | null {
  if (head === null) return null;
  const { size, root } = head.checkpoint;
  return rebuild.branches.find((branch) => branch.fits(size, root)) ?? null;
}

/** Names the records and tiles that are not those of the signed tree. */
export async function judgeTree(
  tree: FileTree,
  inventory: Inventory,
  rebuild: TreeRebuild,
  head: SignedHead | null,
  faults: FaultList,
): Promise<void> {
  const signed = signedBranch(rebuild, head);
  const lines = new DisputedLines(tree, inventory);
  for (const dispute of rebuild.disputes) {
    const taken = signed === null ? null : dispute.takenBy.get(signed);
    if (taken === 'record') blameTile(dispute, faults);
    else if (dispute.place === null || faults.names(dispute.index)) continue;
    else await blameRecord(dispute, taken === 'tile', lines, inventory, faults);
  }
  if (rebuild.furtherDisputes > 0) {
    faults.file(CHECKPOINT, `${rebuild.furtherDisputes} more records are not those of the stored tiles`);
  }
  const believed = signed ?? rebuild.branches[0];
  if (believed !== undefined) {
    for (const { name, firstIndex } of rebuild.wrongTiles(believed)) faults.file(name, WRONG_TILE, firstIndex);
  }
  if (head === null || signed !== null) return;
  const { size } = head.checkpoint;
  if (rebuild.branches.every((branch) => branch.rootAt(size) === null)) {
    faults.file(head.name, `nothing proves its root: records are missing, and the tiles that held their hashes`);
  } else if (faults.isEmpty) {
    faults.file(
      head.name,
      `the ${size} records that it covers, and their tiles, are not those that were signed: all of them were written anew`,
    );
  } else faults.file(head.name, 'neither the records nor the stored tiles make the tree that was signed');
}

const WRONG_TILE = 'is not the tile that was written; it can be made anew from the records';

function blameTile({ tile, index }: Dispute, faults: FaultList): void {
  const problem =
    'holds another hash for this record than the one that was signed; it can be made anew from the records';
  faults.add({ file: tile, line: 0, byteOffset: 0, index, lastIndex: index, problem });
}

async function blameRecord(
  { index, place, tile }: Dispute,
  isTileSigned: boolean,
  lines: DisputedLines,
  inventory: Inventory,
  faults: FaultList,
): Promise<void> {
  if (place === null) return;
  const why = await lines.problemAt(place.fileNumber, place.byteOffset);
  const replaced = isTileSigned
    ? 'whole, but not the record that was signed: it was replaced'
    : `not the record whose hash is in \`${tile}\`, and no signature says which of both was replaced`;
  const { line, byteOffset } = place;
  const file = inventory.recordFiles[place.fileNumber]?.name ?? '';
  faults.add({ file, line, byteOffset, index, lastIndex: index, problem: why ?? replaced });
}

/** Reads disputed lines again, some of them. */
class DisputedLines {
  readonly #tree: FileTree;
  readonly #inventory: Inventory;
  #left = MAX_LOOKED_AT;

  constructor(tree: FileTree, inventory: Inventory) {
    this.#tree = tree;
    this.#inventory = inventory;
  }

  /** What keeps a line from being a record; null where it is one, or enough were read. */
  async problemAt(fileNumber: number, byteOffset: number): Promise<string | null> {
    const file = this.#inventory.recordFiles[fileNumber];
    if (file === undefined || this.#left === 0) return null;
    this.#left -= 1;
    const line = await lineAt(this.#tree, file, byteOffset);
    if (line === null) return null;
    const decoded = decodeLine(line);
    return decoded.isRecord ? null : decoded.problem;
  }
}
