import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../../src/audit/index.ts';
import type { AuditLog } from '../../src/audit/index.ts';
import { contentKeys } from '../../src/bin/content-keys.ts';
import type { ContentKeys } from '../../src/bin/content-keys.ts';
import { watchedFacts } from '../../src/bin/watched-facts.ts';
import type { AuditRecord } from '../../src/core/audit.ts';
import { makeSessionId } from '../../src/core/ids.ts';
import type { SessionId } from '../../src/core/ids.ts';
import { canonicalJson } from '../../src/core/json.ts';
import type { SeenCall } from '../../src/core/seen-call.ts';
import { decide } from '../../src/decide/index.ts';
import type { RuleIndex } from '../../src/decide/index.ts';
import { SEAL_NONCE_BYTES, sealCall } from '../../src/seal/index.ts';
import { numbers, sampleCall } from './recorded-calls.ts';

/** Decisions of one session. */
const SESSION_CALLS = 5_000;
/** Records that wait for the disk together. */
const BATCH = 2_000;
const WORKSPACE = '/workspace/project';
const HOME = '/home/dev';

/** How a log of samples is made. */
export interface RecordedLogOptions {
  readonly records: number;
  readonly segmentMaxBytes?: number;
  /** Told of each call as it was decided. */
  readonly onCall?: (call: SeenCall) => void;
}

/**
 * Writes a log of sample decisions with sealed content to `folder/audit` and its keys to `folder/keys/content`, by the
 * log's own writer, as the guard records them. The calls are the same each time; gives how many of them are distinct.
 */
export async function makeRecordedLog(
  folder: string,
  index: RuleIndex,
  { records, segmentMaxBytes, onCall = () => undefined }: RecordedLogOptions,
): Promise<number> {
  const keysFolder = join(folder, 'keys', 'content');
  mkdirSync(keysFolder, { recursive: true });
  const keys = contentKeys(keysFolder);
  const log = await openLog(join(folder, 'audit'), {
    signing: { keyFile: join(folder, 'keys', 'audit-signing.key') },
    clock: Date.now,
    ...(segmentMaxBytes === undefined ? {} : { segmentMaxBytes }),
  });
  const below = numbers(7);
  const seen = new Set<string>();
  let session: SessionId | null = null;
  for (let made = 0; made < records;) {
    const batch: AuditRecord[] = [];
    for (; batch.length < BATCH && made < records; made += 1) {
      if (session === null || made % SESSION_CALLS === 0) session = await openSession(log, keys);
      const { record, call } = decisionRecord(index, keys, session, made, below);
      onCall(call);
      seen.add(
        createHash('sha256')
          .update(canonicalJson({ ...call.action }))
          .digest('base64'),
      );
      batch.push(record);
    }
    await Promise.all(batch.map((record) => log.append(record)));
  }
  await log.close();
  return seen.size;
}

async function openSession(log: AuditLog, keys: ContentKeys): Promise<SessionId> {
  const id = makeSessionId(Date.now(), randomBytes(16));
  keys.create(id);
  const body = { event: 'opened', workspace: WORKSPACE, provider: 'anthropic', about: { user: 'dev' } };
  await log.append({ kind: 'session', occurredAtMs: Date.now(), sessionId: id, body });
  return id;
}

/** A record as the guard writes it, decided by the policy of the log, and the call. */
function decisionRecord(
  index: RuleIndex,
  keys: ContentKeys,
  sessionId: SessionId,
  number: number,
  below: (bound: number) => number,
): { readonly record: AuditRecord; readonly call: SeenCall } {
  const { tool, action } = sampleCall(below, WORKSPACE);
  const eyes = watchedFacts({
    realPath: (path) => path,
    expandGlob: (glob) => [glob.replaceAll('*', 'a')],
    linkedFiles: () => [],
  });
  const scene = { workspace: WORKSPACE, homeDir: HOME };
  const { verdict, ruleId } = decide(index, action, { ...scene, ...eyes });
  const toolUseId = `toolu_01${String(number).padStart(22, '0')}`;
  const bundle = 'b'.repeat(64);
  const call = { action, ...scene, permissionMode: 'default', facts: eyes.facts(), taint: null };
  const content = sealCall(keys.of(sessionId), { sessionId, toolUseId, bundle }, call, randomBytes(SEAL_NONCE_BYTES));
  const body = {
    event: 'PreToolUse',
    eventSha256: 'e'.repeat(64),
    bytes: 600,
    clientSessionId: '25b8c291-a230-49af-982d-b98a17a4e940',
    promptId: '41524bf1-7d24-463d-b86d-2772e5415e7b',
    permissionMode: 'default',
    cwd: WORKSPACE,
    tool,
    toolUseId,
    verdict,
    ruleId,
    bundle,
    inputSha256: 'f'.repeat(64),
    kind: action.kind,
    summary: 'a sample',
    sealed: content.sealed,
  };
  return { record: { kind: 'decision', occurredAtMs: 1_700_000_000_000 + number, sessionId, body }, call };
}
