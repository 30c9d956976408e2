import type { Action } from '../core/action.ts';
import type { Decision } from '../core/decision.ts';
import { ruleId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { SealedCall } from '../core/seen-call.ts';
import type { GovernedSession } from '../core/session.ts';
import type { HookEvent } from './hook-event.ts';
import type { DecidedCall } from './hook-record.ts';
import { inputDigest, recordedId } from './hook-record.ts';
import type { GuardPorts, GuardScene, GuardVerdict } from './ports.ts';
import { actionFrom } from './tool-action.ts';

const FAILED_DECISION = ruleId('guard/failed-decision');
const UNKNOWN_CANARY = ruleId('guard/unknown-canary');
const CANARY = ruleId('guard/canary');
const UNREADABLE_INPUT = ruleId('guard/unreadable-input');

/** A decided call, and whether it is the one by which the gateway asks whether hooks work. */
export interface Call extends DecidedCall {
  readonly isCanary: boolean;
}

/**
 * Decides the call of a tool that an event tells of. Never throws.
 *
 * @param state the session that is running, or the decision that its state already makes.
 */
export function decideCall(ports: GuardPorts, event: HookEvent, state: GovernedSession | Decision): Call {
  const action = actionFrom(event);
  const inputSha256 = inputDigest(event);
  const call = { action, bundle: null, inputSha256, isCanary: false, wouldBe: [], content: null };
  if ('verdict' in state) return { ...call, decision: state };
  if (inputSha256 === null) {
    return { ...call, decision: deny(UNREADABLE_INPUT, 'The input of this call holds text that has no UTF-8 form.') };
  }
  try {
    const isCanary = action.kind === 'canary' && isIssuedFor(ports, event, action.toolUseId);
    if (action.kind === 'canary' && !isCanary) {
      return { ...call, decision: deny(UNKNOWN_CANARY, 'Nobody issued this liveness check.') };
    }
    const scene = { workspace: state.workspace, homeDir: state.homeDir };
    const verdict = ports.decide(action, scene, state.taint);
    const { decision, bundleDigest, wouldBe } = verdict;
    const isLetThrough = isCanary && decision.verdict !== 'deny';
    return {
      ...call,
      isCanary,
      bundle: bundleDigest,
      wouldBe,
      content: isCanary ? null : contentOf(ports, event, call.action, state, scene, verdict),
      // INVARIANT: a liveness check proves something only because it is denied.
      decision: isLetThrough
        ? deny(CANARY, 'This call shows that the guard is watching. Nothing is wrong, go on.')
        : decision,
    };
  } catch (error) {
    ports.logError?.(`guard: the decision failed: ${error instanceof Error ? error.name : 'unknown'}`);
    return { ...call, decision: deny(FAILED_DECISION, 'The policy could not be applied to this call.') };
  }
}

/** The sealed content of a call that is about to run; a permission is asked about a call whose record has it already. */
function contentOf(
  ports: GuardPorts,
  event: HookEvent,
  action: Action,
  session: GovernedSession,
  scene: GuardScene,
  { bundleDigest, facts }: GuardVerdict,
): SealedCall | null {
  if (event.name !== 'PreToolUse') return null;
  try {
    return ports.seal(
      { action, ...scene, permissionMode: stringField(event.fields, 'permission_mode'), facts, taint: session.taint },
      { sessionId: session.id, toolUseId: recordedId(event), bundle: bundleDigest },
    );
  } catch (error) {
    // The digest of the input is recorded all the same: a call is not refused for the lack of its content.
    ports.logError?.(`guard: the content was not sealed: ${error instanceof Error ? error.name : 'unknown'}`);
    return { sealed: null, why: 'failed' };
  }
}

/** Whether the call itself carries the id of a canary: text that only speaks of one proves nothing. */
function isIssuedFor(ports: GuardPorts, event: HookEvent, canaryId: string): boolean {
  return canaryId !== '' && stringField(event.fields, 'tool_use_id') === canaryId && ports.liveness.isCanary(canaryId);
}

function deny(id: ReturnType<typeof ruleId>, reason: string): Decision {
  return { verdict: 'deny', ruleId: id, reason };
}
