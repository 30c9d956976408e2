import type { AuditSink } from '../core/audit.ts';
import type { SessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';

/** Writes what happens in one exchange to the audit log. */
export interface Recorder {
  /**
   * @returns the record's index once it is durable, or null where it could not be made so. The caller then denies.
   */
  record(body: JsonObject): Promise<number | null>;
}

export interface RecorderPorts {
  readonly audit: AuditSink;
  readonly clock: () => number;
  readonly logError?: (line: string) => void;
}

export function recorder(ports: RecorderPorts, sessionId: SessionId | null): Recorder {
  return {
    record: async (body) => {
      try {
        const record = { kind: 'model', occurredAtMs: ports.clock(), sessionId, body } as const;
        return (await ports.audit.append(record)).index;
      } catch (error) {
        ports.logError?.(`gateway: a record was not made durable: ${error instanceof Error ? error.name : 'fault'}`);
        return null;
      }
    },
  };
}
