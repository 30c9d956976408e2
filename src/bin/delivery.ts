import { hostname } from 'node:os';

import type { AuditLog } from '../audit/index.ts';
import type { AuditRules } from '../core/audit-rules.ts';
import type { SinkStatus } from '../core/sink-status.ts';
import { callerIdentities, deliveryFolder, openDelivery, sinkPlace, systemClock } from '../deliver/index.ts';
import type { BacklogGate, PlacePorts } from '../deliver/index.ts';
import type { CredentialChains } from './credential-chains.ts';
import type { StatePaths } from './state-folder.ts';

export interface DeliveryOptions {
  readonly paths: Pick<StatePaths, 'home' | 'audit'>;
  /** The log itself: what is recorded about its delivery must not wait for the delivery. */
  readonly log: AuditLog;
  readonly version: string;
  /** As {@link PlacePorts.storeName}. */
  readonly storeName: string | null;
  /** What the policy in force says. */
  readonly rules: () => Pick<AuditRules, 'deliver' | 'backlog'>;
  readonly chains: Pick<CredentialChains, 'aws'>;
  readonly logError: (line: string) => void;
}

/** The variable by which AWS's own tools are told of another address of STS. */
const STS_VARIABLE = 'AWS_ENDPOINT_URL_STS';

/** The delivery of the daemon's own log. Closed after the log, it delivers the last record and checkpoint too. */
export interface OwnDelivery extends BacklogGate {
  /** In the order of their names. */
  status(): readonly SinkStatus[];
  /** Takes up the sinks of the policy in force. */
  followPolicy(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts to deliver the log as the policy in force says.
 *
 * @throws {AlreadyRunning} where another process delivers it.
 */
export async function startDelivery(options: DeliveryOptions): Promise<OwnDelivery> {
  const { paths, log, version, storeName, rules, chains, logError } = options;
  const clock = systemClock();
  const ports: PlacePorts = {
    hostname: hostname(),
    logId: log.origin,
    clock,
    variable: (name) => process.env[name],
    awsKeys: () => chains.aws(null),
    storeName,
    identityOf: callerIdentities({ endpoint: process.env[STS_VARIABLE] ?? null, nowMs: clock.nowMs }),
  };
  const delivery = await openDelivery(
    {
      folder: deliveryFolder(paths.home),
      source: {
        folder: paths.audit,
        origin: log.origin,
        version,
        vkey: log.vkey,
        size: () => log.size,
        checkpoint: () => log.checkpoint,
      },
      clock,
      placeOf: (rule) => sinkPlace(rule, ports),
      record: async (body) => {
        await log.append({ kind: 'log', occurredAtMs: clock.nowMs(), sessionId: null, body });
      },
      logError,
    },
    rules(),
  );
  // Heartbeats and other records of the log itself come this way, within a second.
  const unfollow = log.onCheckpoint(() => delivery.wake());
  return {
    get denial() {
      return delivery.denial;
    },
    wake: () => delivery.wake(),
    status: () => delivery.status(),
    followPolicy: () => delivery.follow(rules()),
    close: async () => {
      unfollow();
      await delivery.close();
    },
  };
}
