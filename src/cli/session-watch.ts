import type { BeatAnswer } from '../core/control.ts';
import { DaemonFailed, NotRunning, SallyportError, SessionEnded } from '../core/error.ts';
import { HEARTBEAT_LIMIT_MS } from '../session/index.ts';

/** Milliseconds without the daemon after which a session is given up: as long as the daemon waits for a launcher. */
export const AWAY_LIMIT_MS = HEARTBEAT_LIMIT_MS;

/** What the watch of one session acts on. */
export interface SessionWatchPorts {
  /** Sends one sign of life; null where the daemon does not know the session. */
  beat(): Promise<BeatAnswer | null>;
  /** Milliseconds that only go forward. */
  uptimeMs(): number;
  /** Takes a line for the person at the keyboard. */
  notice(line: string): void;
  /** Called once, when nothing that the session asks will be answered any more: it is to be ended with this error. */
  giveUp(error: Error): void;
}

/**
 * Makes the function that is to be called every few seconds while a session runs. It sends a beat, says when the daemon
 * goes away, comes back, will end the session soon or has ended it, and gives up where the daemon ends the client too or
 * stays away for {@link AWAY_LIMIT_MS}. It never rejects. A call that comes while the one before is under way does nothing.
 */
export function sessionWatch(ports: SessionWatchPorts): () => Promise<void> {
  let awaySinceMs: number | null = null;
  let isWarned = false;
  let isBeating = false;
  let isOver = false;

  function giveUp(error: Error): void {
    isOver = true;
    ports.giveUp(error);
  }

  function answered(answer: BeatAnswer | null): void {
    if (awaySinceMs !== null)
      ports.notice(`the daemon answers again, after ${seconds(ports.uptimeMs() - awaySinceMs)}`);
    awaySinceMs = null;
    if (answer === null) {
      giveUp(
        new DaemonFailed('the daemon does not know this session any more, so it was ended', {
          hint: 'its state folder was changed or emptied; start the client again',
        }),
      );
    } else if (answer.endedReason === null) {
      if (answer.warning !== null && !isWarned) ports.notice(answer.warning);
      isWarned = answer.warning !== null;
    } else if (answer.endsProcesses) {
      giveUp(
        new SessionEnded(`the session was ended: ${answer.endedReason}`, {
          hint: 'start the client again; with `--continue` it goes on with its newest conversation in this folder',
        }),
      );
    } else {
      isOver = true;
      ports.notice(`the session was ended: ${answer.endedReason}. Every further call of it is refused`);
    }
  }

  function failed(error: SallyportError): void {
    const nowMs = ports.uptimeMs();
    if (awaySinceMs === null) {
      awaySinceMs = nowMs;
      const what = `${error.message}. Every call is refused until it is back; after ${seconds(AWAY_LIMIT_MS)} the session ends`;
      ports.notice(error.hint === null ? what : `${what} (${error.hint})`);
    } else if (nowMs - awaySinceMs >= AWAY_LIMIT_MS) {
      const away = `the daemon was away for ${seconds(nowMs - awaySinceMs)}, so the session was ended: ${error.message}`;
      giveUp(new NotRunning(away, error.hint === null ? { cause: error } : { cause: error, hint: error.hint }));
    }
  }

  return async () => {
    if (isBeating || isOver) return;
    isBeating = true;
    try {
      answered(await ports.beat());
    } catch (error) {
      if (error instanceof SallyportError) failed(error);
      else giveUp(error instanceof Error ? error : new Error('a beat failed', { cause: error }));
    } finally {
      isBeating = false;
    }
  };
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 1000)} s`;
}
