import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discrepancyBody } from './discrepancy.ts';
import {
  CLIENT,
  SESSION,
  START_MS,
  decided,
  ended,
  failed,
  foundIn,
  ok,
  opened,
  ran,
  request,
  scriptedLog,
  sessionNumber,
  started,
  toolUse,
} from './reconcile-rig.ts';
import type { ScriptedLog } from './reconcile-rig.ts';
import { reconciler } from './reconciler.ts';

/** Facts that show their discrepancy at once must do so within this of the fact. */
const SOON_MS = 5_000;

/** A session that began in sight. */
function begun(source = 'startup'): ScriptedLog {
  const log = scriptedLog();
  log.add('session', opened());
  log.add('hook', started(source));
  log.add('hook', { event: 'UserPromptSubmit', clientSessionId: CLIENT });
  return log;
}

/** What a call of the model leaves behind when everything is as it should be, up to its result. */
function orderly(log: ScriptedLog, id: string, verdict = 'allow'): void {
  const index = log.add('model', request());
  log.add('model', toolUse(id, index));
  log.add('decision', decided(id, verdict));
  if (verdict !== 'allow') return;
  log.add('hook', ran(id));
}

interface Case {
  readonly name: string;
  readonly write: (log: ScriptedLog) => void;
  readonly want: readonly string[];
  readonly begins?: string;
}

const PLANTED: readonly Case[] = [
  {
    name: 'a tool that a hook says ran and nobody decided is found',
    write: (log) => void log.add('hook', ran('toolu_1')),
    want: ['critical tool-without-decision'],
  },
  {
    name: 'a call of the model that ran without its decision is found',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request())));
      log.add('hook', ran('toolu_1'));
    },
    want: ['critical tool-without-decision'],
  },
  {
    name: 'a result of a call that no hook told of is found, and is one with the refusal of the gateway',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request())));
      log.add('model', { event: 'undecided-result', toolUseId: 'toolu_1' });
      log.add('model', request(ok('toolu_1')));
    },
    want: ['critical decision-without-hook'],
  },
  {
    name: 'a client whose hooks do not answer the canary is found',
    write: (log) => void log.add('model', { event: 'refused', why: 'canary-unanswered', clientSessionId: CLIENT }),
    want: ['high decision-without-hook'],
  },
  {
    name: 'a denied call that a hook says ran is found',
    write: (log) => {
      orderly(log, 'toolu_1', 'deny');
      log.add('hook', ran('toolu_1'));
    },
    want: ['critical denied-call-executed'],
  },
  {
    name: 'a denied call whose result goes up as if it had run is found',
    write: (log) => {
      orderly(log, 'toolu_1', 'deny');
      log.add('model', request(ok('toolu_1')));
    },
    want: ['critical denied-call-executed'],
  },
  {
    name: 'a call that the gateway took out of the reply and whose result comes all the same is found',
    write: (log) => {
      log.add('model', {
        event: 'call-refused',
        toolUseId: 'toolu_1',
        name: 'Bash',
        requestIndex: log.add('model', request()),
      });
      log.add('model', request(ok('toolu_1')));
    },
    want: ['critical denied-call-executed'],
  },
  {
    name: 'a result of a call that nobody saw is found, though it says it failed',
    write: (log) => void log.add('model', request(failed('toolu_never'))),
    want: ['high result-without-call'],
  },
  {
    name: 'a call that ran with another input than the one decided is found',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request())));
      log.add('decision', decided('toolu_1'));
      log.add('hook', ran('toolu_1', { inputSha256: 'another' }));
    },
    want: ['critical input-changed'],
  },
  {
    name: 'a call that was rewritten and ran as it was before is found',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request())));
      log.add('decision', decided('toolu_1', 'rewrite', { rewrittenSha256: 'safe' }));
      log.add('hook', ran('toolu_1'));
    },
    want: ['critical input-changed'],
  },
];

for (const { name, write, want, begins } of PLANTED) {
  test(name, () => {
    const log = begun(begins);
    write(log);
    const found = foundIn(log.records);
    assert.deepEqual(
      found.map(({ severity, event }) => `${severity} ${event}`),
      want,
    );
    const lastAtMs = log.records.at(-1)?.occurredAtMs ?? 0;
    for (const one of found) assert.ok(lastAtMs - one.factAtMs < SOON_MS);
  });
}

