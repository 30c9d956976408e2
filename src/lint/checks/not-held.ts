import { NOT_HELD } from '../../compile/index.ts';
import type { LintContext } from '../lint-context.ts';
import { valueAt } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';

/** Finds what a policy asks for and nothing holds. What nobody wrote, and is so by default, is a note. */
export function notHeld(context: LintContext): readonly LintFault[] {
  return NOT_HELD.filter(({ isAsked }) => isAsked(context.policy)).map(({ path, why }) => {
    const written = context.documents.findLast(({ document }) => valueAt(document?.value, path) !== undefined);
    return {
      code: 'lint/not-held',
      document: written ?? context.base,
      path,
      severity: written === undefined ? 'note' : 'warning',
      message: `nothing holds this field in this version: ${why}`,
      hint: 'write `false`, or see to it by other means',
    };
  });
}
