import type { FailurePolicy, PROGRAM_KINDS, SERVICE_KINDS } from '../core/engine-kind.ts';

/** What holds for every engine. */
export interface EngineLimits {
  /** Names the engine in the record, such as `gitleaks`. Unique within a set. */
  readonly name: string;
  /** Engines of lower order are asked first; those of one order at the same time. */
  readonly order: number;
  readonly onFailure: FailurePolicy;
  /** From the call to the answer, waiting for a turn included. */
  readonly timeoutMs: number;
  /** Scans at the same time. */
  readonly maxConcurrent: number;
  /** Scans that wait for a turn; one more is skipped. */
  readonly maxQueued: number;
  /** A text of more bytes is skipped: an engine that reads a part says nothing of the rest. */
  readonly maxInputBytes: number;
}

/** A program that reads the text from its standard input and writes a report to its standard output. */
export interface ProgramSetup extends EngineLimits {
  readonly kind: Exclude<(typeof PROGRAM_KINDS)[number], 'trufflehog'>;
  /** The program, by absolute path or by a name on `PATH`, and words that go before our own. */
  readonly command: readonly [string, ...string[]];
}

/** TruffleHog, which can also try the secrets that it finds against their providers. */
export interface TrufflehogSetup extends EngineLimits {
  readonly kind: 'trufflehog';
  readonly command: readonly [string, ...string[]];
  /** Sends found secrets to the providers that they may belong to. Off unless somebody asked for it in writing. */
  readonly isVerifying: boolean;
}

/** A service that is asked over HTTP. */
export interface ServiceSetup extends EngineLimits {
  readonly kind: (typeof SERVICE_KINDS)[number];
  /** Base URL of the service, such as `http://127.0.0.1:5002`; the path of the call is added. */
  readonly url: string;
  /** Name of the environment variable that holds the key, or null where the service wants none. */
  readonly keyEnv: string | null;
}

/** One engine as a policy names it: plain data. */
export type EngineSetup = ProgramSetup | TrufflehogSetup | ServiceSetup;
