import { ANY_FOLDERS } from '../core/path-pattern.ts';
import type { PathPattern } from '../core/path-pattern.ts';
import { namesMeet, pathReach } from '../core/path-pattern-glob.ts';
import type { NameToken, PathReach, PathStep } from '../core/path-pattern-glob.ts';
import type { PathPlaces } from '../core/path-pattern-match.ts';
import type { FileRule } from '../core/rule-table.ts';

/** The first of some rules, in the order given, that could cover a path of which only parts are known. */
export type ReachIndex = (steps: readonly PathStep[], places: PathPlaces) => FileRule | null;

interface Entry {
  readonly rule: FileRule;
  /** Place among the rules. */
  readonly order: number;
  readonly reach: PathReach;
}

/**
 * Joins the patterns of many rules. Nearly every pattern spells some name out, and a path can only meet it if one of
 * the path's own names can be that name: the others are never compared.
 */
export function reachIndex(
  rules: readonly { readonly rule: FileRule; readonly patterns: readonly PathPattern[] }[],
): ReachIndex {
  const byName = new Map<string, Entry[]>();
  const unnamed: Entry[] = [];
  const all: Entry[] = [];
  for (const [order, { rule, patterns }] of rules.entries()) {
    for (const { text, base, alternatives } of patterns) {
      for (const segments of alternatives) {
        const entry: Entry = { rule, order, reach: pathReach({ text, base, alternatives: [segments] }) };
        const name = segments.findLast((segment) => !/[*?]/.test(segment))?.toLowerCase();
        all.push(entry);
        if (name === undefined) unnamed.push(entry);
        else if (byName.get(name)?.push(entry) === undefined) byName.set(name, [entry]);
      }
    }
  }
  const names = [...byName].map(([name, entries]) => ({ tokens: literalTokens(name), entries }));
  return (steps, places) => {
    let best: Entry | null = null;
    const consider = (entries: readonly Entry[] | undefined): void => {
      for (const entry of entries ?? [])
        if ((best === null || entry.order < best.order) && entry.reach(steps, places)) best = entry;
    };
    if (steps.includes(ANY_FOLDERS)) consider(all);
    else {
      consider(unnamed);
      for (const step of steps) {
        if (step === ANY_FOLDERS) continue;
        const literal = literalOf(step);
        if (literal !== null) consider(byName.get(literal));
        else for (const { tokens, entries } of names) if (namesMeet(tokens, step)) consider(entries);
      }
    }
    return ruleOf(best);
  };
}

function ruleOf(entry: Entry | null): FileRule | null {
  return entry?.rule ?? null;
}

function literalTokens(name: string): readonly NameToken[] {
  return name.split('').map((character) => ({ character }));
}

function literalOf(step: readonly NameToken[]): string | null {
  let text = '';
  for (const token of step) {
    if (typeof token === 'string') return null;
    text += token.character;
  }
  return text;
}