const LEGAL: readonly Case[] = [
  { name: 'an orderly call', write: (log) => orderly(log, 'toolu_1'), want: [] },
  {
    name: 'a denied call, whose result is the denial',
    write: (log) => {
      orderly(log, 'toolu_1', 'deny');
      log.add('model', request(failed('toolu_1')));
    },
    want: [],
  },
  {
    name: 'a call that is asked about, answered no, and one answered yes with a change by the person',
    write: (log) => {
      orderly(log, 'toolu_1', 'ask');
      log.add('decision', { event: 'PermissionRequest', tool: 'Bash', verdict: 'ask' });
      log.add('model', request(failed('toolu_1')));
      orderly(log, 'toolu_2', 'ask');
      log.add('hook', ran('toolu_2', { inputSha256: 'as the person wants it' }));
      log.add('model', request(ok('toolu_2')));
    },
    want: [],
  },
  {
    name: 'an unknown tool, which the client refuses before its hooks',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request()), { name: 'NoSuchTool' }));
      log.add('hook', { event: 'PostToolBatch', toolUseIds: ['toolu_1'] });
      log.add('model', { event: 'undecided-error', toolUseId: 'toolu_1' });
      log.add('model', request(failed('toolu_1')));
    },
    want: [],
  },
  {
    name: 'a call that fails, of which two hooks tell',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request())));
      log.add('decision', decided('toolu_1'));
      log.add('hook', { event: 'PostToolUseFailure', toolUseId: 'toolu_1', tool: 'Bash' });
      log.add('hook', ran('toolu_1'));
      log.add('model', request(failed('toolu_1')));
    },
    want: [],
  },
  {
    name: 'calls at one time, in any order of their ends',
    write: (log) => {
      const index = log.add('model', request());
      for (const id of ['a', 'b', 'c']) log.add('model', toolUse(id, index));
      for (const id of ['a', 'b', 'c']) log.add('decision', decided(id));
      for (const id of ['c', 'a', 'b']) log.add('hook', ran(id));
      log.add('model', request(ok('a', 'b', 'c')));
    },
    want: [],
  },
  {
    name: 'a subagent whose ids are those of its parent, with other verdicts',
    write: (log) => {
      orderly(log, 'toolu_1', 'deny');
      const index = log.add('model', request(failed('toolu_1')));
      log.add('model', toolUse('agent', index, { name: 'Agent' }));
      log.add('decision', decided('agent', 'allow', { tool: 'Agent' }));
      const under = log.add('model', request(null, { agentId: 'a1' }));
      log.add('hook', ran('agent', { tool: 'Agent' }));
      log.add('model', toolUse('toolu_1', under));
      log.add('decision', decided('toolu_1', 'allow', { agentId: 'a1' }));
      log.add('hook', ran('toolu_1', { agentId: 'a1' }));
      log.add('model', request(ok('toolu_1'), { agentId: 'a1' }));
      log.add('model', request(ok('agent')));
    },
    want: [],
  },
  {
    name: 'a request that is sent again after its reply broke off',
    write: (log) => {
      orderly(log, 'toolu_1');
      log.add('model', toolUse('toolu_lost', log.add('model', request(ok('toolu_1')))));
      orderly(log, 'toolu_2');
      log.add('model', request(ok('toolu_1')));
      log.add('model', request(ok('toolu_2')));
    },
    want: [],
  },
  {
    name: 'an interrupt: a call without a result, and one whose result says so',
    write: (log) => {
      const index = log.add('model', request());
      log.add('model', toolUse('toolu_1', index));
      log.add('model', toolUse('toolu_2', index));
      log.add('decision', decided('toolu_1'));
      log.add('hook', { event: 'UserPromptSubmit', clientSessionId: CLIENT });
      log.add('model', request(failed('toolu_1', 'toolu_2')));
    },
    want: [],
  },
  {
    name: 'a conversation that goes on: results of calls of earlier runs',
    begins: 'resume',
    write: (log) => void log.add('model', request(ok('toolu_of_yesterday'))),
    want: [],
  },
  {
    name: 'a conversation that was compacted',
    write: (log) => {
      orderly(log, 'toolu_1');
      log.add('hook', started('compact'));
      log.add('model', request(ok('toolu_1')));
      orderly(log, 'toolu_2');
    },
    want: [],
  },
  {
    name: 'a rewrite by the policy',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request())));
      log.add('decision', decided('toolu_1', 'rewrite', { rewrittenSha256: 'safe' }));
      log.add('hook', ran('toolu_1', { inputSha256: 'safe' }));
      log.add('model', request(ok('toolu_1')));
    },
    want: [],
  },
  {
    name: 'a client without hooks whose calls the gateway decides',
    write: (log) => {
      log.add('model', { event: 'canary-unanswered', toolUseId: 'toolu_sallyport_0' });
      log.add('model', toolUse('toolu_1', log.add('model', request(null, { callsBy: 'gateway' }))));
      log.add('model', request(ok('toolu_1'), { callsBy: 'gateway' }));
    },
    want: [],
  },
  {
    name: 'a call that the service runs itself',
    write: (log) => {
      log.add('model', toolUse('srvtoolu_1', log.add('model', request()), { blockType: 'server_tool_use' }));
      log.add('model', request());
    },
    want: [],
  },
  {
    name: 'a count of tokens and a list of models',
    write: (log) => {
      log.add('model', request(null, { callsBy: 'nobody' }));
      log.add('model', request(null, { callsBy: 'nobody', clientSessionId: null }));
    },
    want: [],
  },
  {
    name: 'a canary, which is denied',
    write: (log) => {
      log.add('model', { event: 'canary-issued', toolUseId: 'toolu_sallyport_1', clientSessionId: CLIENT });
      log.add('decision', decided('toolu_sallyport_1', 'deny'));
      log.add('model', request(failed('toolu_sallyport_1')));
    },
    want: [],
  },
  {
    name: 'a session that ends while a call of it is decided',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', request())));
      log.add('decision', decided('toolu_1'));
      log.add('session', ended());
      log.add('decision', decided('toolu_1', 'deny'));
    },
    want: [],
  },
  {
    name: 'records of before that say neither who decides nor what ran',
    write: (log) => {
      log.add('model', toolUse('toolu_1', log.add('model', { event: 'request', clientSessionId: CLIENT })));
      log.add('decision', decided('toolu_1'));
      log.add('hook', { event: 'PostToolUse', clientSessionId: CLIENT, tool: 'Bash', toolUseId: 'toolu_1' });
      log.add('model', { event: 'request', clientSessionId: CLIENT });
    },
    want: [],
  },
];

