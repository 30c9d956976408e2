import type { Bundle } from '../compile/index.ts';
import type { RefusedReload } from '../core/control.ts';
import { PolicyInvalid, SallyportError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import type { PolicyException } from '../policy/index.ts';
import type { BundleStart } from './load-bundle.ts';
import type { InForce } from './load-policy.ts';

/** Where the policy comes from. Both throw where it is refused. */
export interface PolicySource {
  start(): BundleStart;
  load(): InForce;
}

export interface PolicyPorts {
  /** Makes ready what decides by a policy; what it throws keeps that policy out of force. */
  readonly prepare: (next: InForce) => void;
  /** Resolves once the record is durable. */
  readonly record: (event: string, body: JsonObject) => Promise<unknown>;
  /** Leaves the compiled policy where people and `doctor` find it. Nothing is decided by it. */
  readonly store: (bundle: Bundle) => void;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** As {@link clock}, but never back. */
  readonly moment: () => number;
  readonly logError: (line: string) => void;
}

/** The policy that is decided by, and how another one takes its place. */
export interface PolicyInForce {
  /** Ask again after each wait. */
  readonly current: InForce;
  /** Why the newest one is not in force; null where it is. */
  readonly refused: RefusedReload | null;
  /**
   * Reads the policy again. It is in force once its record is durable; whatever fails before leaves the one of before.
   * Calls are carried out one after the other.
   */
  reload(): Promise<void>;
  /** Writes down the exceptions that have ended since. One whose record fails is tried again by the next call. */
  recordEnded(): Promise<void>;
}

/**
 * Puts the first policy in force. A policy that is refused leaves its record.
 *
 * @throws {SallyportError} as the source.
 */
export async function policyInForce(source: PolicySource, ports: PolicyPorts): Promise<PolicyInForce> {
  const { prepare, record, store, clock, moment, logError } = ports;
  let holding: readonly PolicyException[] = [];
  const recordRefusal = async (error: unknown): Promise<void> => {
    const code = error instanceof SallyportError ? error.code : 'DAEMON_FAILED';
    try {
      await record('refused', { code, reason: refusalText(error) });
    } catch (failure) {
      // The refusal itself is what counts for whoever asked.
      logError(`a refused policy is not in the log: ${String(failure)}`);
    }
  };
  const take = async (next: InForce): Promise<InForce> => {
    const { policy, digest } = next.bundle;
    const exceptions = policy.exceptions.filter(({ expiresAtMs }) => expiresAtMs > moment());
    const signed = next.issue === null ? {} : { sequence: next.issue.sequence, keyId: next.issue.keyId };
    const names = exceptions.map(({ name }) => name);
    try {
      prepare(next);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'an unknown failure';
      throw new PolicyInvalid(`the policy cannot be put in force: ${why}`, {
        cause,
        hint: 'mend the policy; nothing was changed',
      });
    }
    store(next.bundle);
    await record('in-force', { name: policy.name, digest, file: next.file, exceptions: names, ...signed });
    holding = exceptions;
    return next;
  };

  // What people read must not be the policy that never came into force.
  const restore = ({ bundle }: InForce): void => {
    try {
      store(bundle);
    } catch (failure) {
      logError(`the compiled policy that people read cannot be written: ${String(failure)}`);
    }
  };

  const start = await recorded(() => source.start(), recordRefusal);
  let refused: RefusedReload | null = null;
  if (start.refused !== null) {
    logError(`${start.refused.message} [${start.refused.code}]; the last good bundle is in force`);
    await recordRefusal(start.refused);
    refused = { atMs: clock(), reason: refusalText(start.refused) };
  }
  let current = await recorded(() => take(start.inForce), recordRefusal);
  let reloading = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      current = await take(source.load());
      refused = null;
    } catch (error) {
      refused = { atMs: clock(), reason: refusalText(error) };
      restore(current);
      await recordRefusal(error);
      throw error;
    }
  };
  return {
    get current() {
      return current;
    },
    get refused() {
      return refused;
    },
    reload() {
      const done = reloading.then(reload);
      reloading = done.catch(() => undefined);
      return done;
    },
    async recordEnded() {
      for (const ended of holding.filter(({ expiresAtMs }) => expiresAtMs <= moment())) {
        const { name, owner, ticket } = ended;
        // Taken out first: the next call may come while this one waits.
        holding = holding.filter((each) => each !== ended);
        await record('exception-ended', { name, owner, ticket }).catch((error: unknown) => {
          holding = [...holding, ended];
          logError(`the end of exception ${name} is not in the log yet: ${String(error)}`);
        });
      }
    },
  };
}

/** What the work gives; where it fails, that leaves a record. */
async function recorded<Result>(
  work: () => Result | Promise<Result>,
  recordRefusal: (error: unknown) => Promise<void>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await recordRefusal(error);
    throw error;
  }
}

/** The first diagnostic of a policy with faults, which follows a line that counts them. */
function refusalText(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown failure';
  const [count = '', first] = error.message.split('\n');
  return first ?? count;
}
