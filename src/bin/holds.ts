import { StateFolder } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json } from '../core/json.ts';
import { readIfThere, writeWhole } from './state-folder.ts';

/** A legal hold: what it covers is not erased, whoever asks, until it is released. */
export interface Hold {
  /** The session that is held, or null for all sessions, those to come included. */
  readonly sessionId: SessionId | null;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
}

/** The holds of this host, in one file. A session can be held and all can be held, once each. */
export interface Holds {
  /** In the order in which they were placed. @throws {StateFolder} where the file cannot be read: nothing is erased then. */
  list(): readonly Hold[];
  /** What keeps a session from being erased, or null. @throws {StateFolder} as {@link list}. */
  over(id: SessionId): Hold | null;
  /** Durable when this returns; in place of one of the same scope. @throws {StateFolder} */
  place(hold: Hold): void;
  /** Takes a hold away. False where there is none of that scope. @throws {StateFolder} */
  release(sessionId: SessionId | null): boolean;
}

/** @param path of the file; it is missing while nothing was ever held. */
export function legalHolds(path: string): Holds {
  const list = (): readonly Hold[] => parseHolds(readIfThere(path), path);
  const store = (holds: readonly Hold[]): void => {
    try {
      writeWhole(path, `${JSON.stringify({ formatVersion: 1, holds })}\n`);
    } catch (cause) {
      throw new StateFolder(`the file of legal holds \`${path}\` cannot be written`, {
        cause,
        hint: 'check the space and the rights there',
      });
    }
  };
  return {
    list,
    over: (id) => list().find(({ sessionId }) => sessionId === null || sessionId === id) ?? null,
    place(hold) {
      store([...list().filter(({ sessionId }) => sessionId !== hold.sessionId), hold]);
    },
    release(id) {
      const holds = list();
      const rest = holds.filter(({ sessionId }) => sessionId !== id);
      if (rest.length === holds.length) return false;
      store(rest);
      return true;
    },
  };
}

function parseHolds(bytes: Buffer | null, path: string): readonly Hold[] {
  if (bytes === null) return [];
  const damaged = (cause?: unknown): StateFolder =>
    new StateFolder(`the file of legal holds \`${path}\` is damaged`, {
      cause,
      hint: 'nothing is erased until it is mended; the records `hold` and `hold-released` of the log say what it held',
    });
  let parsed: Json;
  try {
    parsed = JSON.parse(bytes.toString('utf8')) as Json;
  } catch (cause) {
    throw damaged(cause);
  }
  if (!isJsonObject(parsed) || parsed['formatVersion'] !== 1 || !Array.isArray(parsed['holds'])) throw damaged();
  return (parsed['holds'] as readonly Json[]).map((one) => {
    if (!isJsonObject(one)) throw damaged();
    const [reason, by, atMs] = [stringField(one, 'reason'), stringField(one, 'by'), one['atMs']];
    const named = stringField(one, 'sessionId');
    const sessionId = named === null ? null : parseSessionId(named);
    const isScoped = one['sessionId'] === null || sessionId !== null;
    if (!isScoped || reason === null || by === null || typeof atMs !== 'number') throw damaged();
    return { sessionId, reason, by, atMs };
  });
}
