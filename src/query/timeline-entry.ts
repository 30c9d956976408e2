/** A record that an entry rests on, and when it was written. */
export interface Seen {
  readonly id: number;
  readonly atMs: number;
}

/** What looking at a text came to: detectors with how often, and what followed. */
export interface Looked {
  readonly found: readonly (readonly [detectorId: string, hits: number])[];
  readonly did: string | null;
}

/** What a layer said of a call. */
export interface Said extends Seen {
  readonly verdict: string;
  readonly ruleId: string | null;
}

/** How a call came out. */
export interface CallResult extends Seen {
  readonly outcome: 'ok' | 'failed' | 'refused-by-person';
  readonly durationMs: number | null;
  /** UTF-16 code units of what came back. */
  readonly length: number | null;
  readonly sha256: string | null;
  /** What kept it from the model as it was; null for nothing. */
  readonly ruleId: string | null;
  readonly looked: Looked | null;
}

/** One call, as every layer saw it. Null: that layer has no record of it. */
export interface CallEntry {
  readonly kind: 'call';
  readonly toolUseId: string | null;
  readonly tool: string | null;
  readonly summary: string | null;
  readonly agentId: string | null;
  readonly inputSha256: string | null;
  /** The model asked for it. */
  readonly asked: Said | null;
  /** The gateway took it out of the answer. */
  readonly takenOut: Said | null;
  /** The guard decided it. */
  readonly decided: Said | null;
  /** The client would have asked a person. */
  readonly permission: Said | null;
  readonly result: CallResult | null;
  /** A result of it went up to the model that the guard had not decided. */
  readonly undecided: 'ran' | 'failed' | null;
  readonly looked: Looked | null;
}

/** A request to the model and its answer. */
export interface ModelEntry {
  readonly kind: 'model';
  readonly model: string | null;
  readonly agentId: string | null;
  readonly requestSha256: string | null;
  readonly looked: readonly { readonly did: string; readonly found: Looked['found'] }[];
  readonly replyFound: Looked['found'];
  /** Null: no answer is on record. */
  readonly reply:
    | (Seen & {
        readonly ended: string;
        readonly status: number | null;
        readonly stopReason: string | null;
        readonly durationMs: number | null;
        readonly inputTokens: number | null;
        readonly outputTokens: number | null;
        readonly cacheReadTokens: number | null;
      })
    | null;
  /** Other services that were asked because one failed. */
  readonly fallbacks: number;
}

/** What happened, in the order in which it began. */
export type TimelineEntry = Seen & {
  /** 0 before the first prompt, then the number of the prompt that it belongs to. */
  readonly turn: number;
} & (
    | CallEntry
    | ModelEntry
    | {
        readonly kind: 'prompt';
        readonly length: number | null;
        readonly sha256: string | null;
        readonly verdict: string | null;
        readonly ruleId: string | null;
        readonly looked: Looked | null;
      }
    /** The gateway answered in place of the model. */
    | { readonly kind: 'refused'; readonly why: string; readonly path: string | null }
    /** The check that hooks reach the guard. Null: no record says. */
    | { readonly kind: 'liveness'; readonly toolUseId: string; readonly answer: 'proven' | 'unanswered' | null }
    | {
        readonly kind: 'taint';
        readonly source: string;
        readonly detectorId: string | null;
        readonly toolUseId: string | null;
      }
    | {
        readonly kind: 'finding';
        readonly event: string;
        readonly severity: string | null;
        readonly toolUseId: string | null;
      }
    | {
        readonly kind: 'egress';
        readonly verdict: string;
        readonly host: string | null;
        readonly ruleId: string | null;
      }
    /** A process of the session held a connection, and nobody was asked about it. */
    | {
        readonly kind: 'connection';
        /** Address and port. */
        readonly remote: string | null;
        readonly destination: string | null;
        readonly pid: number | null;
        readonly seenBy: string | null;
      }
    /** Anything else, in the words of its record. */
    | {
        readonly kind: 'session' | 'client' | 'admin' | 'other';
        readonly event: string;
        readonly words: readonly string[];
      }
  );

/** An entry without when it began. */
export type EntryBody = TimelineEntry extends infer Entry
  ? Entry extends TimelineEntry
    ? Omit<Entry, keyof Seen | 'turn'>
    : never
  : never;
