import type { Action } from '../core/action.ts';
import type { RuleId } from '../core/ids.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import type { Scene } from '../decide/index.ts';
import type { Clause } from './clause.ts';
import type { Said } from './decision-pair.ts';
import type { EgressDiff } from './diff-egress.ts';
import type { FieldChange } from './diff-fields.ts';

/** What an action is, as far as rules tell kinds apart. */
export type ActionKind = 'command' | 'read' | 'write' | 'fetch' | 'mcp' | 'tool';

/** A kind of call for which the verdict changes, with a call that shows it. */
export interface Change {
  readonly kind: ActionKind;
  readonly from: RuleVerdict;
  readonly to: RuleVerdict;
  /** A call for which `decide` was asked on both sides and gave these two answers. */
  readonly witness: Action;
  readonly scene: Scene;
  readonly before: Said;
  readonly after: Said;
  /** The rules that changed or that decided, each once. */
  readonly rules: readonly RuleId[];
  /** Which calls, in words. */
  readonly region: string;
}

/** A part of a policy that differs, where neither a call that shows it nor a proof that there is none was found. */
export interface Unproven {
  readonly kind: ActionKind;
  readonly rules: readonly RuleId[];
  readonly region: string;
  readonly why: string;
}

/** What differs at one layer. */
export interface LayerDiff {
  /** Newly allowed first, then newly asked, then newly denied. */
  readonly changes: readonly Change[];
  readonly unproven: readonly Unproven[];
}

/**
 * What differs between two policies.
 *
 * Where the guard's `changes` and `unproven` are both empty, no call is decided differently: a proof, for the given
 * home and workspace folders as far as files are named by tools, and for any as far as commands name them; for
 * enforced rules; for verdicts, not for reasons. `docs/analysis.md` says what the proof rests on.
 *
 * The client's settings are compared field by field; where none differs, nothing differs, which is a proof. Its
 * `changes` are calls that were tried, and say nothing on others. The egress list is compared wholly: an empty list of
 * changes is a proof.
 */
export interface PolicyDiff {
  readonly layers: {
    readonly guard: LayerDiff;
    readonly client?: LayerDiff & { readonly fields: readonly FieldChange[] };
    readonly egress?: EgressDiff;
  };
}

/** A pattern in words. */
export function clauseRegion(clause: Clause): string {
  switch (clause.kind) {
    case 'command':
      return `commands that match \`${clause.text}\``;
    case 'file':
      return `files that match \`${clause.text}\``;
    case 'web':
      return `hosts that match \`${clause.text}\``;
    case 'mcp':
      return `MCP calls that match \`${clause.text}\``;
    case 'tool':
      return `tools that match \`${clause.text}\``;
  }
}

/** Ids each once, in their order; what is built in last. */
export function ruleIds(ids: readonly RuleId[]): readonly RuleId[] {
  const isBuiltIn = (id: RuleId): boolean => /^(?:decide|default)\//.test(id);
  const all = [...new Set(ids)].sort();
  return [...all.filter((id) => !isBuiltIn(id)), ...all.filter(isBuiltIn)];
}
