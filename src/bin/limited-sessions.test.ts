import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditRecord } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { launcherCredentials } from './open-session.ts';
import { NO_CREDENTIALS } from '../cli/place.ts';
import { sessionParts } from './session-parts.ts';
import type { SessionParts } from './session-parts.ts';

const MINUTE_MS = 60_000;

interface Stage {
  readonly records: AuditRecord[];
  readonly errors: string[];
  upMs: number;
  limits: { maxDurationMinutes: number; idleTimeoutMinutes: number };
  isLogFull: boolean;
  parts(): SessionParts;
  open(parts: SessionParts): Promise<{ readonly id: SessionId; readonly token: string }>;
  /** A prompt of the person in a session. */
  work(parts: SessionParts, id: SessionId, body?: JsonObject): Promise<void>;
}

function stage(t: { after(fn: () => void): void }): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'sp-limited-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at: Stage = {
    records: [],
    errors: [],
    upMs: 1_000,
    limits: { maxDurationMinutes: 480, idleTimeoutMinutes: 30 },
    isLogFull: false,
    parts: () =>
      sessionParts({
        folder,
        log: {
          append(record) {
            if (at.isLogFull) return Promise.reject(new AuditUnavailable('disk is full'));
            at.records.push(record);
            return Promise.resolve({ index: at.records.length - 1, hash: '0'.repeat(64) as Sha256 });
          },
        },
        clock: () => 1_000_000 + at.upMs,
        machine: { boot: 'boot-1', ms: () => at.upMs },
        limits: () => at.limits,
        credentials: launcherCredentials(),
        prepare: () => undefined,
        ownUid: -1,
        logError: (line) => at.errors.push(line),
      }),
    async open({ registry }) {
      const opened = await registry.open({ workspace: '/w', homeDir: '/h', provider: 'anthropic', about: {} });
      return { id: opened.session.id, token: opened.token };
    },
    async work({ log }, sessionId, body = { event: 'UserPromptSubmit' }) {
      await log.append({ kind: 'hook', occurredAtMs: 0, sessionId, body });
    },
  };
  return at;
}

const endings = (at: Stage): readonly unknown[] =>
  at.records.filter(({ body }) => body['event'] === 'ended').map(({ body }) => body['reason']);

test('a session in which somebody works ends at its longest time and not before, and is recorded with why', async (t) => {
  const at = stage(t);
  const parts = at.parts();
  const { id, token } = await at.open(parts);
  for (; at.upMs < 1_000 + 479 * MINUTE_MS; at.upMs += 10 * MINUTE_MS) {
    await at.work(parts, id);
    await parts.sweep();
    assert.equal(parts.limited.directory.byId(id)?.endedReason, null);
  }
  at.upMs = 1_000 + 480 * MINUTE_MS;
  assert.match(parts.limited.directory.byToken(token)?.endedReason ?? '', /^it has run for 480 minutes/);
  assert.deepEqual(endings(at), [parts.registry.byId(id)?.endedReason]);
  assert.equal(parts.limited.ending(id), null);
});

test('the look for a session is what ends it: no call passes between the time and the next sweep', async (t) => {
  const at = stage(t);
  const parts = at.parts();
  const { id } = await at.open(parts);
  at.upMs += 600 * MINUTE_MS;
  assert.match(parts.limited.directory.byId(id)?.endedReason ?? '', /session\.idle_timeout_minutes/);
  // What is recorded of the refused call is no activity that would bring it back.
  await at.work(parts, id);
  await parts.sweep();
  assert.match(parts.limited.directory.byId(id)?.endedReason ?? '', /session\.idle_timeout_minutes/);
  assert.equal(endings(at).length, 1);
});

test('a session in which nothing happens ends after its rest, by the sweep alone', async (t) => {
  const at = stage(t);
  const parts = at.parts();
  const { id } = await at.open(parts);
  at.upMs += 29 * MINUTE_MS;
  await at.work(parts, id);
  at.upMs += 29 * MINUTE_MS;
  await parts.sweep();
  assert.deepEqual(parts.limited.ending(id), { limit: 'idle_timeout_minutes', atMs: 1_000_000 + at.upMs + MINUTE_MS });
  at.upMs += MINUTE_MS;
  await parts.sweep();
  assert.match(String(endings(at)[0]), /^nothing has happened in it for 30 minutes/);
});

