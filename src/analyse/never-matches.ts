import type { RuleTable } from '../core/rule-table.ts';
import type { PatternList, RuleKind } from './clause.ts';
import { commandAtoms } from './command-atom.ts';
import type { StageAtom } from './command-atom.ts';

/**
 * Why a pattern that can be read still matches no call under this table, in one line; null where it may match one.
 * @throws {TypeError} where a command pattern cannot be read.
 */
export function neverMatches(kind: RuleKind, list: PatternList, text: string, table: RuleTable): string | null {
  if (kind !== 'command' || (list !== 'run' && list !== 'unless')) return null;
  const reasons = commandAtoms(text).map((atom) => {
    const stages = [atom.last, ...atom.earlier.flatMap((place) => (place.length === 1 ? place : []))];
    return stages.map((stage) => stageReason(stage, table)).find((reason) => reason !== null) ?? null;
  });
  return reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
}

function stageReason(stage: StageAtom, table: RuleTable): string | null {
  // A name with a blank is no name that a pattern can write.
  if (stage.program !== stage.program.trim()) return 'a program has no blanks around its name';
  const wantsAllowed = stage.words.some((word) => word.kind === 'class' && word.name === 'allowed-url');
  const allows = table.web.some((rule) => rule.verdict === 'allow' && rule.mode === 'enforce' && rule.hosts.length > 0);
  return wantsAllowed && !allows ? '`<allowed-url>` is a host that a web rule allows, and none does' : null;
}
