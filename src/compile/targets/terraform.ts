import { dnsList } from './dns-list.ts';
import { domainText, egressList, upstreamEntry } from './egress-list.ts';
import { iam, modelResources } from './iam.ts';
import { sessionDocument, sessionDocumentGaps } from './session-document.ts';
import { suricata } from './suricata.ts';
import { jsonFile } from './target.ts';
import { terraformRefusals } from './terraform-refusals.ts';
import type { Target, TargetFile, TargetGap, TargetInput } from './target.ts';

/** Days of a year as retention counts them: a leap year must not end it a day early. */
const DAYS_OF_YEAR = 366;

/** Years below which the audit store refuses to be built. */
const LEAST_RETENTION_YEARS = 7;

/** Version of the shape of the values; the modules take this one alone. */
const FORMAT = 1;

/**
 * Values for Terraform, so that the infrastructure is built from the policy that the machines enforce: one variable, `policy`,
 * with the lists, rule texts and documents of the other targets in it. The same texts lie beside it as files, to be read.
 */
export const terraform: Target = {
  name: 'terraform',
  about: 'values for Terraform and the rule texts in them, sallyport.auto.tfvars.json',
  refusal({ policy }) {
    return policy.egress.hosts.length > 0
      ? null
      : {
          problem: 'the policy allows no host, and a network that is built from it would answer no name at all',
          hint: 'list what commands may reach under `egress.hosts`; a registry of packages is the usual first one',
        };
  },
  compile(input) {
    const texts = [dnsList, suricata, iam].flatMap((target) => target.compile(input).files);
    const session = jsonFile('session-document.json', 'Session Manager', sessionDocument(input.policy));
    const changed = [...planGaps(input), ...retentionGaps(input), ...sessionDocumentGaps(input.policy)];
    return {
      files: [
        jsonFile('sallyport.auto.tfvars.json', 'beside the root module', { policy: valuesOf(input, texts) }),
        ...texts,
        session,
      ],
      gaps: changed,
      changed,
    };
  },
};

function valuesOf({ policy }: TargetInput, texts: readonly TargetFile[]): object {
  const text = (name: string): string => texts.find((file) => file.name === name)?.text ?? '';
  const document = (name: string): string => JSON.stringify(JSON.parse(text(name)));
  const upstream = upstreamEntry(policy);
  return {
    format: FORMAT,
    name: policy.name,
    shape: policy.shape,
    provider: policy.models.provider,
    region: policy.models.bedrockRegion,
    models: {
      allow: [...policy.models.allow].sort(),
      deny: [...policy.models.deny].sort(),
      ...modelResources(policy),
    },
    allowed_domains: egressList(policy).map((entry) => ({
      name: domainText(entry),
      kind: entry.kind,
      ports: entry.ports,
      reason: entry.reason,
      accepted_risk: entry.acceptedRisk,
    })),
    upstream: upstream === null ? null : { name: upstream.host, port: upstream.ports[0] },
    dns: { egress: lines(text('egress.domains.txt')), gateway: lines(text('gateway.domains.txt')) },
    suricata: { egress: text('egress.rules'), gateway: text('gateway.rules') },
    endpoints: policy.models.provider === 'bedrock' ? ['bedrock-runtime'] : [],
    iam: {
      invoke: document('bedrock-invoke.json'),
      guardrail: document('bedrock-guardrail.scp.json'),
      perimeter: document('endpoint-perimeter.json'),
    },
    session: {
      max_minutes: policy.session.maxDurationMinutes,
      idle_minutes: policy.session.idleTimeoutMinutes,
      document: JSON.stringify(sessionDocument(policy)),
    },
    retention: {
      years: Math.max(LEAST_RETENTION_YEARS, yearsOf(policy.audit.retentionDays)),
      content_days: policy.audit.contentDays,
    },
  };
}

function lines(text: string): readonly string[] {
  return text === '' ? [] : text.trimEnd().split('\n');
}

function yearsOf(days: number): number {
  return Math.ceil(days / DAYS_OF_YEAR);
}

/** What the modules will say to these values, before anybody plans. */
function planGaps({ policy }: TargetInput): readonly TargetGap[] {
  return terraformRefusals(policy).map(({ field, problem, hint }) => ({
    subject: field.join('.'),
    why: `a plan refuses it: ${problem}; ${hint}`,
  }));
}

function retentionGaps({ policy }: TargetInput): readonly TargetGap[] {
  if (yearsOf(policy.audit.retentionDays) >= LEAST_RETENTION_YEARS) return [];
  return [
    {
      subject: 'audit.retention_days',
      why: `the audit store keeps at least ${LEAST_RETENTION_YEARS} years, and in COMPLIANCE mode nobody can shorten that`,
    },
  ];
}
