import type { JsonObject } from '../core/json.ts';
import { canonicalJson } from '../core/json.ts';
import type { Sha256 } from '../core/ids.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { Policy } from '../policy/index.ts';
import { ruleTableOf } from '../policy/index.ts';
import { managedMcp, managedSettings } from './settings.ts';
import type { Site } from './site.ts';

/** What a policy compiles to. `digest` names it in every decision and record. */
export interface Bundle {
  readonly digest: Sha256;
  readonly policy: Policy;
  readonly table: RuleTable;
}

/** Stands for the values that differ from session to session while the digest is taken. */
const ANY_SITE: Site = {
  hookCommand: ['$hook'],
  guardSocket: '$socket',
  sessionId: '$session',
  gatewayUrl: '$gateway',
  provider: 'anthropic',
  environment: { PATH: '$path' },
  hiddenFolders: ['$state'],
};

/**
 * Compiles a policy.
 *
 * @param sha256 the hash of the platform; given, because this room does no I/O and knows no platform.
 */
export function compileBundle(policy: Policy, sha256: (text: string) => Sha256): Bundle {
  const table = ruleTableOf(policy);
  const content: JsonObject = {
    // The whole policy, not only what the client gets: where model traffic goes is part of what a digest names.
    policy: JSON.parse(JSON.stringify(policy)) as JsonObject,
    table: JSON.parse(JSON.stringify(table)) as JsonObject,
    settings: managedSettings(policy, table, ANY_SITE),
    mcp: managedMcp(policy),
  };
  return { digest: sha256(canonicalJson(content)), policy, table };
}
