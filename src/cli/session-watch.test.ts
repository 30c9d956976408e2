import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BeatAnswer } from '../core/control.ts';
import { DaemonFailed, NotAnswering, NotRunning, SessionEnded } from '../core/error.ts';
import { AWAY_LIMIT_MS, sessionWatch } from './session-watch.ts';

const BEAT_MS = 2_000;
const RUNS: BeatAnswer = { endedReason: null, warning: null, endsProcesses: false };
const ENDED: BeatAnswer = { ...RUNS, endedReason: 'ended by its owner' };
const AWAY = new NotRunning('no daemon answers', { hint: 'start one' });

/** Plays one answer for each beat, {@link BEAT_MS} apart, and gives what the watch said and did. */
async function play(
  answers: readonly (BeatAnswer | Error | null)[],
): Promise<{ readonly notices: readonly string[]; readonly given: readonly Error[]; readonly beats: number }> {
  const notices: string[] = [];
  const given: Error[] = [];
  let beats = 0;
  let nowMs = 0;
  const beat = sessionWatch({
    beat: () => {
      const answer = answers[beats] ?? null;
      beats += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    uptimeMs: () => nowMs,
    notice: (line) => notices.push(line),
    giveUp: (error) => given.push(error),
  });
  while (nowMs < answers.length * BEAT_MS) {
    nowMs += BEAT_MS;
    await beat();
  }
  return { notices, given, beats };
}

const times = (count: number, error: Error): readonly Error[] => Array.from({ length: count }, () => error);

test('a daemon that answers is not worth a word', async () => {
  assert.deepEqual(await play([RUNS, RUNS, RUNS]), { notices: [], given: [], beats: 3 });
});

test('the first beat without an answer says so once, with what to do, and an answer takes it back', async () => {
  const { notices, given } = await play([RUNS, AWAY, AWAY, RUNS, RUNS]);
  assert.deepEqual(notices, [
    'no daemon answers. Every call is refused until it is back; after 20 s the session ends (start one)',
    'the daemon answers again, after 4 s',
  ]);
  assert.deepEqual(given, []);
});

for (const { name, error } of [
  { name: 'gone', error: AWAY },
  { name: 'silent', error: new NotAnswering('the daemon (process 7) is stopped', { hint: 'kill -CONT 7' }) },
  { name: 'failing', error: new DaemonFailed('the daemon could not do this') },
]) {
  test(`a daemon that stays ${name} ends the session after the limit, and not before`, async () => {
    const within = AWAY_LIMIT_MS / BEAT_MS;
    assert.deepEqual((await play(times(within, error))).given, []);
    const { given, notices, beats } = await play(times(within + 5, error));
    assert.equal(given.length, 1);
    assert.equal(beats, within + 1);
    assert.equal(notices.length, 1);
    const [gaveUp] = given;
    assert.ok(gaveUp instanceof NotRunning);
    assert.equal(gaveUp.message, `the daemon was away for 20 s, so the session was ended: ${error.message}`);
    assert.equal(gaveUp.hint, error.hint);
  });
}

test('absences that do not follow each other are not added up', async () => {
  const { given } = await play([...times(8, AWAY), RUNS, ...times(8, AWAY)]);
  assert.deepEqual(given, []);
});

test('a session that the daemon ended is told once, and its client may say the rest', async () => {
  const { notices, given, beats } = await play([RUNS, ENDED, AWAY, AWAY]);
  assert.deepEqual(notices, ['the session was ended: ended by its owner. Every further call of it is refused']);
  assert.deepEqual([given, beats], [[], 2]);
});

test('an end that comes near is told once, and again when it was put off and comes near anew', async () => {
  const soon = (left: number): BeatAnswer => ({ ...RUNS, warning: `it ends in ${left} minutes` });
  const { notices, given } = await play([RUNS, soon(5), soon(4), RUNS, soon(5), soon(5)]);
  assert.deepEqual(notices, ['it ends in 5 minutes', 'it ends in 5 minutes']);
  assert.deepEqual(given, []);
});

test('where the daemon ends the client too, the client is ended with the reason and what goes on', async () => {
  const { notices, given, beats } = await play([RUNS, { ...ENDED, endsProcesses: true }, AWAY, AWAY]);
  assert.deepEqual([notices, beats], [[], 2]);
  const [error] = given;
  assert.ok(error instanceof SessionEnded);
  assert.equal(error.message, 'the session was ended: ended by its owner');
  assert.match(error.hint ?? '', /--continue/);
});

test('a session that the daemon does not know is given up at once', async () => {
  const { given } = await play([RUNS, null, RUNS]);
  assert.deepEqual(
    given.map((error) => error.message),
    ['the daemon does not know this session any more, so it was ended'],
  );
});

test('an error that is none of ours ends the session rather than the launcher', async () => {
  const fault = new TypeError('x is undefined');
  assert.deepEqual((await play([fault, RUNS])).given, [fault]);
});

test('a beat that is still under way is not sent twice', async () => {
  let beats = 0;
  const pending = Promise.withResolvers<BeatAnswer>();
  const beat = sessionWatch({
    beat: () => {
      beats += 1;
      return pending.promise;
    },
    uptimeMs: () => 0,
    notice: assert.fail,
    giveUp: assert.fail,
  });
  const [first, second] = [beat(), beat()];
  await second;
  assert.equal(beats, 1);
  pending.resolve(RUNS);
  await first;
});
