import { isJsonObject, stringField } from './json.ts';

/** A process by which a session is known to be alive. */
export interface WatchedProcess {
  readonly pid: number;
  /** Its start in clock ticks since the machine's: a number that was given again names another one. */
  readonly startTicks: number;
}

/** The process that a session lives with. */
export interface SessionHolder extends WatchedProcess {
  /** A `launcher` also sends beats; a `client` that somebody started by hand does not. */
  readonly kind: 'launcher' | 'client';
}

/** Whose session it is, where one daemon serves several users. What it says is known from the system, not from whoever asked. */
export interface SessionOwner {
  readonly uid: number;
  /** The name of the account; null for a number that has none. */
  readonly user: string | null;
  /** The name of the door by which it was opened, and by which alone its hooks are heard. */
  readonly door: string;
  /** Null where a launcher sends beats. */
  readonly watch: WatchedProcess | null;
}

/** How a session's owner is called in records and counts. */
export function ownerName({ uid, user }: Pick<SessionOwner, 'uid' | 'user'>): string {
  return user ?? `uid ${uid}`;
}

/** Reads what was kept of an owner; null for a session that has none, `undefined` for what is no owner. */
export function parseSessionOwner(value: unknown): SessionOwner | null | undefined {
  if (value === null) return null;
  if (!isJsonObject(value)) return undefined;
  const { uid, watch = null } = value;
  const door = stringField(value, 'door');
  const user = stringField(value, 'user');
  if (!isCount(uid) || door === null || (user === null && value['user'] !== null)) return undefined;
  const watched = parseWatchedProcess(watch);
  return watched === undefined ? undefined : { uid, user, door, watch: watched };
}

/** Reads what was kept or told of a process; null for none, `undefined` for anything else. */
export function parseWatchedProcess(value: unknown): WatchedProcess | null | undefined {
  if (value === null) return null;
  if (!isJsonObject(value)) return undefined;
  const { pid, startTicks } = value;
  return isCount(pid) && isCount(startTicks) ? { pid, startTicks } : undefined;
}

/** Reads what was kept of a holder; null for a session that has none, `undefined` for what is no holder. */
export function parseSessionHolder(value: unknown): SessionHolder | null | undefined {
  const watched = parseWatchedProcess(value);
  if (watched === null || watched === undefined || !isJsonObject(value)) return watched === null ? null : undefined;
  const { kind } = value;
  return kind === 'launcher' || kind === 'client' ? { kind, ...watched } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
