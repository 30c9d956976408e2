import type { CommandRule, Defaults, FileRule, McpRule, ToolRule, WebRule } from '../core/rule-table.ts';
import type { ModelProvider } from '../core/session.ts';

/** Kind of machine that the agent runs on. */
export type Shape = 'workstation' | 'ec2' | 'container';

/**
 * What a policy text says, checked and with every default filled in: plain frozen data.
 * Every pattern in it parses, every rule id is unique, every address is one the gateway may use.
 */
export interface Policy {
  readonly name: string;
  readonly shape: Shape;
  readonly client: {
    /** Three numbers and two dots. */
    readonly minimumVersion: string;
  };
  readonly models: {
    readonly provider: ModelProvider;
    /** An absolute URL without a final slash, `https` unless it names this machine. */
    readonly upstream: string;
    readonly bedrockRegion: string;
  };
  readonly session: {
    /** From 1 to 10080. */
    readonly maxDurationMinutes: number;
    /** From 1 to 10080. */
    readonly idleTimeoutMinutes: number;
    /** From 1 to 64. */
    readonly maxConcurrent: number;
    readonly reauthenticateForSensitiveOperations: boolean;
    /** From 1 to 365. */
    readonly transcriptDays: number;
  };
  readonly sandbox: {
    readonly enabled: boolean;
    /** Host patterns. */
    readonly allowedDomains: readonly string[];
  };
  readonly defaults: PolicyDefaults;
  readonly commands: readonly CommandRule[];
  readonly files: readonly FileRule[];
  readonly web: readonly WebRule[];
  readonly mcp: {
    /** In the order in which they are written; names are unique. */
    readonly servers: readonly McpServer[];
    readonly rules: readonly McpRule[];
  };
  readonly tools: readonly ToolRule[];
}

/** What holds where no rule matches. */
export interface PolicyDefaults extends Defaults {
  /** The least verdict for program text given to an interpreter on its command line. */
  readonly inlineCode: 'ask' | 'deny';
}

/** An MCP server that the client may use. Values can name environment variables as `${NAME}`; they may be credentials. */
export type McpServer =
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'url';
      readonly name: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    };
