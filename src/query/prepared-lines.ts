import { join } from 'node:path';
import type { CheckpointRow } from './checkpoint-row.ts';
import { checkedFile } from './checked-file.ts';
import type { Damage, LineFile } from './checked-file.ts';
import type { LineSource } from './line-source.ts';

/** Lines that a database can read without meeting a surprise. */
export interface PreparedLines {
  /** Paths of files of intact lines, each line once, in order. */
  readonly files: readonly string[];
  readonly records: number;
  readonly damages: readonly Damage[];
  /** Also those beyond {@link MAX_DAMAGES}. */
  readonly damageCount: number;
  readonly checkpoints: readonly CheckpointRow[];
}

export interface PrepareOptions {
  /** Folder of its own for what has to be copied; who made it removes it. */
  readonly folder: string;
  /** Told of bytes read of how many. */
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** Most damaged places that are kept by name. */
export const MAX_DAMAGES = 10_000;

/** What DuckDB would take for a pattern of many files. */
const PATTERN = /[*?[\]{}\\]/;

/** Looks at every line, and makes ready what is intact. Errors of the system and of the store pass through. */
export async function preparedLines(source: LineSource, options: PrepareOptions): Promise<PreparedLines> {
  const files: string[] = [];
  const damages: Damage[] = [];
  let [records, damageCount, nextIndex, bytes] = [0, 0, 0, 0];
  for await (const file of source.files()) {
    const checked = await checkedFile(readable(file), {
      copyTo: join(options.folder, `lines-${file.name.replace(/\.ndjson\.gz$/, '.jsonl')}`),
      nextIndex,
      onDamage: (damage) => {
        damageCount += 1;
        if (damages.length < MAX_DAMAGES) damages.push(damage);
      },
      onBytes: (read) => {
        bytes += read;
        options.onProgress?.(bytes, source.totalBytes);
      },
    });
    // What is being written at the end is no damage; in the middle of a log a line without an end is one.
    if (checked.isTorn && !file.isLive) {
      damageCount += 1;
      if (damages.length < MAX_DAMAGES)
        damages.push({ file: file.name, line: null, problem: 'its last line has no end' });
    }
    nextIndex = checked.nextIndex;
    records += checked.records;
    if (checked.path !== null) files.push(checked.path);
  }
  return { files, records, damages, damageCount, checkpoints: source.checkpoints };
}

function readable(file: LineFile): LineFile {
  return PATTERN.test(file.path) ? { ...file, isLive: true } : file;
}
