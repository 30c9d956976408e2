import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';

import { AuditCorrupt, AuditKey, AuditUnavailable, SallyportError, StateFolder } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import { emptyRoot, parseVkey, vkeyOf } from '../tlog/index.ts';
import { CHECKPOINT_DELAY_MS, Checkpointer } from './checkpointer.ts';
import { lockFolder } from './folder-lock.ts';
import type { FolderLock } from './folder-lock.ts';
import { GroupCommitLog } from './group-commit-log.ts';
import type { AuditLog } from './audit-log.ts';
import { identityOf, newOrigin, readVkey, storeVkey } from './log-identity.ts';
import type { LogIdentity } from './log-identity.ts';
import { errorCode, isFull } from './log-file-system.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { machineUptime } from './machine-uptime.ts';
import type { MachineUptime } from './machine-uptime.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { HEARTBEAT_SECONDS, Pulse } from './pulse.ts';
import type { Moment } from './pulse.ts';
import { beginSegments, checkVersion, openEnd } from './recover-log.ts';
import { recoverTree } from './recover-tree.ts';
import type { RecoveredTree } from './recover-tree.ts';
import { SEGMENT_MAX_BYTES, listSegments } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import {
  checkSigned,
  claimedCheckpoint,
  readCheckpoint,
  signCheckpoint,
  storeCheckpoint,
} from './signed-checkpoint.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';
import { KEY_HINT, makeSigningKey, readSigningKey } from './signing-key.ts';
import { TILES_FOLDER } from './tile-folder.ts';

export interface LogOptions {
  /** Milliseconds since the Unix epoch, for the log's records about itself. */
  readonly clock: () => number;
  /** Where the key that signs checkpoints lies, by absolute path. It is made with the log. */
  readonly signing: { readonly keyFile: string };
  /** Seconds of silence after which a heartbeat is recorded, {@link HEARTBEAT_SECONDS} where absent. */
  readonly heartbeatSeconds?: number;
  /** Size in bytes at which a new segment begins, {@link SEGMENT_MAX_BYTES} where absent. */
  readonly segmentMaxBytes?: number;
  /** Milliseconds from a record to the signing of a checkpoint, {@link CHECKPOINT_DELAY_MS} where absent. */
  readonly checkpointDelayMs?: number;
  /** The machine's own where absent. */
  readonly uptime?: MachineUptime;
  /** The machine's own file system where absent. */
  readonly fs?: LogFileSystem;
}

/**
 * Opens the log in `folder` for writing, or begins one. A torn last line is cut off; that, the opening, and how long nothing
 * was recorded before it are recorded before this resolves.
 *
 * @param folder absolute path; made where it is missing.
 * @throws {AlreadyRunning} when the log is open elsewhere.
 * @throws {AuditCorrupt} when a record that is read is damaged, or records are gone or the last signed one is not the one
 *   that was signed; the log is left as it is. Older segments are not read: `verify` does that.
 * @throws {AuditKey} when the key that signed the log is missing, is another one, or is open to others.
 * @throws {AuditUnavailable} when the first record could not be made durable, as on a full disk.
 * @throws {StateFolder} when the folder cannot be made, locked or read, is of another format, or the system refuses to open
 *   its files.
 */
export async function openLog(folder: string, options: LogOptions): Promise<AuditLog> {
  const { fs = nodeLogFileSystem() } = options;
  return await whileLocked(folder, async (lock) => {
    const found = await findOrBegin(folder, options.signing.keyFile, fs);
    return await startLog(folder, found, lock, options);
  });
}

/** A log as it was found, and who signs it. */
export interface FoundLog {
  readonly identity: LogIdentity;
  readonly signed: SignedCheckpoint;
  readonly recovered: RecoveredTree;
  /** What is to be recorded before the opening. */
  readonly notes: readonly JsonObject[];
}

/** Takes the folder of a log for this process, and lets it go where `work` fails. */
export async function whileLocked<T>(folder: string, work: (lock: FolderLock) => Promise<T>): Promise<T> {
  const lock = await lockLog(folder);
  try {
    return await work(lock);
  } catch (error) {
    lock.release();
    if (error instanceof SallyportError || error instanceof TypeError) throw error;
    if (isFull(error)) {
      throw new AuditUnavailable(`log in \`${folder}\` cannot be opened: ${errorCode(error)}`, {
        cause: error,
        hint: 'free space on the disk of the log',
      });
    }
    throw new StateFolder(`log in \`${folder}\` cannot be opened: ${errorCode(error)}`, { cause: error });
  }
}

