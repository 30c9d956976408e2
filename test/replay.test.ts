import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { makeRecordedLog } from '../bench/support/recorded-log.ts';
import { logSegments, openLog, readLog } from '../src/audit/index.ts';
import { contentKeys } from '../src/bin/content-keys.ts';
import { loadPolicy } from '../src/bin/load-policy.ts';
import { replayLog } from '../src/bin/replay-log.ts';
import type { ReplayPlan } from '../src/bin/replay-segment.ts';
import { StateFolder } from '../src/core/error.ts';
import { makeSessionId } from '../src/core/ids.ts';
import { taintRulesOf } from '../src/core/taint.ts';
import type { RuleTable } from '../src/core/rule-table.ts';
import type { SeenCall } from '../src/core/seen-call.ts';
import { ruleIndex } from '../src/decide/index.ts';
import { redecide } from '../src/replay/index.ts';
import { ROOT } from './daemon-process.ts';
import { folderTree, verify } from '../src/verify/index.ts';

const COMPARED = process.env['SLOW'] === '1' ? 100_000 : 10_000;
const POLICY = [join(ROOT, 'policies', 'default.yaml')];
const index = loadPolicy(POLICY, '/nowhere/state').indexAt(0);

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sp-replay-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function planOf(folder: string, table: RuleTable = index.table): ReplayPlan {
  const filter = { sinceMs: null, untilMs: null, sessionId: null };
  return {
    table,
    taint: taintRulesOf({ onFinding: null, taint: false }),
    keysFolder: join(folder, 'keys', 'content'),
    filter,
    maxWitnesses: 2,
  };
}

/** The default policy without what keeps data from being uploaded. */
function loosened(): RuleTable {
  return { ...index.table, commands: index.table.commands.filter(({ id }) => id !== 'shell/upload') };
}

test(`a replay of ${COMPARED} records is what deciding one by one gives, in one thread and in two`, async (t) => {
  const folder = folderOf(t);
  const calls: SeenCall[] = [];
  const onCall = (call: SeenCall): void => void calls.push(call);
  await makeRecordedLog(folder, index, { records: COMPARED, segmentMaxBytes: 1_000_000, onCall });
  const table = loosened();
  const next = ruleIndex(table);
  const wanted = new Map<string, number>();
  for (const call of calls) {
    const [before, after] = [redecide(index, call), redecide(next, call)];
    if (before.verdict === after.verdict) continue;
    const key = `${before.verdict} ${before.ruleId} ${after.verdict} ${after.ruleId}`;
    wanted.set(key, (wanted.get(key) ?? 0) + 1);
  }
  const log = join(folder, 'audit');
  const plan = planOf(folder, table);
  const [alone, shared] = [await replayLog(log, plan, undefined, 1), await replayLog(log, plan, undefined, 2)];
  assert.deepEqual(shared, alone);
  assert.equal(alone.tally.totals.decided, COMPARED);
  assert.equal(alone.tally.totals.guessed, 0);
  const counted = new Map<string, number>();
  for (const { from, fromRule, to, toRule, count } of alone.tally.changes) {
    const key = `${from} ${fromRule} ${to} ${toRule}`;
    counted.set(key, (counted.get(key) ?? 0) + count);
  }
  assert.ok(counted.size > 0, 'the policies differ in these calls');
  assert.deepEqual(Object.fromEntries(counted), Object.fromEntries(wanted));
  assert.ok([...alone.users.values()].every((user) => user === 'dev'));
});

test('the same policy changes nothing', async (t) => {
  const folder = folderOf(t);
  await makeRecordedLog(folder, index, { records: 1_000 });
  const { tally, damagedCount } = await replayLog(join(folder, 'audit'), planOf(folder));
  assert.deepEqual([tally.changes, tally.totals.otherRule, damagedCount], [[], 0, 0]);
});

test('a deleted key destroys the content of its session alone, and the log still verifies', async (t) => {
  const folder = folderOf(t);
  await makeRecordedLog(folder, index, { records: 6_000 });
  const plan = planOf(folder);
  const [first = ''] = readdirSync(plan.keysFolder).sort();
  rmSync(join(plan.keysFolder, first));
  const { tally } = await replayLog(join(folder, 'audit'), plan);
  assert.deepEqual(tally.totals.notDecided, { 'key-gone': 5_000 });
  assert.equal(tally.totals.decided, 1_000);
  assert.equal((await verify(folderTree(join(folder, 'audit')))).ok, true);
});

test("another session's key opens nothing", async (t) => {
  const folder = folderOf(t);
  await makeRecordedLog(folder, index, { records: 6_000 });
  const plan = planOf(folder);
  const [first = '', second = ''] = readdirSync(plan.keysFolder).sort();
  writeFileSync(join(plan.keysFolder, first), readFileSync(join(plan.keysFolder, second)));
  const { tally } = await replayLog(join(folder, 'audit'), plan);
  assert.deepEqual(tally.totals.notDecided, { altered: 5_000 });
});

