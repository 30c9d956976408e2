import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { logSegments } from '../audit/index.ts';
import type { LineFile } from './checked-file.ts';
import type { LineSource } from './line-source.ts';
import { checkpointRow } from './checkpoint-row.ts';
import type { CheckpointRow } from './checkpoint-row.ts';

/** The lines of a log in its folder, which may be written meanwhile. */
export async function logLines(folder: string): Promise<LineSource> {
  const segments = await logSegments(folder);
  const files = segments.map(({ path, sizeBytes }, nth) => ({
    file: { path, name: basename(path), isGzip: false, isLive: nth === segments.length - 1 } satisfies LineFile,
    sizeBytes,
  }));
  return {
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    checkpoints: await checkpointsIn(folder),
    files: async function* () {
      for (const { file } of files) yield file;
    },
  };
}

async function checkpointsIn(folder: string): Promise<readonly CheckpointRow[]> {
  const rows: CheckpointRow[] = [];
  for (const name of ['checkpoint', 'checkpoint.witnessed']) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    const row = found?.isFile() === true ? checkpointRow(name, readFileSync(path)) : null;
    if (row !== null) rows.push(row);
  }
  return rows;
}
