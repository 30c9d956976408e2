import type { AnchorStatus } from '../core/anchor-status.ts';
import { signNote } from '../tlog/index.ts';
import type { Anchor, Publishing } from './anchor.ts';
import type { Cosigning, SignedHead, WitnessClient } from './witness-client.ts';

/** Seconds between two rounds, where the log has grown. */
export const ANCHOR_SECONDS = 60;
/** Milliseconds after which a place counts as not answering. It is left alone until it has. */
const PLACE_TIMEOUT_MS = 90_000;
/** Milliseconds that the end of it waits for the round that runs: a place that hangs must not keep the daemon from ending. */
const CLOSE_TIMEOUT_MS = 2_000;

/** What a place says that no log that was left alone makes it say. */
export interface AnchorAlarm {
  readonly kind: 'ahead' | 'inconsistent' | 'put-back';
  readonly name: string;
  readonly place: string;
  /** Entries of our newest checkpoint. */
  readonly size: number;
  /** Entries of the tree that the place holds. */
  readonly theirSize: number;
}

/** What anchoring is made of. */
export interface AnchoringParts {
  /** The newest checkpoint of the log; null before the first. */
  readonly newest: () => SignedHead | null;
  readonly witnesses: readonly { readonly client: WitnessClient; readonly place: string }[];
  readonly anchors: readonly Anchor[];
  /** Keeps the newest checkpoint with the signatures of witnesses. */
  readonly keepWitnessed: (note: string) => Promise<void>;
  /** Records an alarm; called once for each that is new. A failure of it makes it be called again at the next round. */
  readonly alarm: (alarm: AnchorAlarm) => Promise<void>;
  readonly nowMs: () => number;
}

type Outcome = Cosigning | Publishing;

/**
 * Brings checkpoints to witnesses and anchors, the newest one a round; those in between are covered by it. A place that
 * fails is asked again at the next round; one that does not answer holds nobody up.
 */
export class Anchoring {
  readonly #parts: AnchoringParts;
  readonly #places = new Map<string, AnchorStatus>();
  readonly #waiting = new Set<string>();
  readonly #raised = new Set<string>();
  /** The last cosignature of each witness, and what it is for: an anchor that failed gets it at a later round still. */
  readonly #cosigned = new Map<string, { readonly text: string; readonly line: string }>();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;

  constructor(parts: AnchoringParts) {
    this.#parts = parts;
    const all = [...parts.witnesses.map(({ client, place }) => ({ name: client.name, place })), ...parts.anchors];
    for (const { name, place } of all) {
      this.#places.set(keyOf(name, place), { name, place, lastOkMs: null, lastSize: null, failures: 0, problem: null });
    }
  }

  /** Starts the rounds; the first at once. */
  start(everySeconds: number = ANCHOR_SECONDS): void {
    this.#timer ??= setInterval(() => void this.round(), everySeconds * 1_000).unref();
    void this.round();
  }

  /** Ends the rounds, when the one that runs is at its end, or two seconds later. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#round !== null) await within(this.#round, CLOSE_TIMEOUT_MS, undefined);
  }

  /** One round; the one that runs, where there is one. Never rejects. */
  async round(): Promise<void> {
    this.#round ??= this.#runRound().finally(() => {
      this.#round = null;
    });
    await this.#round;
  }

  /** How each place is doing, witnesses first, in the order in which they were given. */
  status(): readonly AnchorStatus[] {
    return [...this.#places.values()];
  }

  async #runRound(): Promise<void> {
    const head = this.#parts.newest();
    if (head === null) return;
    await Promise.all(
      this.#parts.witnesses.map(async ({ client, place }) => {
        const outcome = await this.#ask(client.name, place, head, async () => await client.cosign(head));
        if (outcome === null || !('line' in outcome)) return;
        this.#cosigned.set(keyOf(client.name, place), { text: head.text, line: outcome.line });
      }),
    );
    const lines = [...this.#cosigned.values()].filter(({ text }) => text === head.text).map(({ line }) => line);
    const cosigned = await this.#withCosignatures(head, lines);
    await Promise.all(
      this.#parts.anchors.map(
        async (anchor) => await this.#ask(anchor.name, anchor.place, head, async () => await anchor.publish(cosigned)),
      ),
    );
  }

  async #withCosignatures(head: SignedHead, lines: readonly string[]): Promise<SignedHead> {
    if (lines.length === 0) return head;
    const logLines = head.note.slice(head.text.length + 1, -1).split('\n');
    const note = signNote(head.text, [], [...logLines, ...lines]);
    try {
      await this.#parts.keepWitnessed(note);
    } catch {
      // The disk of the log is full or broken: the log itself says so. The witnesses sign anew at the next round.
      return { ...head, note };
    }
    return { ...head, note };
  }

  /** Asks one place, unless it has that checkpoint or has not answered yet. Null where nothing came of it. */
  async #ask(name: string, place: string, head: SignedHead, ask: () => Promise<Outcome>): Promise<Outcome | null> {
    const key = keyOf(name, place);
    const { size } = head.checkpoint;
    if (this.#waiting.has(key)) {
      this.#note(key, { kind: 'failed', problem: 'has not answered yet' }, size);
      return null;
    }
    if (this.#places.get(key)?.lastSize === size && this.#places.get(key)?.problem === null) return null;
    this.#waiting.add(key);
    const asked = settled(ask).finally(() => this.#waiting.delete(key));
    const outcome = await within(asked, PLACE_TIMEOUT_MS, { kind: 'failed', problem: 'does not answer' });
    this.#note(key, outcome, size);
    await this.#raise(name, place, outcome, size);
    return outcome;
  }

  #note(key: string, outcome: Outcome, size: number): void {
    const status = this.#places.get(key);
    if (status === undefined) return;
    const problem = problemOf(outcome);
    const isThere = outcome.kind === 'published' || outcome.kind === 'cosigned' || outcome.kind === 'put-back';
    this.#places.set(key, {
      ...status,
      ...(isThere ? { lastOkMs: this.#parts.nowMs(), lastSize: size } : {}),
      failures: isThere ? 0 : status.failures + 1,
      problem,
    });
  }

  async #raise(name: string, place: string, outcome: Outcome, size: number): Promise<void> {
    if (outcome.kind !== 'ahead' && outcome.kind !== 'inconsistent' && outcome.kind !== 'put-back') return;
    const raised = `${keyOf(name, place)}\n${outcome.kind}\n${outcome.size}`;
    if (this.#raised.has(raised)) return;
    try {
      await this.#parts.alarm({ kind: outcome.kind, name, place, size, theirSize: outcome.size });
      this.#raised.add(raised);
    } catch {
      // INVARIANT: an alarm that was not recorded is not remembered as raised, so the next round raises it again.
    }
  }
}

function problemOf(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'published':
    case 'cosigned':
      return null;
    case 'put-back':
      return 'has lost what it held';
    case 'ahead':
      return `holds a larger tree of this log, of ${outcome.size} entries`;
    case 'inconsistent':
      return `holds another tree of this log, of ${outcome.size} entries`;
    case 'failed':
      return outcome.problem;
  }
}

async function settled(ask: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await ask();
  } catch (error) {
    return { kind: 'failed', problem: error instanceof Error ? error.message : 'failed' };
  }
}

/** What was asked for, or `late` where that takes longer. */
async function within<T>(asked: Promise<T>, limitMs: number, late: T): Promise<T> {
  const limit = Promise.withResolvers<T>();
  const timer = setTimeout(limit.resolve, limitMs, late).unref();
  try {
    return await Promise.race([asked, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function keyOf(name: string, place: string): string {
  return `${name}\n${place}`;
}
