import type { JsonObject } from '../../core/json.ts';
import type { Policy } from '../../policy/index.ts';
import { jsonFile, textFile } from './target.ts';
import type { Target, TargetFile, TargetGap } from './target.ts';

/**
 * IAM documents for a Bedrock deployment: what the gateway's role may invoke, a guard rail for everything else in the
 * organization, and the data perimeter of the VPC endpoints. Accounts are named by policy variables; the organization has
 * to be given, because on an endpoint a stranger's credentials bring their own organization along.
 */
export const iam: Target = {
  name: 'iam',
  about: 'IAM documents for Amazon Bedrock: invoke, guard rail, endpoint perimeter',
  compile({ policy, awsOrganizationId }) {
    const organization = awsOrganizationId ?? NO_ORGANIZATION;
    const files = [
      documentFile('bedrock-invoke.json', "managed policy of the gateway's role", 6_144, invokePolicy(policy)),
      documentFile('bedrock-guardrail.scp.json', 'service control policy', 5_120, guardRail(policy)),
      documentFile(
        'endpoint-perimeter.json',
        'policy of the interface endpoints of bedrock-runtime',
        20_480,
        perimeter(policy, organization),
      ),
    ];
    return {
      files: files.map(({ file }) => file),
      gaps: [...files.flatMap(({ gaps }) => gaps), ...gapsOf(policy, awsOrganizationId)],
    };
  },
};

/**
 * A document within the size that AWS takes, in characters; blanks are left out where it would not fit with them. What is still too
 * long is named, because leaving a model out of it would refuse or allow another.
 */
function documentFile(
  name: string,
  place: string,
  maxCharacters: number,
  document: JsonObject,
): { readonly file: TargetFile; readonly gaps: readonly TargetGap[] } {
  const whole = jsonFile(name, place, document);
  if (whole.text.length <= maxCharacters) return { file: whole, gaps: [] };
  const text = JSON.stringify(document);
  const why = `${text.length} characters, and AWS takes ${maxCharacters}: name fewer models, or all of a family by one \`*\``;
  return { file: textFile(name, place, text), gaps: text.length <= maxCharacters ? [] : [{ subject: name, why }] };
}

/** No organization has this id, so that a document in which it was left allows nobody. */
const NO_ORGANIZATION = 'ORGANIZATION_ID';

/** Calls that run a model. `Converse` needs the same right as `InvokeModel`. */
const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

/** Other ways to a model, or to a name behind which any model can stand. */
const OTHER_WAYS = [
  'bedrock-mantle:*',
  'bedrock:CallWithBearerToken',
  'bedrock:CreateCustomModel',
  'bedrock:CreateInferenceProfile',
  'bedrock:CreateModelCopyJob',
  'bedrock:CreateModelCustomizationJob',
  'bedrock:CreateModelImportJob',
  'bedrock:CreateModelInvocationJob',
  'bedrock:CreateProvisionedModelThroughput',
];

function invokePolicy(policy: Policy): JsonObject {
  const statements: JsonObject[] = [
    {
      Sid: 'InvokeThroughProfile',
      Effect: 'Allow',
      Action: INVOKE,
      Resource: profiles(policy, allowed(policy)),
      Condition: OWN_ACCOUNT,
    },
    // A profile stands for its models in several regions; without the profile none of them is called directly.
    {
      Sid: 'InvokeBehindProfile',
      Effect: 'Allow',
      Action: INVOKE,
      Resource: models(policy, allowed(policy)),
      Condition: { ArnLike: { 'bedrock:InferenceProfileArn': profiles(policy, allowed(policy)) } },
    },
    ...denied(policy),
  ];
  return document(statements);
}

function guardRail(policy: Policy): JsonObject {
  return document([
    { Sid: 'OtherWays', Effect: 'Deny', Action: OTHER_WAYS, Resource: '*' },
    {
      Sid: 'OtherModels',
      Effect: 'Deny',
      Action: INVOKE,
      NotResource: [...profiles(policy, allowed(policy)), ...models(policy, allowed(policy))],
    },
    ...denied(policy),
  ]);
}

