/** What the real client makes of the text of one permission rule. */
export interface RuleReading {
  /** Whether any call can match it. */
  readonly matches: 'something' | 'nothing';
  /** One line, lower case. */
  readonly why: string;
  /** A form that would do what was meant, or null. */
  readonly wider: string | null;
}

/** Tells how the client reads a permission rule; the room `predict` has one. */
export type RuleReader = (list: 'allow' | 'ask' | 'deny', text: string) => RuleReading;
