import type { EngineHealth, EngineStatus } from '../core/control.ts';
import { withoutEngine } from '../core/without-engine.ts';
import type { EnginePorts, EngineRun, EngineSet } from '../engines/index.ts';
import type { PolicyEngine } from '../policy/index.ts';

/** Remembers of the engines of a policy whether they answer. */
export interface EngineWatch {
  /** Takes over how engines fared with one text. */
  note(runs: readonly EngineRun[]): void;
  /** What is known of each, in the order of the policy. */
  list(circuits: ReturnType<EngineSet['circuits']>): readonly EngineStatus[];
}

export interface EngineWatchPorts extends Pick<EnginePorts, 'keyOf'> {
  /** Milliseconds since the Unix epoch. */
  readonly moment: () => number;
  /** Told in one line when an engine falls silent and when it answers again, and not in between. */
  readonly logError: (line: string) => void;
}

/** Makes a watch over engines that nobody asked yet. */
export function engineWatch(
  engines: readonly PolicyEngine[],
  { keyOf, moment, logError }: EngineWatchPorts,
): EngineWatch {
  const watched = new Map(engines.map((engine) => [engine.name, { engine, health: UNASKED }]));
  return {
    note(runs) {
      for (const { engine: name, outcome } of runs) {
        const entry = watched.get(name);
        if (entry === undefined) throw new TypeError('an engine of another policy ran');
        const before = entry.health;
        entry.health = healthAfter(before, outcome, moment());
        const { state, reason } = entry.health;
        if (state === 'silent' && before.state !== 'silent') {
          logError(`engine ${name} gives no answer (${reason}), and ${withoutEngine(entry.engine)} until it does`);
        }
        if (state === 'answers' && before.state === 'silent') logError(`engine ${name} answers again`);
      }
    },
    list: (circuits) =>
      [...watched.values()].map(({ engine, health }) => ({
        ...engineFacts(engine, keyOf),
        circuit: circuits.get(engine.name) ?? 'closed',
        ...health,
      })),
  };
}

/** What can be said of an engine without asking it. */
export function engineFacts(
  engine: PolicyEngine,
  keyOf: EnginePorts['keyOf'],
): Pick<EngineStatus, 'name' | 'kind' | 'at' | 'onFailure' | 'asks' | 'key'> {
  const { name, kind, at, onFailure } = engine;
  const variable = 'url' in engine ? engine.keyEnv : null;
  return {
    name,
    kind,
    at,
    onFailure,
    asks: 'url' in engine ? engine.url : engine.command[0],
    key: variable === null ? null : { variable, isSet: (keyOf(variable) ?? '') !== '' },
  };
}

/** Of an engine that nobody asked yet. */
export const UNASKED: EngineHealth = { state: 'unasked', sinceMs: null, reason: null };

/** A text that was not given to the engine says nothing of it, and neither does a caller that gave up. */
function healthAfter(before: EngineHealth, outcome: EngineRun['outcome'], nowMs: number): EngineHealth {
  switch (outcome.kind) {
    case 'ran':
      return before.state === 'answers' ? before : { state: 'answers', sinceMs: nowMs, reason: null };
    case 'skipped':
      return before;
    case 'failed': {
      if (outcome.reason === 'aborted') return before;
      const reason = outcome.status === null ? outcome.reason : `${outcome.reason} ${outcome.status}`;
      return { state: 'silent', sinceMs: before.state === 'silent' ? before.sinceMs : nowMs, reason };
    }
  }
}
