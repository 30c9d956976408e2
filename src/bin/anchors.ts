import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { folderTiles } from '../audit/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { AnchorStatus } from '../core/anchor-status.ts';
import type { AnchorRule, AuditRules, BucketPlace } from '../core/audit-rules.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { WitnessUnusable } from '../core/error.ts';
import { HASH_BYTES, decodeNote, openNote, parseCheckpoint, parseVkey, tileWidth } from '../tlog/index.ts';
import type { NoteVerifier, TileReader } from '../tlog/index.ts';
import {
  ANCHOR_SECONDS,
  Anchoring,
  folderAnchor,
  gitAnchor,
  gitIn,
  storeAnchor,
  witnessClient,
} from '../witness/index.ts';
import type { Anchor, AnchorAlarm, SignedHead } from '../witness/index.ts';
import { makeFolders } from './make-folders.ts';
import { readIfThere, writeWhole } from './state-folder.ts';
import { anchorFiles } from './witness-files.ts';

/** The newest checkpoint with the signatures of witnesses, in the folder of the log. */
export const WITNESSED_FILE = 'checkpoint.witnessed';

type Places = Pick<AuditRules, 'witnesses' | 'anchors'>;

/** What anchoring needs of the daemon. */
export interface AnchorDesk {
  /** Folder of the log, and a folder of our own for what git needs. */
  readonly auditFolder: string;
  readonly gitFolder: string;
  readonly log: Pick<AuditLog, 'vkey' | 'checkpoint' | 'append'>;
  readonly openStore: (place: BucketPlace) => Promise<ObjectStore>;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logError: (line: string) => void;
  readonly everySeconds?: number;
}

/** Anchoring that goes on beside the daemon. It never holds a decision up. */
export interface RunningAnchors {
  readonly status: readonly AnchorStatus[];
  /**
   * Takes the places of a policy that has come in force. Does nothing where they are the same.
   *
   * @throws {WitnessUnusable} for a key that is none: the places of before are gone on with.
   */
  follow(places: Places): Promise<void>;
  /** One round now, as at the end of a drill. */
  round(): Promise<void>;
  /** Ends it, after the round that runs. */
  close(): Promise<void>;
}

/** Starts to bring checkpoints to the witnesses and anchors of the policy. */
export async function startAnchors(desk: AnchorDesk, places: Places): Promise<RunningAnchors> {
  let followed = places;
  let running = await opened(desk, places);
  return {
    get status() {
      return running.anchoring.status();
    },
    follow: async (next) => {
      if (JSON.stringify(next) === JSON.stringify(followed)) return;
      await running.close();
      try {
        running = await opened(desk, next);
      } catch (error) {
        // Places of which one is of no use must not leave the log without any.
        running = await opened(desk, followed);
        throw error;
      }
      followed = next;
    },
    round: async () => await running.anchoring.round(),
    close: async () => await running.close(),
  };
}

async function opened(
  desk: AnchorDesk,
  { witnesses, anchors }: Places,
): Promise<{ readonly anchoring: Anchoring; readonly close: () => Promise<void> }> {
  const log = verifierOf(desk.log.vkey, 'of the log');
  const stores: ObjectStore[] = [];
  const anchoring = new Anchoring({
    newest: () => headOf(desk),
    witnesses: witnesses.map(({ name, url, key }) => {
      const verifier = verifierOf(key, `of witness \`${name}\``);
      const knownSize = witnessedSize(desk.auditFolder, log, verifier);
      return { place: url, client: { ...witnessClient({ url, verifier, knownSize }), name } };
    }),
    anchors: await Promise.all(anchors.map(async (rule) => await anchorOf(rule, log, desk, stores))),
    keepWitnessed: async (note) => {
      await Promise.resolve();
      writeWhole(join(desk.auditFolder, WITNESSED_FILE), note);
    },
    alarm: async (alarm) => await recordAlarm(desk, alarm),
    nowMs: desk.clock,
  });
  if (witnesses.length + anchors.length > 0) anchoring.start(desk.everySeconds ?? ANCHOR_SECONDS);
  return {
    anchoring,
    close: async () => {
      await anchoring.close();
      for (const store of stores) store.close();
    },
  };
}

async function anchorOf(rule: AnchorRule, log: NoteVerifier, desk: AnchorDesk, stores: ObjectStore[]): Promise<Anchor> {
  const { name } = rule;
  switch (rule.to) {
    case 'folder':
      return folderAnchor({ name, folder: rule.folder, log }, anchorFiles());
    case 'git': {
      makeFolders(desk.gitFolder, 0o700);
      const repository = join(desk.gitFolder, `${name}.git`);
      const index = join(desk.gitFolder, `${name}.index`);
      return gitAnchor(
        { name, remote: rule.remote, branch: rule.branch, log },
        gitIn(repository, desk.environment),
        index,
      );
    }
    case 's3': {
      const store = await desk.openStore(rule);
      stores.push(store);
      return storeAnchor({ name, store, log });
    }
  }
}

/** The newest checkpoint, with tiles that are found while the log writes on: a partial one is the start of the next. */
function headOf({ log, auditFolder }: AnchorDesk): SignedHead | null {
  const { note } = log.checkpoint;
  const text = openNote(note, [])?.text;
  const checkpoint = text === undefined ? null : parseCheckpoint(text);
  if (text === undefined || checkpoint === null || checkpoint.size === 0) return null;
  const stored = folderTiles(auditFolder);
  const tiles: TileReader = {
    readTile: async (level, index, width) => {
      const tile = await stored.readTile(level, index, width);
      const grown = tileWidth(level, index, log.checkpoint.size);
      if (tile !== null || grown <= width) return tile;
      return (await stored.readTile(level, index, grown))?.subarray(0, width * HASH_BYTES) ?? null;
    },
  };
  return { note, text, checkpoint, tiles };
}

/** Size of the tree that a witness is known to have cosigned; 0 where no signature of it was kept. */
function witnessedSize(auditFolder: string, log: NoteVerifier, witness: NoteVerifier): number {
  const bytes = readIfThere(join(auditFolder, WITNESSED_FILE));
  const note = bytes === null ? null : decodeNote(bytes);
  const opened = note === null ? null : openNote(note, [log, witness]);
  const isCosigned = opened?.verified.some(({ name, keyId }) => name === witness.name && keyId === witness.keyId);
  const checkpoint = opened === null || isCosigned !== true ? null : parseCheckpoint(opened.text);
  return checkpoint?.size ?? 0;
}

async function recordAlarm({ log, clock, logError }: AnchorDesk, alarm: AnchorAlarm): Promise<void> {
  const { kind, name, place, size, theirSize } = alarm;
  const event = `anchor-${kind}`;
  logError(`audit: critical: ${event} at \`${name}\` (${place}): it holds ${theirSize} entries, this log ${size}`);
  const findingId = createHash('sha256')
    .update(JSON.stringify([event, name, place, theirSize]))
    .digest('hex')
    .slice(0, 32);
  const occurredAtMs = clock();
  await log.append({
    kind: 'finding',
    occurredAtMs,
    sessionId: null,
    body: {
      event,
      severity: 'critical',
      findingId,
      factAtMs: occurredAtMs,
      seenBy: 'anchor',
      name,
      place,
      size,
      theirSize,
    },
  });
}

function verifierOf(vkey: string, whose: string): NoteVerifier {
  const verifier = parseVkey(vkey);
  if (verifier === null) {
    throw new WitnessUnusable(`key ${whose} is no verifier key`, { hint: 'write it as `NAME+ID+BASE64`, in one line' });
  }
  return verifier;
}