test('a tool that runs for hours keeps its session, but not beyond the longest time', async (t) => {
  const at = stage(t);
  const parts = at.parts();
  const { id } = await at.open(parts);
  await parts.log.append({
    kind: 'decision',
    occurredAtMs: 0,
    sessionId: id,
    body: { event: 'PreToolUse', toolUseId: 't', verdict: 'allow', inputSha256: null },
  });
  at.upMs += 400 * MINUTE_MS;
  await parts.sweep();
  assert.equal(parts.registry.byId(id)?.endedReason, null);
  at.upMs += 80 * MINUTE_MS;
  await parts.sweep();
  assert.match(parts.registry.byId(id)?.endedReason ?? '', /max_duration_minutes/);
});

test('a restart of the daemon lengthens no session, and gives it a new rest', async (t) => {
  const at = stage(t);
  const { id } = await at.open(at.parts());
  at.upMs += 29 * MINUTE_MS;
  const second = at.parts();
  at.upMs += 29 * MINUTE_MS;
  assert.equal(second.limited.directory.byId(id)?.endedReason, null);
  at.upMs += 440 * MINUTE_MS;
  assert.match(at.parts().limited.directory.byId(id)?.endedReason ?? '', /max_duration_minutes/);
});

test('a changed policy holds for sessions that run', async (t) => {
  const at = stage(t);
  const parts = at.parts();
  const { id } = await at.open(parts);
  at.upMs += 20 * MINUTE_MS;
  at.limits = { maxDurationMinutes: 480, idleTimeoutMinutes: 60 };
  at.upMs += 20 * MINUTE_MS;
  assert.equal(parts.limited.directory.byId(id)?.endedReason, null);
  at.limits = { maxDurationMinutes: 40, idleTimeoutMinutes: 60 };
  assert.match(parts.limited.directory.byId(id)?.endedReason ?? '', /^it has run for 40 minutes/);
});

test('an end that cannot be recorded holds all the same, and the operator is told', async (t) => {
  const at = stage(t);
  const parts = at.parts();
  const { id } = await at.open(parts);
  at.upMs += 31 * MINUTE_MS;
  at.isLogFull = true;
  await assert.rejects(parts.sweep(), { code: 'AUDIT_UNAVAILABLE' });
  assert.match(parts.registry.byId(id)?.endedReason ?? '', /idle_timeout_minutes/);
  assert.match(at.errors[0] ?? '', /could not be kept: AuditUnavailable/);
});

test('a launcher is warned at each beat, and the client once for an end that comes near', async (t) => {
  const at = stage(t);
  const parts = at.parts();
  const { id } = await at.open(parts);
  const beat = (): string | null => parts.beat(id, NO_CREDENTIALS)?.warning ?? null;
  assert.deepEqual([beat(), parts.limited.notice(id)], [null, null]);
  at.upMs += 26 * MINUTE_MS;
  assert.match(beat() ?? '', /^nothing happens in this session: it ends in 4 minutes/);
  for (; at.upMs < 476 * MINUTE_MS; at.upMs += 10 * MINUTE_MS) await at.work(parts, id);
  await at.work(parts, id);
  at.upMs = 1_000 + 477 * MINUTE_MS;
  assert.match(beat() ?? '', /^this session ends in 3 minutes/);
  assert.match(parts.limited.notice(id) ?? '', /^this session ends in 3 minutes/);
  at.upMs += MINUTE_MS;
  assert.equal(parts.limited.notice(id), null);
  assert.match(beat() ?? '', /ends in 2 minutes/);
  at.upMs += 2 * MINUTE_MS;
  const last = parts.beat(id, NO_CREDENTIALS);
  assert.match(last?.endedReason ?? '', /^it has run for 480 minutes/);
  assert.deepEqual([last?.warning, last?.endsProcesses], [null, true]);
});

test('a session that nobody knows has no end, no warning and no beat', (t) => {
  const parts = stage(t).parts();
  const id = 'ses_00000000000000000000000000' as SessionId;
  assert.deepEqual(
    [parts.limited.ending(id), parts.limited.warning(id), parts.beat(id, NO_CREDENTIALS)],
    [null, null, null],
  );
});
