import type { RuleId } from './ids.ts';

/** What a rule says. A rule never rewrites; that is an obligation added by `decide`. */
export type RuleVerdict = 'deny' | 'ask' | 'allow';

/**
 * How far a rule is rolled out. Only `enforce` decides. What a rule in `warn` or `shadow` would have said is recorded,
 * and for `warn` also shown to the developer.
 */
export const ROLLOUT_MODES = ['enforce', 'warn', 'shadow'] as const;
export type RolloutMode = (typeof ROLLOUT_MODES)[number];

/**
 * What is compiled from a policy for `decide`: plain frozen data, so that it can be signed, stored and compared.
 * The order of rules in a list carries no meaning.
 */
export interface RuleTable {
  readonly formatVersion: 1;
  readonly policyName: string;
  readonly commands: readonly CommandRule[];
  readonly files: readonly FileRule[];
  readonly web: readonly WebRule[];
  readonly mcp: readonly McpRule[];
  readonly tools: readonly ToolRule[];
  /** What holds where no rule matches. */
  readonly defaults: Defaults;
  /** Program text given to an interpreter on its command line (`python -c`, `node -e`): never plainly allowed. */
  readonly inlineCode: 'ask' | 'deny';
  /**
   * Whether the client's operating-system sandbox is in force, so that a recursive read (`grep -r`) meets the same
   * `files` rules below the shell. Where it is not, such a read is asked.
   */
  readonly isSandboxed: boolean;
}

export interface Defaults {
  readonly command: 'deny' | 'ask';
  readonly readInside: RuleVerdict;
  readonly readOutside: RuleVerdict;
  readonly writeInside: RuleVerdict;
  readonly writeOutside: RuleVerdict;
  readonly web: 'deny' | 'ask';
  readonly mcp: 'deny' | 'ask';
  readonly tool: 'deny' | 'ask';
}

/** A rule on shell commands. Patterns: the grammar of `parseCommandPattern`. */
export interface CommandRule {
  readonly id: RuleId;
  readonly verdict: RuleVerdict;
  readonly mode: RolloutMode;
  readonly run: readonly string[];
  /** The rule does not match a command that surely matches one of these. */
  readonly unless: readonly string[];
  readonly reason: string;
}

/** A rule on files, reached by any tool. Patterns: the grammar of `parsePathPattern`. */
export interface FileRule {
  readonly id: RuleId;
  readonly verdict: RuleVerdict;
  readonly mode: RolloutMode;
  readonly access: 'read' | 'write';
  readonly paths: readonly string[];
  /** Names that the patterns would take but that hold nothing to protect, such as a `.env.example` file. */
  readonly except: readonly string[];
  readonly reason: string;
}

/** A rule on hosts that are fetched from. `*.example.com` covers subdomains, not the apex. */
export interface WebRule {
  readonly id: RuleId;
  readonly verdict: RuleVerdict;
  readonly mode: RolloutMode;
  readonly hosts: readonly string[];
  /** Hosts that `hosts` would take and that are not meant. */
  readonly except: readonly string[];
  readonly reason: string;
}

/** A rule on calls of an MCP server's tools; `*` stands for any name. */
export interface McpRule {
  readonly id: RuleId;
  readonly verdict: RuleVerdict;
  readonly mode: RolloutMode;
  readonly server: string;
  readonly tools: readonly string[];
  /** Calls that the rule would take and that are not meant; `*` stands for any name. */
  readonly except: readonly { readonly server: string; readonly tools: readonly string[] }[];
  readonly reason: string;
}

/** A rule on the client's own tools by name, for those that are no command, file, web or MCP call. */
export interface ToolRule {
  readonly id: RuleId;
  readonly verdict: RuleVerdict;
  readonly mode: RolloutMode;
  readonly tools: readonly string[];
  /** Tools that the rule would take and that are not meant. */
  readonly except: readonly string[];
  readonly reason: string;
}
