export type { AuditLog } from './audit-log.ts';
export { Chain } from './chain.ts';
export type { Link } from './chain.ts';
export { CHECKPOINT_DELAY_MS, CHECKPOINT_LATE_MS } from './checkpointer.ts';
export { lockFolder } from './folder-lock.ts';
export type { FolderLock } from './folder-lock.ts';
export { readLines } from './lines.ts';
export type { Line } from './lines.ts';
export { errorCode } from './log-file-system.ts';
export type { FileFacts, LogFile, LogFileSystem } from './log-file-system.ts';
export { VKEY_FILE, readVkey } from './log-identity.ts';
export { GAP_CAUSES, GapCount, MAX_GAPS, gapsOf } from './gaps-of.ts';
export type { Gap, GapCause, GapReport } from './gaps-of.ts';
export { machineUptime } from './machine-uptime.ts';
export type { MachineUptime } from './machine-uptime.ts';
export { nodeLogFileSystem } from './node-log-file-system.ts';
export { openLog } from './open-log.ts';
export type { LogOptions } from './open-log.ts';
export { HEARTBEAT_SECONDS, MAX_HEARTBEAT_SECONDS } from './pulse.ts';
export { readLog, readRecord } from './read-log.ts';
export type { ReadOptions } from './read-log.ts';
export { logSegments, readSegment } from './read-segment.ts';
export type { SegmentLine, SizedSegment } from './read-segment.ts';
export {
  FORMAT_VERSION,
  MAX_BODY_BYTES,
  MAX_BODY_DEPTH,
  MAX_RECORD_BYTES,
  ZERO_HASH,
  decodeLine,
  hashLine,
  recordLine,
} from './record-line.ts';
export type { DecodedLine, LoggedRecord } from './record-line.ts';
export { MAX_REASON_LENGTH, rekeyLog } from './rekey-log.ts';
export type { CheckpointBefore, Rekeyed } from './rekey-log.ts';
export { SEGMENTS_FOLDER, SEGMENT_MAX_BYTES, listSegments } from './segment.ts';
export type { Segment, SegmentListing } from './segment.ts';
export { CHECKPOINT_FILE, readCheckpoint } from './signed-checkpoint.ts';
export type { SignedCheckpoint } from './signed-checkpoint.ts';
export { folderTiles } from './tile-folder.ts';
