import { join } from 'node:path';

import { lockFolder } from '../audit/index.ts';
import type { AuditRules, SinkRule } from '../core/audit-rules.ts';
import type { JsonObject } from '../core/json.ts';
import type { SinkStatus } from '../core/sink-status.ts';
import { Announcer } from './announcer.ts';
import { ArrivalTimes } from './arrival-times.ts';
import type { DeliveryClock } from './clock.ts';
import { deliveryFiles } from './delivery-files.ts';
import type { DeliveryFiles } from './delivery-files.ts';
import type { LogSource } from './log-source.ts';
import { failureText } from './one-line.ts';
import { decodePosition, encodePosition, positionFile, sinkOfFile } from './position.ts';
import type { SinkPlace } from './sink-place.ts';
import { SinkWorker } from './sink-worker.ts';

/** Milliseconds between two looks at the backlog of all sinks. */
export const WATCH_MS = 1_000;

/** Milliseconds that each sink has at the end for what is left; the rest is delivered at the next start. */
const FLUSH_MS = 3_000;

/** Milliseconds that a sink which was taken out of the policy has to end what it is doing. */
const REMOVE_MS = 1_000;

export interface DeliveryPorts {
  /** Absolute path of the folder of positions; made where it is missing. */
  readonly folder: string;
  readonly source: LogSource;
  readonly clock: DeliveryClock;
  readonly placeOf: (rule: SinkRule) => SinkPlace;
  /** Appends a record of the log about itself. */
  readonly record: (body: JsonObject) => Promise<void>;
  readonly logError: (line: string) => void;
  /** The machine's own where absent. */
  readonly files?: (folder: string) => Promise<DeliveryFiles>;
}

/** The running delivery of one log. Whoever opened it closes it, best after the log itself. */
export interface Delivery {
  /** Why decisions are refused now, in one line; null while they are not. */
  readonly denial: string | null;
  /** Says that the log has grown, or has a new checkpoint. */
  wake(): void;
  /** In the order of their names. */
  status(): readonly SinkStatus[];
  /** Takes up what a policy says: sinks come, go and change while the others go on. One call after the other. */
  follow(rules: Pick<AuditRules, 'deliver' | 'backlog'>): Promise<void>;
  /** Delivers what is left, as far as that takes no longer than some seconds, and lets everything go. */
  close(): Promise<void>;
}

/**
 * Starts to deliver a log to the sinks of a policy.
 *
 * @throws {AlreadyRunning} where another delivery uses the folder.
 * @throws {StateFolder} where the folder cannot be locked.
 */
export async function openDelivery(
  ports: DeliveryPorts,
  rules: Pick<AuditRules, 'deliver' | 'backlog'>,
): Promise<Delivery> {
  const files = await (ports.files ?? deliveryFiles)(ports.folder);
  const lock = lockFolder(ports.folder);
  const delivery = new RunningDelivery(ports, files, rules, () => lock.release());
  await delivery.follow(rules);
  delivery.watch();
  return delivery;
}

