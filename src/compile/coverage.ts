import type { FileRule, RuleTable, RuleVerdict } from '../core/rule-table.ts';
import type { Policy } from '../policy/index.ts';
import { clientRules } from './client-rules.ts';
import { NOT_HELD } from './not-held.ts';
import { commandSamples, fileSamples, mcpSamples, toolSamples, webSamples } from './sample-calls.ts';
import type { SampleCall, Samples } from './sample-calls.ts';

/** The modes that are asked: the one that a session starts in, and the one in which the client asks least. */
export const COVERAGE_MODES = ['default', 'bypassPermissions'] as const;
export type CoverageMode = (typeof COVERAGE_MODES)[number];

/** How the client alone would decide, with the compiled settings and without the guard. */
export type PredictClient = (call: SampleCall, mode: CoverageMode) => RuleVerdict;

/** What stands where the guard is absent. */
export type HeldBy = 'guard+client' | 'guard+sandbox' | 'guard only';

/** One pattern of a deny or ask rule, and what holds it besides the guard. */
export interface CoverageRow {
  readonly ruleId: string;
  readonly verdict: 'deny' | 'ask';
  readonly pattern: string;
  readonly heldBy: HeldBy;
  /** One line without a final period. */
  readonly why: string;
  readonly samples: readonly AskedSample[];
}

/** A call that the pattern takes, and the client's verdicts on it. */
export interface AskedSample extends Readonly<Record<CoverageMode, RuleVerdict>> {
  readonly call: SampleCall;
}

/** A pattern that the client's grammar can carry, and a call that the compiled rules let pass all the same. */
export interface CoverageFault {
  readonly ruleId: string;
  readonly pattern: string;
  readonly call: SampleCall;
  readonly mode: CoverageMode;
}

export interface Coverage {
  /** In the order of the table. */
  readonly rows: readonly CoverageRow[];
  /** Empty where the layers agree. */
  readonly faults: readonly CoverageFault[];
  /** What the policy asks for in fields that nothing holds. */
  readonly notHeld: readonly { readonly field: string; readonly why: string }[];
}

/**
 * Asks for every pattern of every enforced deny and ask rule what holds it besides the guard, by sample calls. A sample
 * shows what it shows: that no other spelling gets through is not proven by it.
 */
export function coverage(policy: Policy, table: RuleTable, client: PredictClient): Coverage {
  const rows: CoverageRow[] = [];
  const faults: CoverageFault[] = [];
  for (const subject of subjectsOf(table)) {
    const own = subject.samples.own.map((call) => asked(call, client));
    const byCommand = subject.samples.byCommand.map((call) => asked(call, client));
    const { ruleId, verdict, pattern } = subject;
    const carried = clientRules(subject.alone);
    const open = own.find((sample) => COVERAGE_MODES.some((mode) => sample[mode] === 'allow'));
    if (carried.guardOnly.length === 0 && open !== undefined) {
      const mode = open.default === 'allow' ? 'default' : 'bypassPermissions';
      faults.push({ ruleId, pattern, call: open.call, mode });
    }
    const leak = open ?? byCommand.find((sample) => COVERAGE_MODES.some((mode) => sample[mode] === 'allow'));
    const { heldBy, why } = holder(policy, subject, leak, carried.guardOnly[0]?.why ?? null);
    rows.push({ ruleId, verdict, pattern, heldBy, why, samples: [...own, ...byCommand] });
  }
  const notHeld = NOT_HELD.filter(({ isAsked }) => isAsked(policy)).map(({ path, why }) => ({
    field: path.join('.'),
    why,
  }));
  return { rows, faults, notHeld };
}

interface Subject {
  readonly ruleId: string;
  readonly verdict: 'deny' | 'ask';
  readonly pattern: string;
  readonly samples: Samples;
  readonly kind: 'command' | 'file' | 'web' | 'mcp' | 'tool';
  readonly file: FileRule | null;
  /** A table of this pattern and nothing else. */
  readonly alone: RuleTable;
}

