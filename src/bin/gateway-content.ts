import type { SessionId } from '../core/ids.ts';
import { taintOf, taintRulesOf } from '../core/taint.ts';
import type { Taint } from '../core/taint.ts';
import type { ContentPorts, MaskStore } from '../gateway/index.ts';
import type { GuardPolicy } from './guard-policy.ts';
import type { InForce } from './load-policy.ts';

export interface GatewayContentPorts {
  readonly deciding: Pick<GuardPolicy, 'inspects' | 'inspect'>;
  /** Asked anew for each request. */
  readonly inForce: () => InForce;
  readonly store: MaskStore;
  readonly readDocument: ContentPorts['readDocument'];
  /** Makes a session's taint last. */
  readonly taint: (session: SessionId, taint: Taint) => Promise<void>;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
}

/** What the gateway looks at content with: the same detectors and rules as the guard's. */
export function gatewayContent({
  deciding,
  inForce,
  store,
  readDocument,
  taint,
  clock,
}: GatewayContentPorts): ContentPorts {
  return {
    inspects: deciding.inspects,
    inspect: deciding.inspect,
    rules: () => {
      const { digest, policy } = inForce().bundle;
      return { gateway: policy.gateway, bundle: digest };
    },
    store,
    readDocument,
    read: async (session, text) => {
      const rules = taintRulesOf(inForce().bundle.policy.injection);
      const tainted = taintOf(rules, { ...text, occurredAtMs: clock() });
      if (tainted !== null) await taint(session, tainted);
    },
  };
}
