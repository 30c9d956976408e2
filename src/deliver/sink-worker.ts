import type { BacklogLimits, SinkRule } from '../core/audit-rules.ts';
import { AuditCorrupt } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import type { SinkStatus } from '../core/sink-status.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import { backlogState } from './backlog-watch.ts';
import type { BacklogState } from './backlog-watch.ts';
import { BatchReader, readPlanned } from './batch-reader.ts';
import { waitAfter } from './backoff.ts';
import type { DeliveryClock } from './clock.ts';
import type { DeliveryFiles } from './delivery-files.ts';
import { LogCursor } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { KeptPosition } from './kept-position.ts';
import { failureText } from './one-line.ts';
import type { Position } from './position.ts';
import { Refusals } from './refusals.ts';
import { sendOnce, withinTime } from './send-once.ts';
import { SinkFailed } from './sink.ts';
import type { Sink, SinkBatch } from './sink.ts';
import { TreeDelivery } from './tree-delivery.ts';

/** Longest time without a look at the log, in milliseconds, should a wake-up get lost. */
const LOOK_MS = 5_000;

/** A batch is sent once waiting for more would use this share of what a sink may be behind without an alarm. */
const WAITING_SHARE = 0.25;

/** Milliseconds between two times that a position is written down while nothing is delivered. */
const SAVE_MS = 30_000;

export interface WorkerPorts {
  readonly source: LogSource;
  readonly files: DeliveryFiles;
  readonly clock: DeliveryClock;
  readonly arrivals: ArrivalTimes;
  /** Makes the sink; called again after each failure, so that new credentials and certificates are taken up. */
  readonly makeSink: () => Promise<Sink>;
  /** Where the sink is, in one spelling. */
  readonly target: string;
  /** Records something about the delivery, and says it. Never throws. */
  readonly tell: (event: string, body: JsonObject) => void;
}

/**
 * Delivers the log to one sink, from where it was to the end, and goes on as the log grows. Never gives up: whatever
 * fails is tried again from the durable position, in the same way as after the death of the process.
 */
export class SinkWorker {
  readonly rule: SinkRule;
  readonly #ports: WorkerPorts;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isFlushing = false;
  #waiting = new AbortController();
  #isWoken = false;

  readonly #position: KeptPosition;
  readonly #refusals: Refusals;
  /** What the oldest record had waited for when this process took over, and which that was. */
  #carried = { index: -1, waitedMs: 0 };
  /** Of the planned batch, what the receiver still wants. */
  #pending: ReadonlySet<number> | null = null;

  #state: SinkStatus['state'] = 'starting';
  #backlog: BacklogState = 'ok';
  /** Null until they were looked at first. */
  #limits: BacklogLimits | null = null;
  #failures = 0;
  #lastError: SinkStatus['lastError'] = null;
  #lastSuccessAtMs: number | null = null;
  /** Since when the position does not fit the log, and since when a store does not take the tree; null while all is well. */
  #unfitSinceMs: number | null = null;
  #treeStuckSinceMs: number | null = null;

  constructor(rule: SinkRule, ports: WorkerPorts) {
    this.rule = rule;
    this.#ports = ports;
    const { source, files, clock, target, tell } = ports;
    this.#position = new KeptPosition({ rule, source, files, clock, target, tell });
    this.#refusals = new Refusals({ sink: rule.name, logId: source.origin, files, nowMs: clock.nowMs, tell });
  }

