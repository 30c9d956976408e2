import { join } from 'node:path';
import type { AuditLog } from '../audit/index.ts';
import type { AuditSink } from '../core/audit.ts';
import type { DaemonStatus } from '../core/control.ts';
import type { SessionId } from '../core/ids.ts';
import { boundedBy, s3Store } from '../deliver/index.ts';
import { startAnchors } from './anchors.ts';
import type { RunningAnchors } from './anchors.ts';
import type { CredentialChains } from './credential-chains.ts';
import { startDelivery } from './delivery.ts';
import type { OwnDelivery } from './delivery.ts';
import type { InForce } from './load-policy.ts';
import { namedPlaces } from './named-places.ts';
import { startReconcile } from './reconcile.ts';
import type { Reconciling } from './reconcile.ts';
import type { StatePaths } from './state-folder.ts';
import type { TappedLog } from './tapped-log.ts';

export interface AuditDesk {
  readonly paths: StatePaths;
  readonly log: AuditLog;
  readonly version: string;
  /** What `{identity}` stands for in a place; null where that is whose the credentials are. */
  readonly storeName: string | null;
  /** Asked anew each time. */
  readonly inForce: () => InForce;
  readonly chains: CredentialChains;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly logError: (line: string) => void;
}

/** What becomes of the log's records beside its folder: they are delivered, anchored and reconciled. */
export interface AuditParts {
  /** Starts what watches the sessions; to be called once they can be asked for. */
  watch(sessions: {
    readonly running: () => readonly SessionId[];
    readonly gatewayUrl: string;
    readonly records: TappedLog['records'];
    /** Whose a session is; null where the daemon serves one user. */
    readonly uidOf: ((session: SessionId) => number | null) | null;
  }): void;
  /** Does as the policy in force says; to be called after each change. */
  followPolicy(): Promise<void>;
  status(): Pick<DaemonStatus, 'checkpoint' | 'delivery' | 'anchors' | 'reconcile'>;
  /** Ends what writes records itself; to be called while the log still takes them. */
  endWriters(): Promise<void>;
  /** Ends the delivery; to be called when the log is closed, so that its last record goes too. */
  endDelivery(): Promise<void>;
}

/**
 * A log for who decides: it takes no record that lets something happen while a sink that the policy requires is too far
 * behind. Until the parts are there it takes all.
 */
export function decisionLog(log: AuditSink, parts: () => OwnDelivery | null): AuditSink {
  return boundedBy(log, {
    get denial() {
      return parts()?.denial ?? null;
    },
    wake: () => parts()?.wake(),
  });
}

/** @throws {AlreadyRunning} where another process delivers the log. @throws {WitnessUnusable} for a key that is none. */
export async function auditParts(desk: AuditDesk): Promise<AuditParts & { readonly delivery: OwnDelivery }> {
  const { paths, log, version, storeName, chains, clock, logError } = desk;
  const rules = (): InForce['bundle']['policy']['audit'] => desk.inForce().bundle.policy.audit;
  log.beatEvery(rules().heartbeatSeconds);
  const delivery = await startDelivery({ paths, log, version, storeName, rules, chains, logError });
  let anchors: RunningAnchors;
  try {
    anchors = await startAnchors(
      {
        auditFolder: paths.audit,
        gitFolder: join(paths.home, 'anchors'),
        log,
        openStore: async (place) =>
          await Promise.resolve(
            s3Store({ ...place, keys: () => chains.aws(null), kmsKey: null, compliance: 'refused' }),
          ),
        clock,
        environment: process.env,
        logError,
      },
      rules(),
    );
  } catch (error) {
    await delivery.close();
    throw error;
  }
  let reconciling: Reconciling | null = null;
  return {
    delivery,
    watch({ running, gatewayUrl, records, uidOf }) {
      reconciling = startReconcile({
        records,
        sizeRecords: log.size,
        audit: log,
        clock,
        running,
        places: () => namedPlaces(desk.inForce().bundle.policy, [gatewayUrl]),
        logError,
        ...(uidOf === null ? {} : { uidOf }),
      });
    },
    async followPolicy() {
      log.beatEvery(rules().heartbeatSeconds);
      await delivery.followPolicy();
      await anchors.follow(rules());
    },
    status: () => ({
      checkpoint: { ...log.checkpointHealth, origin: log.origin, size: log.checkpoint.size },
      delivery: delivery.status(),
      anchors: anchors.status,
      reconcile: reconciling?.status ?? null,
    }),
    async endWriters() {
      await reconciling?.close();
      await anchors.close();
    },
    endDelivery: () => delivery.close(),
  };
}
