import { StoreFailed } from '../../core/error.ts';
import { systemClock } from '../clock.ts';
import { awsCall } from './aws-call.ts';
import type { Pace } from './aws-call.ts';
import type { AwsTarget } from './aws-failure.ts';

/** A loaded SDK with a client of it. */
export interface OpenedService {
  readonly client: { destroy(): void };
}

/**
 * One service of AWS: its SDK, loaded when it is first asked, and its client, made anew once credentials were not accepted. Closed by
 * whoever made it.
 */
export class AwsService<Opened extends OpenedService> {
  readonly target: AwsTarget;
  readonly #open: () => Promise<Opened>;
  readonly #pace: Pace;
  readonly #closing = new AbortController();
  #opened: Promise<Opened> | null = null;

  constructor(target: AwsTarget, open: () => Promise<Opened>, pace: Pace = systemClock()) {
    this.target = target;
    this.#open = open;
    this.#pace = pace;
  }

  /** @throws {StoreFailed} once tries are used up, or the service will not. */
  async ask<Answer>(
    signal: AbortSignal | undefined,
    ask: (opened: Opened, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const ends = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    const opened = (this.#opened ??= this.#open());
    try {
      return await awsCall(async (ending) => await ask(await opened, ending), this.target, this.#pace, ends);
    } catch (error) {
      // A client keeps the credentials that it was given; the next request shall look for others.
      if (error instanceof StoreFailed && error.code === 'STORE_DENIED' && this.#opened === opened) this.#forget();
      throw error;
    }
  }

  /** Breaks off what is under way. Nothing can be asked after it. */
  close(): void {
    this.#closing.abort();
    this.#forget();
  }

  #forget(): void {
    this.#opened?.then(
      ({ client }) => client.destroy(),
      () => {},
    );
    this.#opened = null;
  }
}
