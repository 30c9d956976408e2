import { domainText, egressList } from './egress-list.ts';
import { jsonFile } from './target.ts';
import type { Target } from './target.ts';

/** Days of a year as retention counts them: a leap year must not end it a day early. */
const DAYS_OF_YEAR = 366;

/** Years below which the audit store refuses to be built. */
const LEAST_RETENTION_YEARS = 7;

/** Values for Terraform, so that the infrastructure is built from the policy that the machines enforce. */
export const tfvars: Target = {
  name: 'tfvars',
  about: 'values for Terraform, sallyport.auto.tfvars.json',
  compile({ policy }) {
    const years = Math.ceil(policy.audit.retentionDays / DAYS_OF_YEAR);
    const document = {
      region: policy.models.bedrockRegion,
      bedrock_enabled: policy.models.provider === 'bedrock',
      model_patterns: [...policy.models.allow].sort(),
      denied_model_patterns: [...policy.models.deny].sort(),
      profile: policy.shape,
      allowed_domains: egressList(policy).map((entry) => ({
        name: domainText(entry),
        kind: entry.kind,
        ports: entry.ports,
        reason: entry.reason,
        accepted_risk: entry.acceptedRisk,
      })),
      retention_years: Math.max(LEAST_RETENTION_YEARS, years),
      session_max_minutes: policy.session.maxDurationMinutes,
      session_idle_minutes: policy.session.idleTimeoutMinutes,
    };
    return {
      files: [jsonFile('sallyport.auto.tfvars.json', 'beside the root module', document)],
      gaps:
        years < LEAST_RETENTION_YEARS
          ? [{ subject: 'audit.retention_days', why: `the audit store keeps at least ${LEAST_RETENTION_YEARS} years` }]
          : [],
    };
  },
};
