import { ruleId } from '../core/ids.ts';
import type { CallPorts, CallVerdict, WordScanner } from '../gateway/index.ts';
import { toolAction } from '../guard/index.ts';
import type { GuardPolicy } from './guard-policy.ts';
import type { InForce } from './load-policy.ts';
import { wordScanner } from './word-scanner.ts';

export interface GatewayCallPorts {
  readonly deciding: Pick<GuardPolicy, 'decide'>;
  /** Asked anew for each reply. */
  readonly inForce: () => InForce;
}

/** What the gateway looks at replies with: calls are decided as the guard decides them, by the same rules. */
export function gatewayCalls({ deciding, inForce }: GatewayCallPorts): CallPorts {
  let kept: { readonly bundle: InForce['bundle']; readonly scanner: WordScanner | null } | null = null;
  return {
    decide: ({ workspace, homeDir, taint }, { name, input }) => {
      // The folder that the client is in is not told on this way; it starts in the workspace.
      const action = toolAction(name, input, workspace);
      if (action.kind === 'canary') return UNKNOWN_CANARY;
      return verdictOf(deciding.decide(action, { workspace, homeDir }, taint));
    },
    scanner: () => {
      const { bundle } = inForce();
      if (kept?.bundle !== bundle) kept = { bundle, scanner: wordScanner(bundle.policy) };
      return kept.scanner;
    },
  };
}

function verdictOf({ decision, bundleDigest }: ReturnType<GuardPolicy['decide']>): CallVerdict {
  const { verdict, ruleId: rule } = decision;
  if (verdict === 'allow') return { verdict, ruleId: rule, reason: null, bundle: bundleDigest };
  // Only a hook can change the input of a call.
  return { verdict: verdict === 'deny' ? 'deny' : 'ask', ruleId: rule, reason: decision.reason, bundle: bundleDigest };
}

/** Liveness checks are the gateway's own, and never come from a model. */
const UNKNOWN_CANARY: CallVerdict = {
  verdict: 'deny' satisfies CallVerdict['verdict'],
  ruleId: ruleId('guard/unknown-canary'),
  reason: 'Nobody issued this liveness check.',
  bundle: null,
};
