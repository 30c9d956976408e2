import { HASH_BYTES, TILE_WIDTH, tileWidth, tilePath } from '../tlog/index.ts';
import type { Hash, Tile } from '../tlog/index.ts';
import type { FaultList } from './fault-list.ts';
import type { StoredTile, StoredTiles } from './stored-tiles.ts';
import { TILE_BYTES, TreeBranch } from './tree-branch.ts';

/** Where a line stands. */
export interface LinePlace {
  /** Position of its file in the inventory. */
  readonly fileNumber: number;
  /** From 1. */
  readonly line: number;
  readonly byteOffset: number;
}

/** A record whose hash is another one in the stored tile. */
export interface Dispute {
  readonly index: number;
  /** Null where the record is missing. */
  readonly place: LinePlace | null;
  /** Name of the tile. */
  readonly tile: string;
  /** Which of both each branch took. */
  readonly takenBy: ReadonlyMap<TreeBranch, 'record' | 'tile'>;
}

/** A stored tile above level 0 that is another one than the branch makes. */
interface WrongTile {
  readonly branch: TreeBranch;
  readonly name: string;
  readonly firstIndex: number;
}

/** Most disputes that are kept. Beyond that a log is not damaged but another one. */
const MAX_DISPUTES = 4_096;

/**
 * Builds the tree anew from the records and compares it with the stored tiles, tile by tile, in memory for a few tiles.
 *
 * Where both differ, it goes on with several branches: one believes the records, one the tiles, one whichever the next
 * tile above speaks for. The signed root then says which of them is the tree that was signed.
 */
export class TreeRebuild {
  readonly #stored: StoredTiles;
  readonly #faults: FaultList;
  readonly #coveredSize: number;
  /** Sizes whose roots are wanted, ascending. */
  readonly #wanted: readonly number[];
  #nextWanted = 0;

  /** The tile of level 0 that is being filled: hashes of records, which of them are there, and where their lines are. */
  readonly #leaves = Buffer.alloc(TILE_BYTES);
  readonly #isThere = new Uint8Array(TILE_WIDTH);
  readonly #fileNumbers = new Uint32Array(TILE_WIDTH);
  readonly #lines = new Float64Array(TILE_WIDTH);
  readonly #offsets = new Float64Array(TILE_WIDTH);
  #there = 0;
  #tileIndex = 0;

  readonly #records = new TreeBranch();
  #others: { readonly tiles: TreeBranch; readonly likely: TreeBranch } | null = null;
  readonly #disputes: Dispute[] = [];
  #disputeCount = 0;
  readonly #wrongTiles: WrongTile[] = [];
  #isBroken = false;
  /** Partial tiles of the newest checkpoint that are not there: a log that is being written drops them. */
  readonly missingPartials: { readonly name: string; readonly firstIndex: number }[] = [];

  constructor(stored: StoredTiles, faults: FaultList, coveredSize: number, wantedSizes: readonly number[]) {
    this.#stored = stored;
    this.#faults = faults;
    this.#coveredSize = coveredSize;
    this.#wanted = [...new Set(wantedSizes)].filter((size) => size > 0).sort((a, b) => a - b);
  }

  /** The branches, the most plausible first. */
  get branches(): readonly TreeBranch[] {
    return this.#others === null ? [this.#records] : [this.#records, this.#others.likely, this.#others.tiles];
  }

  get disputes(): readonly Dispute[] {
    return this.#disputes;
  }

  /** Disputes beyond those that are kept. */
  get furtherDisputes(): number {
    return this.#disputeCount - this.#disputes.length;
  }

  /** Index of the tile of level 0 that is being filled. */
  get tileIndex(): number {
    return this.#tileIndex;
  }

  /** Stored tiles above level 0 that are other ones than a branch makes. */
  wrongTiles(branch: TreeBranch): readonly { readonly name: string; readonly firstIndex: number }[] {
    return this.#wrongTiles.filter((wrong) => wrong.branch === branch);
  }

  /**
   * Puts the hash of a record into its place, which is in the tile that is being filled.
   *
   * @param leaf one character a byte: the form in which hashing is fastest.
   */
  put(index: number, leaf: string, fileNumber: number, line: number, byteOffset: number): void {
    const slot = index % TILE_WIDTH;
    this.#leaves.write(leaf, slot * HASH_BYTES, 'latin1');
    this.#isThere[slot] = 1;
    this.#there += 1;
    this.#fileNumbers[slot] = fileNumber;
    this.#lines[slot] = line;
    this.#offsets[slot] = byteOffset;
  }

