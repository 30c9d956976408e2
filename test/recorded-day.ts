import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../src/audit/index.ts';
import { contentKeys } from '../src/bin/content-keys.ts';
import { loadPolicy } from '../src/bin/load-policy.ts';
import { watchedFacts } from '../src/bin/watched-facts.ts';
import type { Action } from '../src/core/action.ts';
import { makeSessionId } from '../src/core/ids.ts';
import { decide } from '../src/decide/index.ts';
import { SEAL_NONCE_BYTES, sealCall } from '../src/seal/index.ts';

const WORKSPACE = '/work/shop';
const HOME = '/home/ann';
const BUNDLE = 'b'.repeat(64);

/** The sessions of one person, each with its command lines in their order. */
export interface Day {
  readonly user: string;
  readonly sessions: readonly (readonly string[])[];
}

/**
 * Writes the log of a day to a state folder, by the log's own writer and with sealed content, as a guard under this policy
 * leaves it. Whatever is asked is approved.
 *
 * @param atMs when all of it happened, in milliseconds since the Unix epoch.
 */
export async function recordDay(state: string, policyFile: string, day: Day, atMs: number): Promise<void> {
  const keysFolder = join(state, 'keys', 'content');
  mkdirSync(keysFolder, { recursive: true, mode: 0o700 });
  const keys = contentKeys(keysFolder);
  const index = loadPolicy([policyFile], state).indexAt(atMs);
  const log = await openLog(join(state, 'audit'), {
    clock: () => atMs,
    signing: { keyFile: join(state, 'keys', 'audit-signing.key') },
  });
  for (const [number, commandLines] of day.sessions.entries()) {
    const sessionId = makeSessionId(atMs, randomBytes(16));
    keys.create(sessionId);
    const opened = { event: 'opened', workspace: WORKSPACE, provider: 'anthropic', about: { user: day.user } };
    await log.append({ kind: 'session', occurredAtMs: atMs, sessionId, body: opened });
    for (const [at, commandLine] of commandLines.entries()) {
      const action: Action = { kind: 'command', commandLine, cwd: WORKSPACE, isUnsandboxed: false };
      const eyes = watchedFacts({ realPath: (path) => path, expandGlob: () => [], linkedFiles: () => [] });
      const scene = { workspace: WORKSPACE, homeDir: HOME };
      const { verdict, ruleId } = decide(index, action, { ...scene, ...eyes });
      const toolUseId = `toolu_01${String(number * 1_000 + at).padStart(22, '0')}`;
      const call = { action, ...scene, permissionMode: 'default', facts: eyes.facts(), taint: null };
      const bound = { sessionId, toolUseId, bundle: BUNDLE };
      const { sealed } = sealCall(keys.of(sessionId), bound, call, randomBytes(SEAL_NONCE_BYTES));
      const about = { event: 'PreToolUse', tool: 'Bash', toolUseId, cwd: WORKSPACE, permissionMode: 'default' };
      const body = { ...about, verdict, ruleId, bundle: BUNDLE, kind: action.kind, summary: 'a call', sealed };
      await log.append({ kind: 'decision', occurredAtMs: atMs, sessionId, body });
      if (verdict !== 'ask') continue;
      const ran = { event: 'PostToolUse', tool: 'Bash', toolUseId };
      await log.append({ kind: 'hook', occurredAtMs: atMs, sessionId, body: ran });
    }
  }
  await log.close();
}
