import { MAX_LAYER_DOCUMENTS, layPolicy, parseLayers } from '../policy/index.ts';
import type { LayerDiagnostic, LayerSource, Policy } from '../policy/index.ts';
import { broadAllows } from './checks/broad-allow.ts';
import { clientIgnored } from './checks/client-ignores.ts';
import { contradictions } from './checks/contradiction.ts';
import { deploymentRefusals } from './checks/deployment-refuses.ts';
import { duplicatePatterns } from './checks/duplicate-pattern.ts';
import { ownerlessExceptions } from './checks/exception-owner.ts';
import { guardOnlyRules } from './checks/guard-only.ts';
import { knownBypasses } from './checks/known-bypass.ts';
import { idleLifts } from './checks/lifts-nothing.ts';
import { lookAlikeNames } from './checks/look-alike.ts';
import { missingFloor } from './checks/missing-floor.ts';
import { neverMatchingPatterns } from './checks/never-matches.ts';
import { notHeld } from './checks/not-held.ts';
import { misrootedPaths } from './checks/relative-path.ts';
import { secretsInPolicy } from './checks/secret-in-policy.ts';
import { shadowedPatterns } from './checks/shadowed.ts';
import { sharedStores } from './checks/shared-store.ts';
import { shortRetention } from './checks/short-retention.ts';
import { sharedHosts } from './checks/shared-host.ts';
import { mistakenUnits } from './checks/time-unit.ts';
import { misplacedWords } from './checks/word-position.ts';
import { lintContext } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';
import { lintDocument } from './lint-document.ts';
import type { LintDocument } from './lint-document.ts';
import { findingOf } from './lint-fault.ts';
import type { LintFault } from './lint-fault.ts';
import type { LintFinding } from './lint-finding.ts';
import { tokenEnd } from './token-end.ts';

/** Findings of one policy at most; the worst are kept. */
export const MAX_FINDINGS = 2_000;

/** What a check found, in the order of the documents and their lines. */
export interface LintReport {
  readonly findings: readonly LintFinding[];
  /** Findings beyond {@link MAX_FINDINGS}. */
  readonly leftOut: number;
  /** Null where reading the documents found an error. */
  readonly policy: Policy | null;
}

/** What is looked for in each document, even one with errors. */
const DOCUMENT_CHECKS: readonly ((document: LintDocument) => readonly LintFault[])[] = [
  secretsInPolicy,
  mistakenUnits,
  lookAlikeNames,
  duplicatePatterns,
];

/** What is looked for in a policy that can be put in force. */
const POLICY_CHECKS: readonly ((context: LintContext) => readonly LintFault[])[] = [
  neverMatchingPatterns,
  misplacedWords,
  shadowedPatterns,
  knownBypasses,
  misrootedPaths,
  sharedHosts,
  ownerlessExceptions,
  clientIgnored,
  guardOnlyRules,
  idleLifts,
  contradictions,
  broadAllows,
  missingFloor,
  shortRetention,
  sharedStores,
  deploymentRefusals,
  notHeld,
];

/**
 * Reads the documents of a policy and says everything that is wrong with them or looks so. Pure; never throws, whatever
 * the bytes.
 *
 * @param nowMs milliseconds since the Unix epoch, for exceptions.
 */
export function lintPolicy(sources: readonly LayerSource[], nowMs: number): LintReport {
  const documents = sources.slice(0, MAX_LAYER_DOCUMENTS).map(lintDocument);
  const read =
    sources.length > MAX_LAYER_DOCUMENTS
      ? parseLayers(sources, nowMs)
      : layPolicy(
          documents.map(({ file, part, diagnostics }) => ({ file, reading: { part, diagnostics } })),
          nowMs,
        );
  const context = read.ok ? lintContext(read.policy, documents) : null;
  const faults = [
    ...documents.flatMap((document) => DOCUMENT_CHECKS.flatMap((check) => check(document))),
    ...(context === null ? [] : POLICY_CHECKS.flatMap((check) => check(context))),
  ];
  const said = (read.ok ? read.warnings : read.diagnostics).map((one) => readFinding(one, documents));
  const all = [...said, ...faults.map(findingOf)];
  const worst = all.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]).slice(0, MAX_FINDINGS);
  const rank = new Map(documents.map(({ file }, index) => [file, index]));
  const findings = worst.toSorted(
    (a, b) =>
      (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) ||
      a.line - b.line ||
      a.column - b.column ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
  return { findings, leftOut: all.length - worst.length, policy: read.ok ? read.policy : null };
}

const WEIGHT = { error: 0, warning: 1, note: 2 } as const;

function readFinding(diagnostic: LayerDiagnostic, documents: readonly LintDocument[]): LintFinding {
  const { code, severity, file, line, column, path, message, hint } = diagnostic;
  const text = documents.find((one) => one.file === file)?.source.lineAt(line) ?? '';
  const endColumn = tokenEnd(text, column - 1) + 1;
  return { code, severity, file, line, column, endLine: line, endColumn, path, message, hint, fix: null };
}
