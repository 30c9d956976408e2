import { managedMcp, managedSettings } from '../compile/index.ts';
import type { AuditSink } from '../core/audit.ts';
import type { ModelCredentials, OpenSessionAnswer, OpenSessionRequest } from '../core/control.ts';
import { UpstreamUnconfigured } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { canonicalJson } from '../core/json.ts';
import type { SessionRegistry } from '../session/index.ts';
import type { CredentialChains } from './credential-chains.ts';
import { sha256 } from './load-policy.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { StatePaths } from './state-folder.ts';
import { upstreamFor } from './upstream.ts';

/** What a session is opened with. */
export interface SessionDesk {
  readonly policies: Pick<PolicyInForce, 'current'>;
  readonly registry: Pick<SessionRegistry, 'open'>;
  readonly log: AuditSink;
  /** Milliseconds since the Unix epoch; `moment` never goes back. */
  readonly clock: () => number;
  readonly moment: () => number;
  /** Gets the credentials of the session. */
  readonly credentials: Map<SessionId, ModelCredentials>;
  readonly chains: CredentialChains;
  /** Gets the process by whose life the session is known to be alive, where the request names one. */
  readonly watched: Map<SessionId, number>;
  readonly hook: { readonly command: readonly string[] };
  readonly gatewayUrl: string;
  readonly paths: Pick<StatePaths, 'guardSocket' | 'home'>;
}

/**
 * Opens a session under the policy in force, with the documents for its client.
 *
 * @throws {UpstreamUnconfigured} where there is no credential for the policy's provider; nothing is opened then.
 * @throws {AuditUnavailable} where it cannot be recorded.
 */
export async function openSession(desk: SessionDesk, request: OpenSessionRequest): Promise<OpenSessionAnswer> {
  const { policies, registry, log, clock, moment, credentials, chains, watched, hook, gatewayUrl, paths } = desk;
  // One policy for all documents of a session, whatever comes into force meanwhile.
  const inForce = policies.current;
  const { policy } = inForce.bundle;
  const provider = policy.models.provider;
  // Refused before the session is opened, with the reason, rather than at its first request.
  const upstream = upstreamFor(policy, request.credentials, chains);
  if (upstream === null) {
    throw new UpstreamUnconfigured(`there is no credential for ${provider}`, {
      hint: provider === 'bedrock' ? 'set AWS credentials or AWS_BEARER_TOKEN_BEDROCK' : 'set ANTHROPIC_API_KEY',
    });
  }
  const { session, token } = await registry.open({ ...request, provider });
  credentials.set(session.id, request.credentials);
  if (request.watchPid !== null) watched.set(session.id, request.watchPid);
  const settings = managedSettings(policy, inForce.tableAt(moment()), {
    hookCommand: hook.command,
    guardSocket: paths.guardSocket,
    sessionId: session.id,
    gatewayUrl,
    provider,
    environment: request.environment,
    hiddenFolders: [paths.home],
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
  return { sessionId: session.id, token, provider, gatewayUrl, sandbox: policy.sandbox.enabled, settings, mcp };
}
