import { decide } from '../decide/index.ts';
import type { RuleIndex, Scene } from '../decide/index.ts';
import type { CaseFile, PolicyCase } from './policy-case.ts';
import { stagedScene } from './staged-scene.ts';

/** What a case came to. `problem` is null where the policy does as the case says. */
export interface CaseResult {
  readonly name: string;
  readonly shown: string;
  readonly line: number;
  readonly want: string;
  readonly verdict: string;
  readonly ruleId: string;
  readonly problem: string | null;
}

/** Decides every case of a file, in its order. Pure. */
export function runCases(file: CaseFile, index: RuleIndex): readonly CaseResult[] {
  const scene = stagedScene(file.scene);
  return file.cases.map((one) => resultOf(one, index, scene));
}

function resultOf(one: PolicyCase, index: RuleIndex, scene: Scene): CaseResult {
  const { verdict, ruleId } = decide(index, one.action, scene);
  return {
    name: one.name,
    shown: one.shown,
    line: one.line,
    want: one.want,
    verdict,
    ruleId,
    problem: problemOf(one, verdict, ruleId),
  };
}

function problemOf(one: PolicyCase, verdict: string, ruleId: string): string | null {
  if (verdict !== one.want) return `wanted ${one.want}, got ${verdict} by ${ruleId}`;
  return one.rule === null || one.rule === ruleId ? null : `wanted the rule ${one.rule}, got ${ruleId}`;
}
