import type { DeliveryClock } from './clock.ts';

/** Lets one wait for time or a call, whichever is first. A call that comes while nobody waits ends the next wait. */
export class Waker {
  readonly #clock: Pick<DeliveryClock, 'sleep'>;
  #waiting = new AbortController();
  #isWoken = false;

  constructor(clock: Pick<DeliveryClock, 'sleep'>) {
    this.#clock = clock;
  }

  wake(): void {
    this.#isWoken = true;
    this.#waiting.abort();
  }

  /** Waits no longer than that, and not beyond `stop`. */
  async pause(ms: number, stop: AbortSignal): Promise<void> {
    if (!this.#isWoken && !stop.aborted) {
      await this.#clock.sleep(ms, AbortSignal.any([this.#waiting.signal, stop]));
    }
    this.#isWoken = false;
    this.#waiting = new AbortController();
  }
}
