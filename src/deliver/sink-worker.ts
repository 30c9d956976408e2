import type { BacklogLimits, SinkRule } from '../core/audit-rules.ts';
import type { JsonObject } from '../core/json.ts';
import type { SinkStatus } from '../core/sink-status.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import { BatchSender } from './batch-sender.ts';
import { waitAfter } from './backoff.ts';
import type { DeliveryClock } from './clock.ts';
import type { DeliveryFiles } from './delivery-files.ts';
import { KeptPosition } from './kept-position.ts';
import type { LogSource } from './log-source.ts';
import type { Position } from './position.ts';
import { Refusals } from './refusals.ts';
import { SinkBacklog } from './sink-backlog.ts';
import { SinkHealth } from './sink-health.ts';
import { deliverSession } from './sink-session.ts';
import type { SinkPlace } from './sink-place.ts';
import { SinkFailed } from './sink.ts';
import { Waker } from './waker.ts';

/** Milliseconds between two times that a position is written down while nothing is delivered. */
const SAVE_MS = 30_000;

export interface WorkerPorts {
  readonly source: LogSource;
  readonly files: DeliveryFiles;
  readonly clock: DeliveryClock;
  readonly arrivals: ArrivalTimes;
  readonly place: SinkPlace;
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
  readonly #waker: Waker;
  readonly #position: KeptPosition;
  readonly #health: SinkHealth;
  readonly #backlog: SinkBacklog;
  readonly #sender: BatchSender;
  #running: Promise<void> = Promise.resolve();
  #isFlushing = false;

  constructor(rule: SinkRule, ports: WorkerPorts) {
    this.rule = rule;
    this.#ports = ports;
    const { source, files, clock, arrivals, place, tell } = ports;
    this.#waker = new Waker(clock);
    const position = new KeptPosition({ rule, source, files, clock, target: place.target, tell });
    const health = new SinkHealth(clock);
    const refusals = new Refusals({ sink: rule.name, logId: source.origin, files, nowMs: clock.nowMs, tell });
    const saveNowAndThen = (): Promise<void> => this.#saveNowAndThen();
    this.#position = position;
    this.#health = health;
    this.#backlog = new SinkBacklog({ rule, source, clock, arrivals, position, health, tell });
    this.#sender = new BatchSender({ clock, position, refusals, health, stop: this.#stop.signal, saveNowAndThen });
  }

  /** Reads the position and begins. Resolves when the backlog is known as well as the file tells it. */
  async start(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      this.#health.failed(error);
    }
    this.#running = this.#run();
  }

  /** Says that there may be something to do. */
  wake(): void {
    this.#waker.wake();
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
      this.#health.failed(error);
    }
  }

  /** Looks whether the backlog is within its limits, and tells where that changes. */
  watch(limits: BacklogLimits): void {
    this.#backlog.watch(limits);
  }

  /** Why decisions are refused for this sink, in one line; null while they are not. */
  get denial(): string | null {
    return this.#backlog.denial;
  }

  status(): SinkStatus {
    const { name, to, required } = this.rule;
    const { state, lastError, lastSuccessAtMs } = this.#health;
    const { acked = 0, refused = 0, treeSize = 0 }: Partial<Position> = this.#position.maybe ?? {};
    return {
      name,
      to,
      required,
      state,
      backlog: this.#backlog.state,
      acked,
      behind: Math.max(0, this.#ports.source.size() - acked),
      oldestSeconds: Math.floor(this.#backlog.measured().oldestMs / 1_000),
      refused,
      treeSize: to === 's3' || to === 'file' ? treeSize : null,
      lastError,
      lastSuccessAtMs,
    };
  }

  async #run(): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#session();
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#health.failed(error);
        await this.#saveNowAndThen();
        const askedMs = error instanceof SinkFailed ? error.retryAfterMs : null;
        await clock.sleep(waitAfter(this.#health.failures, askedMs, clock.random), this.#stop.signal);
      }
    }
  }

  async #session(): Promise<void> {
    const { source, clock, place } = this.#ports;
    await this.#load();
    await deliverSession({
      source,
      clock,
      place,
      position: this.#position,
      backlog: this.#backlog,
      sender: this.#sender,
      kinds: this.rule.kinds,
      stop: this.#stop.signal,
      isFlushing: () => this.#isFlushing,
      pause: (ms) => this.#waker.pause(ms, this.#stop.signal),
      save: () => this.#save(),
      saveNowAndThen: () => this.#saveNowAndThen(),
    });
  }

  async #load(): Promise<void> {
    if (await this.#position.load()) this.#backlog.carryOn();
  }

  async #save(): Promise<void> {
    await this.#position.save(this.#backlog.measured().oldestMs);
  }

  /** Writes down how long a sink that fails is waited for, so that a restart of the program does not begin at nothing. */
  async #saveNowAndThen(): Promise<void> {
    if (this.#position.maybe === null || this.#position.savedAgoMs < SAVE_MS) return;
    try {
      await this.#save();
    } catch (error) {
      this.#health.failed(error);
    }
  }
}