class RunningDelivery implements Delivery {
  readonly #ports: DeliveryPorts;
  readonly #files: DeliveryFiles;
  readonly #release: () => void;
  readonly #announcer: Announcer;
  readonly #arrivals = new ArrivalTimes();
  readonly #workers = new Map<string, SinkWorker>();
  readonly #end = new AbortController();
  #backlog: AuditRules['backlog'];
  #following: Promise<void> = Promise.resolve();
  #watching: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(
    ports: DeliveryPorts,
    files: DeliveryFiles,
    { backlog }: Pick<AuditRules, 'backlog'>,
    release: () => void,
  ) {
    this.#ports = ports;
    this.#files = files;
    this.#backlog = backlog;
    this.#release = release;
    this.#announcer = new Announcer(ports.record, ports.logError);
    this.#look();
  }

  get denial(): string | null {
    for (const worker of this.#workers.values()) {
      const { denial } = worker;
      if (denial !== null) return denial;
    }
    return null;
  }

  wake(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  status(): readonly SinkStatus[] {
    return [...this.#workers.values()].map((worker) => worker.status()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  follow(rules: Pick<AuditRules, 'deliver' | 'backlog'>): Promise<void> {
    const followed = this.#following.then(() => this.#follow(rules));
    this.#following = followed.catch(() => undefined);
    return followed;
  }

  /** Looks at the backlog again and again, until the end. */
  watch(): void {
    this.#watching = this.#watch();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #follow({ deliver, backlog }: Pick<AuditRules, 'deliver' | 'backlog'>): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#backlog = backlog;
    const wanted = new Map(deliver.map((rule) => [rule.name, rule]));
    const gone = [...this.#workers].filter(([name, { rule }]) => !isSame(rule, wanted.get(name)));
    await Promise.all(
      gone.map(async ([name, worker]) => {
        const isRemoved = !wanted.has(name);
        await worker.stop(REMOVE_MS, isRemoved);
        // One that changes goes on denying until the next one has looked: nothing is let through between the two.
        if (!isRemoved) return;
        this.#workers.delete(name);
        this.#tellRemoved(worker);
      }),
    );
    try {
      await this.#forgetOthers(new Set(wanted.keys()));
    } catch (error) {
      // The next policy or start tells of them; the sinks that are wanted must not wait for that.
      this.#ports.logError(`cannot look for sinks that are no longer named: ${failureText(error)}`);
    }
    for (const rule of wanted.values()) {
      if (isSame(rule, this.#workers.get(rule.name)?.rule)) continue;
      const worker = this.#workerOf(rule);
      await worker.start();
      worker.watch(backlog);
      this.#workers.set(rule.name, worker);
    }
    this.#look();
  }

  #workerOf(rule: SinkRule): SinkWorker {
    const { source, clock, placeOf } = this.#ports;
    return new SinkWorker(rule, {
      source,
      files: this.#files,
      clock,
      arrivals: this.#arrivals,
      place: placeOf(rule),
      tell: (event, body) => this.#announcer.tell(event, body),
    });
  }

  /** Sinks that were taken out of the policy while nothing ran. */
  async #forgetOthers(wanted: ReadonlySet<string>): Promise<void> {
    for (const file of await this.#files.list()) {
      const name = sinkOfFile(file);
      if (name === null || wanted.has(name)) continue;
      const bytes = await this.#files.read(file);
      const position = bytes === null ? null : decodePosition(bytes);
      if (position === null || position.isRemoved) continue;
      await this.#files.replace(positionFile(name), encodePosition({ ...position, isRemoved: true }));
      const behind = Math.max(0, this.#ports.source.size() - position.acked);
      this.#announcer.tell('delivery-sink-removed', { sink: name, acked: position.acked, behind });
    }
  }

  #tellRemoved(worker: SinkWorker): void {
    const { name, acked, behind } = worker.status();
    this.#announcer.tell('delivery-sink-removed', { sink: name, acked, behind });
  }

  async #watch(): Promise<void> {
    const { clock, logError } = this.#ports;
    while (!this.#end.signal.aborted) {
      await clock.sleep(WATCH_MS, this.#end.signal);
      try {
        this.#look();
        await this.#announcer.flush();
      } catch (error) {
        logError(`cannot look at the delivery: ${failureText(error)}`);
      }
    }
  }

  #look(): void {
    const { source, clock } = this.#ports;
    this.#arrivals.note(source.size(), clock.uptimeMs());
    for (const worker of this.#workers.values()) worker.watch(this.#backlog);
  }

  async #close(): Promise<void> {
    this.#end.abort();
    await this.#following;
    await this.#watching;
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(FLUSH_MS)));
    await this.#announcer.flush();
    this.#release();
  }
}

function isSame(rule: SinkRule, other: SinkRule | undefined): boolean {
  return other !== undefined && JSON.stringify(rule) === JSON.stringify(other);
}

/** Where positions and set-aside records lie in a state folder. */
export function deliveryFolder(home: string): string {
  return join(home, 'delivery');
}
