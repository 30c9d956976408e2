import type { LintContext } from '../lint-context.ts';
import { valueAt } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';
import { sinkEntry } from '../sink-entry.ts';

/** Below it the buckets of the AWS modules let a machine write, by the name that IAM knows it by. */
const OWN_PLACE = 'logs/{identity}/';

/** Finds stores of machines in AWS that IAM could not keep another machine of the same role out of, or that it refuses. */
export function sharedStores(context: LintContext): readonly LintFault[] {
  const { shape, audit } = context.policy;
  if (shape !== 'ec2') return [];
  return audit.deliver.flatMap((sink): readonly LintFault[] => {
    if (sink.to !== 's3' || sink.endpoint !== null || sink.prefix.startsWith(OWN_PLACE)) return [];
    const { document, path } = sinkEntry(context, sink.name);
    const written = [...path, 'prefix'];
    return [
      {
        code: 'lint/shared-store',
        document,
        path: valueAt(document.document?.value, written) === undefined ? path : written,
        ...(sink.prefix.split('/').includes('{identity}') ? ELSEWHERE : SHARED),
      },
    ];
  });
}

const SHARED = {
  message: 'machines that act in one role read and add to each other’s stores there',
  hint: "write `prefix: 'logs/{identity}/{log}'`: by it IAM tells them apart, and the buckets of our modules take no other",
};

const ELSEWHERE = {
  message: `the buckets of the AWS modules take a machine’s store below \`${OWN_PLACE}\` alone`,
  hint: "write `prefix: 'logs/{identity}/{log}'`, or leave it as it is where the bucket and its policy are your own",
};
