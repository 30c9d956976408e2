import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonStatus, EngineStatus } from '../core/control.ts';
import type { SinkStatus } from '../core/sink-status.ts';
import { hostStatusText, statusText } from './status-text.ts';

const SINCE_MS = Date.UTC(2026, 0, 2, 12, 3);

const GITLEAKS: EngineStatus = {
  name: 'gitleaks',
  kind: 'gitleaks',
  at: ['prompt', 'tool-result'],
  onFailure: 'deny',
  asks: 'gitleaks',
  key: null,
  circuit: 'closed',
  state: 'answers',
  sinceMs: SINCE_MS,
  reason: null,
};
const LAKERA: EngineStatus = {
  ...GITLEAKS,
  name: 'lakera',
  kind: 'lakera',
  asks: 'https://lakera.example',
  key: { variable: 'LAKERA_KEY', isSet: false },
  state: 'silent',
  reason: 'no-key',
};

function status(engines: readonly EngineStatus[]): DaemonStatus {
  return {
    version: '1.2.3',
    pid: 4,
    startedAtMs: SINCE_MS,
    policy: { name: 'test', digest: 'd'.repeat(64), file: '/p.yaml', sandbox: true, sequence: null, exceptions: [] },
    guardSocket: '/g.sock',
    gatewayUrl: 'http://127.0.0.1:1',
    controlSocket: '/c.sock',
    auditFolder: '/audit',
    auditRecords: 5,
    logHealth: { state: 'ok', lastAppendAtMs: SINCE_MS },
    checkpoint: { state: 'ok', lateMs: 0, failures: 0, error: null, origin: 'sallyport/host/01234567', size: 5 },
    delivery: [],
    anchors: [],
    reconcile: { state: 'live', osView: 'proc', findings: 0, newest: null },
    refusedReload: null,
    engines,
    hookClient: 'c',
    hookCommand: ['/hook'],
    sessions: [],
  };
}

const row = (engines: readonly EngineStatus[]): string | null =>
  /^ {2}engines {3}(.*)$/m.exec(statusText(status(engines)))?.[1] ?? null;

for (const { name, engines, want } of [
  { name: 'a policy without engines has no row for them', engines: [], want: null },
  { name: 'one that answers', engines: [GITLEAKS], want: 'gitleaks answers' },
  {
    name: 'one that nobody asked',
    engines: [{ ...GITLEAKS, state: 'unasked', sinceMs: null, reason: null }],
    want: 'gitleaks not asked yet',
  },
  {
    name: 'one that is silent, with what follows',
    engines: [GITLEAKS, LAKERA],
    want: 'gitleaks answers; lakera SILENT since 2026-01-02T12:03:00.000Z (no-key), so prompts and results are refused',
  },
  {
    name: 'one that is left alone, and asked at one place',
    engines: [{ ...LAKERA, reason: 'timed-out', circuit: 'open', at: ['tool-input'] }],
    want: 'lakera SILENT since 2026-01-02T12:03:00.000Z (timed-out, left alone for now), so calls are refused',
  },
  {
    name: 'one whose silence stops nothing',
    engines: [{ ...LAKERA, onFailure: 'embedded-only', at: ['prompt', 'tool-input', 'tool-result'] }],
    want: 'lakera SILENT since 2026-01-02T12:03:00.000Z (no-key), so prompts, calls and results are looked at by our own detectors alone',
  },
] satisfies readonly { name: string; engines: readonly EngineStatus[]; want: string | null }[]) {
  test(`the state shows ${name}`, () => assert.equal(row(engines), want));
}

const SINK: SinkStatus = {
  name: 'archive',
  to: 's3',
  required: true,
  state: 'delivering',
  backlog: 'ok',
  acked: 5,
  behind: 0,
  oldestSeconds: 0,
  refused: 0,
  treeSize: 5,
  lastError: null,
  lastSuccessAtMs: SINCE_MS,
};

