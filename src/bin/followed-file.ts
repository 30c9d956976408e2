import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Lines of a file that others write, as they come. */
export interface FollowedFile {
  /** Those that were ended since the last call. */
  lines(): readonly string[];
  close(): void;
}

/** Bytes that are read at once; what is more is passed over, for nobody may make us hold more. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Follows a file from its present end on, over rotations by name; null where it cannot be read. */
export function followedFile(path: string): FollowedFile | null {
  let file = opened(path);
  if (file === null) return null;
  let at = fstatSync(file).size;
  let rest = '';

  const readOn = (from: number): string => {
    const { size } = fstatSync(from);
    if (size < at) [at, rest] = [0, ''];
    if (size - at > MAX_BYTES) [at, rest] = [size - MAX_BYTES, ''];
    const bytes = Buffer.alloc(size - at);
    const read = readSync(from, bytes, 0, bytes.length, at);
    at += read;
    return bytes.toString('utf8', 0, read);
  };

  return {
    lines: () => {
      if (file === null) return [];
      let text = rest + readOn(file);
      const named = statSync(path, { throwIfNoEntry: false });
      if (named !== undefined && named.ino !== fstatSync(file).ino) {
        const next = opened(path);
        if (next !== null) {
          closeSync(file);
          [file, at, rest] = [next, 0, ''];
          text += readOn(next);
        }
      }
      const lines = text.split('\n');
      rest = (lines.pop() ?? '').slice(0, MAX_BYTES);
      return lines;
    },
    close: () => {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

function opened(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
