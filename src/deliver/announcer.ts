import type { Json, JsonObject } from '../core/json.ts';

/** Events that wait for a log which does not take them. Beyond, the oldest go, and the rest says how many. */
const MAX_WAITING = 200;

/** Records what happens to the delivery. What cannot be recorded waits until it can; all is said at once besides. */
export class Announcer {
  readonly #record: (body: JsonObject) => Promise<void>;
  readonly #logError: (line: string) => void;
  readonly #waiting: JsonObject[] = [];
  #dropped = 0;
  #sending: Promise<void> | null = null;

  constructor(record: (body: JsonObject) => Promise<void>, logError: (line: string) => void) {
    this.#record = record;
    this.#logError = logError;
  }

  /** Says it, and records it soon. */
  tell(event: string, body: JsonObject): void {
    const facts = Object.entries(body).map(([name, value]) => `${name} ${textOf(value)}`);
    this.#logError(`${event}: ${facts.join(', ')}`);
    this.#waiting.push({ event, ...body });
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    void this.flush();
  }

  /** Records what waits, in order, and stops at the first that is not taken. Never throws. */
  flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const dropped = this.#dropped;
      try {
        await this.#record(dropped === 0 ? first : { ...first, dropped });
      } catch {
        // The health of the log is told of elsewhere; this waits for it.
        return;
      }
      this.#dropped -= dropped;
      if (this.#waiting[0] === first) this.#waiting.shift();
    }
  }
}

function textOf(value: Json): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
