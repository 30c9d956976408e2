import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { machineUptime } from '../audit/index.ts';
import type { Bundle } from '../compile/index.ts';
import type { Liveness } from '../core/session.ts';
import { liveness } from '../session/index.ts';
import type { MachineTime } from '../session/index.ts';
import { auditParts, decisionLog } from './audit-parts.ts';
import type { AuditParts } from './audit-parts.ts';
import { contentKeys } from './content-keys.ts';
import type { ContentKeys } from './content-keys.ts';
import { credentialChains } from './credential-chains.ts';
import type { CredentialChains } from './credential-chains.ts';
import { openDaemonLog } from './daemon-log.ts';
import type { DaemonLog } from './daemon-log.ts';
import { guardPolicy, OWN_ENGINES } from './guard-policy.ts';
import type { GuardPolicy } from './guard-policy.ts';
import { hostParts } from './host-parts.ts';
import type { HostOptions, HostParts } from './host-parts.ts';
import type { BundlePlace } from './load-bundle.ts';
import type { InForce } from './load-policy.ts';
import { daemonCredentials, launcherCredentials } from './open-session.ts';
import type { SessionCredentials } from './open-session.ts';
import { ownUid } from './own-user.ts';
import { tooOld } from './policy-age.ts';
import { policyInForce } from './policy-in-force.ts';
import type { PolicyInForce, PolicySource } from './policy-in-force.ts';
import { sessionParts } from './session-parts.ts';
import type { SessionParts } from './session-parts.ts';
import { ownKey, writeWhole } from './state-folder.ts';
import type { StatePaths } from './state-folder.ts';

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly paths: StatePaths;
  /** Absolute paths of the documents of the policy, or of folders of them. */
  readonly policyFiles: readonly string[];
  /** A signed bundle, taken in place of the policy's text. */
  readonly bundle?: BundlePlace;
  readonly logError: (line: string) => void;
  /** Set where the daemon serves the users of a machine, as a user of its own. */
  readonly host?: HostOptions;
  /** By which sessions grow old; the system's own where absent. */
  readonly machine?: MachineTime;
}

/** What the start of a daemon goes by. */
export interface DaemonStart {
  readonly source: PolicySource;
  readonly version: string;
  /** Milliseconds since the Unix epoch; `moment` never goes back. */
  readonly clock: () => number;
  readonly moment: () => number;
  /** Told how each part is closed, once it is open. */
  readonly opened: (close: () => Promise<void> | void) => void;
}

/** What stands before anybody is heard: log, policy and sessions. */
export interface DaemonBase extends DaemonLog {
  readonly host: HostParts | null;
  readonly deciding: GuardPolicy;
  readonly policies: PolicyInForce;
  readonly inForce: () => InForce;
  /** Why nothing is allowed by a policy any more; null where it is young enough. */
  readonly isTooOld: (current: InForce) => string | null;
  readonly audited: AuditParts;
  readonly chains: CredentialChains;
  readonly keys: ContentKeys;
  readonly credentials: SessionCredentials;
  readonly sessions: SessionParts;
  readonly proofs: Liveness;
}

/** @throws what `startDaemon` does of log, policy and folders. */
export async function openBase(options: DaemonOptions, start: DaemonStart): Promise<DaemonBase> {
  const { paths, logError, host: hostOptions = null } = options;
  const { source, version, clock, moment, opened } = start;
  const host = hostOptions === null ? null : await hostParts(hostOptions, logError);
  let auditing: Awaited<ReturnType<typeof auditParts>> | null = null;
  // Closed after the log, so that its last record is delivered too.
  opened(() => auditing?.endDelivery());
  const { stored, records, written } = await openDaemonLog(paths, { clock, logError });
  opened(() => stored.close());
  const decided = decisionLog(written, () => auditing?.delivery ?? null);
  const isTooOld = (current: InForce, nowMs: number): string | null =>
    tooOld(current, nowMs, host?.options.maxBundleAgeMs ?? null);
  const deciding = guardPolicy({
    inForce: () => policies.current,
    moment,
    engines: OWN_ENGINES,
    tooOld: isTooOld,
    ...(host === null ? {} : { eyes: host.eyes }),
    logError,
  });
  const policies: PolicyInForce = await policyInForce(source, {
    prepare: (next) => deciding.prepare(next),
    record: (event, body) =>
      decided.append({ kind: 'policy', occurredAtMs: clock(), sessionId: null, body: { event, ...body } }),
    store: (taken) => storeBundle(paths, taken),
    clock,
    moment,
    logError,
  });
  const inForce = (): InForce => policies.current;

  const chains = credentialChains();
  const audited = await auditParts({ paths, log: stored, version, storeName: null, inForce, chains, clock, logError });
  auditing = audited;
  opened(() => audited.endWriters());

  const keys = contentKeys(paths.contentKeys);
  const credentials = host === null ? launcherCredentials() : daemonCredentials(host.options.credentials);
  const sessions = sessionParts({
    folder: paths.sessions,
    log: decided,
    clock,
    machine: options.machine ?? machineUptime(),
    limits: () => inForce().bundle.policy.session,
    credentials,
    prepare: (id) => keys.create(id),
    ownUid: host === null ? ownUid() : null,
    logError,
  });
  const proofs = liveness(ownKey(join(paths.keys, 'canary.key')), randomBytes);
  return {
    host,
    stored,
    records,
    written,
    deciding,
    policies,
    inForce,
    isTooOld: (current) => isTooOld(current, moment()),
    audited,
    chains,
    keys,
    credentials,
    sessions,
    proofs,
  };
}

function storeBundle(paths: StatePaths, { digest, policy, table }: Bundle): void {
  writeWhole(paths.bundle, `${JSON.stringify({ formatVersion: 1, digest, policy, table })}\n`);
}
