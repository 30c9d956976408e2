import { openHead, readHead } from './checkpoints.ts';
import type { LogKeys, SignedHead } from './checkpoints.ts';
import type { FaultList } from './fault-list.ts';
import type { FileTree } from './file-tree.ts';
import type { Inventory } from './inventory.ts';
import type { AnchoredHead } from './report.ts';
import type { Trust } from './trust.ts';

/** Checkpoints that the log or store holds besides the newest. */
export async function readKeptHeads(
  tree: FileTree,
  inventory: Inventory,
  keys: LogKeys,
  trust: Trust,
  faults: FaultList,
): Promise<readonly SignedHead[]> {
  const heads: SignedHead[] = [];
  for (const { name, sizeInName } of inventory.checkpoints) {
    const head = await readHead(tree, name, keys, trust, faults);
    if (head === null) continue;
    if (sizeInName !== null && sizeInName !== head.checkpoint.size)
      faults.file(name, 'is a checkpoint of another size');
    heads.push(head);
  }
  return heads;
}

/** What one anchor holds. */
export interface OpenedAnchor {
  readonly place: string;
  readonly heads: readonly SignedHead[];
  /** Notes in it that are of other logs. */
  readonly others: number;
}

/** Opens every note of every anchor: what is no checkpoint of this log is a fault, or counted as another log's. */
export async function openAnchors(
  trust: Trust,
  { keys }: LogKeys,
  faults: FaultList,
): Promise<readonly OpenedAnchor[]> {
  const witnesses = trust.witnesses.map(({ verifier }) => verifier);
  const origins = new Set(keys.map(({ verifier }) => verifier.name));
  const opened: OpenedAnchor[] = [];
  for (const { place, read } of trust.anchors) {
    const heads: SignedHead[] = [];
    let others = 0;
    for (const origin of origins) {
      for await (const { where, note } of read(origin)) {
        const head = note === null ? 'no note' : openHead(where, note, keys, witnesses);
        if (head === 'other log') others += 1;
        else if (typeof head !== 'string') heads.push(head);
        else faults.file(where, head === 'no note' ? 'is no checkpoint' : 'is not signed by the key of this log');
      }
    }
    opened.push({ place, heads, others });
  }
  return opened;
}

/** An anchor as the report tells of it. */
export function anchoredHead(place: string, heads: readonly SignedHead[]): AnchoredHead {
  const sizes = heads.map(({ checkpoint }) => checkpoint.size);
  return { place, checkpoints: heads.length, size: sizes.length === 0 ? null : sizes.reduce((a, b) => Math.max(a, b)) };
}
