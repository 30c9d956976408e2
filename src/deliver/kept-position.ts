import type { SinkRule } from '../core/audit-rules.ts';
import type { JsonObject } from '../core/json.ts';
import type { DeliveryClock } from './clock.ts';
import type { DeliveryFiles } from './delivery-files.ts';
import type { LogSource } from './log-source.ts';
import { decodePosition, encodePosition, newPosition, positionFile } from './position.ts';
import type { Position } from './position.ts';

export interface KeptPositionPorts {
  readonly rule: SinkRule;
  readonly source: Pick<LogSource, 'origin' | 'size'>;
  readonly files: Pick<DeliveryFiles, 'read' | 'replace'>;
  readonly clock: Pick<DeliveryClock, 'uptimeMs'>;
  /** Where the sink is, in one spelling; null where that is told later, by {@link KeptPosition.moveTo}. */
  readonly target: string | null;
  readonly tell: (event: string, body: JsonObject) => void;
}

/** Target of a position whose sink nobody could open yet. It is kept all the same: the backlog counts from when the sink was named. */
const NO_TARGET = '';

/** The position of one sink, in memory and in its file. Only what {@link save} wrote outlives the process. */
export class KeptPosition {
  readonly #ports: KeptPositionPorts;
  #position: Position | null = null;
  #isUnsaved = false;
  #savedAtMs = 0;

  constructor(ports: KeptPositionPorts) {
    this.#ports = ports;
  }

  /** Null until it was read. */
  get maybe(): Position | null {
    return this.#position;
  }

  /** @throws {TypeError} until it was read. */
  get known(): Position {
    if (this.#position === null) throw new TypeError('the position is not known yet');
    return this.#position;
  }

  /** Whether the position in memory is newer than the file. */
  get isUnsaved(): boolean {
    return this.#isUnsaved;
  }

  /** Milliseconds since it was written down. */
  get savedAgoMs(): number {
    return this.#ports.clock.uptimeMs() - this.#savedAtMs;
  }

  /**
   * Reads the file, once. A position that is of no use is told of, and the sink begins anew.
   *
   * @returns whether what the sink had waited for then still counts: it goes on from where it was, or in another place.
   */
  async load(): Promise<boolean> {
    if (this.#position !== null) return false;
    const { rule, files, source, target, tell } = this.#ports;
    const size = source.size();
    const bytes = await files.read(positionFile(rule.name));
    const position = bytes === null ? null : decodePosition(bytes);
    const about = { sink: rule.name, to: rule.to, required: rule.required, size };
    this.#position = newPosition(source.origin, target ?? NO_TARGET, size);
    this.#isUnsaved = true;
    if (bytes !== null && position === null) {
      tell('delivery-position-lost', about);
    } else if (position === null) {
      tell('delivery-sink-added', about);
    } else if (position.logId !== source.origin) {
      tell('delivery-log-changed', { ...about, before: position.logId });
    } else if (target !== null && position.target !== target) {
      tell('delivery-target-changed', { ...about, acked: position.acked });
      if (position.isRemoved) return false;
      this.#position = movedPosition(position, target, size);
      return true;
    } else if (position.isRemoved) {
      this.#position = { ...position, addedAt: size, waitedMs: 0, isRemoved: false };
      tell('delivery-sink-added', { ...about, acked: position.acked });
    } else {
      this.#position = position;
      this.#isUnsaved = false;
      return true;
    }
    return false;
  }

  /**
   * Says where the sink is. What was delivered elsewhere says nothing about this place: there the sink begins anew, and what had
   * waited goes on waiting.
   */
  moveTo(target: string): void {
    const { rule, source, tell } = this.#ports;
    const { target: before, acked } = this.known;
    if (before === target) return;
    if (before === NO_TARGET) {
      this.change({ target });
      return;
    }
    const size = source.size();
    this.#position = movedPosition(this.known, target, size);
    this.#isUnsaved = true;
    tell('delivery-target-changed', { sink: rule.name, to: rule.to, required: rule.required, size, acked });
  }

  /** Changes it in memory. */
  change(changes: Partial<Position>): void {
    this.#position = { ...this.known, ...changes };
    this.#isUnsaved = true;
  }

  /**
   * Writes it down. Durable when it resolves.
   *
   * @param waitedMs that the oldest record waits.
   */
  async save(waitedMs: number): Promise<void> {
    const { rule, files, clock } = this.#ports;
    const position = { ...this.known, waitedMs: Math.floor(waitedMs) };
    await files.replace(positionFile(rule.name), encodePosition(position));
    this.#isUnsaved = false;
    this.#savedAtMs = clock.uptimeMs();
  }
}

/** Where a sink is in another place. What no place has yet counts for limits as before, so that moving it ends no denial. */
function movedPosition({ logId, acked, addedAt, waitedMs }: Position, target: string, size: number): Position {
  return { ...newPosition(logId, target, Math.min(size, Math.max(acked, addedAt))), waitedMs };
}
