import { multiTenantService, quoted } from '../../policy/index.ts';
import type { FieldPath } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintDocument } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';

/** Finds hosts that are allowed and that stand for hosts of anybody. Those in `egress.hosts` are refused when the policy is read. */
export function sharedHosts({ table, rules, documents }: LintContext): readonly LintFault[] {
  const faults: LintFault[] = [];
  const check = (host: string, document: LintDocument, path: FieldPath): void => {
    const why = multiTenantService(host);
    if (why === null) return;
    faults.push({
      code: 'lint/multi-tenant-host',
      document,
      path,
      message: `${quoted(host)} is allowed and shared by many parties: ${why}`,
      hint: 'name one host of your own, or ask for it instead',
    });
  };
  for (const { id, verdict, hosts } of table.web) {
    const place = rules.get(id);
    if (verdict !== 'allow' || place === undefined) continue;
    for (const [index, host] of hosts.entries()) check(host, place.document, [...place.path, 'hosts', index]);
  }
  for (const document of documents) {
    for (const [at, { hosts }] of (document.part?.written.exception?.lifts ?? []).entries()) {
      for (const [index, host] of (hosts ?? []).entries())
        check(host, document, ['exception', 'lifts', at, 'hosts', index]);
    }
  }
  return faults;
}
