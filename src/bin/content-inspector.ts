import type { EngineStatus } from '../core/control.ts';
import { contentRulesOf } from '../core/content-rules.ts';
import type { Finding } from '../core/finding.ts';
import { scanCache, withoutAllowed } from '../detect/index.ts';
import type { AllowedHashes, ScanScene } from '../detect/index.ts';
import { engineSet } from '../engines/index.ts';
import type { EnginePorts, EngineRun, EngineSetAnswer, EngineSetup } from '../engines/index.ts';
import type { EngineReport, Inspection, PassingText } from '../core/inspection.ts';
import { MAX_ENGINES_MS } from '../policy/index.ts';
import type { Policy, PolicyEngine } from '../policy/index.ts';
import { engineWatch } from './engine-watch.ts';
import type { EngineWatchPorts } from './engine-watch.ts';
import { policyScanner } from './policy-scanner.ts';
import { scanThread } from './scan-thread.ts';

/** Looks through texts as one policy wants it. */
export interface ContentInspector {
  /** Whether the policy has anything looked at. */
  readonly isNeeded: boolean;
  /** Null where the policy asks for nothing at that place. Rejects where our own detectors fail or take too long. */
  inspect(text: PassingText): Promise<Inspection | null>;
  /** How the engines of the policy fare, in the order of their names. */
  engines(): readonly EngineStatus[];
  /** Ends what was started for it, once what was asked is answered. */
  close(): Promise<void>;
}

/** What the engines of a policy need, and who is told how they fare. */
export interface InspectorPorts extends EnginePorts, EngineWatchPorts {}

/** Answers that are kept, so that a file that is read again costs its hash. */
const CACHE_LIMITS = { maxEntries: 8_192, maxBytes: 16 * 1024 * 1024 };
/**
 * Most bytes that are looked through in place. Text made to be slow takes our own detectors about a second for each MB,
 * and a second more for each company pattern (measured by the fuzzer).
 */
const IN_PLACE_BYTES = 32 * 1024;
const IN_PLACE_BYTES_WITH_PATTERNS = 4 * 1024;
const THREAD_LIMITS = { limitMs: MAX_ENGINES_MS, maxWaiting: 64 };
/** Texts that wait for an engine; one more is skipped, which counts as no answer. */
const MAX_QUEUED = 32;

/**
 * Makes what looks through texts under a policy: our own detectors, and the engines that it names. Nothing is started
 * and nobody is asked before the first text.
 *
 * @throws {TypeError} for lists of company words that no detector can be made of.
 */
export function contentInspector(policy: Policy, bundleDigest: string, ports: InspectorPorts): ContentInspector {
  const rules = contentRulesOf(policy);
  const scanner = policyScanner(policy);
  const cache = scanner === null ? null : scanCache(scanner, CACHE_LIMITS);
  const thread = scanThread(policy, { ...THREAD_LIMITS, from: 'question' });
  // Of its own: whoever waits for a hook is not to wait for a conversation that is read anew.
  const patient = scanThread(policy, { ...THREAD_LIMITS, from: 'turn' });
  const inPlaceBytes = policy.company.patterns.length > 0 ? IN_PLACE_BYTES_WITH_PATTERNS : IN_PLACE_BYTES;
  const own = async (bytes: Buffer, scene: ScanScene, isPatient: boolean): Promise<readonly Finding[]> => {
    if (cache === null) return [];
    if (bytes.length <= inPlaceBytes) return cache.scan(bytes, scene);
    return await (isPatient ? patient : thread).scan(bytes, scene);
  };
  const allowed = allowedOf(policy.dlp.allowed);
  const engines = engineSet(policy.engines.map(setupOf), ports);
  const watch = engineWatch(policy.engines, ports);
  const ask = async (bytes: Buffer, only: readonly string[]): Promise<EngineSetAnswer> => {
    if (only.length === 0) return NOBODY;
    const { signal, cancel } = deadline(ports.clock, MAX_ENGINES_MS);
    try {
      const answer = await engines.scan(bytes, { signal, only });
      watch.note(answer.runs);
      return answer;
    } finally {
      cancel();
    }
  };

  return {
    isNeeded: cache !== null || policy.engines.length > 0,
    async inspect({ text, place, source, path, isAskedOutside, isPatient = false }) {
      const asked = policy.engines.filter(({ at }) => isAskedOutside && at.includes(place)).map(({ name }) => name);
      if (cache === null && asked.length === 0) return null;
      const bytes = Buffer.from(text);
      const [found, { findings, runs, missing }] = await Promise.all([
        own(bytes, { source, path }, isPatient),
        ask(bytes, asked),
      ]);
      const all = [...found, ...findings];
      return {
        rules,
        findings: allowed === null ? all : withoutAllowed(bytes, all, allowed),
        engines: runs.map(reportOf),
        missing,
        bundleDigest,
      };
    },
    engines: () => watch.list(engines.circuits()),
    close: async () => {
      await Promise.all([thread.close(), patient.close()]);
    },
  };
}

const NOBODY: EngineSetAnswer = { findings: [], runs: [], missing: null };

/** A signal that is aborted by a deadline after so many milliseconds, unless the returned function was called before. */
function deadline(
  clock: EnginePorts['clock'],
  limitMs: number,
): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const controller = new AbortController();
  const late = (): void => controller.abort(new DOMException('too late', 'TimeoutError'));
  return { signal: controller.signal, cancel: clock.after(limitMs, late) };
}

function setupOf({ at: _at, ...engine }: PolicyEngine): EngineSetup {
  const limits = { ...engine, maxQueued: MAX_QUEUED };
  if ('url' in limits) return limits;
  const { isVerifying, kind, ...program } = limits;
  return kind === 'trufflehog' ? { ...program, kind, isVerifying } : { ...program, kind };
}

function reportOf({ engine, outcome, tookMs }: EngineRun): EngineReport {
  const took = { engine, tookMs: Math.round(tookMs) };
  return outcome.kind === 'ran'
    ? { ...took, outcome: 'ran', reason: null, findings: outcome.found }
    : { ...took, outcome: outcome.kind, reason: outcome.reason, findings: 0 };
}

function allowedOf(allowed: Policy['dlp']['allowed']): AllowedHashes | null {
  return allowed === null ? null : { salt: Buffer.from(allowed.salt, 'hex'), hashes: new Set(allowed.hashes) };
}