test('sealed content that was exchanged between two calls is found out', async (t) => {
  const [folder, forged] = [folderOf(t), folderOf(t)];
  await makeRecordedLog(folder, index, { records: 10 });
  const log = await openLog(join(forged, 'audit'), {
    clock: () => 0,
    signing: { keyFile: join(forged, 'keys', 'audit-signing.key') },
  });
  const records = [];
  for await (const record of readLog(join(folder, 'audit'))) if (record.kind === 'decision') records.push(record);
  for (const [at, { kind, occurredAtMs, sessionId, body }] of records.entries()) {
    const sealed = at === 3 ? (records[4]?.body['sealed'] ?? null) : (body['sealed'] ?? null);
    await log.append({ kind, occurredAtMs, sessionId, body: { ...body, sealed } });
  }
  await log.close();
  const { tally } = await replayLog(join(forged, 'audit'), planOf(folder));
  assert.deepEqual([tally.totals.decided, tally.totals.notDecided], [9, { altered: 1 }]);
});

test('a damaged record and a missing segment are named, and the rest is decided', async (t) => {
  const folder = folderOf(t);
  await makeRecordedLog(folder, index, { records: 6_000, segmentMaxBytes: 1_000_000 });
  const [, first, second] = await logSegments(join(folder, 'audit'));
  assert.ok(first !== undefined && second !== undefined);
  const lines = readFileSync(first.path, 'utf8').split('\n');
  writeFileSync(first.path, lines.with(5, (lines[5] ?? '').replace('"verdict":"', '"verdict":"x')).join('\n'));
  rmSync(second.path);
  const replayed = await replayLog(join(folder, 'audit'), planOf(folder));
  assert.equal(replayed.damagedCount, 2);
  assert.deepEqual(replayed.damaged[0], {
    place: `${basename(first.path)}:6`,
    problem: 'changed since it was written: checksum or canonical form does not fit',
  });
  assert.match(replayed.damaged[1]?.problem ?? '', /^segment does not go on at record \d+$/);
  assert.ok(replayed.tally.totals.decided > 2_000);
});

test('calls are chosen by time and by session', async (t) => {
  const folder = folderOf(t);
  await makeRecordedLog(folder, index, { records: 6_000 });
  const plan = planOf(folder);
  const decided = async (filter: Partial<ReplayPlan['filter']>): Promise<number> => {
    const chosen = { ...plan, filter: { ...plan.filter, ...filter } };
    return (await replayLog(join(folder, 'audit'), chosen)).tally.totals.calls;
  };
  const [sessionId = ''] = readdirSync(plan.keysFolder).sort();
  assert.equal(await decided({ sessionId }), 5_000);
  assert.equal(await decided({ sinceMs: 1_700_000_000_000 + 100, untilMs: 1_700_000_000_000 + 300 }), 200);
});

test('a key that cannot be written refuses its session, with the reason', (t) => {
  const keys = contentKeys(folderOf(t), {
    random: (size) => new Uint8Array(size),
    write: () => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    },
  });
  const id = makeSessionId(0, new Uint8Array(16));
  assert.throws(
    () => keys.create(id),
    (error) => {
      assert.ok(error instanceof StateFolder);
      assert.equal(error.message, 'the content key of the session cannot be written: ENOSPC');
      return true;
    },
  );
  assert.equal(keys.of(id), null);
});

test('a file of calls of another program is decided, with its user, and what is no call is named', (t) => {
  const folder = folderOf(t);
  const file = join(folder, 'calls.jsonl');
  const call = (command: string, decision: string): string =>
    JSON.stringify({ tool: 'Bash', input: { command }, cwd: '/w', mode: 'default', decision, user: 'ann' });
  writeFileSync(file, [call('git status', 'deny'), call('sudo id', 'deny'), 'hello', '{"tool":"Bash"}'].join('\n'));
  const run = (words: readonly string[]): ReturnType<typeof cli> =>
    cli(folder, ['policy', 'replay', '--log', file, ...words]);
  const shown = run([]);
  assert.equal(shown.status, 3, shown.stderr);
  assert.match(shown.stdout, /^2 of 2 calls decided again by `default`/);
  assert.match(shown.stdout, /damaged: calls\.jsonl:3: not a JSON object/);
  assert.match(shown.stdout, /damaged: calls\.jsonl:4: no `input` that is an object/);
  assert.match(shown.stdout, /newly allowed: 1 call of ann, Bash: deny -> allow \(dev\/git\)\n {4}1 {2}git status\n/);
  const json = JSON.parse(run(['--json', '--show', '0']).stdout) as { changes: { witnesses: unknown[] }[] };
  assert.deepEqual(
    json.changes.map(({ witnesses }) => witnesses),
    [[]],
  );
  writeFileSync(file, call('git status', 'allow'));
  assert.equal(run([]).status, 0);
  writeFileSync(file, `${call('git status', 'allow')}\n{`);
  assert.equal(run([]).status, 1, 'what cannot be read is no "nothing changes"');
  assert.equal(cli(folder, ['policy', 'replay', '--log', join(folder, 'nothing')]).status, 1);
});

test('the command replays a whole log in threads from the built program', async (t) => {
  const folder = folderOf(t);
  await makeRecordedLog(folder, index, { records: 9_000, segmentMaxBytes: 2_000_000 });
  const shown = cli(folder, ['policy', 'replay', '--log', join(folder, 'audit'), '--json']);
  const { totals } = JSON.parse(shown.stdout) as { totals: { decided: number } };
  assert.equal(totals.decided, 9_000, shown.stderr);
});

function cli(folder: string, words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(ROOT, 'bin', 'sallyport.mjs'), ...words], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, SALLYPORT_HOME: join(folder, 'state') },
    encoding: 'utf8',
    timeout: 120_000,
  });
}
