import type { ModelProvider } from '../core/session.ts';

/**
 * Variables that decide which programs and libraries run and whom they trust. Developers and companies set them with
 * reason, so a session keeps the values of the shell that it was started from, and pins them.
 */
export const KEPT_VARIABLES = [
  'PATH',
  'LD_LIBRARY_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'NODE_PATH',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
] as const;

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
  /** The developer's own values of the variables in {@link KEPT_VARIABLES}; a repository's settings cannot change them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders that the client's sandbox must hide, such as the state folder. */
  readonly hiddenFolders: readonly string[];
}
