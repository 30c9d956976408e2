/**
 * What the agent wants to do, whichever enforcement point saw it.
 *
 * Paths are as the agent wrote them: relative ones are relative to `cwd`, `~` is not expanded.
 * `decide` resolves them; nothing else does.
 */
export type Action =
  | CommandAction
  | { readonly kind: 'read' | 'write'; readonly path: string; readonly cwd: string }
  | { readonly kind: 'fetch'; readonly url: string }
  | { readonly kind: 'mcp'; readonly server: string; readonly tool: string }
  | { readonly kind: 'tool'; readonly name: string }
  | { readonly kind: 'canary'; readonly toolUseId: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/** A shell command line as the Bash tool would run it. */
export interface CommandAction {
  readonly kind: 'command';
  readonly commandLine: string;
  readonly cwd: string;
  /** The agent asked the client to run this outside of its operating-system sandbox. */
  readonly isUnsandboxed: boolean;
}
