import type { DaemonStatus, OwnSession } from '../core/control.ts';
import { ownerName } from '../core/session-owner.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { isSamePerson } from '../session/index.ts';
import type { SessionRegistry } from '../session/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { AuditParts } from './audit-parts.ts';
import type { GuardPolicy } from './guard-policy.ts';
import type { HostParts } from './host-parts.ts';
import type { LimitedSessions } from './limited-sessions.ts';
import type { InForce } from './load-policy.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { StatePaths } from './state-folder.ts';
import type { WatchedLog } from './watched-log.ts';

interface SessionsDesk {
  readonly registry: Pick<SessionRegistry, 'list' | 'ownerOf'>;
  readonly limited: Pick<LimitedSessions, 'ending'>;
}

/** All sessions that are known, as the owner of the daemon sees them. */
function sessionsStatus({ registry, limited }: SessionsDesk): DaemonStatus['sessions'] {
  return registry.list().map(({ id, workspace, endedReason, taint, openedAtMs }) => {
    const owner = registry.ownerOf(id);
    const user = owner === null ? {} : { user: ownerName(owner) };
    return { id, workspace, endedReason, taint, openedAtMs, ends: limited.ending(id), ...user };
  });
}

/** The sessions of one user of a machine that run, oldest first. */
export function ownSessions(
  { registry, limited }: SessionsDesk,
  owner: Pick<SessionOwner, 'uid'>,
): readonly OwnSession[] {
  return registry.list().flatMap(({ id, workspace, openedAtMs }) => {
    const ends = limited.ending(id);
    const isOwn = isSamePerson(registry.ownerOf(id), owner);
    return ends === null || !isOwn ? [] : [{ id, workspace, openedAtMs, ends }];
  });
}

/** What a daemon says of itself. */
export interface StatusDesk {
  readonly version: string;
  readonly startedAtMs: number;
  /** Milliseconds since the Unix epoch, never back. */
  readonly moment: () => number;
  readonly paths: StatePaths;
  readonly policies: Pick<PolicyInForce, 'current' | 'refused'>;
  readonly gatewayUrl: string;
  readonly stored: Pick<AuditLog, 'size'>;
  readonly written: Pick<WatchedLog, 'health'>;
  readonly audited: Pick<AuditParts, 'status'>;
  readonly deciding: Pick<GuardPolicy, 'engines'>;
  readonly hook: { readonly kind: string; readonly command: readonly string[] };
  readonly sessions: SessionsDesk;
  readonly host: Pick<HostParts, 'facts'> | null;
}

/** Makes the function that tells the state of this moment. */
export function daemonStatus(desk: StatusDesk): () => DaemonStatus {
  const { paths, policies, host } = desk;
  return () => ({
    version: desk.version,
    pid: process.pid,
    startedAtMs: desk.startedAtMs,
    policy: policyStatus(policies.current, desk.moment()),
    guardSocket: paths.guardSocket,
    gatewayUrl: desk.gatewayUrl,
    controlSocket: paths.controlSocket,
    auditFolder: paths.audit,
    auditRecords: desk.stored.size,
    logHealth: desk.written.health,
    ...desk.audited.status(),
    refusedReload: policies.refused,
    engines: desk.deciding.engines(),
    hookClient: desk.hook.kind,
    hookCommand: desk.hook.command,
    sessions: sessionsStatus(desk.sessions),
    ...(host === null ? {} : { host: host.facts() }),
  });
}

/** The policy in force, with the exceptions that hold at a moment. */
function policyStatus({ bundle, file, issue }: InForce, nowMs: number): DaemonStatus['policy'] {
  const { digest, policy } = bundle;
  const exceptions = policy.exceptions.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  return {
    name: policy.name,
    digest,
    file,
    sandbox: policy.sandbox.enabled,
    sequence: issue?.sequence ?? null,
    exceptions: exceptions.map(({ name, expiresAtMs }) => ({ name, expiresAtMs })),
  };
}