function subjectsOf(table: RuleTable): readonly Subject[] {
  const none: RuleTable = { ...table, commands: [], files: [], web: [], mcp: [], tools: [] };
  const held = <Rule extends { readonly verdict: RuleVerdict; readonly mode: string }>(rules: readonly Rule[]) =>
    rules.filter(
      (rule): rule is Rule & { readonly verdict: 'deny' | 'ask' } =>
        rule.verdict !== 'allow' && rule.mode === 'enforce',
    );
  return [
    ...held(table.commands).flatMap((rule) =>
      rule.run.map((pattern): Subject => ({
        ruleId: rule.id,
        verdict: rule.verdict,
        pattern,
        samples: commandSamples(pattern),
        kind: 'command',
        file: null,
        alone: { ...none, commands: [{ ...rule, run: [pattern] }] },
      })),
    ),
    ...held(table.files).flatMap((rule) =>
      rule.paths.map((pattern): Subject => ({
        ruleId: rule.id,
        verdict: rule.verdict,
        pattern: `${rule.access} ${pattern}`,
        samples: fileSamples(rule, pattern),
        kind: 'file',
        file: { ...rule, paths: [pattern] },
        alone: { ...none, files: [{ ...rule, paths: [pattern] }] },
      })),
    ),
    ...held(table.web).flatMap((rule) =>
      rule.hosts.map((pattern): Subject => ({
        ruleId: rule.id,
        verdict: rule.verdict,
        pattern,
        samples: webSamples(pattern),
        kind: 'web',
        file: null,
        alone: { ...none, web: [{ ...rule, hosts: [pattern] }] },
      })),
    ),
    ...held(table.mcp).flatMap((rule) =>
      rule.tools.map((tool): Subject => ({
        ruleId: rule.id,
        verdict: rule.verdict,
        pattern: `${rule.server}/${tool}`,
        samples: mcpSamples(rule.server, tool),
        kind: 'mcp',
        file: null,
        alone: { ...none, mcp: [{ ...rule, tools: [tool] }] },
      })),
    ),
    ...held(table.tools).flatMap((rule) =>
      rule.tools.map((pattern): Subject => ({
        ruleId: rule.id,
        verdict: rule.verdict,
        pattern,
        samples: toolSamples(pattern),
        kind: 'tool',
        file: null,
        alone: { ...none, tools: [{ ...rule, tools: [pattern] }] },
      })),
    ),
  ];
}

function asked(call: SampleCall, client: PredictClient): AskedSample {
  return { call, default: client(call, 'default'), bypassPermissions: client(call, 'bypassPermissions') };
}

function holder(
  policy: Policy,
  subject: Subject,
  leak: AskedSample | undefined,
  cannot: string | null,
): { readonly heldBy: HeldBy; readonly why: string } {
  if (leak === undefined && subject.samples.own.length > 0) {
    return {
      heldBy: 'guard+client',
      why: cannot === null ? 'its own rule' : 'another rule of the client takes every sample',
    };
  }
  const sandbox = policy.sandbox.enabled ? sandboxHolds(subject) : null;
  if (sandbox !== null) return { heldBy: 'guard+sandbox', why: sandbox };
  if (cannot !== null) return { heldBy: 'guard only', why: cannot };
  return { heldBy: 'guard only', why: leakText(subject, leak) };
}

function leakText({ samples }: Subject, leak: AskedSample | undefined): string {
  if (leak === undefined) return 'no call could be made of it';
  if (samples.byCommand.includes(leak.call)) return "the client's rule holds its own tools; a command gets past it";
  return 'a sample gets past the rule of the client';
}

/** Programs that write where an operand says. */
const WRITERS = /^\{?(?:rm|rmdir|shred|truncate|mv|chmod|chown|chgrp|tee|touch|ln|install|mkdir|dd)\b/;

/** What the client's sandbox was measured to hold: it mounts everything but the working folder read-only. */
function sandboxHolds({ kind, pattern, file }: Subject): string | null {
  if (kind === 'command' && pattern.includes('<outside>') && WRITERS.test(pattern)) {
    return 'outside of the working folder nothing can be written by a command';
  }
  const [path = ''] = file?.paths ?? [];
  if (file?.access === 'write' && /^[/~]/.test(path) && !/^\/tmp(?:\/|$)/.test(path)) {
    return "a command cannot write there; the client's own tools meet the guard alone";
  }
  return null;
}
