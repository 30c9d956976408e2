import type { Json, JsonObject } from '../../core/json.ts';
import { managedSettings } from '../settings.ts';
import type { TargetGap, TargetInput } from './target.ts';

/** Settings that only a session of the daemon can fill in. */
const OF_A_SESSION = new Set(['hooks', 'env', 'allowedProviders']);

/** A platform where the client runs and the daemon does not. */
export type StandingPlatform = 'macos' | 'windows';

/**
 * The part of the managed settings that holds on a machine without the daemon: the client's own rules, locks and, where
 * the platform has one, its sandbox. No hook and no gateway: what the client cannot express is not held there at all.
 */
export function standingSettings({ policy, table, site }: TargetInput, platform: StandingPlatform): JsonObject {
  const document: Record<string, Json> = {};
  for (const [key, value] of Object.entries(managedSettings(policy, table, { ...site, hiddenFolders: [] }))) {
    if (!OF_A_SESSION.has(key)) document[key] = value;
  }
  // The client has no sandbox on Windows, and a document that demands one stops it from starting.
  if (platform === 'windows') delete document['sandbox'];
  // A repository's settings can set any of these, and send the model traffic with its key to a host of their own.
  document['env'] = {
    ...addressOf(policy),
    ANTHROPIC_CUSTOM_HEADERS: '',
    ANTHROPIC_UNIX_SOCKET: '',
    CLAUDE_CODE_USE_BEDROCK: policy.models.provider === 'bedrock' ? '1' : '0',
    CLAUDE_CODE_USE_FOUNDRY: '0',
    CLAUDE_CODE_USE_MANTLE: '0',
    CLAUDE_CODE_USE_VERTEX: policy.models.provider === 'vertex' ? '1' : '0',
  };
  return document;
}

/** The variables by which the client finds the model service. */
function addressOf({ models }: TargetInput['policy']): Record<string, string> {
  if (models.provider === 'bedrock') return { ANTHROPIC_BEDROCK_BASE_URL: models.upstream };
  if (models.vertex === null) return { ANTHROPIC_BASE_URL: models.upstream };
  return {
    ANTHROPIC_VERTEX_BASE_URL: `${models.upstream}/v1`,
    ANTHROPIC_VERTEX_PROJECT_ID: models.vertex.project,
    CLOUD_ML_REGION: models.vertex.region,
  };
}

/** What a machine without the daemon does not hold. */
export function standingGaps({ policy }: TargetInput, platform: StandingPlatform): readonly TargetGap[] {
  const gaps: TargetGap[] = [
    {
      subject: 'hooks',
      why: 'the guard does not run on this platform: what the coverage report calls `guard only` is not held',
    },
    {
      subject: 'env',
      why: 'no gateway stands before the model: calls are neither recorded nor cut off; proxy variables stay open to a repository',
    },
    { subject: 'session', why: 'the client has no limit on the length of a session' },
    { subject: 'measurement', why: 'the place is documented by the vendor; it was not measured' },
  ];
  if (platform === 'windows' && policy.sandbox.enabled) {
    gaps.push({
      subject: 'sandbox',
      why: 'the client has none on Windows: neither files nor hosts of a command are held below the shell',
    });
  }
  return gaps;
}
