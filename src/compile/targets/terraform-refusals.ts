import { sharedHostRisk } from '../../policy/index.ts';
import type { Policy } from '../../policy/index.ts';
import { domainText, egressList, upstreamEntry, writtenHost } from './egress-list.ts';
import type { EgressEntry } from './egress-list.ts';
import { modelResources } from './iam.ts';
import { DURATION_MINUTES, IDLE_MINUTES } from './session-document.ts';
import { JUDGEMENT } from './terraform-judgement.ts';

/** Something in a policy that Terraform's modules refuse to build from. */
export interface TerraformRefusal {
  /** The field of the policy: `['egress', 'hosts']`. */
  readonly field: readonly string[];
  /** The entry of the list that stands there, as the policy writes it; null where the field is no list or has none. */
  readonly entry: string | null;
  /** Whether `accepted_risk` beside the entry is enough. */
  readonly isRisk: boolean;
  /** A clause without a final period. */
  readonly problem: string;
  readonly hint: string;
}

/**
 * Everything that a plan would refuse because of the policy alone, in the order of its fields: hosts, models, way to the models, times. Empty exactly where
 * `policy-rules` takes the compiled values in the region that the policy names, with or without a gateway.
 */
export function terraformRefusals(policy: Policy): readonly TerraformRefusal[] {
  const hosts = egressList(policy);
  return [
    ...(hosts.length === 0 ? [NO_HOST] : hosts.flatMap((entry) => hostRefusals(policy, entry))),
    ...modelRefusals(policy),
    ...wayRefusals(policy),
    ...timeRefusals(policy),
  ];
}

const HOSTS = ['egress', 'hosts'];

const NO_HOST: TerraformRefusal = {
  field: HOSTS,
  entry: null,
  isRisk: false,
  problem: 'no host is allowed, and a network that is built from it would answer no name at all',
  hint: 'list what commands may reach; a registry of packages is the usual first one',
};

function hostRefusals(policy: Policy, entry: EgressEntry): readonly TerraformRefusal[] {
  const written = writtenHost(policy, entry);
  const at = { field: HOSTS, entry: written, isRisk: false };
  const first = hostFault(policy, entry);
  const closed = entry.ports.find((port) => JUDGEMENT.resolverPorts.some((one) => one === port));
  return [
    ...(first === null ? [] : [{ ...at, ...first }]),
    ...(closed === undefined
      ? []
      : [
          {
            ...at,
            problem: `port ${closed} of \`${written}\` is a resolver's`,
            hint: 'take it out: names are asked from the resolver of the network alone, where they are filtered',
          },
        ]),
  ];
}

type Fault = Pick<TerraformRefusal, 'problem' | 'hint'> & Partial<Pick<TerraformRefusal, 'isRisk'>>;

function hostFault(policy: Policy, entry: EgressEntry): Fault | null {
  const name = domainText(entry);
  const isAccepted = (entry.acceptedRisk ?? '').trim() !== '';
  if (entry.kind === 'address') return addressFault(name, isAccepted);
  if (!matches(JUDGEMENT.name, name)) {
    return {
      problem: `\`${name}\` is no name that DNS outside of a company answers`,
      hint: 'write at least two labels, the last of letters; hosts inside of the network go into `component_hosts` of the deployment',
    };
  }
  if (matches(JUDGEMENT.awsWildcard, name)) {
    return {
      problem: `\`${name}\` stands for buckets, machines and functions of every account of AWS`,
      hint:
        'take it out, no accepted risk changes this: services are reached by endpoints, and buckets of your own are named in `buckets` ' +
        'of the deployment',
    };
  }
  if (policy.models.provider === 'bedrock' && matches(JUDGEMENT.provider, name)) {
    return {
      problem: `\`${name}\` takes anybody's key, and this policy uses Bedrock`,
      hint: 'take it out, no accepted risk changes this',
    };
  }
  if (isAccepted) return null;
  if (entry.kind === 'subdomains') {
    return { isRisk: true, problem: `\`${name}\` is a wildcard`, hint: `name its hosts one by one, or ${ACCEPT}` };
  }
  const why = sharedHostRisk(name);
  return why === null
    ? null
    : {
        isRisk: true,
        problem: `\`${name}\` is shared by many parties: ${why}`,
        hint: `use a mirror of your own, or ${ACCEPT}`,
      };
}

