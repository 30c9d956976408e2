import type { Action } from '../core/action.ts';
import type { Taint, TaintRules } from '../core/taint.ts';
import type { SessionTaint } from '../decide/index.ts';
import { isOutgoing } from '../decide/index.ts';
import { commandRisks } from '../detect/index.ts';
import type { GuardScene } from '../guard/index.ts';

/** What a session's taint means for an action; null where it means nothing. */
export function sessionTaint(
  rules: TaintRules,
  taint: Taint | null,
  action: Action,
  scene: GuardScene,
): SessionTaint | null {
  // A policy that has come into force since may taint by less: what its sessions read then counts no more.
  if (taint === null || rules.by === 'nothing') return null;
  if (rules.by === 'findings' && taint.detectorId === null) return null;
  return { taint, verdict: rules.verdict, risks: risksOf(action, scene) };
}

/** Whether an action can send data to another machine. */
export function canSendOut(action: Action, scene: GuardScene): boolean {
  return isOutgoing(action, scene, risksOf(action, scene));
}

function risksOf(action: Action, scene: GuardScene): SessionTaint['risks'] {
  return action.kind === 'command' ? commandRisks(action.commandLine, scene).risks.map(({ risk }) => risk) : [];
}