  /** Ends tiles until the one that holds `index` is being filled. Records that were not put are missing. */
  async moveTo(index: number): Promise<void> {
    const wanted = Math.floor(index / TILE_WIDTH);
    while (this.#tileIndex < wanted) {
      // What a record claims of its index must not cost more than there is on the disk.
      if (this.#there === 0 && !this.#stored.has(0, this.#tileIndex)) {
        this.#isBroken = true;
        this.#tileIndex = wanted;
        return;
      }
      await this.#endTile(TILE_WIDTH);
    }
  }

  /** Ends with the last record. `size` records there are, counted to the last one. */
  async end(size: number): Promise<void> {
    const treeSize = Math.max(size, this.#coveredSize);
    await this.moveTo(treeSize);
    const width = treeSize % TILE_WIDTH;
    if (width > 0) await this.#endTile(width);
    for (const branch of this.branches) {
      for (const tile of branch.partials()) await this.#compareUpper(branch, tile);
    }
    // Behind a gap that nothing fills, nobody knows what a tile should hold.
    if (this.#isBroken) return;
    for (const name of this.#stored.unread()) this.#faults.file(name, BEYOND_THE_END, treeSize);
  }

  async #endTile(width: number): Promise<void> {
    const index = this.#tileIndex;
    const end = index * TILE_WIDTH + width;
    const stored = await this.#stored.at(0, index);
    this.#checkPresence(0, index, stored);
    const leaves = this.#leaves.subarray(0, width * HASH_BYTES);
    for (const tile of stored) if (tile.width > width) this.#faults.file(tile.name, BEYOND_THE_END, end);
    if (!this.#isBroken) {
      const usable = stored.filter(({ bytes }) => bytes !== null);
      const isWhole = this.#there === width;
      if (isWhole && usable.every((tile) => agrees(tile, leaves))) {
        for (const branch of this.branches) await this.#extend(branch, leaves, width);
      } else await this.#endDisputed(usable, leaves, width);
    }
    while ((this.#wanted[this.#nextWanted] ?? Infinity) <= end) this.#nextWanted += 1;
    this.#isThere.fill(0);
    this.#there = 0;
    this.#tileIndex += 1;
  }

  async #endDisputed(usable: readonly StoredTile[], leaves: Buffer, width: number): Promise<void> {
    const best = usable.at(-1);
    const missing = this.#isThere.subarray(0, width).includes(0);
    if (best?.bytes === undefined || best.bytes === null || (missing && best.width < width)) {
      // Neither record nor tile: no root can be made from here on.
      if (missing) this.#isBroken = true;
      else for (const branch of this.branches) await this.#extend(branch, leaves, width);
      return;
    }
    // The entries beyond a narrower tile are known from the records alone.
    const ofTiles = Buffer.from(leaves);
    ofTiles.set(best.bytes.subarray(0, ofTiles.length));
    const ofRecords = Buffer.from(ofTiles);
    for (let slot = 0; slot < width; slot += 1) {
      if (this.#isThere[slot] === 1)
        leaves.copy(ofRecords, slot * HASH_BYTES, slot * HASH_BYTES, (slot + 1) * HASH_BYTES);
    }
    this.#others ??= { tiles: this.#records.fork(), likely: this.#records.fork() };
    const { tiles, likely } = this.#others;
    const isRecordLikely = await this.#speaksAbove(ofRecords, width);
    this.#dispute(best, ofRecords, width, isRecordLikely);
    await this.#extend(this.#records, ofRecords, width);
    await this.#extend(tiles, ofTiles, width);
    await this.#extend(likely, isRecordLikely ? ofRecords : ofTiles, width);
    // Tiles of earlier ends of the tree are judged by the widest one.
    for (const earlier of usable.slice(0, -1)) {
      if (agrees(earlier, ofTiles) || agrees(earlier, ofRecords)) continue;
      this.#faults.file(earlier.name, 'is not the tile that was written', this.#tileIndex * TILE_WIDTH);
    }
  }

  /** Whether the tile above holds the root of these leaves. */
  async #speaksAbove(leaves: Buffer, width: number): Promise<boolean> {
    if (width < TILE_WIDTH) return false;
    const at = (this.#tileIndex % TILE_WIDTH) * HASH_BYTES;
    const root = this.#records.tileRoot(leaves);
    const above = await this.#stored.at(1, Math.floor(this.#tileIndex / TILE_WIDTH));
    return above.some(({ bytes }) => bytes !== null && Buffer.compare(bytes.subarray(at, at + HASH_BYTES), root) === 0);
  }

  #dispute(stored: StoredTile, ofRecords: Buffer, width: number, isRecordLikely: boolean): void {
    for (let slot = 0; slot < Math.min(width, stored.width); slot += 1) {
      const [start, end] = [slot * HASH_BYTES, (slot + 1) * HASH_BYTES];
      const isMissing = this.#isThere[slot] === 0;
      if (!isMissing && stored.bytes !== null && ofRecords.compare(stored.bytes, start, end, start, end) === 0)
        continue;
      this.#disputeCount += 1;
      if (this.#disputes.length >= MAX_DISPUTES) continue;
      const [byRecord, byTile] = [isMissing ? ('tile' as const) : ('record' as const), 'tile' as const];
      this.#disputes.push({
        index: this.#tileIndex * TILE_WIDTH + slot,
        place: isMissing
          ? null
          : {
              fileNumber: this.#fileNumbers[slot] ?? 0,
              line: this.#lines[slot] ?? 0,
              byteOffset: this.#offsets[slot] ?? 0,
            },
        tile: stored.name,
        takenBy: new Map<TreeBranch, 'record' | 'tile'>([
          [this.#records, byRecord],
          ...(this.#others === null
            ? []
            : ([
                [this.#others.tiles, byTile],
                [this.#others.likely, isRecordLikely ? byRecord : byTile],
              ] as const)),
        ]),
      });
    }
  }

  async #extend(branch: TreeBranch, leaves: Buffer, width: number): Promise<void> {
    const start = this.#tileIndex * TILE_WIDTH;
    for (let at = this.#nextWanted; at < this.#wanted.length; at += 1) {
      const size = this.#wanted[at] ?? 0;
      if (size > start + width) break;
      branch.keepRoot(size, leaves.subarray(0, (size - start) * HASH_BYTES));
    }
    if (width < TILE_WIDTH) return;
    for (const filled of branch.append(leaves)) await this.#compareUpper(branch, filled);
  }

  async #compareUpper(branch: TreeBranch, tile: Tile): Promise<void> {
    const stored = await this.#stored.at(tile.level, tile.index);
    if (branch === this.#records) this.#checkPresence(tile.level, tile.index, stored);
    for (const candidate of stored) {
      const isBeyond = branch === this.#records && candidate.width > tile.width && !this.#isBroken;
      if (isBeyond) this.#faults.file(candidate.name, BEYOND_THE_END);
      if (candidate.bytes === null || agrees(candidate, tile.bytes)) continue;
      const firstIndex = tile.index * TILE_WIDTH ** (tile.level + 1);
      if (this.#wrongTiles.length < MAX_DISPUTES) this.#wrongTiles.push({ branch, name: candidate.name, firstIndex });
    }
  }

  /** Names tiles that cannot be read, and one that the newest checkpoint needs and that is not there. */
  #checkPresence(level: number, index: number, stored: readonly StoredTile[]): void {
    const width = tileWidth(level, index, this.#coveredSize);
    const firstIndex = index * TILE_WIDTH ** (level + 1);
    for (const { name, problem } of stored) {
      // One that is gone since it was listed counts as one that is not there.
      if (problem !== null && problem !== 'is gone') this.#faults.file(name, problem, firstIndex);
    }
    if (width === 0 || stored.some((tile) => tile.bytes !== null && tile.width === width)) return;
    if (stored.some((tile) => tile.width === width && tile.problem !== 'is gone')) return;
    const name = tilePath(level, index, width);
    if (width < TILE_WIDTH) this.missingPartials.push({ name, firstIndex });
    else this.#faults.file(name, MISSING_TILE, firstIndex);
  }
}

/** What is said of a tile that is not there. */
export const MISSING_TILE = 'is missing; it can be made anew from the records';

const BEYOND_THE_END = 'holds hashes of records that are not there: the end of the log was cut off';

/** Whether a stored tile is the beginning of these hashes. A wider one is compared as far as they go. */
function agrees(tile: StoredTile, hashes: Hash): boolean {
  if (tile.bytes === null) return true;
  const shared = Math.min(tile.bytes.length, hashes.length);
  return Buffer.compare(tile.bytes.subarray(0, shared), hashes.subarray(0, shared)) === 0;
}
