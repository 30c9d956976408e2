import { GapCount } from '../audit/index.ts';
import type { Sha256 } from '../core/ids.ts';
import { chooseKeys, readHead } from './checkpoints.ts';
import { FaultList } from './fault-list.ts';
import type { FileTree } from './file-tree.ts';
import { CHECKPOINT, takeInventory } from './inventory.ts';
import { judgeHeads, judgeMissingPartials, judgeWitnesses } from './judge-heads.ts';
import { judgeTree } from './judge-tree.ts';
import { anchoredHead, openAnchors, readKeptHeads } from './known-heads.ts';
import { RecordWalk } from './record-walk.ts';
import type { VerifyProgress, VerifyReport } from './report.ts';
import { StoredTiles } from './stored-tiles.ts';
import { TreeRebuild } from './tree-rebuild.ts';
import { NO_TRUST } from './trust.ts';
import type { Trust } from './trust.ts';
import { packedOtherwise, uncheckedParts } from './unchecked-parts.ts';
import { walkRecords } from './walk-records.ts';

export interface VerifyOptions {
  /** Nothing but the key beside the log where absent. */
  readonly trust?: Trust;
  /** Decodes every record, and not only those that no checkpoint covers. */
  readonly isDeep?: boolean;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/**
 * Verifies a whole log or store, also while it is written. After a fault it goes on and looks for others; memory stays
 * bounded whatever the files hold.
 *
 * Each record is hashed once, and the tree is made anew from the hashes: its root is compared with every checkpoint of
 * the log, of its witnesses and of the anchors, and its tiles with the stored ones.
 *
 * @throws {StateFolder} where there is no log. Errors of the system or the store pass through where the place itself
 *   cannot be listed; a file that cannot be read is a fault.
 */
export async function verify(tree: FileTree, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { trust = NO_TRUST, isDeep = false, onProgress = () => undefined } = options;
  const faults = new FaultList();
  const keys = await chooseKeys(tree, trust, faults);
  // Before the files are listed: what this covers is then there, also where the log is being written.
  const newest = await readHead(tree, CHECKPOINT, keys, trust, faults);
  const inventory = await takeInventory(tree);
  const kept = await readKeptHeads(tree, inventory, keys, trust, faults);
  const anchored = await openAnchors(trust, keys, faults);
  const heads = [...(newest === null ? [] : [newest]), ...kept, ...anchored.flatMap((anchor) => anchor.heads)];

  const coveredSize = newest?.checkpoint.size ?? 0;
  const stored = new StoredTiles(tree, inventory);
  const sizes = heads.map(({ checkpoint }) => checkpoint.size);
  const rebuild = new TreeRebuild(stored, faults, coveredSize, sizes);
  const silence = new GapCount();
  const walk = new RecordWalk(rebuild, faults, {
    hashedSize: isDeep ? 0 : coveredSize,
    onLogRecord: (record) => silence.addAlone(record),
  });
  await walkRecords(tree, inventory, walk, faults, onProgress);
  await walk.end(coveredSize);

  for (const name of inventory.irregular) faults.file(name, 'is a link or another thing that is no file');
  await judgeTree(tree, inventory, rebuild, newest, faults);
  judgeHeads(heads, newest, rebuild, walk.nextIndex, faults);
  await judgeMissingPartials(tree, newest, rebuild, keys, faults);
  for (const { index, fault } of walk.links) {
    if (!faults.names(index) && !faults.names(index - 1)) faults.add(fault);
  }
  const witnesses = judgeWitnesses(trust, heads, inventory, faults);
  const repacked = isDeep && inventory.layout === 'store' ? await packedOtherwise(tree, inventory) : [];

  const { faults: listed, unlisted } = faults.listed();
  return {
    ok: faults.isEmpty,
    place: tree.place,
    layout: inventory.layout,
    origin: newest?.checkpoint.origin ?? null,
    records: walk.records,
    bytes: walk.bytes,
    head: walk.head,
    checkpoint:
      newest === null ? null : { size: coveredSize, root: hexOf(newest.checkpoint.root), isKeyTrusted: keys.isTrusted },
    uncoveredRecords: Math.max(0, walk.nextIndex - coveredSize),
    witnesses,
    anchors: anchored.map(({ place, heads: own }) => anchoredHead(place, own)),
    faults: listed,
    unlistedFaults: unlisted,
    unchecked: [...uncheckedParts(inventory, trust, keys, heads, anchored, walk, coveredSize), ...repacked],
    torn: walk.torn !== null,
    silence: silence.report(null),
  };
}

function hexOf(bytes: Uint8Array): Sha256 {
  return Buffer.from(bytes).toString('hex') as Sha256;
}
