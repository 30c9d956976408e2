import { createHash } from 'node:crypto';
import { compileBundle } from '../compile/index.ts';
import type { Bundle, BundleIssue } from '../compile/index.ts';
import { PolicyInvalid } from '../core/error.ts';
import { ruleId } from '../core/ids.ts';
import type { Sha256 } from '../core/ids.ts';
import type { FileRule, RuleTable } from '../core/rule-table.ts';
import { ruleIndex, trialIndex } from '../decide/index.ts';
import type { RuleIndex, TrialIndex } from '../decide/index.ts';
import { shapedSecrets } from '../lint/index.ts';
import { expiryBoundaries, formatDiagnostic, parseLayers, ruleTableOf } from '../policy/index.ts';
import type { LayerDiagnostic, LayerSource } from '../policy/index.ts';
import { readPolicyFiles } from './policy-files.ts';
import { SYSTEM_RUNTIME_FOLDER } from './runtime-folder.ts';

/** A policy that was put in force: compiled, and where it came from. */
export interface InForce {
  readonly bundle: Bundle;
  /** For people: the files, or the bundle. */
  readonly file: string;
  /** By whom and as which it was signed; null where it was read from texts. */
  readonly issue: BundleIssue | null;
  /**
   * The rules of a moment, with the exceptions that hold then. Moments never go back: after a later one was asked for, an
   * earlier one is answered as that one, so that a clock that is set back lifts nothing again.
   *
   * @param nowMs milliseconds since the Unix epoch.
   */
  tableAt(nowMs: number): RuleTable;
  /** As {@link tableAt}, ready to be asked, with the rules of our own that protect the guard. */
  indexAt(nowMs: number): RuleIndex;
  /** As {@link indexAt}, for the rules in warn and shadow; null where there are none. */
  trialAt(nowMs: number): TrialIndex | null;
}

/** A policy that was read from its texts. */
export interface LoadedPolicy extends InForce {
  /** What is said about the texts and keeps nothing out of force, ready to be shown. */
  readonly warnings: readonly string[];
}

/**
 * Reads, checks and compiles the documents of a policy.
 *
 * @param paths absolute, of files or folders; their order carries no meaning.
 * @param stateFolder is protected by a rule of our own, whatever the policy says.
 * @throws {PolicyInvalid} with every diagnostic in its message.
 */
export function loadPolicy(paths: readonly string[], stateFolder: string, nowMs: number = Date.now()): LoadedPolicy {
  const sources = readPolicyFiles(paths);
  const result = parseLayers(sources, nowMs);
  const shown = (diagnostics: readonly LayerDiagnostic[]): readonly string[] =>
    diagnostics.map((one) => {
      const source = sources.find(({ file }) => file === one.file);
      return formatDiagnostic(one, one.file, Buffer.from(source?.bytes ?? []).toString('utf8'));
    });
  if (!result.ok) {
    const count = result.diagnostics.length;
    const faults = shown(result.diagnostics).join('\n');
    throw new PolicyInvalid(`the policy has ${count} fault${count === 1 ? '' : 's'}\n${faults}`, {
      hint: 'mend the file; nothing was changed',
    });
  }
  refuseSecrets(sources);
  const file = sources.map((source) => source.file).join(', ');
  return {
    ...inForceOf(compileBundle(result.policy, sha256), stateFolder, file, null),
    warnings: shown(result.warnings),
  };
}

/** What is compiled from a policy is read by everyone on the machine. No line of it is shown. */
function refuseSecrets(sources: readonly LayerSource[]): void {
  const faults = sources.flatMap(({ file, bytes }) => {
    const text = Buffer.from(bytes).toString('utf8');
    return shapedSecrets(text).map(({ what, span }) => {
      const before = text.slice(0, span.start).split('\n');
      const place = `${file}:${before.length}:${(before.at(-1) ?? '').length + 1}`;
      return `${place}: error: this looks like ${what} [lint/secret-in-policy]`;
    });
  });
  if (faults.length === 0) return;
  throw new PolicyInvalid(
    `the policy holds ${faults.length === 1 ? 'a credential' : 'credentials'}\n${faults.join('\n')}`,
    {
      hint: 'withdraw it where it came from, then name it as `${NAME}` in the policy',
    },
  );
}

/**
 * Makes a compiled policy ready to decide by, from wherever it came.
 *
 * @throws {TypeError} where a pattern in it cannot be read.
 */
export function inForceOf(bundle: Bundle, stateFolder: string, file: string, issue: BundleIssue | null): InForce {
  const boundaries = expiryBoundaries(bundle.policy);
  let latestMs = Number.NEGATIVE_INFINITY;
  let standing = standingAt(bundle, stateFolder, latestMs);
  const at = (nowMs: number): Standing => {
    // A moment that is no number is after everything: no exception holds in it.
    const asked = Number.isNaN(nowMs) ? Number.POSITIVE_INFINITY : nowMs;
    if (asked <= latestMs) return standing;
    const hasChanged = boundaries.some((boundaryMs) => latestMs < boundaryMs && boundaryMs <= asked);
    latestMs = asked;
    if (hasChanged) standing = standingAt(bundle, stateFolder, asked);
    return standing;
  };
  return {
    bundle,
    file,
    issue,
    tableAt: (nowMs) => at(nowMs).table,
    indexAt: (nowMs) => at(nowMs).index,
    trialAt: (nowMs) => at(nowMs).trial,
  };
}

interface Standing {
  readonly table: RuleTable;
  readonly index: RuleIndex;
  readonly trial: TrialIndex | null;
}

function standingAt({ policy }: Bundle, stateFolder: string, nowMs: number): Standing {
  const table = ruleTableOf(policy, nowMs);
  const whole = withOwnRules(table, stateFolder);
  return { table, index: ruleIndex(whole), trial: trialIndex(whole) };
}

/** The hash of this platform, as the pure rooms want it. */
export function sha256(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256;
}

/** Of a daemon that serves the whole machine: a session of another one has no business there either. */
const SYSTEM_FOLDERS = ['/var/lib/sallyport/**', `${SYSTEM_RUNTIME_FOLDER}/**`];

/** Adds the rules that keep the agent away from what watches it. They hold for every policy and are no part of a bundle. */
function withOwnRules(table: RuleTable, stateFolder: string): RuleTable {
  const own = (access: 'read' | 'write'): FileRule => ({
    id: ruleId('decide/own-state'),
    verdict: 'deny',
    mode: 'enforce',
    access,
    paths: [`${stateFolder}/**`, ...SYSTEM_FOLDERS, ...(access === 'write' ? ['/etc/claude-code/**'] : [])],
    except: [],
    reason: 'The state of the guard is not for the agent.',
  });
  return { ...table, files: [...table.files, own('read'), own('write')] };
}
