// Whether somebody is attached by ECS Exec, told by where its worker comes from: no process of the container can begin with such a
// line of parents. A debugger can still take over one that has it, and keep it, or what it then starts, alive after its person has
// gone. So this ends a task early and is no limit: those are the minutes of a session, here and in the state machine.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The process that the agent of ECS Exec starts for each person who is attached. */
const WORKER = 'ssm-session-worker';
/** Stopped, held by a debugger, or dead: a worker that somebody froze does not see that its person has gone. */
const STILL = new Set(['T', 't', 'Z', 'X', 'x']);

/**
 * Whether a worker runs that comes from outside of this container. Its name can be borrowed by anybody; its line of parents
 * cannot: ECS starts its agent from outside, so that the agent has no parent here, which no process born here has but the first.
 * What outlives its parents belongs to the first process from then on.
 */
export function isAttached(proc = '/proc') {
  const seen = new Map();
  return readdirSync(proc).some(
    (name) => /^[0-9]+$/.test(name) && isWorker(proc, name) && isFromOutside(proc, Number(name), seen),
  );
}

function isWorker(proc, pid) {
  try {
    return basename(readFileSync(join(proc, pid, 'cmdline'), 'latin1').split('\0', 1)[0]) === WORKER;
  } catch {
    // It has ended since it was listed.
    return false;
  }
}

function isFromOutside(proc, pid, seen) {
  const line = [];
  for (let at = pid; !line.includes(at);) {
    if (seen.has(at)) return seen.get(at);
    line.push(at);
    const facts = factsOf(proc, at);
    if (facts === null || STILL.has(facts.state) || facts.parent === 0) {
      // The first process has no parent here either. The agent is root; what else comes from outside, a health check, is not.
      const isAgent = facts !== null && !STILL.has(facts.state) && at !== 1 && at !== pid && facts.uid === 0;
      for (const one of line) seen.set(one, isAgent);
      return isAgent;
    }
    at = facts.parent;
  }
  return false;
}

/** Of a process, as the kernel tells everybody. A name is escaped there, so that no line of it is the process's own. */
function factsOf(proc, pid) {
  try {
    const status = readFileSync(join(proc, String(pid), 'status'), 'latin1');
    const one = (field) => new RegExp(`^${field}:\\t *(\\S+)`, 'm').exec(status)?.[1] ?? '';
    const [state, parent, uid] = [one('State'), one('PPid'), one('Uid')];
    return state === '' || parent === '' || uid === '' ? null : { state, parent: Number(parent), uid: Number(uid) };
  } catch {
    return null;
  }
}
