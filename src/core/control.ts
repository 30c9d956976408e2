import type { AnchorStatus } from './anchor-status.ts';
import type { CheckpointHealth } from './audit.ts';
import type { EngineKind, EnginePlace, FailurePolicy } from './engine-kind.ts';
import type { JsonObject } from './json.ts';
import type { ReconcileStatus } from './reconcile-status.ts';
import type { ModelProvider } from './session.ts';
import type { WatchedProcess } from './session-owner.ts';
import type { SinkStatus } from './sink-status.ts';
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
  /** The newest signed head of the log: its name, the records that it covers, and whether it comes in time. */
  readonly checkpoint: CheckpointHealth & { readonly origin: string; readonly size: number };
  /** The sinks of the policy in force, in the order of their names. */
  readonly delivery: readonly SinkStatus[];
  /** The witnesses and anchors of the policy in force. */
  readonly anchors: readonly AnchorStatus[];
  /** What joining the layers has come to; null until the daemon is ready. */
  readonly reconcile: ReconcileStatus | null;
  /** The last try to read the policy again, where it was refused; null where what the file held then is in force. */
  readonly refusedReload: RefusedReload | null;
  /** Those of the policy in force, in the order of their names. Each begins anew with a policy. */
  readonly engines: readonly EngineStatus[];
  /** Which form of the hook client is in use: `c`, `sh` or `node`; and how it is started. */
  readonly hookClient: string;
  readonly hookCommand: readonly string[];
  readonly sessions: readonly {
    readonly id: string;
    readonly workspace: string;
    readonly endedReason: string | null;
    readonly taint: Taint | null;
    readonly openedAtMs: number;
    /** When it ends as things stand, and by which limit of the policy; null where it has ended. */
    readonly ends: SessionEnding | null;
    /** Whose it is, where the daemon serves several users. */
    readonly user?: string;
  }[];
  /** Absent where the daemon serves one user. */
  readonly host?: HostFacts;
}

/** When a session ends as things stand: what happens in it moves the end that idle_timeout_minutes sets. */
export interface SessionEnding {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** The field of the policy's `session`. */
  readonly limit: 'max_duration_minutes' | 'idle_timeout_minutes';
}

/** A session that runs, as its own person may see it: an entry of the answer to `GET /sessions`. */
export interface OwnSession {
  readonly id: string;
  readonly workspace: string;
  readonly openedAtMs: number;
  readonly ends: SessionEnding;
}

/** What a daemon that serves several users says of itself to each of them: nothing of anybody's sessions. */
export interface HostStatus {
  readonly version: string;
  readonly startedAtMs: number;
  readonly policy: { readonly name: string; readonly digest: string; readonly sequence: number | null };
  readonly gatewayUrl: string;
  /** Whether the log takes records; calls are denied while it does not. */
  readonly isLogTaking: boolean;
  /** Sessions of the user who asks; null where that is not known. */
  readonly ownSessions: number | null;
}

/** Capabilities of Linux by which a daemon sees and ends what is other users'. */
export type HostCapability = 'CAP_DAC_READ_SEARCH' | 'CAP_KILL' | 'CAP_SYS_PTRACE';

/** Of a daemon that serves several users. */
export interface HostFacts {
  readonly runtimeFolder: string;
  /** Capabilities of the system that it lacks, and so cannot see or end all that is other users'. */
  readonly missingCapabilities: readonly HostCapability[];
  /** Doors that are open at this moment. */
  readonly doors: number;
}

/** Whether the log takes records, as the newest append found it: an idle log is not tried. */
export type LogHealth =
  | { readonly state: 'ok'; readonly lastAppendAtMs: number }
  /** Calls are denied. `error` is the newest failure in one line. */
  | { readonly state: 'failing'; readonly sinceMs: number; readonly lastTriedAtMs: number; readonly error: string };

/** A scanner outside of this program, as the policy names it, and how it fared. */
export type EngineStatus = EngineHealth & {
  readonly name: string;
  readonly kind: EngineKind;
  readonly at: readonly EnginePlace[];
  readonly onFailure: FailurePolicy;
  /** The program, by absolute path or by a name on `PATH`, or the address of the service. */
  readonly asks: string;
  /** The variable of the daemon's environment that holds the key; null where the engine wants none. */
  readonly key: { readonly variable: string; readonly isSet: boolean } | null;
  /** Whether it is asked: not while the circuit is `open`; while it is `probing`, about one text at a time. */
  readonly circuit: 'closed' | 'open' | 'probing';
};

/**
 * Whether an engine answers, by the newest text that it was given. A text that it was not given, because it is too large
 * or too many wait, says nothing of it.
 */
export type EngineHealth =
  | { readonly state: 'unasked'; readonly sinceMs: null; readonly reason: null }
  | { readonly state: 'answers'; readonly sinceMs: number; readonly reason: null }
  /** `reason` is the newest, in fixed words: `http-status 503`. */
  | { readonly state: 'silent'; readonly sinceMs: number; readonly reason: string };

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
  readonly googleAccessToken: string | null;
  /** A file of Google credentials, by its path. */
  readonly googleCredentialsFile: string | null;
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
  /** The launcher, by whose end the daemon knows at once that the session is over; absent where it cannot tell. */
  readonly launcher?: WatchedProcess;
  /** Which folder the workspace is as whoever asks sees it, as `device:inode`; a daemon that sees another one refuses. */
  readonly workspaceFile?: string;
  readonly about: JsonObject;
}

/** Answer to `POST /sessions`. `settings` and `mcp` are whole documents for the client. */
export interface OpenSessionAnswer {
  readonly sessionId: string;
  readonly token: string;
  readonly provider: ModelProvider;
  readonly gatewayUrl: string;
  readonly sandbox: boolean;
  /** Folders of the daemon that the session's view must hide. */
  readonly hiddenFolders: readonly string[];
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
  /** That it ends soon and why, for the person at the keyboard; null while there is time. */
  readonly warning: string | null;
  /** Whether the daemon ends the processes of the ended session: whoever started the client had better end it first. */
  readonly endsProcesses: boolean;
}
