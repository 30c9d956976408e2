// The entry point of the container `session` of a session's task. It waits for the guard, checks what it stands on, keeps
// the task alive while somebody is attached by ECS Exec, and ends it with an empty workspace.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAttached } from './attached.mjs';

const SETTINGS = '/etc/claude-code';
const GUARD_SOCKET = '/run/sallyport/session.sock';
/** Emptied at the end. The disk goes with the task; this is for what still reads it until then. */
const EMPTIED = ['/workspace', '/home/developer'];
/** Milliseconds for the emptying: whoever is attached may fill the folders faster than they are emptied. */
const EMPTY_MS = 10_000;
const GUARD_WAIT_MS = 60_000;
const LOOK_MS = 5_000;
const MINUTE_MS = 60_000;

const ended = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => ended.abort('the task is stopped'));

try {
  const limits = {
    longestMs: minutes('SALLYPORT_SESSION_MINUTES', 480),
    detachedMs: minutes('SALLYPORT_DETACHED_MINUTES', 15),
    firstMs: minutes('SALLYPORT_FIRST_ATTACH_MINUTES', 30),
  };
  await guardIsThere();
  settingsAreFixed();
  sandboxWorks(process.env.SALLYPORT_SANDBOX ?? 'bubblewrap');
  say('ready', 'waiting for somebody to attach');
  say('ended', await attachedUntil(limits));
} catch (error) {
  say('refused', error.message);
  process.exitCode = 1;
} finally {
  empty();
}

async function guardIsThere() {
  const untilMs = performance.now() + GUARD_WAIT_MS;
  while (!isSocket(GUARD_SOCKET)) {
    if (performance.now() > untilMs) throw new Error('the guard does not answer: no session may begin');
    await wait(Math.min(LOOK_MS, 500));
    if (ended.signal.aborted) throw new Error(String(ended.signal.reason));
  }
}

/** The client's settings must be a mount of their own that nobody in this container can write to, not even root. */
function settingsAreFixed() {
  const mount = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .findLast((fields) => fields[4] === SETTINGS);
  if (mount === undefined || !(mount[5] ?? '').split(',').includes('ro')) {
    throw new Error(`${SETTINGS} is no volume that is mounted read-only`);
  }
  accessSync(join(SETTINGS, 'managed-settings.json'), constants.R_OK);
}

/** Fargate has no user namespaces, and so no bubblewrap: there the task itself must have been chosen to be the wall. */
function sandboxWorks(kind) {
  if (kind === 'task') return;
  if (kind !== 'bubblewrap') throw new Error('SALLYPORT_SANDBOX is neither `bubblewrap` nor `task`');
  const words = ['--ro-bind', '/', '/', '--dev', '/dev', '--unshare-net', '--', '/bin/true'];
  if (spawnSync('bwrap', words, { stdio: 'ignore', timeout: 10_000 }).status === 0) return;
  throw new Error(
    'bubblewrap does not work here, so no command could be kept in a sandbox: run the task on instances of your own, or ' +
      'set SALLYPORT_SANDBOX=task and a policy with `sandbox.enabled: false`',
  );
}

/** @returns {Promise<string>} why the session is over. */
async function attachedUntil({ longestMs, detachedMs, firstMs }) {
  const fromMs = performance.now();
  const lookMs = Math.min(LOOK_MS, longestMs / 10, detachedMs / 10, firstMs / 10);
  let seenMs = null;
  for (;;) {
    if (ended.signal.aborted) return String(ended.signal.reason);
    const nowMs = performance.now();
    if (nowMs - fromMs >= longestMs) return 'it has lasted as long as it may';
    if (isAttached()) seenMs = nowMs;
    if (seenMs === null && nowMs - fromMs >= firstMs) return 'nobody came';
    if (seenMs !== null && nowMs - seenMs >= detachedMs) return 'nobody is attached any more';
    await wait(lookMs);
  }
}

function empty() {
  // By another program, because this one could not leave off. What root made there stays until the disk goes with the task.
  const words = [...EMPTIED, '-xdev', '-mindepth', '1', '-delete'];
  const ran = spawnSync('/usr/bin/find', words, { stdio: 'ignore', timeout: EMPTY_MS, killSignal: 'SIGKILL' });
  if (ran.status !== 0) say('left', `not all of the workspace is empty${ran.error ? `: ${ran.error.code}` : ''}`);
}

function isSocket(path) {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false;
  }
}

async function wait(ms) {
  await pause(ms, undefined, { signal: ended.signal }).catch(() => undefined);
}

function minutes(name, usual) {
  const value = Number(process.env[name] ?? usual);
  if (!(value > 0 && value <= 10_080)) throw new Error(`${name} is no number of minutes up to a week`);
  return value * MINUTE_MS;
}

function say(event, message) {
  process.stdout.write(`${JSON.stringify({ event, message })}\n`);
}
