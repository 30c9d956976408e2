import type { BacklogLimits, SinkRule } from '../core/audit-rules.ts';
import type { JsonObject } from '../core/json.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import { backlogState } from './backlog-watch.ts';
import type { Backlog, BacklogState } from './backlog-watch.ts';
import type { DeliveryClock } from './clock.ts';
import type { KeptPosition } from './kept-position.ts';
import type { LogSource } from './log-source.ts';
import type { SinkHealth } from './sink-health.ts';
import type { BatchLimits } from './sink.ts';

/** A batch is sent once waiting for more would use this share of what a sink may be behind without an alarm. */
const WAITING_SHARE = 0.25;

export interface BacklogPorts {
  readonly rule: SinkRule;
  readonly source: Pick<LogSource, 'size'>;
  readonly clock: Pick<DeliveryClock, 'uptimeMs'>;
  readonly arrivals: ArrivalTimes;
  readonly position: Pick<KeptPosition, 'maybe' | 'known'>;
  readonly health: Pick<SinkHealth, 'state' | 'lastError'>;
  readonly tell: (event: string, body: JsonObject) => void;
}

/** How far one sink is behind, and what follows from that. */
export class SinkBacklog {
  readonly #ports: BacklogPorts;
  #state: BacklogState = 'ok';
  /** Null until they were looked at first. */
  #limits: BacklogLimits | null = null;
  /** What the oldest record had waited for when this process took over, and which that was. */
  #carried = { index: -1, waitedMs: 0 };
  /** Since when the position does not fit the log, and since when a store does not take the tree; null while all is well. */
  #unfitSinceMs: number | null = null;
  #treeStuckSinceMs: number | null = null;

  constructor(ports: BacklogPorts) {
    this.#ports = ports;
  }

  get state(): BacklogState {
    return this.#state;
  }

  /** As far as it counts for limits: what was in the log before the sink came to it does not. */
  measured(): Backlog {
    const { source, arrivals, clock, position } = this.#ports;
    const size = source.size();
    const uptimeMs = clock.uptimeMs();
    const from = Math.max(position.maybe?.acked ?? 0, position.maybe?.addedAt ?? 0);
    const stuckMs = uptimeMs - Math.min(this.#unfitSinceMs ?? uptimeMs, this.#treeStuckSinceMs ?? uptimeMs);
    const carriedMs = this.#carried.index === from && from < size ? this.#carried.waitedMs : 0;
    const waitedMs = from < size ? arrivals.ageMs(from, uptimeMs) + carriedMs : 0;
    return { records: Math.max(0, size - from), oldestMs: Math.max(waitedMs, stuckMs) };
  }

  /** Counts on from what the position says that the oldest record had waited for. */
  carryOn(): void {
    const { position, arrivals, clock } = this.#ports;
    const { acked, addedAt, waitedMs } = position.known;
    const index = Math.max(acked, addedAt);
    // Where only the rule changed, this process has seen the record come: that time must not count twice.
    const knownMs = arrivals.ageMs(index, clock.uptimeMs());
    this.#carried = { index, waitedMs: Math.max(0, waitedMs - knownMs) };
  }

  /** Looks whether the backlog is within its limits, and tells where that changes. */
  watch(limits: BacklogLimits): void {
    const { rule, health, tell } = this.#ports;
    this.#limits = limits;
    const before = this.#state;
    const backlog = this.measured();
    this.#state = backlogState(before, backlog, limits, rule.required);
    if (this.#state === before) return;
    tell(eventOf(before, this.#state), {
      sink: rule.name,
      required: rule.required,
      records: backlog.records,
      seconds: Math.floor(backlog.oldestMs / 1_000),
      lastError: health.state === 'retrying' ? (health.lastError?.text ?? null) : null,
    });
  }

  /** Why decisions are refused for this sink, in one line; null while they are not. */
  get denial(): string | null {
    if (this.#state !== 'deny') return null;
    const { records, oldestMs } = this.measured();
    const behind = `${records} records and ${Math.floor(oldestMs / 1_000)} s`;
    return `sink \`${this.#ports.rule.name}\`, which the policy requires, is ${behind} behind`;
  }

  /** How long a batch waits for more records, and for how many: never so that the waiting itself comes near a limit. */
  mostWaiting({ maxRecords, maxAgeMs }: BatchLimits): { readonly records: number; readonly ageMs: number } {
    if (this.#limits === null) return { records: maxRecords, ageMs: maxAgeMs };
    const { alarmRecords, alarmSeconds, denyRecords, denySeconds } = this.#limits;
    return {
      records: Math.min(maxRecords, Math.ceil(Math.min(alarmRecords, denyRecords) * WAITING_SHARE)),
      ageMs: Math.min(maxAgeMs, Math.min(alarmSeconds, denySeconds) * 1_000 * WAITING_SHARE),
    };
  }

  /** The position fits the log, or does not: then the sink is behind for as long as that lasts. */
  setFit(isFit: boolean): void {
    this.#unfitSinceMs = isFit ? null : (this.#unfitSinceMs ?? this.#ports.clock.uptimeMs());
  }

  /** The store takes the tree, or does not: then the sink is behind for as long as that lasts. */
  setTreeMoving(isMoving: boolean): void {
    this.#treeStuckSinceMs = isMoving ? null : (this.#treeStuckSinceMs ?? this.#ports.clock.uptimeMs());
  }
}

function eventOf(before: BacklogState, state: BacklogState): string {
  switch (state) {
    case 'deny':
      return 'delivery-denies';
    case 'ok':
      return 'delivery-caught-up';
    case 'alarm':
      return before === 'deny' ? 'delivery-denies-no-more' : 'delivery-behind';
  }
}
