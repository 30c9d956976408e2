import type { ModelProvider } from '../core/session.ts';

/**
 * What a managed settings document needs to know of the place and the session that it is written for.
 * All paths are absolute.
 */
export interface Site {
  /** The hook client and the words before its own: `[program, …]`; the socket and the session id are appended. */
  readonly hookCommand: readonly string[];
  readonly guardSocket: string;
  readonly sessionId: string;
  /** Base URL of the gateway as the client reaches it, `http://127.0.0.1:PORT`. */
  readonly gatewayUrl: string;
  readonly provider: ModelProvider;
  /** The value of PATH that the session starts with; a repository's settings cannot change it. */
  readonly searchPath: string;
  /** Folders that the client's sandbox must hide, such as the state folder. */
  readonly hiddenFolders: readonly string[];
}