for (const { name, write, begins } of LEGAL) {
  test(`nothing is found in ${name}`, () => {
    const log = begun(begins);
    write(log);
    assert.deepEqual(foundIn(log.records), []);
  });
}

test('a session whose beginning is not in sight is judged by the calls that are', () => {
  const log = begun();
  orderly(log, 'toolu_1');
  log.add('hook', ran('toolu_1'));
  log.add('model', request(ok('toolu_0', 'toolu_1')));
  log.add('model', toolUse('toolu_2', log.add('model', request())));
  log.add('hook', ran('toolu_2'));
  const behind = log.records.filter(({ index }) => index > 5);
  assert.deepEqual(
    foundIn(behind).map(({ event, about }) => [event, about['toolUseId']]),
    [['tool-without-decision', 'toolu_2']],
  );
});

test('a silent session is found when its time is over, once, and not before', () => {
  const join = reconciler({ limits: { silentMs: 30_000 } });
  const log = scriptedLog();
  log.add('session', opened());
  log.add('session', { event: 'documents' });
  foundIn(log.records, {}, join);
  assert.deepEqual(join.tick(START_MS + 30_000), []);
  const [found] = join.tick(START_MS + 30_011);
  assert.equal(found?.event, 'session-without-telemetry');
  assert.equal(found.factAtMs, START_MS + 30_010);
  assert.deepEqual(join.tick(START_MS + 90_000), []);
});

for (const { name, write } of [
  { name: 'a session that shows its hooks', write: (log: ScriptedLog) => void log.add('hook', started()) },
  { name: 'a session that asks the model', write: (log: ScriptedLog) => void log.add('model', request()) },
  { name: 'a session that ended', write: (log: ScriptedLog) => void log.add('session', ended()) },
]) {
  test(`${name} is not silent`, () => {
    const join = reconciler();
    const log = scriptedLog();
    log.add('session', opened());
    write(log);
    foundIn(log.records, {}, join);
    assert.deepEqual(join.tick(START_MS + 3_600_000), []);
  });
}

test('time in which the daemon did not run or the machine slept makes nobody silent', () => {
  const join = reconciler();
  const log = scriptedLog();
  log.add('session', opened());
  log.wait(3_600_000);
  log.add('log', { event: 'opened', size: 1 }, null);
  assert.deepEqual(foundIn(log.records, {}, join), []);
  assert.deepEqual(join.tick(START_MS + 3_600_000 + 29_000), []);
  assert.equal(join.tick(START_MS + 3_600_000 + 30_100).length, 1);
});

test('what is on record is not told again after a restart', () => {
  const log = begun();
  log.add('hook', ran('toolu_1'));
  const [found] = foundIn(log.records);
  assert.ok(found);
  log.add('finding', discrepancyBody(found));
  const again = reconciler();
  const first = foundIn(log.records, {}, again);
  assert.deepEqual(
    first.map(({ id }) => id),
    [found.id],
    'it is found again, under the same id, before its record is read',
  );
  assert.deepEqual(foundIn(log.records.slice(3, 4), {}, again), []);
  const seeded = reconciler();
  foundIn(log.records.slice(-1), {}, seeded);
  assert.deepEqual(foundIn(log.records, {}, seeded), []);
});

