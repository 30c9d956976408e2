import { createHmac, randomBytes } from 'node:crypto';
import { constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionId } from '../core/ids.ts';
import type { MaskStore } from '../gateway/index.ts';
import { placeholderKey } from '../mask/index.ts';
import { openContent, SEAL_NONCE_BYTES, sealContent } from '../seal/index.ts';
import type { ContentKey } from '../seal/index.ts';
import { readIfThere } from './state-folder.ts';

const NEWLINE = 0x0a;

/**
 * What sessions mask, one file each, a sealed entry a line: whoever destroys a session's content key destroys its tokens
 * and its values too. Entries are not synced one by one: what a power cut takes is looked at anew.
 *
 * @param folder exists, mode 0700.
 */
export function maskStore(
  folder: string,
  keyOf: (id: SessionId) => ContentKey | null,
  logError: (line: string) => void,
): MaskStore {
  return {
    open: (sessionId) => {
      const key = keyOf(sessionId);
      if (key === null) return null;
      const path = join(folder, sessionId);
      const { entries, lines, isTorn } = readEntries(path, key, sessionId);
      if (entries.length < lines) logError(`masks of ${sessionId}: ${lines - entries.length} entries cannot be read`);
      let line = lines;
      let isLineOpen = isTorn;
      let file: number | null = null;
      const derived = createHmac('sha256', key.secret).update('sallyport/placeholder-key/1').digest();
      return {
        key: placeholderKey(derived),
        entries,
        append: (entry) => {
          file ??= openSync(
            path,
            constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
            0o600,
          );
          const sealed = sealContent(key, place(sessionId, line), entry, randomBytes(SEAL_NONCE_BYTES));
          // A line that was cut short stays a line of its own, so that only it is lost.
          const start = isLineOpen ? '\n' : '';
          const bytes = Buffer.from(`${start}${sealed}\n`, 'latin1');
          const written = writeSync(file, bytes);
          if (written > 0) isLineOpen = written > start.length && written < bytes.length;
          if (written > start.length) line += 1;
          if (written < bytes.length) throw new Error('an entry was written in part');
        },
      };
    },
  };
}

interface ReadEntries {
  readonly entries: readonly string[];
  readonly lines: number;
  readonly isTorn: boolean;
}

function readEntries(path: string, key: ContentKey, sessionId: SessionId): ReadEntries {
  const bytes = readIfThere(path) ?? Buffer.alloc(0);
  const isTorn = bytes.length > 0 && bytes.at(-1) !== NEWLINE;
  const lines = bytes.length === 0 ? [] : bytes.toString('latin1').replace(/\n$/, '').split('\n');
  const entries = lines.flatMap((sealed, line) => {
    const opened = openContent(key, place(sessionId, line), sealed);
    return opened.ok ? [opened.text] : [];
  });
  return { entries, lines: lines.length, isTorn };
}

/** An entry belongs to its line, so that none can be moved or come twice. */
function place(sessionId: SessionId, line: number): Parameters<typeof sealContent>[1] {
  return { sessionId, toolUseId: `masks/${line}`, bundle: '' };
}