/** Opens what was found for writing. */
export async function startLog(
  folder: string,
  { identity, signed, recovered, notes }: FoundLog,
  lock: FolderLock,
  options: LogOptions,
): Promise<GroupCommitLog> {
  const { clock, segmentMaxBytes = SEGMENT_MAX_BYTES, fs = nodeLogFileSystem() } = options;
  const { uptime = machineUptime(), heartbeatSeconds = HEARTBEAT_SECONDS, checkpointDelayMs } = options;
  const { end, tree, stored, strays, isRebuilt } = recovered;
  const moment = (): Moment => ({ atMs: clock(), upMs: uptime.ms(), boot: uptime.boot });
  const now = moment();
  const pulse = new Pulse(heartbeatSeconds, now);
  // The checkpointer comes after what may fail: it sets timers.
  const file = await openEnd(folder, end, fs);
  const checkpointer = new Checkpointer({
    folder,
    fs,
    signer: identity.signer,
    tree,
    signed,
    stored,
    strays,
    delayMs: checkpointDelayMs ?? CHECKPOINT_DELAY_MS,
  });
  const onDurable = checkpointer.add.bind(checkpointer);
  const writer = new SegmentWriter(file, end, {
    folder,
    fs,
    clock,
    segmentMaxBytes,
    onDurable,
  });
  const log = new GroupCommitLog({ writer, checkpointer, pulse, moment, lock, identity });
  const jumpMs = end.history.clockJump(now);
  const { upMs, boot } = now;
  const opened = { event: 'opened', size: end.nextIndex, head: end.head, gap: end.history.gapUntil(now) };
  try {
    if (end.torn !== null) await log.note({ event: 'torn-tail', ...end.torn });
    if (isRebuilt) await log.note({ event: 'tiles-rebuilt', size: end.nextIndex });
    for (const note of notes) await log.note(note);
    if (jumpMs !== 0) await log.note({ event: 'clock-jump', jumpMs, upMs, boot });
    await log.note({ ...opened, everySeconds: heartbeatSeconds, upMs, boot });
    return log;
  } catch (error) {
    await log.abandon();
    throw error;
  }
}

async function lockLog(folder: string): Promise<FolderLock> {
  try {
    // The lock is the machine's own even where the segments are not.
    await nodeLogFileSystem().makeFolder(folder);
  } catch (cause) {
    throw new StateFolder(`folder \`${folder}\` cannot be made: ${errorCode(cause)}`, { cause });
  }
  return lockFolder(folder);
}

async function findOrBegin(folder: string, keyFile: string, fs: LogFileSystem): Promise<FoundLog> {
  const { segments } = await listSegments(folder, fs);
  const [first] = segments;
  const note = await readCheckpoint(folder, fs);
  const claimed = note === null ? null : claimedCheckpoint(note);
  if (first === undefined) {
    if (claimed !== null && claimed.size > 0)
      throw corrupt(`its checkpoint covers ${claimed.size} records, but there are none`);
    // Tiles are written for records alone: without those a new log would take the name of the one that was removed.
    if ((await fs.list(join(folder, TILES_FOLDER))).length > 0)
      throw corrupt('tiles of its records are there, but neither these nor a checkpoint of them');
    return await beginLog(folder, keyFile, fs);
  }
  await checkVersion(folder, first, fs);
  if (claimed === null) throw corrupt('its checkpoint is missing');
  const key = await readSigningKey(keyFile, fs);
  if (key === null) throw new AuditKey(`signing key of the log \`${keyFile}\` is missing`, { hint: KEY_HINT });
  const identity = identityOf(claimed.origin, key);
  checkSigned(claimed.note, identity.verifier);
  const recovered = await recoverTree(folder, segments, claimed, fs);
  await storeVkey(folder, identity.vkey, fs);
  return { identity, signed: claimed, recovered, notes: [] };
}

/** Makes key, name and first checkpoint before the first segment, so that a log with records never lacks them. */
async function beginLog(folder: string, keyFile: string, fs: LogFileSystem): Promise<FoundLog> {
  const key = (await readSigningKey(keyFile, fs)) ?? (await makeSigningKey(keyFile, fs));
  const vkey = await readVkey(folder, fs);
  const name = vkey === null ? undefined : parseVkey(vkey)?.name;
  const isOwn = name !== undefined && vkeyOf(name, createPublicKey(key), 'log') === vkey;
  const identity = identityOf(isOwn ? name : newOrigin(), key);
  await storeVkey(folder, identity.vkey, fs);
  const signed = signCheckpoint(0, emptyRoot(), identity.signer);
  await storeCheckpoint(folder, signed, fs);
  const recovered = await recoverTree(folder, [await beginSegments(folder, fs)], signed, fs);
  return { identity, signed, recovered, notes: [] };
}

function corrupt(problem: string): AuditCorrupt {
  return new AuditCorrupt(`log cannot be trusted: ${problem}`, {
    hint: 'keep the folder of the log as it is, and restore what is missing from where the log was delivered to',
  });
}
