import type { JsonObject } from './json.ts';
import type { ModelProvider } from './session.ts';
import type { Taint } from './taint.ts';

/** What the daemon says of itself on `GET /status` of the control socket. */
export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly policy: {
    readonly name: string;
    readonly digest: string;
    readonly file: string;
    readonly sandbox: boolean;
    /** The number of the signed bundle; null for a policy that was read from texts. */
    readonly sequence: number | null;
    /** Those that hold now. */
    readonly exceptions: readonly { readonly name: string; readonly expiresAtMs: number }[];
  };
  readonly guardSocket: string;
  readonly gatewayUrl: string;
  readonly controlSocket: string;
  readonly auditFolder: string;
  readonly auditRecords: number;
  readonly logHealth: LogHealth;
  /** The last try to read the policy again, where it was refused; null where what the file held then is in force. */
  readonly refusedReload: RefusedReload | null;
  /** Which form of the hook client is in use: `c`, `sh` or `node`; and how it is started. */
  readonly hookClient: string;
  readonly hookCommand: readonly string[];
  readonly sessions: readonly {
    readonly id: string;
    readonly workspace: string;
    readonly endedReason: string | null;
    readonly taint: Taint | null;
  }[];
}

/** Whether the log takes records, as the newest append found it: an idle log is not tried. */
export type LogHealth =
  | { readonly state: 'ok'; readonly lastAppendAtMs: number }
  /** Calls are denied. `error` is the newest failure in one line. */
  | { readonly state: 'failing'; readonly sinceMs: number; readonly lastTriedAtMs: number; readonly error: string };

/** A policy that was to be put in force while the daemon ran and was not. */
export interface RefusedReload {
  readonly atMs: number;
  /** The first diagnostic, or the failure in one line. */
  readonly reason: string;
}

/** Credentials of a session's owner for the model provider. They stay in the daemon's memory and never reach the agent. */
export interface ModelCredentials {
  readonly anthropicApiKey: string | null;
  readonly anthropicAuthToken: string | null;
  readonly awsAccessKeyId: string | null;
  readonly awsSecretAccessKey: string | null;
  readonly awsSessionToken: string | null;
  readonly awsProfile: string | null;
  readonly awsBearerToken: string | null;
}

/** Body of `POST /sessions`. */
export interface OpenSessionRequest {
  readonly workspace: string;
  readonly homeDir: string;
  /** The shell's values of variables that the session pins, such as PATH; others are ignored. */
  readonly environment: Readonly<Record<string, string>>;
  readonly credentials: ModelCredentials;
  /** Set where no launcher will send beats: the session ends when this process is gone. */
  readonly watchPid: number | null;
  readonly about: JsonObject;
}

/** Answer to `POST /sessions`. `settings` and `mcp` are whole documents for the client. */
export interface OpenSessionAnswer {
  readonly sessionId: string;
  readonly token: string;
  readonly provider: ModelProvider;
  readonly gatewayUrl: string;
  readonly sandbox: boolean;
  readonly settings: JsonObject;
  readonly mcp: JsonObject;
}

/** Answer to `POST /probes`: a session that was ended when it was opened, so that everything of it must be refused. */
export interface ProbeAnswer {
  readonly sessionId: string;
  readonly token: string;
}

/** Answer to `POST /sessions/ID/beat`. */
export interface BeatAnswer {
  readonly endedReason: string | null;
}
