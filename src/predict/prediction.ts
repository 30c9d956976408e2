import type { JsonObject } from '../core/json.ts';

/** The client's permission modes, by the names that settings and its command line use. */
export const MODES = ['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions'] as const;
export type Mode = (typeof MODES)[number];

/** The three lists of rules, in the order in which the client lets them win. */
export const LISTS = ['deny', 'ask', 'allow'] as const;
export type RuleList = (typeof LISTS)[number];

/** One call as the model makes it. */
export interface ToolCall {
  readonly tool: string;
  readonly input: JsonObject;
  /** The mode that the session was asked to run in; without it, the one that the settings name. */
  readonly mode?: Mode;
  /**
   * Whether no command has run yet in the session. The client follows variables and loops only once it has seen a shell
   * start; without this, one has.
   */
  readonly isFirstCommand?: boolean;
}

/** What the client by itself would do with a call: no hook, no guard, nobody at the keyboard. */
export interface Prediction {
  readonly verdict: 'allow' | 'ask' | 'deny';
  /** The settings' own text of the rule that decided, or null where none did. */
  readonly rule: string | null;
  /** One line, lower case: what the client goes by. */
  readonly why: string;
}
