import type { Finding } from '../core/finding.ts';
import type { EngineClock } from './clock.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import type { EngineSetup, FailurePolicy } from './engine-setup.ts';
import { guardedEngine } from './guarded-engine.ts';
import { lakeraCall } from './lakera.ts';
import { leaksEngine } from './leaks-engine.ts';
import { llmGuardCall } from './llm-guard.ts';
import { presidioCall } from './presidio.ts';
import { serviceEngine } from './service-engine.ts';
import { setupProblems } from './setup-problems.ts';
import type { SetupProblem } from './setup-problems.ts';
import { trufflehogEngine } from './trufflehog-engine.ts';

/** What one engine did, as a record holds it. */
export interface EngineRun {
  readonly engine: string;
  readonly onFailure: FailurePolicy;
  /** What it answered, without the findings. */
  readonly outcome: Exclude<EngineAnswer, { readonly kind: 'ran' }> | { readonly kind: 'ran'; readonly found: number };
  readonly tookMs: number;
}

/**
 * What all engines said. `complete`: each of them ran. `embedded-only`: some did not, and their setups let our own
 * detectors stand alone. `deny`: one did not run whose setup says that nothing passes then.
 */
export interface EngineSetAnswer {
  readonly outcome: 'complete' | 'embedded-only' | 'deny';
  /** Of all engines that ran, in the order of {@link EngineSet.names}. */
  readonly findings: readonly Finding[];
  /** One for each engine, in the order of {@link EngineSet.names}. */
  readonly runs: readonly EngineRun[];
}

/** Several engines asked about one text. */
export interface EngineSet {
  /** In the order in which they are asked. */
  readonly names: readonly string[];
  /** Never rejects, and settles within the time limits of the orders put together. */
  scan(bytes: Uint8Array, options: { readonly signal: AbortSignal }): Promise<EngineSetAnswer>;
}

/** What engines need of the outside beside processes and connections. */
export interface EnginePorts {
  readonly clock: EngineClock;
  /** The value of that environment variable, or null where it is not set. Asked at each scan, so that a key can change. */
  readonly keyOf: (name: string) => string | null;
}

/**
 * Makes the engines of a policy. It starts nothing and connects to nothing before the first scan.
 *
 * @throws {TypeError} that names every problem of {@link setupProblems}.
 */
export function engineSet(setups: readonly EngineSetup[], ports: EnginePorts): EngineSet {
  const problems = setupProblems(setups);
  if (problems.length > 0) throw new TypeError(problems.map(problemText).join('; '));
  const members = setups
    .map((setup) => ({ setup, engine: guardedEngine(engineOf(setup, ports), setup, ports.clock) }))
    .sort((a, b) => a.setup.order - b.setup.order);

  const ask = async ({ setup, engine }: Member, bytes: Uint8Array, signal: AbortSignal): Promise<Asked> => {
    const startedMs = ports.clock.nowMs();
    const answer = await engine.scan(bytes, { signal });
    const outcome = answer.kind === 'ran' ? ({ kind: 'ran', found: answer.findings.length } as const) : answer;
    return {
      findings: answer.kind === 'ran' ? answer.findings : [],
      run: { engine: setup.name, onFailure: setup.onFailure, outcome, tookMs: ports.clock.nowMs() - startedMs },
    };
  };

  return {
    names: members.map(({ setup }) => setup.name),
    scan: async (bytes, { signal }) => {
      const asked: Asked[] = [];
      for (const order of new Set(members.map(({ setup }) => setup.order))) {
        const group = members.filter(({ setup }) => setup.order === order);
        asked.push(...(await Promise.all(group.map((member) => ask(member, bytes, signal)))));
      }
      const runs = asked.map(({ run }) => run);
      return { outcome: outcomeOf(runs), findings: asked.flatMap(({ findings }) => findings), runs };
    },
  };
}

interface Member {
  readonly setup: EngineSetup;
  readonly engine: Engine;
}

interface Asked {
  readonly run: EngineRun;
  readonly findings: readonly Finding[];
}

function engineOf(setup: EngineSetup, { keyOf }: EnginePorts): Engine {
  switch (setup.kind) {
    case 'gitleaks':
    case 'betterleaks':
      return leaksEngine(setup);
    case 'trufflehog':
      return trufflehogEngine(setup);
    case 'presidio':
      return serviceEngine(setup, presidioCall, keyOf);
    case 'llm-guard':
      return serviceEngine(setup, llmGuardCall, keyOf);
    case 'lakera':
      return serviceEngine(setup, lakeraCall, keyOf);
  }
}

function problemText({ index, field, message }: SetupProblem): string {
  return `engine ${index + 1}: ${field === '' ? '' : `\`${field}\` `}${message}`;
}

function outcomeOf(runs: readonly EngineRun[]): EngineSetAnswer['outcome'] {
  const silent = runs.filter(({ outcome }) => outcome.kind !== 'ran');
  if (silent.some(({ onFailure }) => onFailure === 'deny')) return 'deny';
  return silent.length === 0 ? 'complete' : 'embedded-only';
}
