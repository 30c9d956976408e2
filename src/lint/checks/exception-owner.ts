import { quoted } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';

/** Addresses that nobody reads or that stand for no person. */
const NOBODY = /^(?:no-?reply|do-?not-?reply|nobody|none|unknown|tbd|todo|test|foo|xxx|null|root|admin|info)@/i;

/** Finds exceptions whose owner is no person. One without an owner is refused when the policy is read. */
export function ownerlessExceptions({ documents }: LintContext): readonly LintFault[] {
  return documents.flatMap((document): readonly LintFault[] => {
    const owner = document.part?.written.exception?.owner;
    if (owner === undefined || !NOBODY.test(owner)) return [];
    const message = `${quoted(owner)} is nobody in person`;
    const hint = 'name the person who answers for the exception until it ends';
    return [{ code: 'lint/ownerless-exception', document, path: ['exception', 'owner'], message, hint }];
  });
}
