import type { RuleTable } from '../core/rule-table.ts';
import { ruleIndex } from '../decide/index.ts';
import type { RuleIndex } from '../decide/index.ts';
import { ruleTableOf, sectionRules } from '../policy/index.ts';
import type { FieldPath, Policy } from '../policy/index.ts';
import type { LintDocument } from './lint-document.ts';

/** A policy without a fault of its own, ready to be asked. */
export interface LintContext {
  readonly policy: Policy;
  /** Without its exceptions: they end. */
  readonly table: RuleTable;
  readonly index: RuleIndex;
  readonly documents: readonly LintDocument[];
  /** The document that the others are laid over. */
  readonly base: LintDocument;
  /** Where each written rule stands, by its id. */
  readonly rules: ReadonlyMap<string, RulePlace>;
  /** The fields that rules are made of without being written, by the rule's id. */
  readonly made: ReadonlyMap<string, RulePlace>;
}

export interface RulePlace {
  readonly document: LintDocument;
  /** Of the rule itself: `['commands', 'deny', 3]`. */
  readonly path: FieldPath;
}

/** The families of rules as they are written, and what an analysis calls them. */
export const RULE_FAMILIES = ['commands', 'files', 'web', 'mcp', 'tools'] as const;

/** What the checks of a whole policy work on; null where no document is the base. */
export function lintContext(policy: Policy, documents: readonly LintDocument[]): LintContext | null {
  const base = documents.find(({ part }) => part?.written.layer === 'base');
  if (base === undefined) return null;
  const table = ruleTableOf(policy);
  const rules = new Map<string, RulePlace>();
  const made = new Map<string, RulePlace>();
  for (const document of documents) {
    const { part } = document;
    if (part === null) continue;
    for (const { id, path } of sectionRules(part.written)) made.set(id, { document, path });
    for (const family of RULE_FAMILIES) {
      for (const verdict of ['deny', 'ask', 'allow'] as const) {
        for (const [index, { id }] of part.written[family][verdict].entries())
          rules.set(id, { document, path: [family, verdict, index] });
      }
    }
  }
  return { policy, table, index: ruleIndex(table), documents, base, rules, made };
}

/** File and line of a rule for a message, or the section that it is made of. */
export function placeText({ rules, made }: LintContext, id: string, path: FieldPath = []): string {
  const place = rules.get(id);
  if (place !== undefined) {
    const { line } = place.document.source.positionOf(
      place.document.document?.spanOf([...place.path, ...path]).start ?? 0,
    );
    return place.document.file === '' ? `line ${line}` : `${place.document.file}:${line}`;
  }
  const section = made.get(id)?.path[0];
  return section === undefined ? 'a rule of Sallyport itself' : `the section \`${section}\``;
}
