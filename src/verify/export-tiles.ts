import { AuditCorrupt } from '../core/error.ts';
import { TILE_WIDTH, entriesPath, tilesBetween, tilePath, HASH_BYTES, MAX_NOTE_BYTES } from '../tlog/index.ts';
import { readHead } from './checkpoints.ts';
import type { LogKeys } from './checkpoints.ts';
import { FaultList } from './fault-list.ts';
import type { FileTree } from './file-tree.ts';
import { CHECKPOINT, LOG_VKEY, listRecordFiles } from './inventory.ts';
import type { RecordFile } from './inventory.ts';
import { recordChunks } from './record-source.ts';
import { NO_TRUST } from './trust.ts';

const NEWLINE = 0x0a;
const LENGTH_BYTES = 2;

/** What was written by {@link exportTiles}. */
export interface TileExport {
  readonly size: number;
  readonly files: number;
}

/**
 * Writes a log as a static directory in C2SP tlog-tiles form, with its entries: what other tools read. The newest
 * checkpoint comes last, so that what it covers is there once it is.
 *
 * Verify the log first: this copies what is there.
 *
 * @param write puts a file; names are relative, with `/`.
 * @throws {AuditCorrupt} where records or tiles are missing that the checkpoint covers.
 */
export async function exportTiles(
  tree: FileTree,
  keys: LogKeys,
  write: (name: string, bytes: Uint8Array) => Promise<void>,
): Promise<TileExport> {
  const faults = new FaultList();
  const head = await readHead(tree, CHECKPOINT, keys, NO_TRUST, faults);
  if (head === null) throw missing(faults.listed().faults[0]?.problem ?? 'no checkpoint');
  const note = await tree.read(CHECKPOINT, MAX_NOTE_BYTES);
  const { size } = head.checkpoint;
  let files = 0;
  const put = async (name: string, bytes: Uint8Array): Promise<void> => {
    await write(name, bytes);
    files += 1;
  };
  for (const { level, index, width } of tilesBetween(0, size)) {
    const name = tilePath(level, index, width);
    const bytes = await tree.read(name, width * HASH_BYTES);
    if (bytes?.length !== width * HASH_BYTES) throw missing(`tile \`${name}\` is missing or not of its length`);
    await put(name, bytes);
  }
  let index = 0;
  let bundle: Uint8Array[] = [];
  for await (const line of linesOf(tree, await listRecordFiles(tree))) {
    if (index === size) break;
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(line.length);
    bundle.push(length, line);
    index += 1;
    if (index % TILE_WIDTH === 0 || index === size) {
      const width = index % TILE_WIDTH === 0 ? TILE_WIDTH : index % TILE_WIDTH;
      await put(entriesPath(Math.ceil(index / TILE_WIDTH) - 1, width), Buffer.concat(bundle));
      bundle = [];
    }
  }
  if (index < size) throw missing(`record ${index} is missing: the checkpoint covers ${size}`);
  await put(LOG_VKEY, Buffer.from(`${head.key.vkey}\n`));
  if (note !== null) await put(CHECKPOINT, note);
  return { size, files };
}

async function* linesOf(tree: FileTree, files: readonly RecordFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    let held = Buffer.alloc(0);
    for await (const chunk of recordChunks(tree, file)) {
      const bytes = Buffer.concat([held, chunk]);
      let start = 0;
      for (;;) {
        const end = bytes.indexOf(NEWLINE, start);
        if (end < 0) break;
        if (end - start > 0xffff) throw missing(`a line of \`${file.name}\` is longer than a record is`);
        yield bytes.subarray(start, end);
        start = end + 1;
      }
      held = bytes.subarray(start);
      if (held.length > 0xffff) throw missing(`a line of \`${file.name}\` is longer than a record is`);
    }
  }
}

function missing(message: string): AuditCorrupt {
  return new AuditCorrupt(message, { hint: '`sallyport audit verify` names every fault' });
}
