import type { Decision } from '../core/decision.ts';
import { ruleId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { GovernedSession } from '../core/session.ts';
import type { HookEvent } from './hook-event.ts';
import type { DecidedCall } from './hook-record.ts';
import { inputDigest } from './hook-record.ts';
import type { GuardPorts } from './ports.ts';
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
  const call = { action, bundle: null, inputSha256, isCanary: false };
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
    const { decision, bundleDigest } = ports.decide(action, scene);
    const isLetThrough = isCanary && decision.verdict !== 'deny';
    return {
      ...call,
      isCanary,
      bundle: bundleDigest,
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

/** Whether the call itself carries the id of a canary: text that only speaks of one proves nothing. */
function isIssuedFor(ports: GuardPorts, event: HookEvent, canaryId: string): boolean {
  return canaryId !== '' && stringField(event.fields, 'tool_use_id') === canaryId && ports.liveness.isCanary(canaryId);
}

function deny(id: ReturnType<typeof ruleId>, reason: string): Decision {
  return { verdict: 'deny', ruleId: id, reason };
}
