import type { AuditRules } from '../core/audit-rules.ts';
import type { CompanyLists } from '../core/company-lists.ts';
import type { ContentAction, InjectionAction } from '../core/content-rules.ts';
import type { EnginePlace, FailurePolicy, PROGRAM_KINDS, SERVICE_KINDS } from '../core/engine-kind.ts';
import type { GatewayRules } from '../core/gateway-rules.ts';
import type { RuleId } from '../core/ids.ts';
import type { CommandRule, Defaults, FileRule, McpRule, RuleVerdict, ToolRule, WebRule } from '../core/rule-table.ts';
import type { ModelProvider } from '../core/session.ts';

/** Kind of machine that the agent runs on. */
export type Shape = 'workstation' | 'ec2' | 'container';

/**
 * What the texts of a policy say together, checked and with every default filled in: plain frozen data.
 * Every pattern in it parses, every rule id is unique, every address is one the gateway may use. The rules hold those
 * that sections such as `git` stand for; exceptions are not yet in them, see `ruleTableOf`.
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
    /**
     * How requests to Bedrock prove who sends them: by their signature, or to a central gateway by a proof of the AWS role
     * of the machine. `sigv4` for other providers.
     */
    readonly upstreamAuth: 'sigv4' | 'aws-identity';
    readonly bedrockRegion: string;
    /** Whose models are asked and where; null unless `provider` is `vertex`. */
    readonly vertex: { readonly project: string; readonly region: string } | null;
    /** Globs on model ids, where `*` is any text; empty: every model that `deny` leaves. */
    readonly allow: readonly string[];
    /** Globs on model ids. They beat `allow`. */
    readonly deny: readonly string[];
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
  };
  readonly git: GitSection;
  readonly containers: ContainerSection;
  readonly egress: {
    /** The one list of hosts that commands may reach; nothing else is reached. */
    readonly hosts: readonly EgressHost[];
  };
  readonly shell: {
    readonly keepHistory: boolean;
    /** Three octal digits; null where the policy names none. */
    readonly umask: string | null;
    /** From 1 to 1440; null where the policy names none. */
    readonly timeoutMinutes: number | null;
  };
  readonly audit: AuditRules;
  /** What is done where a detector sees such text; null where the policy says nothing. */
  readonly dlp: {
    readonly secret: ContentAction | null;
    readonly personal: ContentAction | null;
    readonly company: ContentAction | null;
    /** Values that may pass: HMAC-SHA-256 in hex, keyed with the salt, which is hex too. Null where there are none. */
    readonly allowed: { readonly salt: string; readonly hashes: readonly string[] } | null;
  };
  readonly injection: {
    readonly onFinding: InjectionAction | null;
    /** `any-untrusted`: also text in which nothing was found, from where anyone can write. */
    readonly taint: boolean | 'any-untrusted';
  };
  /** In the order of their names. Without faults. */
  readonly company: CompanyLists;
  /** In the order of their names, which are unique. */
  readonly engines: readonly PolicyEngine[];
  readonly gateway: GatewayRules;
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
  /** In the order of their names, which are unique; also those that have ended. */
  readonly exceptions: readonly PolicyException[];
}

/** What `git` says; rules are made of it. `allow` says nothing: the other rules decide. */
export interface GitSection {
  /** Names of branches, where `*` is any text. */
  readonly protectedBranches: readonly string[];
  readonly pullRequestOnly: boolean;
  readonly forcePush: RuleVerdict;
  readonly skipChecks: RuleVerdict;
}

/** What `containers` says; rules are made of it. `allow` says nothing: the other rules decide. */
export interface ContainerSection {
  readonly privileged: RuleVerdict;
  readonly hostMounts: RuleVerdict;
  readonly hostNamespaces: RuleVerdict;
  readonly capabilities: RuleVerdict;
  readonly devices: RuleVerdict;
  /** Null where the policy names no limit. */
  readonly limits: { readonly memoryMb: number | null; readonly cpus: number | null; readonly pids: number | null };
}

/** A host that commands may reach. */
export interface EgressHost {
  /** A host pattern, never `*` alone. */
  readonly host: string;
  /** From 1 to 65535, ascending. */
  readonly ports: readonly number[];
  readonly reason: string;
  /** Why a host that many parties share is reached all the same; null where nobody said so. */
  readonly acceptedRisk: string | null;
}

/** A scanner outside of this program. */
export type PolicyEngine = EngineLimits &
  (
    | {
        readonly kind: (typeof PROGRAM_KINDS)[number];
        /** The program, by absolute path or by a name on `PATH`, and words before our own. */
        readonly command: readonly [string, ...string[]];
        /** Whether what is found is tried at its provider; always false but for TruffleHog. */
        readonly isVerifying: boolean;
      }
    | {
        readonly kind: (typeof SERVICE_KINDS)[number];
        /** An absolute URL without a final slash, `https` unless it names this machine. */
        readonly url: string;
        /** Variable of the daemon's environment; null where the service wants no key. */
        readonly keyEnv: string | null;
      }
  );

export interface EngineLimits {
  readonly name: string;
  readonly at: readonly EnginePlace[];
  readonly order: number;
  readonly onFailure: FailurePolicy;
  readonly timeoutMs: number;
  readonly maxConcurrent: number;
  readonly maxInputBytes: number;
}

/** A lift of named patterns out of named rules, by somebody, for a reason, until a moment. */
export interface PolicyException {
  readonly name: string;
  /** An e-mail address. */
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string;
  /** Milliseconds since the Unix epoch; at this moment it holds no more. */
  readonly expiresAtMs: number;
  readonly lifts: readonly ExceptionLift[];
}

/** What an exception takes out of one rule, in the patterns of the rule's own family. */
export type ExceptionLift =
  | { readonly family: 'commands'; readonly rule: RuleId; readonly run: readonly string[] }
  | { readonly family: 'files'; readonly rule: RuleId; readonly paths: readonly string[] }
  | { readonly family: 'web'; readonly rule: RuleId; readonly hosts: readonly string[] }
  | { readonly family: 'mcp'; readonly rule: RuleId; readonly server: string; readonly tools: readonly string[] }
  | { readonly family: 'tools'; readonly rule: RuleId; readonly tools: readonly string[] };

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