const ACCEPT = 'write beside it why it is reached all the same, as `accepted_risk`';

function addressFault(name: string, isAccepted: boolean): Fault | null {
  if (matches(JUDGEMENT.specialAddress, name)) {
    return {
      problem: `\`${name}\` is the machine itself, its metadata service or a multicast group`,
      hint: 'take it out, no accepted risk changes this',
    };
  }
  if (isAccepted) return null;
  return {
    isRisk: true,
    problem: `\`${name}\` is an address, reached past the filter of names`,
    hint: `name a host, or ${ACCEPT}`,
  };
}

function modelRefusals(policy: Policy): readonly TerraformRefusal[] {
  return (['allow', 'deny'] as const).flatMap((list) =>
    policy.models[list].flatMap((pattern) =>
      matches(JUDGEMENT.model, pattern) && (list === 'deny' || isOfVendor(policy, pattern))
        ? []
        : [
            {
              field: ['models', list],
              entry: pattern,
              isRisk: false,
              problem: `\`${pattern}\` could stand for a model of another vendor`,
              hint: 'begin it with `claude-`, or with `anthropic.claude-`',
            },
          ],
    ),
  );
}

/** Whether all names that are made of the pattern, with the endings of Bedrock, are the vendor's. */
function isOfVendor(policy: Policy, pattern: string): boolean {
  const { profile_arns, model_arns } = modelResources({ ...policy, models: { ...policy.models, allow: [pattern] } });
  return (
    profile_arns.every((arn) => matches(JUDGEMENT.profileArn, arn)) &&
    model_arns.every((arn) => matches(JUDGEMENT.modelArn, arn))
  );
}

function wayRefusals(policy: Policy): readonly TerraformRefusal[] {
  const { provider, bedrockRegion: region } = policy.models;
  const near = Object.entries(JUDGEMENT.geographies).flatMap(([prefix, names]) =>
    region.startsWith(prefix) ? names : [],
  );
  const areas = modelResources(policy).profile_arns.map(
    (arn) => /inference-profile\/([a-z-]+)\./u.exec(arn)?.[1] ?? '',
  );
  const isFar = !areas.every((area) => near.some((one) => one === area));
  const upstream = upstreamEntry(policy);
  const isDirect = provider === 'bedrock' && (upstream === null || matches(JUDGEMENT.awsHost, upstream.host));
  return [
    ...(isFar
      ? [
          {
            field: ['providers', 'bedrock', 'region'],
            entry: null,
            isRisk: false,
            problem: `no inference profile keeps requests of ${region} in its own part of the world`,
            hint: 'use a region of ap, ca, cn, eu or us',
          },
        ]
      : []),
    ...(isDirect
      ? [
          {
            field: ['providers', 'bedrock', 'upstream'],
            entry: null,
            isRisk: false,
            problem: 'hosts would send model requests to Bedrock themselves, where their role has no right',
            hint: 'write the address of the central gateway as `providers.bedrock.upstream`, and `upstream_auth: aws-identity`',
          },
        ]
      : []),
  ];
}

function timeRefusals({ session }: Policy): readonly TerraformRefusal[] {
  return [
    { name: 'max_duration_minutes', minutes: session.maxDurationMinutes, most: DURATION_MINUTES.most },
    { name: 'idle_timeout_minutes', minutes: session.idleTimeoutMinutes, most: IDLE_MINUTES.most },
  ]
    .filter(({ minutes, most }) => minutes > most)
    .map(({ name, minutes, most }) => ({
      field: ['session', name],
      entry: null,
      isRisk: false,
      problem: `${minutes} minutes are more than Session Manager takes`,
      hint: `write ${most} or less`,
    }));
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(pattern, 'u').test(text);
}
