import { GapCount } from '../audit/index.ts';
import type { Sha256 } from '../core/ids.ts';
import { equalHashes } from '../tlog/index.ts';
import { chooseKeys, openHead, readHead } from './checkpoints.ts';
import type { LogKeys, SignedHead } from './checkpoints.ts';
import { FaultList } from './fault-list.ts';
import { readFailure } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import { CHECKPOINT, WITNESSED, takeInventory } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import { judgeTree, signedBranch } from './judge-tree.ts';
import { isPackedAsHere } from './packing.ts';
import { recordChunks } from './record-source.ts';
import { RecordWalk } from './record-walk.ts';
import type { AnchoredHead, VerifyProgress, VerifyReport, WitnessedHead } from './report.ts';
import { StoredTiles } from './stored-tiles.ts';
import { MISSING_TILE, TreeRebuild } from './tree-rebuild.ts';
import { NO_TRUST } from './trust.ts';
import type { Trust } from './trust.ts';

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

/** Checkpoints that the log or store holds besides the newest. */
async function readKeptHeads(
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

interface OpenedAnchor {
  readonly place: string;
  readonly heads: readonly SignedHead[];
  /** Notes in it that are of other logs. */
  readonly others: number;
}

async function openAnchors(trust: Trust, { keys }: LogKeys, faults: FaultList): Promise<readonly OpenedAnchor[]> {
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

async function walkRecords(
  tree: FileTree,
  inventory: Inventory,
  walk: RecordWalk,
  faults: FaultList,
  onProgress: (progress: VerifyProgress) => void,
): Promise<void> {
  let bytes = 0;
  for (const [number, file] of inventory.recordFiles.entries()) {
    const onBytes = (read: number): void => {
      bytes += read;
      onProgress({ bytes, totalBytes: inventory.recordBytes, records: walk.records });
    };
    const isNewest = number === inventory.recordFiles.length - 1;
    const mayBeTorn = inventory.layout === 'log' && isNewest;
    try {
      await walk.take(file, number, recordChunks(tree, file, onBytes), mayBeTorn);
    } catch (error) {
      faults.file(file.name, `cannot be read: ${readFailure(error)}`, walk.nextIndex);
      continue;
    }
    if (file.lastIndex !== null && walk.nextIndex !== file.lastIndex + 1) {
      faults.file(file.name, `does not end with record ${file.lastIndex}, as its name says`, file.lastIndex);
    }
  }
  onProgress({ bytes, totalBytes: inventory.recordBytes, records: walk.records });
}

/** Compares every checkpoint that was ever signed with the tree: a log only grows. */
function judgeHeads(
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
async function judgeMissingPartials(
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

function judgeWitnesses(
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

async function packedOtherwise(tree: FileTree, inventory: Inventory): Promise<readonly string[]> {
  const parts: string[] = [];
  for (const file of inventory.recordFiles) {
    if (await isPackedAsHere(tree, file)) continue;
    parts.push(
      `packing of \`${file.name}\`: it is not packed as here. A byte that means nothing was changed, or another version packed it`,
    );
  }
  return parts;
}

function anchoredHead(place: string, heads: readonly SignedHead[]): AnchoredHead {
  const sizes = heads.map(({ checkpoint }) => checkpoint.size);
  return { place, checkpoints: heads.length, size: sizes.length === 0 ? null : sizes.reduce((a, b) => Math.max(a, b)) };
}

function uncheckedParts(
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

function hexOf(bytes: Uint8Array): Sha256 {
  return Buffer.from(bytes).toString('hex') as Sha256;
}
