import type { FieldPath } from '../policy/index.ts';
import type { LintContext } from './lint-context.ts';
import type { LintDocument } from './lint-document.ts';

/** A place in one of the documents. */
export interface EntryPlace {
  readonly document: LintDocument;
  readonly path: FieldPath;
}

/** Where a sink is written last. */
export function sinkEntry({ documents, base }: LintContext, name: string): EntryPlace {
  for (const document of documents.toReversed()) {
    const index = document.part?.written.audit.deliver.findIndex((sink) => sink.name === name) ?? -1;
    if (index >= 0) return { document, path: ['audit', 'deliver', index] };
  }
  return { document: base, path: ['audit', 'deliver'] };
}
