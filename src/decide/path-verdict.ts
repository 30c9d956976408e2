import type { PathPlaces } from '../core/path-pattern-match.ts';
import type { RuleId } from '../core/ids.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { BUILTIN_FILE_RULES } from './builtin-file-rules.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import type { CandidateAccess, PathCandidate } from './path-candidate.ts';

/** What a denying rule says about paths that a candidate leads to; null where none does. */
export function deniedBy(check: FileCheck, candidate: PathCandidate, paths: readonly string[]): Finding | null {
  for (const path of paths) {
    const matching = check.index.matching('deny', candidate.access, path, check.places);
    const isDeepWrite = candidate.isDeep && candidate.access === 'write';
    const guarding = isDeepWrite ? check.index.guardingBelow(path, check.places) : null;
    // What a policy says comes before our own rules: only it can be excepted.
    const rule =
      matching !== null && BUILTIN_FILE_RULES.includes(matching) ? (guarding ?? matching) : (matching ?? guarding);
    if (rule !== null) return { verdict: 'deny', ruleId: rule.id, reason: rule.reason };
  }
  return null;
}

/** What rules say that ask about paths that a candidate leads to. */
export function askedBy(check: FileCheck, candidate: PathCandidate, paths: readonly string[]): readonly Finding[] {
  return paths.flatMap((path) => {
    const rule = check.index.matching('ask', candidate.access, path, check.places);
    return rule === null ? [] : [{ verdict: 'ask' as const, ruleId: rule.id, reason: rule.reason }];
  });
}

/** What the table's defaults say about where paths lie: inside of the workspace, or where a rule allows, or outside. */
export function placedBy(check: FileCheck, candidate: PathCandidate, paths: readonly string[]): readonly Finding[] {
  const { table, places, index } = check;
  const isRead = candidate.access === 'read';
  const findings: Finding[] = [];
  for (const path of paths) {
    const where = whereIs(path, places);
    const verdict = placeVerdict(table, isRead, where);
    if (verdict === 'allow' || index.matching('allow', fileAccess(candidate.access), path, places) !== null) continue;
    findings.push({
      verdict,
      ruleId: defaultOf(isRead, where),
      reason: `This ${isRead ? 'reads' : 'writes'} a file ${where} the workspace.`,
    });
  }
  return findings;
}

/** The rule on reading or writing that speaks of a candidate. */
export function fileAccess(access: CandidateAccess): 'read' | 'write' {
  return access === 'read' ? 'read' : 'write';
}

export type Place = 'inside' | 'outside';

/** Where a path lies, of the workspace. */
export function whereIs(path: string, { workspace }: PathPlaces): Place {
  return path === workspace || path.startsWith(`${workspace}/`) ? 'inside' : 'outside';
}

/** What the table says of files in a place. */
export function placeVerdict({ defaults }: RuleTable, isRead: boolean, where: Place): RuleVerdict {
  if (where === 'inside') return isRead ? defaults.readInside : defaults.writeInside;
  return isRead ? defaults.readOutside : defaults.writeOutside;
}

/** The id of the default for files in a place. */
export function defaultOf(isRead: boolean, where: Place): RuleId {
  if (where === 'inside') return isRead ? BUILTIN_RULES.readInside : BUILTIN_RULES.writeInside;
  return isRead ? BUILTIN_RULES.readOutside : BUILTIN_RULES.writeOutside;
}
