import { readFileSync } from 'node:fs';

/** Most bubblewraps that stand around a client: the outer one, and the first process of a namespace of its own. */
const MAX_DEPTH = 4;

/** Asks the client below a bubblewrap to end, so that it can put its terminal in order. False where there is none. */
export function askClientToLeave(bwrapPid: number): boolean {
  const client = clientBelow(bwrapPid);
  if (client === null) return false;
  try {
    return process.kill(client, 'SIGTERM');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** A bubblewrap that is ended takes the client along by a signal that this cannot answer; so it is passed by. */
function clientBelow(bwrapPid: number): number | null {
  let pid = bwrapPid;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const child = Number(textOf(`/proc/${pid}/task/${pid}/children`).trim().split(' ')[0]);
    if (!Number.isSafeInteger(child) || child <= 1) return null;
    if (textOf(`/proc/${child}/comm`).trim() !== 'bwrap') return child;
    pid = child;
  }
  return null;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
