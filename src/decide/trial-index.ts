import type { RuleId } from '../core/ids.ts';
import type { RolloutMode, RuleTable } from '../core/rule-table.ts';
import type { FileIndex } from './file-index.ts';
import { isBefore, strongest } from './finding.ts';
import { indexOf, ruleIndex } from './rule-index.ts';
import type { AnyRule, RuleIndex } from './rule-index.ts';

/** An index in which the rules on trial, those in `warn` or `shadow`, count like all others. */
export interface TrialIndex extends RuleIndex {
  /** What is in force. */
  readonly enforced: RuleIndex;
  /** The rules on trial that deny or ask, and those that allow: the former only tighten, the latter only loosen. */
  readonly groups: readonly TrialGroup[];
}

/** Rules on trial together with what is enforced, and the halves of the group where it has more than one rule. */
export interface TrialGroup {
  readonly index: RuleIndex;
  readonly rules: readonly TrialRule[];
  readonly halves: readonly TrialGroup[];
}

/** A rule that does not decide yet. */
export interface TrialRule {
  readonly id: RuleId;
  readonly mode: Exclude<RolloutMode, 'enforce'>;
}

/**
 * Compiles a table as if each of its rules were enforced; null where each is.
 *
 * @throws {TypeError} where a pattern in it cannot be read.
 */
export function trialIndex(table: RuleTable): TrialIndex | null {
  const rules = [...table.commands, ...table.files, ...table.web, ...table.mcp, ...table.tools].filter(isOnTrial);
  if (rules.length === 0) return null;
  const enforced = ruleIndex(table);
  const groups = [
    rules.filter(({ verdict }) => verdict !== 'allow'),
    rules.filter(({ verdict }) => verdict === 'allow'),
  ]
    .filter((group) => group.length > 0)
    .map((group) => trialGroup(table, enforced, group));
  return { ...joined(enforced, indexOf(table, isOnTrial)), enforced, groups };
}

function isOnTrial<Rule extends AnyRule>(rule: Rule): rule is Rule & TrialRule {
  return rule.mode !== 'enforce';
}

function trialGroup(table: RuleTable, enforced: RuleIndex, rules: readonly (AnyRule & TrialRule)[]): TrialGroup {
  const chosen = new Set<AnyRule>(rules);
  const middle = Math.ceil(rules.length / 2);
  return {
    index: joined(
      enforced,
      indexOf(table, (rule) => chosen.has(rule)),
    ),
    rules,
    halves:
      rules.length < 2
        ? []
        : [rules.slice(0, middle), rules.slice(middle)].map((half) => trialGroup(table, enforced, half)),
  };
}

/** An index that answers as one over the rules of both would. */
function joined(one: RuleIndex, other: RuleIndex): RuleIndex {
  return {
    table: one.table,
    commands: {
      entriesFor: (program, texts) => [
        ...one.commands.entriesFor(program, texts),
        ...other.commands.entriesFor(program, texts),
      ],
    },
    files: joinedFiles(one.files, other.files),
    web: {
      ruleOn: (host) => strongest([one.web.ruleOn(host), other.web.ruleOn(host)].filter((finding) => finding !== null)),
    },
    mcp: [...one.mcp, ...other.mcp],
    tools: [...one.tools, ...other.tools],
  };
}

function joinedFiles(one: FileIndex, other: FileIndex): FileIndex {
  return {
    matching: (...asked) => firstById(one.matching(...asked), other.matching(...asked)),
    possible: (...asked) => firstById(one.possible(...asked), other.possible(...asked)),
    possibleHidden: (...asked) => firstById(one.possibleHidden(...asked), other.possibleHidden(...asked)),
    possibleNamed: (...asked) => firstById(one.possibleNamed(...asked), other.possibleNamed(...asked)),
    guardingBelow: (...asked) => firstById(one.guardingBelow(...asked), other.guardingBelow(...asked)),
  };
}

function firstById<Rule extends { readonly id: RuleId }>(one: Rule | null, other: Rule | null): Rule | null {
  if (one === null || other === null) return one ?? other;
  return isBefore(one.id, other.id) ? one : other;
}
