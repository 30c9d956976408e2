import { StateFolder } from '../core/error.ts';
import { emptyRoot, openCheckpoint, parseVkey } from '../tlog/index.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { identityOf, newOrigin, readVkey, storeVkey } from './log-identity.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { startLog, whileLocked } from './open-log.ts';
import type { LogOptions } from './open-log.ts';
import { checkVersion } from './recover-log.ts';
import { recoverTree } from './recover-tree.ts';
import { listSegments } from './segment.ts';
import { claimedCheckpoint, readCheckpoint, signCheckpoint } from './signed-checkpoint.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';
import { makeSigningKey } from './signing-key.ts';

/** Longest reason for a change of key, in UTF-16 code units. */
export const MAX_REASON_LENGTH = 1_000;

/** What a change of key found and made. */
export interface Rekeyed {
  readonly origin: string;
  /** The key that the folder named before; null where it named none. */
  readonly oldVkey: string | null;
  readonly newVkey: string;
  /** Records that the new key signed. */
  readonly size: number;
  /** The checkpoint that the records were compared with. */
  readonly before: CheckpointBefore;
}

/** Whether the newest checkpoint carried the signature of the old key, could not be checked, or was not there. */
export type CheckpointBefore = 'signed' | 'unchecked' | 'missing';

/**
 * Gives a log another signing key, for one that was lost or read by somebody else. The records are compared with the newest
 * checkpoint first; then a record of the change, with the reason and both keys, is signed with the new key. The old key is
 * overwritten.
 *
 * It proves nothing to those who knew the old key: they compare the log with checkpoints that they hold, and take the new
 * key from its owner.
 *
 * @throws {AlreadyRunning} when the log is open.
 * @throws {AuditCorrupt} when records are damaged, gone, or not those of the newest checkpoint; nothing is changed.
 * @throws {TypeError} for a reason that is empty, too long or no text.
 */
export async function rekeyLog(folder: string, reason: string, options: LogOptions): Promise<Rekeyed> {
  if (reason.trim() === '' || reason.length > MAX_REASON_LENGTH || !reason.isWellFormed())
    throw new TypeError(`a reason is a text of 1 to ${MAX_REASON_LENGTH} characters`);
  const { fs = nodeLogFileSystem() } = options;
  return await whileLocked(folder, async (lock) => {
    const { segments } = await listSegments(folder, fs);
    const [first] = segments;
    if (first === undefined) throw new StateFolder(`there is no log in \`${folder}\``);
    await checkVersion(folder, first, fs);
    const oldVkey = await readVkey(folder, fs);
    const { signed, before } = await newestCheckpoint(folder, oldVkey, fs);
    const recovered = await recoverTree(folder, segments, signed, fs);
    const origin = signed?.origin ?? nameOf(oldVkey) ?? newOrigin();
    const identity = identityOf(origin, await makeSigningKey(options.signing.keyFile, fs));
    const note = {
      event: 'key-changed',
      reason,
      oldVkey,
      newVkey: identity.vkey,
      before,
      size: signed?.size ?? null,
      root: signed?.rootHex ?? null,
    };
    const start = signed ?? signCheckpoint(0, emptyRoot(), identity.signer);
    const log = await startLog(folder, { identity, signed: start, recovered, notes: [note] }, lock, options);
    try {
      await storeVkey(folder, identity.vkey, fs);
    } finally {
      await log.close();
    }
    return { origin, oldVkey, newVkey: identity.vkey, size: log.size, before };
  });
}

async function newestCheckpoint(
  folder: string,
  vkey: string | null,
  fs: LogFileSystem,
): Promise<{ readonly signed: SignedCheckpoint | null; readonly before: CheckpointBefore }> {
  const note = await readCheckpoint(folder, fs);
  if (note === null) return { signed: null, before: 'missing' };
  const signed = claimedCheckpoint(note);
  const verifier = vkey === null ? null : parseVkey(vkey);
  const isSigned = verifier !== null && openCheckpoint(note, verifier) !== null;
  return { signed, before: isSigned ? 'signed' : 'unchecked' };
}

function nameOf(vkey: string | null): string | null {
  return vkey === null ? null : (parseVkey(vkey)?.name ?? null);
}
