import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDocuments, TERRAFORM_ROOT } from './terraform.ts';

/** The accounts of the documents below: one in which agents run, one that keeps the log, one that guards both, and somebody else's. */
export const WORKLOAD = '111122223333';
export const ARCHIVE = '444455556666';
export const MANAGEMENT = '777788889999';
export const STRANGER = '999988887777';
export const REGION = 'eu-central-1';
export const ENDPOINT = 'vpce-0123456789abcdef0';
/** An application inference profile: its name says nothing about the model behind it. */
export const OWN_PROFILE = `arn:aws:bedrock:${REGION}:${WORKLOAD}:application-inference-profile/a1b2c3d4e5f6`;
export const DEPLOYMENT = `arn:aws:iam::${WORKLOAD}:role/terraform`;
export const BREAK_GLASS = `arn:aws:iam::${WORKLOAD}:role/sallyport-break-glass`;
export const KILL_SWITCH = `arn:aws:sts::${WORKLOAD}:assumed-role/sallyport-kill-switch/automation`;
export const GATEWAY = `arn:aws:sts::${WORKLOAD}:assumed-role/sallyport-gateway-task/0123456789abcdef`;
export const HOST = `arn:aws:sts::${WORKLOAD}:assumed-role/sallyport-host/i-0123456789abcdef0`;
/** Somebody with every right that an account can give. */
export const ADMINISTRATOR = `arn:aws:sts::${WORKLOAD}:assumed-role/administrator/mallory`;
export const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** How a session of a permission set looks to IAM. */
export function staff(set: string, person: string): string {
  return `arn:aws:sts::${WORKLOAD}:assumed-role/AWSReservedSSO_sallyport-${set}_0123456789abcdef/${person}`;
}

/** The user id of that session. */
export function userId(person: string): string {
  return `AROAEXAMPLEEXAMPLEEXA:${person}`;
}

type Texts = Readonly<Record<string, string>>;

/** What the policy of `examples/full` compiles to, as Terraform gets it. */
export const COMPILED = (
  JSON.parse(readFileSync(join(TERRAFORM_ROOT, 'examples/full/sallyport.auto.tfvars.json'), 'utf8')) as {
    readonly policy: {
      readonly models: { readonly model_arns: readonly string[] };
      readonly iam: { readonly invoke: string; readonly guardrail: string; readonly perimeter: string };
    };
  }
).policy;

/** Variables of `modules/identity/documents`. */
export const IDENTITY = {
  region: REGION,
  workload_account_ids: [WORKLOAD],
  log_archive_account_id: ARCHIVE,
  allowed_regions: [REGION, 'eu-west-1'],
  guardrail: COMPILED.iam.guardrail,
  application_profile_arns: [OWN_PROFILE],
  deployment_role_arns: [DEPLOYMENT, ...[ARCHIVE, MANAGEMENT].map((id) => `arn:aws:iam::${id}:role/terraform`)],
} as const;

/** Documents about who may do what. */
export interface IdentityDocuments {
  readonly sets: Texts;
  readonly scps: Texts;
  readonly boundaries: Texts;
  readonly gateway: string;
  readonly bedrockLogTrust: string;
  readonly breakGlassTrust: string;
  readonly breakGlassLimits: string;
}

/** Renders them all, without a provider. */
export async function identityDocuments(): Promise<IdentityDocuments> {
  const identity = await renderDocuments('identity', IDENTITY);
  const boundaries = await renderDocuments('identity/boundary', { region: REGION, account_id: WORKLOAD });
  const bedrock = await renderDocuments('bedrock', {
    region: REGION,
    account_id: WORKLOAD,
    invoke_policy: COMPILED.iam.invoke,
    bedrock_endpoint_ids: [ENDPOINT],
    application_profile_arns: [OWN_PROFILE],
    model_arns: COMPILED.models.model_arns,
  });
  const breakGlass = await renderDocuments('kill-switch/break-glass', {
    trusted_user_arns: [`arn:aws:iam::${WORKLOAD}:user/emergency-anna`],
  });
  return {
    sets: identity['permission_sets'] as Texts,
    scps: identity['scps'] as Texts,
    boundaries: boundaries as Texts,
    gateway: String(bedrock['gateway']),
    bedrockLogTrust: String(bedrock['log_trust']),
    breakGlassTrust: String(breakGlass['trust']),
    breakGlassLimits: String(breakGlass['limits']),
  };
}
