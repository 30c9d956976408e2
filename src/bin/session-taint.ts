import type { Action } from '../core/action.ts';
import { tainted } from '../core/taint.ts';
import type { Taint, TaintRules } from '../core/taint.ts';
import type { SessionTaint } from '../decide/index.ts';
import { commandRisks } from '../detect/index.ts';
import type { GuardScene } from '../guard/index.ts';

/** What a session's taint means for an action; null where it means nothing. */
export function sessionTaint(
  rules: TaintRules,
  taint: Taint | null,
  action: Action,
  scene: GuardScene,
): SessionTaint | null {
  if (taint === null || !tainted(rules, taint)) return null;
  return { taint, verdict: rules.verdict, risks: risksOf(action, scene) };
}

function risksOf(action: Action, scene: GuardScene): SessionTaint['risks'] {
  return action.kind === 'command' ? commandRisks(action.commandLine, scene).risks.map(({ risk }) => risk) : [];
}
