import type { Json, JsonObject } from '../core/json.ts';
import { canonicalJson } from '../core/json.ts';
import type { Sha256 } from '../core/ids.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { Policy } from '../policy/index.ts';
import { ruleTableOf } from '../policy/index.ts';
import { plain } from './bundle-content.ts';
import type { Site } from './site.ts';
import { TARGETS } from './targets/index.ts';

/** What a policy compiles to. `digest` names it in every decision and record. */
export interface Bundle {
  readonly digest: Sha256;
  readonly policy: Policy;
  /** The rules without any exception; those of a moment are `ruleTableOf(policy, nowMs)`. */
  readonly table: RuleTable;
  /** What `digest` is the SHA-256 of, written as canonical JSON: policy, table, and a digest of each document. */
  readonly content: JsonObject;
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
  const site: Site = { ...ANY_SITE, provider: policy.models.provider };
  const artefacts: Record<string, Json> = {};
  for (const target of TARGETS) {
    for (const file of target.compile({ policy, table, site, sha256, awsOrganizationId: null }).files) {
      artefacts[`${target.name}/${file.name}`] = sha256(file.text);
    }
  }
  // The whole policy, not only what the client gets: where model traffic goes is part of what a digest names.
  const content: JsonObject = { policy: plain(policy), table: plain(table), artefacts };
  return { digest: sha256(canonicalJson(content)), policy, table, content };
}
