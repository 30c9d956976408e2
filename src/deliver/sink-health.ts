import type { SinkStatus } from '../core/sink-status.ts';
import type { DeliveryClock } from './clock.ts';
import { failureText } from './one-line.ts';

/** How the tries of one sink end: what it last failed with, how often in a row, and when something was taken last. */
export class SinkHealth {
  readonly #clock: Pick<DeliveryClock, 'nowMs'>;
  #state: SinkStatus['state'] = 'starting';
  #failures = 0;
  #lastError: SinkStatus['lastError'] = null;
  #lastSuccessAtMs: number | null = null;

  constructor(clock: Pick<DeliveryClock, 'nowMs'>) {
    this.#clock = clock;
  }

  get state(): SinkStatus['state'] {
    return this.#state;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  get lastError(): SinkStatus['lastError'] {
    return this.#lastError;
  }

  get lastSuccessAtMs(): number | null {
    return this.#lastSuccessAtMs;
  }

  failed(error: unknown): void {
    this.#failures += 1;
    this.#state = 'retrying';
    this.#lastError = { atMs: this.#clock.nowMs(), text: failureText(error) };
  }

  /** A try took a part of what it was given: the next wait is a short one again. */
  progressed(): void {
    this.#failures = 0;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#state = 'delivering';
    this.#lastSuccessAtMs = this.#clock.nowMs();
  }
}
