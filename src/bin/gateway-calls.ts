import type { Action } from '../core/action.ts';
import type { Finding } from '../core/finding.ts';
import { ruleId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { CallPorts, CallVerdict, WordScanner } from '../gateway/index.ts';
import { inputDenial, jsonText, toolAction } from '../guard/index.ts';
import type { GuardScene } from '../guard/index.ts';
import type { GuardPolicy } from './guard-policy.ts';
import type { InForce } from './load-policy.ts';
import { wordScanner } from './word-scanner.ts';

export interface GatewayCallPorts {
  readonly deciding: Pick<GuardPolicy, 'decide' | 'inspects' | 'inspect' | 'staysHere'>;
  /** Where values that were masked in a session stand in a text. */
  readonly known: (session: SessionId, text: string) => readonly Finding[];
  /** Asked anew for each reply. */
  readonly inForce: () => InForce;
}

/** What the gateway looks at replies with: calls are decided as the guard decides them, by the same rules. */
export function gatewayCalls({ deciding, known, inForce }: GatewayCallPorts): CallPorts {
  let kept: { readonly bundle: InForce['bundle']; readonly scanner: WordScanner | null } | null = null;
  return {
    decide: ({ id, workspace, homeDir, taint }, { name, input }) => {
      // The folder that the client is in is not told on this way; it starts in the workspace.
      const action = toolAction(name, input, workspace);
      if (action.kind === 'canary') return UNKNOWN_CANARY;
      const scene = { workspace, homeDir };
      const decided = deciding.decide(action, scene, taint);
      if (decided.decision.verdict === 'deny' || !deciding.inspects()) return verdictOf(decided);
      const { text } = jsonText(input);
      return withContent(deciding, decided, action, scene, { text, known: known(id, text) });
    },
    scanner: () => {
      const { bundle } = inForce();
      if (kept?.bundle !== bundle) kept = { bundle, scanner: wordScanner(bundle.policy) };
      return kept.scanner;
    },
  };
}

/** The decision of a call whose input is looked at too: what was masked for the model is whole in it again. */
async function withContent(
  { inspect, staysHere }: GatewayCallPorts['deciding'],
  decided: ReturnType<GuardPolicy['decide']>,
  action: Action,
  scene: GuardScene,
  { text, known }: { readonly text: string; readonly known: readonly Finding[] },
): Promise<CallVerdict> {
  const about = { place: 'tool-input', source: 'tool-input', path: null, isAskedOutside: false } as const;
  const inspection = await inspect({ ...about, text });
  if (inspection === null) return verdictOf(decided);
  const seen = { ...inspection, findings: [...inspection.findings, ...known] };
  const denial = inputDenial(seen, () => staysHere(action, scene));
  return denial === null ? verdictOf(decided) : { verdict: 'deny', ...denial, bundle: decided.bundleDigest };
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