for (const { name, more, want } of [
  { name: 'a checkpoint that is there', more: {}, want: / {12}checkpoint over 5 records\n/ },
  {
    name: 'one that is late, and why',
    more: {
      checkpoint: {
        ...status([]).checkpoint,
        state: 'failing',
        lateMs: 12_400,
        error: 'checkpoint not signed: ENOSPC',
      },
    },
    want: /CHECKPOINT LATE by 12 s, so newer records than 5 are under none: checkpoint not signed: ENOSPC/,
  },
  {
    name: 'a sink that has all',
    more: { delivery: [SINK] },
    want: /delivery {2}archive \(s3, required\), up to date\n/,
  },
  {
    name: 'one that stops decisions',
    more: {
      delivery: [
        {
          ...SINK,
          state: 'retrying',
          backlog: 'deny',
          behind: 7,
          oldestSeconds: 61.4,
          refused: 2,
          lastError: { atMs: SINCE_MS, text: 'http 503' },
        },
      ],
    },
    want: /archive \(s3, required\), 7 records behind, the oldest waits 61 s, TOO FAR BEHIND, so every call is denied, 2 records REFUSED for good, RETRYING: http 503\n/,
  },
  {
    name: 'an anchor that cannot be reached',
    more: {
      anchors: [
        { name: 'w', place: 'https://w.example', lastOkMs: null, lastSize: null, failures: 3, problem: 'timed out' },
      ],
    },
    want: /anchors {3}w \(https:\/\/w\.example\) never reached, FAILED 3 times since: timed out\n/,
  },
  {
    name: 'what was found',
    more: {
      reconcile: {
        state: 'live',
        osView: 'auditd',
        findings: 2,
        newest: { event: 'undecided-call', severity: 'high', sessionId: null as never, atMs: 1 },
      },
    },
    want: /reconcile live, processes seen by auditd, 2 FINDINGS, the newest: high undecided-call\n/,
  },
] satisfies readonly { name: string; more: Partial<DaemonStatus>; want: RegExp }[]) {
  test(`the state shows ${name}`, () => assert.match(statusText({ ...status([]), ...more }), want));
}

test('of several users each session says whose it is, and what the daemon lacks stands in capitals', () => {
  const session = { id: 'ses_1', workspace: '/w', endedReason: null, taint: null, openedAtMs: 1, user: 'ann' };
  const host = { runtimeFolder: '/run/sallyport', missingCapabilities: ['CAP_KILL'], doors: 1 } as const;
  const text = statusText({ ...status([]), host, sessions: [{ ...session, ends: null }] });
  assert.match(text, /^ {2}host {6}\/run\/sallyport, 1 doors open\n {12}CAP_KILL MISSING$/m);
  assert.match(text, /^ {2}sessions {2}ses_1 of ann$/m);
});

for (const { name, ends, taint, want } of [
  {
    name: 'when the policy lets it run no longer',
    ends: { atMs: SINCE_MS, limit: 'max_duration_minutes' },
    taint: null,
    want: 'ses_1 (ends at 2026-01-02T12:03:00.000Z)',
  },
  {
    name: 'until when it may rest, and what it read',
    ends: { atMs: SINCE_MS, limit: 'idle_timeout_minutes' },
    taint: { source: 'web-page', detectorId: null, toolUseId: null, occurredAtMs: 1 },
    want: 'ses_1 (ends at 2026-01-02T12:03:00.000Z unless something happens in it, tainted by a web-page)',
  },
] as const) {
  test(`a session that runs shows ${name}`, () => {
    const session = { id: 'ses_1', workspace: '/w', endedReason: null, openedAtMs: 1, ends, taint };
    const text = statusText({ ...status([]), sessions: [session] });
    assert.equal(/^ {2}sessions {2}(.*)$/m.exec(text)?.[1], want);
  });
}

test('each user is told of the daemon of the machine, and when it denies', () => {
  const told = { version: '1', startedAtMs: 0, gatewayUrl: 'http://127.0.0.1:1', ownSessions: null } as const;
  const policy = { name: 'p', digest: 'd'.repeat(64), sequence: 3 };
  const text = hostStatusText('/run/s.sock', { ...told, policy, isLogTaking: false });
  assert.match(text, /^ {2}policy {4}p \(d{16}, number 3\)$/m);
  assert.match(text, /^ {2}log {7}FAILING, so every call is denied$/m);
  assert.match(hostStatusText('/run/s.sock', { ...told, policy, isLogTaking: true }), /takes records/);
});
