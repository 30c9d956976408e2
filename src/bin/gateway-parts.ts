import { join } from 'node:path';
import type { AuditSink } from '../core/audit.ts';
import { BundleRefused } from '../core/error.ts';
import type { Finding } from '../core/finding.ts';
import type { SessionId } from '../core/ids.ts';
import { mayUseModel } from '../core/model-rule.ts';
import { ownerName } from '../core/session-owner.ts';
import type { Liveness, SessionDirectory } from '../core/session.ts';
import { documentReader } from '../documents/index.ts';
import type { GatewayPorts } from '../gateway/index.ts';
import type { SessionRegistry } from '../session/index.ts';
import { contentStore } from './content-log.ts';
import type { ContentKeys } from './content-keys.ts';
import type { CredentialChains } from './credential-chains.ts';
import { forwardProxyPorts } from './forward-proxy.ts';
import { gatewayCalls } from './gateway-calls.ts';
import { gatewayContent } from './gateway-content.ts';
import type { SessionCredentials } from './open-session.ts';
import { ownUserName } from './own-user.ts';
import type { GuardPolicy } from './guard-policy.ts';
import { localKeyWrap } from './key-wrap.ts';
import type { InForce } from './load-policy.ts';
import { maskStore } from './mask-store.ts';
import type { StatePaths } from './state-folder.ts';
import { policyTelemetry } from './telemetry.ts';
import { upstreamFor } from './upstream.ts';
import { openUsageStore } from './usage-store.ts';

/** Milliseconds that a model call waits for its session's credentials after a restart: three beats of a launcher. */
const CREDENTIAL_WAIT_MS = 6_000;
const CREDENTIAL_POLL_MS = 50;

/** What the gateway's parts are made of. */
export interface GatewayDesk {
  readonly paths: StatePaths;
  readonly version: string;
  readonly registry: Pick<SessionRegistry, 'byId' | 'ownerOf' | 'taint'>;
  /** The sessions that may ask. */
  readonly sessions: SessionDirectory;
  readonly liveness: Liveness;
  readonly audit: AuditSink;
  readonly keys: ContentKeys;
  readonly deciding: GuardPolicy;
  /** Where values that were masked in a session stand in a text. */
  readonly known: (session: SessionId, text: string) => readonly Finding[];
  /** Asked anew for each request. */
  readonly inForce: () => InForce;
  readonly credentials: Pick<SessionCredentials, 'of'>;
  readonly chains: CredentialChains;
  /** Why the policy in force allows nothing any more; null where it does. */
  readonly tooOld: (inForce: InForce) => string | null;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly logError: (line: string) => void;
}

export interface GatewayParts {
  readonly ports: GatewayPorts;
  /** Makes ready what looks through replies, and has telemetry do as the policy in force says; to be called at the start and after each change. */
  followPolicy(): Promise<void>;
  /** All metrics in the text format of Prometheus, or null where the policy wants none. */
  metrics(): Promise<string | null>;
  /** Drops what is held of a session's contents. */
  forget(id: SessionId): void;
  /** Ends what was started for it; the gateway is closed by then. */
  close(): Promise<void>;
}

/** @throws {StateFolder} where what was counted of usage cannot be read. */
export function gatewayParts(desk: GatewayDesk): GatewayParts {
  const { paths, registry, credentials, chains, clock, logError, inForce } = desk;
  const uptimeMs = (): number => performance.now();
  const ownName = ownUserName();
  const usage = openUsageStore(join(paths.home, 'usage.jsonl'), { clock, uptimeMs });
  const telemetry = policyTelemetry({ version: desk.version, logError });
  const documents = documentReader();
  const contents = contentStore(
    paths.content,
    localKeyWrap((id) => desk.keys.of(id)),
  );

  const ports: GatewayPorts = {
    sessions: desk.sessions,
    liveness: desk.liveness,
    audit: desk.audit,
    clock,
    uptimeMs,
    usage,
    userOf: ({ id }) => {
      const owner = registry.ownerOf(id);
      return owner === null ? ownName : ownerName(owner);
    },
    telemetry,
    content: gatewayContent({
      deciding: desk.deciding,
      inForce,
      store: maskStore(paths.masks, (id) => desk.keys.of(id), logError),
      readDocument: async (bytes, mediaType) => {
        const read = await documents.read(bytes, mediaType);
        return read.kind === 'text' ? read : null;
      },
      taint: (session, taint) => registry.taint(session, taint),
      clock,
    }),
    contents,
    calls: gatewayCalls({ deciding: desk.deciding, known: desk.known, inForce }),
    forwardProxy: forwardProxyPorts({ paths, rules: () => inForce().bundle.policy.gateway.forwardProxy, clock }),
    mayUseModel: (model) => mayUseModel(inForce().bundle.policy.models, model),
    upstreamFor: async (session) => {
      const old = desk.tooOld(inForce());
      if (old !== null) throw new BundleRefused('BUNDLE_STALE', old, { hint: 'ask whoever keeps the policy' });
      // After a restart the credentials come back with the launcher's next beat; a refusal would end the session.
      for (
        let waitedMs = 0;
        waitedMs < CREDENTIAL_WAIT_MS && credentials.of(session.id) === null;
        waitedMs += CREDENTIAL_POLL_MS
      ) {
        if (registry.byId(session.id)?.endedReason !== null) break;
        await new Promise((resolve) => setTimeout(resolve, CREDENTIAL_POLL_MS));
      }
      return upstreamFor(inForce().bundle.policy, credentials.of(session.id), chains);
    },
    logError,
  };

  return {
    ports,
    followPolicy: () => {
      // Takes some 30 ms to make: no reply is to wait for it.
      ports.calls.scanner();
      const { gateway, models } = inForce().bundle.policy;
      return telemetry.follow({ telemetry: gateway.telemetry, models: models.allow });
    },
    metrics: () => telemetry.metrics(),
    forget: (id) => contents.forget(id),
    close: async () => {
      await documents.close();
      await telemetry.close();
      usage.close();
    },
  };
}