  /** Reads the position and begins. Resolves when the backlog is known as well as the file tells it. */
  async start(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      this.#failed(error);
    }
    this.#running = this.#run();
  }

  /** Says that there may be something to do. */
  wake(): void {
    this.#isWoken = true;
    this.#waiting.abort();
  }

  /**
   * Delivers what is left as far as that is possible within `flushMs`, and ends.
   *
   * @param isRemoved whether the policy names the sink no more.
   */
  async stop(flushMs: number, isRemoved = false): Promise<void> {
    const { clock } = this.#ports;
    this.#isFlushing = true;
    this.wake();
    const flushed = new AbortController();
    await Promise.race([this.#running, clock.sleep(flushMs, flushed.signal)]);
    flushed.abort();
    this.#stop.abort();
    await this.#running;
    if (this.#position.maybe === null) return;
    this.#position.change({ isRemoved });
    try {
      await this.#save();
    } catch (error) {
      // The next start sends again what was not written down.
      this.#failed(error);
    }
  }

  /** Looks whether the backlog is within its limits, and tells where that changes. */
  watch(limits: BacklogLimits): void {
    this.#limits = limits;
    const before = this.#backlog;
    const backlog = this.#limited();
    this.#backlog = backlogState(before, backlog, limits, this.rule.required);
    if (this.#backlog === before) return;
    const event =
      this.#backlog === 'deny'
        ? 'delivery-denies'
        : this.#backlog === 'ok'
          ? 'delivery-caught-up'
          : before === 'deny'
            ? 'delivery-denies-no-more'
            : 'delivery-behind';
    this.#ports.tell(event, {
      sink: this.rule.name,
      required: this.rule.required,
      records: backlog.records,
      seconds: Math.floor(backlog.oldestMs / 1_000),
      lastError: this.#state === 'retrying' ? (this.#lastError?.text ?? null) : null,
    });
  }

  /** Why decisions are refused for this sink, in one line; null while they are not. */
  get denial(): string | null {
    if (this.#backlog !== 'deny') return null;
    const { records, oldestMs } = this.#limited();
    const behind = `${records} records and ${Math.floor(oldestMs / 1_000)} s`;
    return `sink \`${this.rule.name}\`, which the policy requires, is ${behind} behind`;
  }

  status(): SinkStatus {
    const acked = this.#position.maybe?.acked ?? 0;
    return {
      name: this.rule.name,
      to: this.rule.to,
      required: this.rule.required,
      state: this.#state,
      backlog: this.#backlog,
      acked,
      behind: Math.max(0, this.#ports.source.size() - acked),
      oldestSeconds: Math.floor(this.#limited().oldestMs / 1_000),
      refused: this.#position.maybe?.refused ?? 0,
      treeSize: this.rule.to === 's3' || this.rule.to === 'file' ? (this.#position.maybe?.treeSize ?? 0) : null,
      lastError: this.#lastError,
      lastSuccessAtMs: this.#lastSuccessAtMs,
    };
  }

  /** The backlog as far as it counts for limits: what was in the log before the sink came to it does not. */
  #limited(): { readonly records: number; readonly oldestMs: number } {
    const { source, arrivals, clock } = this.#ports;
    const size = source.size();
    const uptimeMs = clock.uptimeMs();
    const from = Math.max(this.#position.maybe?.acked ?? 0, this.#position.maybe?.addedAt ?? 0);
    const stuckMs = uptimeMs - Math.min(this.#unfitSinceMs ?? uptimeMs, this.#treeStuckSinceMs ?? uptimeMs);
    const carriedMs = this.#carried.index === from && from < size ? this.#carried.waitedMs : 0;
    const waitedMs = from < size ? arrivals.ageMs(from, uptimeMs) + carriedMs : 0;
    return { records: Math.max(0, size - from), oldestMs: Math.max(waitedMs, stuckMs) };
  }

  async #run(): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#stop.signal.aborted) {
      try {
        if (await this.#session()) return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#failed(error);
        await this.#saveNowAndThen();
        const askedMs = error instanceof SinkFailed ? error.retryAfterMs : null;
        await clock.sleep(waitAfter(this.#failures, askedMs, clock.random), this.#stop.signal);
      }
    }
  }

  /**
   * Delivers until it is stopped or something fails.
   *
   * @returns whether there is nothing to go on for.
   */
  async #session(): Promise<boolean> {
    const { source, makeSink } = this.#ports;
    await this.#load();
    if (this.#position.isUnsaved) await this.#save();
    const sink = await makeSink();
    try {
      const tree = new TreeDelivery(source, sink.store);
      const position = await this.#begin(sink, tree);
      const cursor = new LogCursor(source, position.acked);
      try {
        for (;;) {
          const batch = await this.#nextBatch(cursor, sink, tree);
          if (batch === null) return true;
          if (!(await this.#send(sink, batch))) return true;
          this.#position.change({ acked: batch.lastIndex + 1, head: cursor.head, plan: null });
          await this.#save();
          await this.#putTree(tree);
        }
      } finally {
        await cursor.close();
      }
    } finally {
      await sink.close();
    }
  }

  async #load(): Promise<void> {
    if (!(await this.#position.load())) return;
    const { acked, addedAt, waitedMs } = this.#position.known;
    const index = Math.max(acked, addedAt);
    // Where only the rule changed, this process has seen the record come: that time must not count twice.
    const knownMs = this.#ports.arrivals.ageMs(index, this.#ports.clock.uptimeMs());
    this.#carried = { index, waitedMs: Math.max(0, waitedMs - knownMs) };
  }

  /** The position from which this session goes on, durable. */
  async #begin(sink: Sink, tree: TreeDelivery): Promise<Position> {
    const { source, clock } = this.#ports;
    if (this.#position.known.isFresh) {
      // A store that has records already is not given them again.
      const { store } = sink;
      const acked =
        store === null
          ? 0
          : await withinTime(clock, this.#stop.signal, (signal) => store.heldRecords(source.origin, signal));
      this.#position.change({ acked, head: null, isFresh: false });
    }
    const position = this.#position.known;
    const size = source.size();
    if (position.acked > size) {
      this.#unfitSinceMs ??= clock.uptimeMs();
      throw new AuditCorrupt(`the log holds ${size} records, and ${position.acked} of it were delivered`, {
        hint: 'the log was cut back or replaced: compare it with what was delivered',
      });
    }
    if (!(await this.#isSameLog(position))) {
      this.#unfitSinceMs ??= clock.uptimeMs();
      throw new AuditCorrupt(`record ${position.acked - 1} of the log is not the one that was delivered`, {
        hint: 'the log was put back to an older state and grew again: compare it with what was delivered',
      });
    }
    try {
      await tree.checkFits(clock, this.#stop.signal);
    } catch (error) {
      if (error instanceof AuditCorrupt) this.#unfitSinceMs ??= clock.uptimeMs();
      throw error;
    }
    this.#unfitSinceMs = null;
    if (this.#position.isUnsaved) await this.#save();
    return position;
  }

  /** Whether the log still holds the record that was delivered last. */
  async #isSameLog({ acked, head }: Position): Promise<boolean> {
    if (head === null || acked === 0) return true;
    const cursor = new LogCursor(this.#ports.source, acked - 1);
    try {
      return (await cursor.peek())?.hash === head;
    } finally {
      await cursor.close();
    }
  }

  /** The batch to send next, its plan durable; null where nothing more is to be sent because of the end. */
  async #nextBatch(cursor: LogCursor, sink: Sink, tree: TreeDelivery): Promise<SinkBatch | null> {
    const { clock, source } = this.#ports;
    const { limits } = sink;
    const options = {
      limits,
      kinds: this.rule.kinds,
      source: { logId: source.origin, productVersion: source.version },
    };
    const planned = this.#position.known.plan;
    if (planned !== null) return await readPlanned(cursor, planned, options);

    let reader = new BatchReader(cursor, options);
    let firstAtMs: number | null = null;
    for (;;) {
      if (this.#stop.signal.aborted) return null;
      const end = await reader.take();
      if (!reader.hasRecords && reader.rangeRecords > 0 && end !== 'open') {
        // None of them is for this sink.
        this.#position.change({ acked: cursor.nextIndex, head: cursor.head });
        reader = new BatchReader(cursor, options);
        continue;
      }
      if (reader.hasRecords) firstAtMs ??= clock.uptimeMs();
      const most = this.#mostWaiting(limits);
      const restMs = firstAtMs === null ? LOOK_MS : most.ageMs - (clock.uptimeMs() - firstAtMs);
      const isDue = end !== 'open' || restMs <= 0 || reader.rangeRecords >= most.records;
      if (reader.hasRecords && (isDue || this.#isFlushing)) break;
      if (firstAtMs === null) {
        if (reader.rangeRecords > 0) {
          this.#position.change({ acked: cursor.nextIndex, head: cursor.head });
          reader = new BatchReader(cursor, options);
        }
        await this.#putTree(tree);
        await this.#saveNowAndThen();
        if (this.#isFlushing) return null;
      }
      await this.#pause(Math.min(restMs, LOOK_MS));
    }
    const { plan, batch } = reader.finish();
    this.#pending = null;
    this.#position.change({ plan });
    await this.#save();
    return batch;
  }

  /** How long a batch waits for more records, and for how many: never so that the waiting itself comes near a limit. */
  #mostWaiting({ maxRecords, maxAgeMs }: Sink['limits']): { readonly records: number; readonly ageMs: number } {
    if (this.#limits === null) return { records: maxRecords, ageMs: maxAgeMs };
    const { alarmRecords, alarmSeconds, denyRecords, denySeconds } = this.#limits;
    return {
      records: Math.min(maxRecords, Math.ceil(Math.min(alarmRecords, denyRecords) * WAITING_SHARE)),
      ageMs: Math.min(maxAgeMs, Math.min(alarmSeconds, denySeconds) * 1_000 * WAITING_SHARE),
    };
  }

  /**
   * Sends a batch until every record of it is acknowledged or set aside.
   *
   * @returns false where the end came before that.
   */
  async #send(sink: Sink, batch: SinkBatch): Promise<boolean> {
    const { clock } = this.#ports;
    const pending = this.#pending;
    let records =
      pending === null || sink.store !== null
        ? batch.records
        : batch.records.filter(({ record }) => pending.has(record.index));
    while (records.length > 0) {
      const answer = await sendOnce(sink, { ...batch, records }, clock, this.#stop.signal);
      const { pending: wanted, refused } = answer;
      this.#refusals.believe(records.length, answer);
      if (refused.length > 0) {
        await this.#refusals.setAside(refused);
        this.#position.change({ refused: this.#position.known.refused + refused.length });
      }
      this.#refusals.note(records, refused, this.#position.known.refused);
      if (wanted.length === 0) break;
      const left = new Set(wanted);
      const isProgress = left.size < records.length;
      this.#pending = left;
      if (sink.store === null) records = records.filter(({ record }) => left.has(record.index));
      if (isProgress) this.#failures = 0;
      this.#failed(new SinkFailed(answer.reason ?? 'some records were not taken'));
      await this.#saveNowAndThen();
      await clock.sleep(waitAfter(this.#failures, answer.retryAfterMs, clock.random), this.#stop.signal);
      if (this.#stop.signal.aborted) return false;
    }
    this.#pending = null;
    this.#succeeded();
    return true;
  }

  async #putTree(tree: TreeDelivery): Promise<void> {
    const { acked, treeSize } = this.#position.known;
    try {
      const size = await tree.put(treeSize, acked, this.#ports.clock, this.#stop.signal);
      this.#treeStuckSinceMs = null;
      if (size === treeSize) return;
      this.#position.change({ treeSize: size });
      await this.#save();
    } catch (error) {
      this.#treeStuckSinceMs ??= this.#ports.clock.uptimeMs();
      throw error;
    }
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#isWoken && !this.#stop.signal.aborted) {
      await this.#ports.clock.sleep(ms, AbortSignal.any([this.#waiting.signal, this.#stop.signal]));
    }
    this.#isWoken = false;
    this.#waiting = new AbortController();
  }

  async #save(): Promise<void> {
    await this.#position.save(this.#limited().oldestMs);
  }

  /** Writes down how long a sink that fails is waited for, so that a restart of the program does not begin at nothing. */
  async #saveNowAndThen(): Promise<void> {
    if (this.#position.maybe === null || this.#position.savedAgoMs < SAVE_MS) return;
    try {
      await this.#save();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#state = 'retrying';
    this.#lastError = { atMs: this.#ports.clock.nowMs(), text: failureText(error) };
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#state = 'delivering';
    this.#lastSuccessAtMs = this.#ports.clock.nowMs();
  }
}
