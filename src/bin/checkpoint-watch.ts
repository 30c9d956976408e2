import type { CheckpointHealth } from '../core/audit.ts';

/**
 * Watches whether the log signs its checkpoints in time. The function that it gives is to be called every few seconds; it
 * calls `say` when that begins to fail and when it works again, and not in between.
 */
export function checkpointWatch(health: () => CheckpointHealth, say: (line: string) => void): () => void {
  let before: CheckpointHealth['state'] = 'ok';
  return () => {
    const { state, lateMs, error } = health();
    if (state === before) return;
    before = state;
    const why = error === null ? '' : `: ${error}`;
    if (state === 'ok') say('the log signs its checkpoints again');
    else say(`the log has not signed its records for ${Math.round(lateMs / 1_000)} s, though it takes them${why}`);
  };
}
