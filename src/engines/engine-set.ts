import type { Finding } from '../core/finding.ts';
import type { EngineClock } from './clock.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import type { EngineSetup } from './engine-setup.ts';
import { guardedEngine } from './guarded-engine.ts';
import type { GuardedEngine } from './guarded-engine.ts';
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
  /** What it answered, without the findings. */
  readonly outcome: Exclude<EngineAnswer, { readonly kind: 'ran' }> | { readonly kind: 'ran'; readonly found: number };
  readonly tookMs: number;
}

/** What the engines said that were asked about one text, in the order in which they were asked. */
export interface EngineSetAnswer {
  /** Of all that ran. */
  readonly findings: readonly Finding[];
  /** One for each. */
  readonly runs: readonly EngineRun[];
  /** The first that did not run and whose setup says that nothing passes then; null where there is none. */
  readonly missing: string | null;
}

/** Several engines asked about one text. */
export interface EngineSet {
  /**
   * Asks those of one order at the same time, and those of a higher one after them. Never rejects, and settles within the
   * time limits of the orders put together.
   */
  scan(bytes: Uint8Array, options: ScanOptions): Promise<EngineSetAnswer>;
  /** The state of each engine's circuit, by the engine's name. */
  circuits(): ReadonlyMap<string, GuardedEngine['circuit']['state']>;
}

interface ScanOptions {
  /** Where it is aborted by a deadline, as that of `AbortSignal.timeout`, those that did not answer by then have failed. */
  readonly signal: AbortSignal;
  /** Names of the engines that are asked; left out: all. */
  readonly only?: readonly string[];
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
      run: { engine: setup.name, outcome, tookMs: ports.clock.nowMs() - startedMs },
      isMissing: answer.kind !== 'ran' && setup.onFailure === 'deny',
    };
  };

  return {
    scan: async (bytes, { signal, only }) => {
      const among = only === undefined ? members : members.filter(({ setup }) => only.includes(setup.name));
      const asked: Asked[] = [];
      for (const order of new Set(among.map(({ setup }) => setup.order))) {
        const group = among.filter(({ setup }) => setup.order === order);
        asked.push(...(await Promise.all(group.map((member) => ask(member, bytes, signal)))));
      }
      return {
        findings: asked.flatMap(({ findings }) => findings),
        runs: asked.map(({ run }) => run),
        missing: asked.find(({ isMissing }) => isMissing)?.run.engine ?? null,
      };
    },
    circuits: () => new Map(members.map(({ setup, engine }) => [setup.name, engine.circuit.state])),
  };
}

interface Member {
  readonly setup: EngineSetup;
  readonly engine: GuardedEngine;
}

interface Asked {
  readonly run: EngineRun;
  readonly findings: readonly Finding[];
  readonly isMissing: boolean;
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
