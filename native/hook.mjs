/**
 * The hook client where there is neither a C compiler nor curl: the same promise as hook.c, in plain Node.
 *
 *   node hook.mjs SOCKET SESSION [DEADLINE_MS [withhold]]     event on stdin, answer on stdout, refusal on stderr
 *
 * Exit 0 after a whole, well-formed answer was printed; exit 2 after everything else. Reads nothing from the environment
 * and speaks HTTP by hand, because `node:http` can be sent through a proxy by the environment. With `withhold` a refusal is
 * exit 0 with the object on stdout that takes the result's place; hook.c says where it stays exit 2.
 */
import { constants, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import { connect, Socket } from 'node:net';

const DEADLINE_MS = 5_000;
const MAX_DEADLINE_MS = 30_000;
/** What writing the sentence may take once the call is refused. */
const LAST_WORDS_MS = 200;
const MAX_EVENT_BYTES = 8 * 1_024 * 1_024;
/** With the HTTP head. */
const MAX_ANSWER_BYTES = 1_024 * 1_024;
/** Opens a folder that may be gone through and not be read (fcntl.h). */
const O_PATH = 0x20_0000;
const END_LINE = '\nsallyport-end\n';
const WITHHELD = `${JSON.stringify({
  hookSpecificOutput: {
    hookEventName: 'PostToolUse',
    updatedToolOutput:
      'Sallyport withheld this result because it could not be checked. Ask the user to run "sallyport doctor".',
  },
})}\n`;

/** What is being waited for, for the sentence of a deadline that strikes in the middle of it. */
let late = 'its event did not arrive in time';
let hasRefused = false;
const isWithholding = process.argv.length === 6 && process.argv[5] === 'withhold';
/** Whether stdout may hold a part of an answer. */
let isAnswering = false;

// INVARIANT: only a whole answer, or a whole `WITHHELD`, sets another exit code; a loop that runs dry, too, is a refusal.
process.exitCode = 2;
process.on('uncaughtException', () => refuse('its hook failed'));
for (const name of [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGALRM',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGXCPU',
  'SIGVTALRM',
  'SIGPROF',
]) {
  process.on(name, () => {
    // The answer may still become whole, and a refusal would leave the result to the model. The timer bounds it.
    if (!isWithholding || !isAnswering) refuse('its hook was interrupted');
  });
}
// To stop would be taken for a timeout by the agent's client, and the call would pass.
for (const name of ['SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGXFSZ']) process.on(name, () => undefined);

main(process.argv.slice(2));

function main(words) {
  let timer = setTimeout(() => refuse(late), DEADLINE_MS);
  if (words.length !== 2 && words.length !== 3 && !isWithholding)
    return refuse('its hook was started with wrong arguments');
  const [socketPath = '', session = '', deadline] = words;
  if (deadline !== undefined) {
    const ms = /^[0-9]{1,5}$/.test(deadline) ? Number(deadline) : 0;
    if (ms < 1 || ms > MAX_DEADLINE_MS) return refuse('its hook was started with a deadline that is not one');
    clearTimeout(timer);
    timer = setTimeout(() => refuse(late), ms);
  }
  if (!socketPath.startsWith('/') || socketPath.includes('\0')) return refuse("the guard's socket path is not usable");
  // It becomes part of a request line.
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(session)) return refuse('the session id is not usable');
  // Node opens the null device in place of a closed stream, where the answer would be lost without an error.
  if (isNullDevice(1)) return refuse('its hook has nowhere to write the answer');

  readEvent((event) => {
    late = 'the guard did not answer in time';
    ask(socketPath, session, event, (answer) => {
      late = 'its hook could not write the answer in time';
      giveAnswer(answer);
    });
  });
}

function readEvent(then) {
  const chunks = [];
  let length = 0;
  process.stdin.on('error', () => refuse('its event could not be read'));
  process.stdin.on('data', (chunk) => {
    length += chunk.length;
    if (length > MAX_EVENT_BYTES) return refuse('its event is larger than 8 MiB');
    chunks.push(chunk);
  });
  process.stdin.on('end', () => {
    if (length === 0) return refuse('its hook was started without an event');
    then(Buffer.concat(chunks));
  });
}

