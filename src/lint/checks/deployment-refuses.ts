import { terraformRefusals } from '../../compile/index.ts';
import type { TerraformRefusal } from '../../compile/index.ts';
import type { FieldPath } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import { valueAt } from '../lint-document.ts';
import type { LintDocument } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';

/** Hosts that are named in the one note on a policy that nobody deploys. */
const MAX_NAMED = 4;

/**
 * Finds what Terraform's modules refuse to build a network from, by the modules' own judgement. Policies of machines in AWS are
 * warned; others are told once which hosts would need an accepted risk there.
 */
export function deploymentRefusals(context: LintContext): readonly LintFault[] {
  const refusals = terraformRefusals(context.policy);
  if (isDeployed(context)) {
    return refusals.map((refusal) => ({
      code: 'lint/deployment-refuses',
      ...placeOf(context, refusal),
      message: `the plan of a network in AWS refuses it: ${refusal.problem}`,
      hint: refusal.hint,
    }));
  }
  const [first, ...others] = refusals.filter(({ isRisk }) => isRisk);
  if (first === undefined) return [];
  const named = [first, ...others].map(({ entry }) => `\`${entry}\``);
  const more = named.length > MAX_NAMED ? ` and ${named.length - MAX_NAMED} more` : '';
  const { document } = placeOf(context, first);
  return [
    {
      code: 'lint/deployment-refuses',
      severity: 'note',
      document,
      path: first.field,
      message: `a network in AWS is not built from this without \`accepted_risk\` beside ${named.slice(0, MAX_NAMED).join(', ')}${more}`,
      hint: 'with `shape: ec2` the check says so of each; nothing to do where it is never deployed there',
    },
  ];
}

/** An ephemeral session is a container of the same network, and names the same hosts. */
function isDeployed({ policy }: LintContext): boolean {
  return policy.shape === 'ec2' || (policy.shape === 'container' && policy.models.provider === 'bedrock');
}

/** Where the entry is written last, or the field, or what is written of the way to it. */
function placeOf({ documents, base }: LintContext, refusal: TerraformRefusal): Pick<LintFault, 'document' | 'path'> {
  const { field, entry } = refusal;
  for (const document of documents.toReversed()) {
    const path = entry === null ? writtenPath(document, field) : entryPath(document, field, entry);
    if (path !== null) return { document, path };
  }
  for (let length = field.length - 1; length > 0; length--) {
    const path = field.slice(0, length);
    if (writtenPath(base, path) !== null) return { document: base, path };
  }
  return { document: base, path: field };
}

function writtenPath({ document }: LintDocument, field: FieldPath): FieldPath | null {
  return valueAt(document?.value, field) === undefined ? null : field;
}

function entryPath({ document }: LintDocument, field: FieldPath, entry: string): FieldPath | null {
  const list = valueAt(document?.value, field);
  if (!Array.isArray(list)) return null;
  const index = list.findIndex((one: unknown) => one === entry || valueAt(one, ['host']) === entry);
  if (index < 0) return null;
  return list[index] === entry ? [...field, index] : [...field, index, 'host'];
}
