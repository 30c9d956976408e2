import type { Bundle } from '../compile/index.ts';
import { decide, staysHere, wouldHave } from '../decide/index.ts';
import type { EngineStatus } from '../core/control.ts';
import { ruleId } from '../core/ids.ts';
import type { EnginePorts } from '../engines/index.ts';
import type { GuardPorts } from '../guard/index.ts';
import { contentInspector } from './content-inspector.ts';
import type { ContentInspector } from './content-inspector.ts';
import { expandGlob, linkedFiles, realPath } from './file-facts.ts';
import type { InForce } from './load-policy.ts';
import { sessionTaint } from './session-taint.ts';
import { taintRulesOf } from '../core/taint.ts';
import { watchedFacts } from './watched-facts.ts';
import type { FileEyes } from './watched-facts.ts';

/** The part of the guard's ports that answers by the policy in force. */
export interface GuardPolicy extends Pick<GuardPorts, 'decide' | 'inspects' | 'inspect' | 'staysHere'> {
  /**
   * Makes ready what a policy needs, before it comes into force.
   *
   * @throws {TypeError} where it cannot be had.
   */
  prepare(inForce: InForce): void;
  /** How the engines of the policy in force fare, in the order of their names. */
  engines(): readonly EngineStatus[];
}

export interface GuardPolicyPorts {
  /** Asked anew for each call. */
  readonly inForce: () => InForce;
  /** Milliseconds since the Unix epoch, never back. */
  readonly moment: () => number;
  readonly engines: EnginePorts;
  /** Why the policy in force allows nothing any more; null where it does. Never where absent. */
  readonly tooOld?: (inForce: InForce, nowMs: number) => string | null;
  /** What is asked of the file system; as this process sees it where absent. */
  readonly eyes?: FileEyes;
  /** Told in one line when an engine falls silent and when it answers again. */
  readonly logError: (line: string) => void;
}

export function guardPolicy({
  inForce,
  moment,
  engines,
  tooOld,
  eyes: ownEyes = OWN_EYES,
  logError,
}: GuardPolicyPorts): GuardPolicy {
  // Of a policy that is gone nothing stays behind; engines of the next one start with a clean slate.
  let [current, prepared]: readonly (Kept | null)[] = [null, null];
  const keptFor = ({ bundle }: InForce): Kept => ({
    bundle,
    inspector: contentInspector(bundle.policy, bundle.digest, { ...engines, moment, logError }),
  });
  const inspectorOf = (policy: InForce): ContentInspector => {
    if (current?.bundle === policy.bundle) return current.inspector;
    void current?.inspector.close();
    current = prepared?.bundle === policy.bundle ? prepared : keptFor(policy);
    prepared = null;
    return current.inspector;
  };
  return {
    prepare(next) {
      prepared = keptFor(next);
    },
    decide(action, scene, taint) {
      const nowMs = moment();
      const policy = inForce();
      const old = tooOld?.(policy, nowMs) ?? null;
      if (old !== null) {
        const decision = { verdict: 'deny', ruleId: STALE_POLICY, reason: `No call is allowed: ${old}.` } as const;
        return { decision, bundleDigest: policy.bundle.digest, wouldBe: [], facts: null };
      }
      const trial = policy.trialAt(nowMs);
      const eyes = watchedFacts(ownEyes);
      const where = { ...scene, ...eyes };
      const session = sessionTaint(taintRulesOf(policy.bundle.policy.injection), taint, action, scene);
      const decision = decide(policy.indexAt(nowMs), action, where, session);
      const wouldBe = trial === null ? [] : wouldHave(trial, action, where);
      return { decision, bundleDigest: policy.bundle.digest, wouldBe, facts: eyes.facts() };
    },
    inspects: () => inspectorOf(inForce()).isNeeded,
    inspect: (text) => inspectorOf(inForce()).inspect(text),
    engines: () => inspectorOf(inForce()).engines(),
    staysHere,
  };
}

const STALE_POLICY = ruleId('guard/stale-policy');
const OWN_EYES: FileEyes = { realPath, expandGlob, linkedFiles };

interface Kept {
  readonly bundle: Bundle;
  readonly inspector: ContentInspector;
}

/** Engines of this process: its clock, and the keys of its environment. */
export const OWN_ENGINES: EnginePorts = {
  clock: {
    nowMs: () => performance.now(),
    after(delayMs, done) {
      const timer = setTimeout(done, delayMs);
      return () => clearTimeout(timer);
    },
  },
  keyOf: (name) => process.env[name] ?? null,
};
