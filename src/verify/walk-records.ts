import type { FaultList } from './fault-list.ts';
import { readFailure } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import type { Inventory } from './inventory.ts';
import { recordChunks } from './record-source.ts';
import type { RecordWalk } from './record-walk.ts';
import type { VerifyProgress } from './report.ts';

/** Walks over all files of records in order. One that cannot be read, or does not end as its name says, is a fault. */
export async function walkRecords(
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
