import { managedMcp, managedSettings } from '../compile/index.ts';
import type { AuditSink } from '../core/audit.ts';
import type { ModelCredentials, OpenSessionAnswer, OpenSessionRequest } from '../core/control.ts';
import { UpstreamUnconfigured } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { canonicalJson } from '../core/json.ts';
import type { SessionRegistry } from '../session/index.ts';
import type { CredentialChains } from './credential-chains.ts';
import { sha256 } from './load-policy.ts';
import { ownUid } from './own-user.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { sessionHolder } from './session-holder.ts';
import type { StatePaths } from './state-folder.ts';
import { upstreamFor } from './upstream.ts';

/** What a session is opened with. */
export interface SessionDesk {
  readonly policies: Pick<PolicyInForce, 'current'>;
  readonly registry: Pick<SessionRegistry, 'open'>;
  /** Ends the sessions of a person whose process is gone, so that they do not count. */
  readonly endGone: (owner: SessionOwner | null) => Promise<void>;
  readonly log: AuditSink;
  /** Milliseconds since the Unix epoch; `moment` never goes back. */
  readonly clock: () => number;
  readonly moment: () => number;
  readonly credentials: SessionCredentials;
  readonly chains: CredentialChains;
  readonly hook: { readonly command: readonly string[] };
  readonly gatewayUrl: string;
  readonly paths: Pick<StatePaths, 'guardSocket' | 'home'>;
  /** Folders that sessions must not see. */
  readonly hiddenFolders: readonly string[];
}

/** With which credentials the requests of a session go to the model. */
export interface SessionCredentials {
  /** Those with which a session would be opened that came with these. */
  offered(given: ModelCredentials): ModelCredentials;
  /** Keeps what came with a session, or with a beat of it. */
  keep(id: SessionId, given: ModelCredentials): void;
  drop(id: SessionId): void;
  /** Null where none came yet, as after a restart. */
  of(id: SessionId): ModelCredentials | null;
}

/** Each session's own, as its launcher gives them. */
export function launcherCredentials(): SessionCredentials {
  const kept = new Map<SessionId, ModelCredentials>();
  return {
    offered: (given) => given,
    keep: (id, given) => void kept.set(id, given),
    drop: (id) => void kept.delete(id),
    of: (id) => kept.get(id) ?? null,
  };
}

/** The daemon's own for every session: what anybody sends is not looked at. */
export function daemonCredentials(own: ModelCredentials): SessionCredentials {
  return { offered: () => own, keep: () => undefined, drop: () => undefined, of: () => own };
}

/** Whose session it is and where its hooks are heard, where the daemon serves several users. */
export interface SessionHost {
  readonly owner: SessionOwner;
  readonly guardSocket: string;
}

/**
 * Opens a session under the policy in force, with the documents for its client.
 *
 * @throws {SessionRefused} where the person has as many sessions as the policy allows at one time.
 * @throws {UpstreamUnconfigured} where there is no credential for the policy's provider; nothing is opened then.
 * @throws {AuditUnavailable} where it cannot be recorded.
 */
export async function openSession(
  desk: SessionDesk,
  request: OpenSessionRequest,
  host: SessionHost | null = null,
): Promise<OpenSessionAnswer> {
  const { policies, registry, log, clock, moment, credentials, chains, hook, gatewayUrl, paths } = desk;
  // One policy for all documents of a session, whatever comes into force meanwhile.
  const inForce = policies.current;
  const { policy } = inForce.bundle;
  const provider = policy.models.provider;
  // Refused before the session is opened, with the reason, rather than at its first request.
  const upstream = upstreamFor(policy, credentials.offered(request.credentials), chains);
  if (upstream === null) {
    throw new UpstreamUnconfigured(`there is no credential for ${provider}`, {
      hint: provider === 'bedrock' ? 'set AWS credentials or AWS_BEARER_TOKEN_BEDROCK' : 'set ANTHROPIC_API_KEY',
    });
  }
  const owner = host?.owner ?? null;
  await desk.endGone(owner);
  const { session, token } = await registry.open({
    workspace: request.workspace,
    homeDir: request.homeDir,
    about: request.about,
    provider,
    owner,
    holder: sessionHolder(request, owner?.uid ?? ownUid()),
    maxConcurrent: policy.session.maxConcurrent,
  });
  credentials.keep(session.id, request.credentials);
  const settings = managedSettings(policy, inForce.tableAt(moment()), {
    hookCommand: hook.command,
    guardSocket: host?.guardSocket ?? paths.guardSocket,
    sessionId: session.id,
    gatewayUrl,
    provider,
    environment: request.environment,
    hiddenFolders: desk.hiddenFolders,
  });
  const mcp = managedMcp(policy);
  // With the SessionStart event that follows, this is the evidence of which documents the client was given.
  await log.append({
    kind: 'session',
    occurredAtMs: clock(),
    sessionId: session.id,
    body: {
      event: 'documents',
      bundle: inForce.bundle.digest,
      settingsSha256: sha256(canonicalJson(settings)),
      mcpSha256: sha256(canonicalJson(mcp)),
    },
  });
  return {
    sessionId: session.id,
    token,
    provider,
    gatewayUrl,
    sandbox: policy.sandbox.enabled,
    hiddenFolders: desk.hiddenFolders,
    settings,
    mcp,
  };
}