/** Credentials of strangers are no use on our endpoints, and ours reach nobody else's resources through them. */
function perimeter(policy: Policy, organization: string): JsonObject {
  return document([
    {
      Sid: 'OwnPrincipalsOnOwnProfiles',
      Effect: 'Allow',
      Principal: '*',
      Action: INVOKE,
      Resource: profiles(policy, allowed(policy)),
      Condition: { StringEquals: { 'aws:PrincipalOrgID': organization, 'aws:ResourceOrgID': organization } },
    },
    // Foundation models belong to AWS and to no organization; they are reached only behind a profile of ours.
    {
      Sid: 'ModelsBehindOwnProfiles',
      Effect: 'Allow',
      Principal: '*',
      Action: INVOKE,
      Resource: models(policy, allowed(policy)),
      Condition: {
        StringEquals: { 'aws:PrincipalOrgID': organization },
        ArnLike: { 'bedrock:InferenceProfileArn': profiles(policy, allowed(policy)) },
      },
    },
  ]);
}

/** The inference profiles and the models behind them that a policy allows, as patterns of ARNs. */
export function modelResources(policy: Policy): {
  readonly profile_arns: readonly string[];
  readonly model_arns: readonly string[];
} {
  return { profile_arns: profiles(policy, allowed(policy)), model_arns: models(policy, allowed(policy)) };
}

const OWN_ACCOUNT = { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } };

function denied(policy: Policy): readonly JsonObject[] {
  const names = policy.models.deny.flatMap(bedrockNames);
  if (names.length === 0) return [];
  return [
    {
      Sid: 'DeniedModels',
      Effect: 'Deny',
      Action: INVOKE,
      Resource: [...profiles(policy, names), ...models(policy, names)],
    },
  ];
}

function allowed(policy: Policy): readonly string[] {
  return policy.models.allow.length === 0 ? ['claude-*'] : policy.models.allow.flatMap(bedrockNames);
}

/**
 * Names of a model in Bedrock. A name without a star gets the endings that Bedrock adds, a date, a version and a context
 * size, and not every ending: another model's name may begin with this one.
 */
function bedrockNames(glob: string): readonly string[] {
  const bare = glob.replace(/^(?:[a-z-]+\.)?anthropic\./u, '');
  if (bare.includes('*')) return [bare];
  if (/-v\d+(?::\w+)?$/.test(bare)) return [bare, `${bare}:*`];
  const undated = [bare, `${bare}-v*`];
  return /-\d{8}$/.test(bare) ? undated : [...undated, `${bare}-20??????-v*`];
}

function profiles(policy: Policy, names: readonly string[]): readonly string[] {
  const { partition, geographies, region } = residence(policy);
  return geographies.flatMap((geography) =>
    names.map((name) => `arn:${partition}:bedrock:${region}:*:inference-profile/${geography}.anthropic.${name}`),
  );
}

function models(policy: Policy, names: readonly string[]): readonly string[] {
  const { partition, regions } = residence(policy);
  return names.map((name) => `arn:${partition}:bedrock:${regions}::foundation-model/anthropic.${name}`);
}

/** Where models may run for a region: the prefixes of its inference profiles and the regions behind them. */
function residence(policy: Policy): {
  readonly partition: string;
  readonly region: string;
  readonly geographies: readonly string[];
  readonly regions: string;
} {
  const region = policy.models.bedrockRegion;
  if (region.startsWith('us-gov-'))
    return { partition: 'aws-us-gov', region, geographies: ['us-gov'], regions: 'us-gov-*' };
  if (region.startsWith('cn-')) return { partition: 'aws-cn', region, geographies: ['cn'], regions: 'cn-*' };
  const area = region.split('-')[0] ?? '';
  if (area === 'eu' || area === 'us') return { partition: 'aws', region, geographies: [area], regions: `${area}-*` };
  if (region.startsWith('ap-northeast-'))
    return { partition: 'aws', region, geographies: ['apac', 'jp'], regions: 'ap-*' };
  if (region.startsWith('ap-southeast-'))
    return { partition: 'aws', region, geographies: ['apac', 'au'], regions: 'ap-*' };
  if (area === 'ap') return { partition: 'aws', region, geographies: ['apac'], regions: 'ap-*' };
  return { partition: 'aws', region, geographies: [area], regions: `${area}-*` };
}

function document(statements: readonly JsonObject[]): JsonObject {
  return { Version: '2012-10-17', Statement: statements };
}

function gapsOf(policy: Policy, organization: string | null): readonly TargetGap[] {
  const gaps: TargetGap[] = [
    {
      subject: 'application inference profiles',
      why: 'their names are opaque: none is allowed, and making them is denied',
    },
  ];
  if (organization === null) {
    gaps.push({
      subject: NO_ORGANIZATION,
      why: 'give the id of your organization; until then the perimeter lets nobody through',
    });
  }
  if (policy.models.provider !== 'bedrock') {
    gaps.push({
      subject: 'providers.use',
      why: 'the policy routes to another provider than Bedrock; these documents limit nothing there',
    });
  }
  return gaps;
}
