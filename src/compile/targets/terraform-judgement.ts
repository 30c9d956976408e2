import type { JsonObject } from '../../core/json.ts';
import { SHARED_NAMES } from '../../policy/index.ts';

/**
 * What a network in AWS is never built from. Terraform's module `policy-rules` reads the same values from `judgement.json`, which
 * `scripts/schema.ts` writes, so that a check of a policy and a plan of what is built from it cannot differ. Patterns mean the same in RE2.
 */
export const JUDGEMENT = {
  /** A name of DNS in the one spelling that lists get, with labels as hosts have them. */
  name: String.raw`^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`,
  /** Names below which any account of AWS has buckets, machines and functions. */
  awsWildcard: String.raw`^\*\.([a-z0-9.-]+\.)?(amazonaws\.com(\.cn)?|on\.aws)$`,
  /** The provider itself, which takes anybody's key. */
  provider: String.raw`(^|\.)anthropic\.com$`,
  /** The machine itself, its metadata service, and multicast groups. */
  specialAddress: String.raw`^(0|127|169\.254|22[4-9]|23[0-9]|24[0-9]|25[0-5])\.|^\[(::|f[ed])`,
  /** Models of one vendor. */
  model: String.raw`^(([a-z]{2,4}|us-gov)\.)?(anthropic\.)?claude-[A-Za-z0-9.:*-]*$`,
  profileArn: String.raw`^arn:aws[a-z-]*:bedrock:[a-z0-9-]+:(\*|[0-9]{12}):inference-profile/[a-z-]+\.anthropic\.claude-[A-Za-z0-9.:*?-]*$`,
  modelArn: String.raw`^arn:aws[a-z-]*:bedrock:[a-z0-9*-]+::foundation-model/anthropic\.claude-[A-Za-z0-9.:*?-]*$`,
  /** Hosts of AWS, which a machine without a right to models asks in vain. */
  awsHost: String.raw`\.amazonaws\.com(\.cn)?$`,
  /** Ports of resolvers: names are asked where they are filtered, and nowhere else. */
  resolverPorts: [53, 853],
  /** Inference profiles whose models run in the same part of the world, by the beginning of the region's name. */
  geographies: {
    'ap-': ['apac'],
    'ap-northeast-': ['jp'],
    'ap-southeast-': ['au'],
    'ca-': ['ca'],
    'cn-': ['cn'],
    'eu-': ['eu'],
    'us-': ['us'],
    'us-gov-': ['us-gov'],
  },
} as const;

/** {@link JUDGEMENT} and the names that many parties share, as the module reads them. */
export function terraformJudgement(): JsonObject {
  return {
    shared_domains: sorted(SHARED_NAMES.domains),
    shared_hosts: sorted(SHARED_NAMES.hosts),
    name_pattern: JUDGEMENT.name,
    aws_wildcard_pattern: JUDGEMENT.awsWildcard,
    provider_pattern: JUDGEMENT.provider,
    special_address_pattern: JUDGEMENT.specialAddress,
    model_pattern: JUDGEMENT.model,
    profile_arn_pattern: JUDGEMENT.profileArn,
    model_arn_pattern: JUDGEMENT.modelArn,
    aws_host_pattern: JUDGEMENT.awsHost,
    resolver_ports: [...JUDGEMENT.resolverPorts],
    geographies: Object.fromEntries(
      Object.entries(JUDGEMENT.geographies).map(([prefix, names]) => [prefix, [...names]]),
    ),
  };
}

function sorted(names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
}