test('a command process beside its decided call is nothing odd, before and after its end', () => {
  const join = reconciler();
  const log = begun();
  log.add('model', toolUse('toolu_1', log.add('model', request())));
  log.add('decision', decided('toolu_1'));
  log.add('hook', ran('toolu_1'));
  foundIn(log.records, {}, join);
  const decidedAtMs = log.records.at(-2)?.occurredAtMs ?? 0;
  const process = { kind: 'command-process', sessionId: SESSION, atMs: decidedAtMs, pid: 7 } as const;
  join.observe({ ...process, startedAtMs: decidedAtMs + 5 }, decidedAtMs);
  assert.deepEqual(join.tick(decidedAtMs + 2_000), []);
});

for (const { name, verdict, want } of [
  { name: 'a command process that no call explains', verdict: null, want: 'tool-without-decision' },
  { name: 'a command process after a denial', verdict: 'deny', want: 'denied-call-executed' },
]) {
  test(`${name} is found after the wait for records`, () => {
    const join = reconciler();
    const log = begun();
    if (verdict !== null) orderly(log, 'toolu_1', verdict);
    foundIn(log.records, {}, join);
    const atMs = (log.records.at(-1)?.occurredAtMs ?? 0) + 100;
    join.observe({ kind: 'command-process', sessionId: SESSION, atMs, startedAtMs: atMs, pid: 7 }, atMs);
    assert.deepEqual(join.tick(atMs + 900), []);
    const [found, ...more] = join.tick(atMs + 1_000);
    assert.deepEqual([found?.event, found?.severity, more], [want, 'high', []]);
  });
}

test('a connection to the model past the gateway is found, but not while a page may be fetched', () => {
  const join = reconciler();
  const log = begun();
  foundIn(log.records, {}, join);
  const connection = { kind: 'connection', sessionId: SESSION, startedAtMs: START_MS, to: 'model' } as const;
  join.observe({ ...connection, atMs: START_MS, pid: 7, remote: '192.0.2.1 443' }, START_MS);
  const [found] = join.tick(START_MS + 1_000);
  assert.deepEqual([found?.event, found?.severity], ['traffic-outside-gateway', 'critical']);
  const from = log.records.length;
  log.add('decision', decided('toolu_1', 'ask', { tool: 'WebFetch' }));
  foundIn(log.records.slice(from), {}, join);
  join.observe({ ...connection, atMs: START_MS + 500, pid: 8, remote: '192.0.2.1 443' }, START_MS + 500);
  assert.deepEqual(join.tick(START_MS + 5_000), []);
});

test('memory is bounded, what was forgotten is told once, and calls of before are no finding then', () => {
  const limits = { maxCallsPerSession: 50, maxCalls: 120, maxSessions: 4 };
  const join = reconciler({ limits });
  const log = scriptedLog();
  for (let number = 1; number <= 6; number += 1) {
    const id = sessionNumber(number);
    log.add('session', opened(), id);
    log.add('hook', started(), id);
    for (let nth = 0; nth < 80; nth += 1) {
      log.add('decision', decided(`toolu_${nth}`), id);
      log.add('hook', ran(`toolu_${nth}`), id);
    }
  }
  const found = foundIn(log.records, {}, join);
  assert.deepEqual([...new Set(found.map(({ event }) => event))], ['memory-exceeded']);
  assert.equal(new Set(found.map(({ id }) => id)).size, found.length);
  assert.ok(join.held.sessions <= limits.maxSessions && join.held.calls <= limits.maxCalls, JSON.stringify(join.held));
  const late = scriptedLog();
  late.add('hook', ran('toolu_0'), sessionNumber(6));
  late.add('model', request(ok('toolu_1')), sessionNumber(6));
  assert.deepEqual(foundIn(late.records, {}, join), []);
});

test('who causes findings of one kind at will fills no log with them, and hides none of another kind', () => {
  const log = scriptedLog();
  log.add('session', { event: 'opened' });
  log.add('hook', { event: 'SessionStart', clientSessionId: CLIENT, source: 'startup' });
  for (let number = 0; number < 50; number += 1) log.add('hook', ran(`toolu_${number}`));
  log.add('model', toolUse('toolu_denied', log.add('model', request())));
  log.add('decision', decided('toolu_denied', 'deny'));
  log.add('hook', ran('toolu_denied'));
  const found = foundIn(log.records, { maxFindingsOfKind: 10 });
  assert.deepEqual(countBy(found.map(({ event }) => event)), {
    'tool-without-decision': 10,
    'memory-exceeded': 1,
    'denied-call-executed': 1,
  });
});

function countBy(events: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of events) counts[event] = (counts[event] ?? 0) + 1;
  return counts;
}