function ask(socketPath, session, event, then) {
  const chunks = [];
  let length = 0;
  const path = ownPathOf(socketPath);
  if (path === null) return;
  const guard = connect({ path });
  guard.on('error', (error) => refuse(reasonOf(error)));
  guard.on('data', (chunk) => {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) return refuse("the guard's answer is too long");
    chunks.push(chunk);
  });
  guard.on('end', () => then(Buffer.concat(chunks)));
  guard.write(
    `POST /hook/${session} HTTP/1.1\r\nHost: sallyport\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${event.length}\r\nConnection: close\r\n\r\n`,
  );
  guard.write(event);
}

/**
 * Behind a door, whose owner could put a guard of their own in the daemon's place, only the daemon may answer: the owner of
 * the folder of doors. Where a launcher shows its session a folder of doors of its own, with the one door in it, it must at
 * least not be this user. The socket is reached by the folder that was looked at, whatever becomes of its name meanwhile.
 */
function ownPathOf(socketPath) {
  const [, doors, room] = /^((?:\/[^/]+)+)(\/[^/]+\/guard)\/g\.sock$/.exec(socketPath) ?? [];
  if (doors === undefined) return socketPath;
  try {
    const folder = openSync(`${doors}${room}`, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const [owner, keeper, own] = [fstatSync(folder).uid, statSync(doors).uid, process.geteuid()];
    if (keeper === own ? owner !== own : owner === keeper) return `/proc/self/fd/${folder}/g.sock`;
    refuse("another program answers in the guard's place");
  } catch (error) {
    refuse(reasonOf(error));
  }
  return null;
}

function reasonOf(error) {
  switch (error.code) {
    case 'ENOENT':
      return "the guard's socket is missing";
    case 'EACCES':
    case 'EPERM':
      return "the guard's socket may not be opened";
    case 'ECONNREFUSED':
      return 'the guard is not running';
    default:
      return 'the guard broke off before it answered';
  }
}

/** Takes the frame apart and prints the payload. Anything that is not the frame is refused. */
function giveAnswer(bytes) {
  const odd = "the guard's answer was not understood";
  if (bytes.length === 0) return refuse('the guard broke off before it answered');
  // One character per byte, so that bytes which are not UTF-8 pass through as they are.
  const text = bytes.toString('latin1');
  if (!text.startsWith('HTTP/1.1 200 ')) return refuse(odd);
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return refuse('the guard broke off in its answer');
  const body = text.slice(headEnd + 4);
  const firstLine = ['sallyport-answer 0\n', 'sallyport-answer 2\n'].find((line) => body.startsWith(line));
  if (firstLine === undefined) return refuse(odd);
  if (body.length < firstLine.length + END_LINE.length || !body.endsWith(END_LINE)) {
    return refuse('the guard broke off in its answer');
  }
  const payload = body.slice(firstLine.length, body.length - END_LINE.length);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(payload)) return refuse(odd);

  if (firstLine === 'sallyport-answer 2\n') return payload === '' ? refuse(odd) : leaveSaying(`${payload}\n`);
  if (payload === '') return process.exit(0);
  if (!payload.startsWith('{') || !payload.endsWith('}')) return refuse(odd);
  isAnswering = true;
  print(1, `${payload}\n`, (error) => (error ? refuse('its hook could not write the answer') : process.exit(0)));
}

function refuse(why) {
  if (hasRefused) return;
  leaveSaying(
    `Sallyport refused this call because ${why}. Do not try another way; ask the user to run "sallyport doctor".\n`,
  );
}

/** Ends once the text is written, or soon after where nobody reads it. */
function leaveSaying(text) {
  hasRefused = true;
  setTimeout(() => process.exit(), LAST_WORDS_MS);
  const say = () => print(2, text, () => process.exit());
  if (!isWithholding || isAnswering || isNullDevice(1)) return say();
  print(1, WITHHELD, (error) => {
    if (!error) process.exitCode = 0;
    say();
  });
}

/** Writes latin1 text to a stream of the process without ever blocking on a reader that does not read. */
function print(fd, text, then) {
  const bytes = Buffer.from(text, 'latin1');
  try {
    const kind = fstatSync(fd);
    if (kind.isFIFO() || kind.isSocket()) {
      const stream = new Socket({ fd, readable: false, writable: true });
      stream.on('error', then);
      stream.write(bytes, then);
      return;
    }
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  } catch (error) {
    then(error);
    return;
  }
  then();
}

function isNullDevice(fd) {
  const [stream, nothing] = [fstatSync(fd), statSync('/dev/null')];
  return stream.isCharacterDevice() && stream.rdev === nothing.rdev;
}
