import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonStatus, EngineStatus } from '../core/control.ts';
import { statusText } from './status-text.ts';

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
