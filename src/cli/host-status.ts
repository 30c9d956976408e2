import type { HostStatus } from '../core/control.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';

/**
 * Reads what the daemon of a machine tells of itself, copied: fields of later versions are left out. Null where it is
 * nothing of the kind, as from a daemon of another version.
 */
export function parseHostStatus(value: JsonObject): HostStatus | null {
  const [version, gatewayUrl] = [stringField(value, 'version'), stringField(value, 'gatewayUrl')];
  const { startedAtMs, isLogTaking, ownSessions } = value;
  const policy = parsePolicy(value['policy']);
  if (version === null || gatewayUrl === null || policy === null) return null;
  if (!isCount(startedAtMs) || typeof isLogTaking !== 'boolean') return null;
  if (ownSessions !== null && !isCount(ownSessions)) return null;
  return { version, startedAtMs, policy, gatewayUrl, isLogTaking, ownSessions };
}

function parsePolicy(value: Json | undefined): HostStatus['policy'] | null {
  if (!isJsonObject(value)) return null;
  const [name, digest] = [stringField(value, 'name'), stringField(value, 'digest')];
  const { sequence } = value;
  if (name === null || digest === null || (sequence !== null && !isCount(sequence))) return null;
  return { name, digest, sequence };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
