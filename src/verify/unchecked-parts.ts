import type { LogKeys, SignedHead } from './checkpoints.ts';
import type { FileTree } from './file-tree.ts';
import type { Inventory } from './inventory.ts';
import type { OpenedAnchor } from './known-heads.ts';
import { isPackedAsHere } from './packing.ts';
import type { RecordWalk } from './record-walk.ts';
import type { Trust } from './trust.ts';

/** What a verification could not say, each part in a sentence for whoever reads the report. */
export function uncheckedParts(
  inventory: Inventory,
  trust: Trust,
  keys: LogKeys,
  heads: readonly SignedHead[],
  anchored: readonly OpenedAnchor[],
  walk: RecordWalk,
  coveredSize: number,
): readonly string[] {
  const parts: string[] = [];
  if (!keys.isTrusted) {
    parts.push(
      'WHO SIGNED: no key was given, so the one beside the log was taken. Whoever can write the log can write that key too: ' +
        'this shows damage, and not that the host is honest. Give --key with the key from elsewhere',
    );
  }
  if (trust.anchors.length === 0) {
    parts.push('whether newer records were cut off, or the log goes on differently elsewhere: no anchor was given');
  }
  for (const { place, heads: own, others } of anchored) {
    if (own.length === 0) parts.push(`anchor ${place}: it holds no checkpoint of this log`);
    if (others > 0) parts.push(`anchor ${place}: ${others} checkpoints of other logs in it`);
  }
  const uncovered = walk.nextIndex - coveredSize;
  if (uncovered > 0) {
    parts.push(
      uncovered === 1
        ? 'the last record: no checkpoint covers it yet, so it is whole and linked, but not signed'
        : `the last ${uncovered} records: no checkpoint covers them yet, so they are whole and linked, but not signed`,
    );
  }
  const unknown = new Set(heads.flatMap(({ unknownSigners }) => unknownSigners));
  for (const name of [...unknown].slice(0, 20)) parts.push(`signatures of \`${name}\`: its key was not given`);
  if (walk.torn !== null) {
    const { file, sizeBytes } = walk.torn;
    parts.push(
      `last ${sizeBytes} bytes of \`${file}\` are no whole record: a write in progress, or one that was interrupted; the next start cuts it off and records that`,
    );
  }
  for (const name of inventory.strangers) parts.push(`\`${name}\` is no part of the log and was not read`);
  const unnamed = inventory.strangerCount - inventory.strangers.length;
  if (unnamed > 0) parts.push(`${unnamed} more files that are no part of the log`);
  return parts;
}

/** Files of a store whose bytes are not those that packing their records here gives. */
export async function packedOtherwise(tree: FileTree, inventory: Inventory): Promise<readonly string[]> {
  const parts: string[] = [];
  for (const file of inventory.recordFiles) {
    if (await isPackedAsHere(tree, file)) continue;
    parts.push(
      `packing of \`${file.name}\`: it is not packed as here. A byte that means nothing was changed, or another version packed it`,
    );
  }
  return parts;
}
