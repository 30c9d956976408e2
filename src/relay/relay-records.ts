import type { JsonObject } from '../core/json.ts';
import type { AwsCaller } from '../identity/index.ts';
import type { RelayPorts } from './ports.ts';
import { rate } from './rate.ts';

/** Writes what happens to the audit log. Holds state; one per gateway. */
export interface RelayRecords {
  /** @returns the record's index once it is durable, or null where it could not be made so. The caller then refuses. */
  record(body: JsonObject): Promise<number | null>;
  /**
   * Records a refusal. Of who was not admitted no more than so many in a minute: whoever reaches the gateway could else fill
   * the disk that every record needs. The next one tells how many there were.
   */
  refused(body: JsonObject, from: Refused): Promise<void>;
}

export interface Refused {
  /** Null where it is not known. */
  readonly caller: AwsCaller | null;
  /** Whether the limits of its caller bound how often this can be. */
  readonly isAdmitted: boolean;
}

export function relayRecords(
  ports: Pick<RelayPorts, 'audit' | 'clock' | 'uptimeMs' | 'logError'>,
  othersPerMinute: number,
): RelayRecords {
  const others = rate(othersPerMinute, ports.uptimeMs);
  let untold = 0;
  const record = async (body: JsonObject): Promise<number | null> => {
    try {
      const { index } = await ports.audit.append({
        kind: 'model',
        occurredAtMs: ports.clock(),
        sessionId: null,
        body,
      });
      return index;
    } catch (error) {
      ports.logError(`a record was not made durable: ${error instanceof Error ? error.name : 'fault'}`);
      return null;
    }
  };
  return {
    record,
    async refused(body, { caller, isAdmitted }) {
      if (!isAdmitted && others.take() > 0) {
        untold += 1;
        return;
      }
      const missing = untold;
      untold = 0;
      await record({
        event: 'relay-refused',
        ...body,
        caller: callerFacts(caller),
        ...(missing === 0 ? {} : { untold: missing }),
      });
    },
  };
}

/** A caller as records name it. */
export function callerFacts(caller: AwsCaller | null): JsonObject | null {
  return caller === null ? null : { ...caller };
}
