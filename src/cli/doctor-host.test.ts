import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonStatus, HostCapability, HostStatus } from '../core/control.ts';
import { NotRunning } from '../core/error.ts';
import { capabilityFindings, hostFinding } from './doctor-host.ts';

const HOST: HostStatus = {
  version: '1',
  startedAtMs: 0,
  policy: { name: 'p', digest: 'd'.repeat(64), sequence: 3 },
  gatewayUrl: 'http://127.0.0.1:1',
  isLogTaking: true,
  ownSessions: null,
};

for (const { name, host, state, text } of [
  { name: 'one that is well', host: HOST, state: 'ok', text: /number 3/ },
  {
    name: 'one whose log takes nothing',
    host: { ...HOST, isLogTaking: false },
    state: 'missing',
    text: /denies every call/,
  },
  { name: 'one that is away', host: new NotRunning('no daemon answers'), state: 'missing', text: /does not answer/ },
] as const) {
  test(`a user is told of the daemon of the machine: ${name}`, () => {
    const finding = hostFinding('/run/s.sock', host);
    assert.equal(finding.state, state);
    assert.match(finding.text, text);
  });
}

test('each capability that is missing is a line of its own, with what does not happen', () => {
  const daemon = (...missingCapabilities: HostCapability[]): DaemonStatus =>
    ({ host: { runtimeFolder: '/run/s', missingCapabilities, doors: 0 } }) as unknown as DaemonStatus;
  assert.deepEqual(
    capabilityFindings(daemon('CAP_KILL', 'CAP_SYS_PTRACE')).map(({ state, text }) => [state, text.split(' ')[0]]),
    [
      ['note', 'CAP_KILL'],
      ['note', 'CAP_SYS_PTRACE'],
    ],
  );
  assert.deepEqual(
    capabilityFindings(daemon()).map(({ state }) => state),
    ['ok'],
  );
  assert.deepEqual(capabilityFindings({} as DaemonStatus), [], 'a daemon of one user needs none');
});
