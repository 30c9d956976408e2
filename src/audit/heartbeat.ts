import type { JsonObject } from '../core/json.ts';
import type { Moment, Pulse } from './pulse.ts';

/** Least milliseconds between two heartbeats, so that one that fails is not tried without end. */
const MIN_BEAT_MS = 1_000;

export interface HeartbeatPorts {
  readonly pulse: Pulse;
  readonly moment: () => Moment;
  /** Records something of the log about itself. It may reject: then the next record says that this one failed. */
  readonly note: (body: JsonObject) => Promise<unknown>;
}

/** Records after each stretch of silence that the log is alive, and what it refused since it last said so. Whoever made it stops it. */
export class Heartbeat {
  readonly #ports: HeartbeatPorts;
  #beats = 0;
  #refused = 0;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(ports: HeartbeatPorts) {
    this.#ports = ports;
    this.#await();
  }

  /** Sets the seconds of silence. @throws {TypeError} for 0, and for more than a day. */
  everySeconds(seconds: number): void {
    this.#ports.pulse.everySeconds = seconds;
    this.#await();
  }

  /** Counts records that were refused, for the next heartbeat to tell. */
  countRefused(records: number): void {
    this.#refused += records;
  }

  /** Beats no more. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #await(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isStopped) return;
    const { pulse, moment } = this.#ports;
    this.#timer = setTimeout(() => this.#beat(), Math.max(MIN_BEAT_MS, pulse.untilBeatMs(moment())));
    this.#timer.unref();
  }

  #beat(): void {
    const { pulse, moment, note } = this.#ports;
    const now = moment();
    if (pulse.untilBeatMs(now) > 0) return this.#await();
    this.#beats += 1;
    pulse.beat(now);
    const refused = this.#refused;
    const { upMs, boot } = now;
    note({ event: 'heartbeat', sequence: this.#beats, everySeconds: pulse.everySeconds, upMs, boot, refused })
      .then(() => void (this.#refused -= refused))
      // The next record says that this one failed, and that there was silence.
      .catch(() => undefined)
      .finally(() => this.#await());
  }
}
