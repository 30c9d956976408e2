import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readLog } from '../src/audit/index.ts';
import type { LoggedRecord } from '../src/audit/index.ts';
import { runCalls } from '../src/cli/drill-run.ts';
import { openStage } from '../src/cli/drill-stage.ts';
import { isJsonObject, stringField } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import { ATTACKS, ORDINARY_WORK } from '../src/drill/index.ts';
import { CHECKPOINTS, DAMAGED, SAVED_QUERIES, VIEWS } from '../src/query/index.ts';
import { RECORD_BODIES } from '../src/records/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { LAUNCHER, ROOT, sallyport } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';
import { guideBlocks, isAsShown } from './guide-blocks.ts';

const GUIDE = readFileSync(join(ROOT, 'docs', 'audit-query.md'), 'utf8');
const SKIP = clientSkipReason();

/** The log of a rehearsal: attacks that leave by the network and by content, and ordinary work, with the real client. */
let home: Home | null = null;
let records: readonly LoggedRecord[] = [];

before(async () => {
  if (SKIP !== false) return;
  const folder = mkdtempSync('/var/tmp/sp-test-');
  const state = join(folder, 'state');
  home = {
    folder,
    state,
    policyFile: '',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder, SALLYPORT_HOME: state },
  };
  const script = process.argv[1];
  // The stage starts the daemon by the program that runs.
  process.argv[1] = LAUNCHER;
  const stage = await openStage([join(ROOT, 'policies', 'default.yaml')]);
  try {
    const none = new AbortController().signal;
    const attacks = ATTACKS.filter(({ chain }) => chain === 'exfiltration');
    await runCalls(stage, stage.site, attacks, none, () => undefined);
    await runCalls(stage, stage.project('ordinary'), ORDINARY_WORK.slice(0, 6), none, () => undefined);
    mkdirSync(state, { recursive: true, mode: 0o700 });
  } finally {
    if (script !== undefined) process.argv[1] = script;
    const { audit } = stage.paths;
    const child = stage.daemon();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    cpSync(audit, join(state, 'audit'), { recursive: true });
    await stage.close();
  }
  const read: LoggedRecord[] = [];
  for await (const record of readLog(join(state, 'audit'))) read.push(record);
  records = read;
});

after(() => {
  if (home !== null) rmSync(home.folder, { recursive: true, force: true });
});

type Row = Readonly<Record<string, Json>>;

function asked(...words: readonly string[]): readonly Row[] {
  assert.ok(home !== null);
  const ran = sallyport(home, ['audit', 'query', ...words, '--json']);
  assert.deepEqual([ran.status, ran.stderr], [0, '']);
  return ran.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The text of a cell. */
function textOf(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}

function tally(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function of(kind: string, event: string): readonly JsonObject[] {
  return records.filter((one) => one.kind === kind && one.body['event'] === event).map(({ body }) => body);
}

function under(body: JsonObject, ...path: readonly string[]): JsonObject {
  return path.reduce<JsonObject>((at, key) => (isJsonObject(at[key]) ? at[key] : {}), body);
}

test('verdicts are counted as the records have them', { skip: SKIP }, () => {
  const rows = asked(
    "SELECT verdict, count(*) AS n FROM decisions WHERE subject = 'call' AND layer = 'guard' GROUP BY verdict",
  );
  const decisions = records.filter(({ kind }) => kind === 'decision');
  assert.ok(decisions.length > 20);
  assert.deepEqual(
    Object.fromEntries(rows.map((row) => [row['verdict'], row['n']])),
    tally(decisions.map(({ body }) => stringField(body, 'verdict') ?? '')),
  );
});

test('DLP violations are those of the records', { skip: SKIP }, () => {
  const seen: string[] = [];
  for (const { kind, body } of records) {
    if (kind === 'decision' || kind === 'hook') seen.push(...Object.keys(under(body, 'scan', 'found')));
    const blocked = Object.keys(under(body, 'content', 'blocked'));
    for (const group of ['masked', 'redacted', 'alerts', 'injections', 'blocked'])
      if (kind === 'model')
        // What is blocked is counted as taken out, too.
        seen.push(
          ...Object.keys(under(body, 'content', group)).filter((id) => group !== 'redacted' || !blocked.includes(id)),
        );
    const said: Json | undefined = body['findings'];
    if (kind === 'model' && Array.isArray(said))
      seen.push(...(said as readonly JsonObject[]).map((one) => stringField(one, 'detectorId') ?? ''));
  }
  const wanted = tally(seen.filter((id) => !id.startsWith('injection/')));
  const found: Record<string, number> = {};
  for (const row of asked('--saved', 'dlp-violations'))
    found[textOf(row, 'detector_id')] = (found[textOf(row, 'detector_id')] ?? 0) + Number(row['texts']);
  assert.ok(Object.keys(wanted).length > 0, 'the rehearsal has some');
  assert.deepEqual(found, wanted);
});

test('egress blocks are the denials of what would have gone out', { skip: SKIP }, () => {
  const rows = asked('--saved', 'egress-blocks');
  const denied = records.filter(
    ({ kind, body }) => kind === 'decision' && body['verdict'] === 'deny' && body['event'] === 'PreToolUse',
  );
  const fetches = denied.filter(({ body }) => body['kind'] === 'fetch').length;
  const uploads = denied.filter(({ body }) => body['ruleId'] === 'shell/upload').length;
  const sum = (rule: (id: string) => boolean): number =>
    rows.reduce((all, row) => all + (rule(textOf(row, 'rule_id')) ? Number(row['blocks']) : 0), 0);
  assert.ok(uploads > 0 && fetches > 0);
  assert.equal(
    sum((id) => id === 'shell/upload'),
    uploads,
  );
  assert.ok(sum(() => true) >= uploads + fetches && sum(() => true) <= denied.length);
});

test('records of connections have the fields that the view reads, and no others', () => {
  const bodies = RECORD_BODIES.filter(({ kind }) => kind === 'egress');
  assert.deepEqual(
    bodies.map(({ event, schema }) => [event, Object.keys(schema.shape)]),
    [['connection', ['event', 'seenBy', 'pid', 'remote', 'to']]],
  );
});

test('sessions, and what is odd about them, are those of the records', { skip: SKIP }, () => {
  const opened = records.filter(({ kind, body }) => kind === 'session' && body['event'] === 'opened');
  const rows = asked('SELECT session, calls, calls_denied, requests FROM sessions ORDER BY first_id');
  assert.deepEqual(
    rows.map((row) => row['session']),
    opened.map(({ sessionId }) => sessionId),
  );
  assert.equal(
    rows.reduce((sum, row) => sum + Number(row['requests']), 0),
    of('model', 'request').length,
  );
  const odd = asked('--saved', 'session-anomalies');
  assert.ok(
    odd.some((row) => /^denied calls: \d+ of \d+/.test(textOf(row, 'anomalies'))),
    'the attacks stand out',
  );
});

test('the integrity of a log that was closed in order has no fault', { skip: SKIP }, () => {
  const rows = asked('--saved', 'integrity');
  assert.deepEqual(
    rows.filter((row) => row['is_fine'] === false),
    [],
  );
  assert.equal(rows.find((row) => row['check_name'] === 'records read')?.['amount'], records.length);
});

test('a rehearsal in which nobody gives the agent instructions has no injection attempt', { skip: SKIP }, () => {
  const names = records.flatMap(({ body }) => [
    ...Object.keys(under(body, 'scan', 'found')),
    ...Object.keys(under(body, 'content', 'injections')),
  ]);
  assert.deepEqual(
    names.filter((id) => id.startsWith('injection/')),
    [],
  );
  assert.deepEqual(asked('--saved', 'injection-attempts'), []);
});

test('connections that processes held are those of the records', { skip: SKIP }, () => {
  const held = records.filter(({ kind }) => kind === 'egress');
  const rows = asked(
    "SELECT id, concat(host, ' ', port) AS remote, destination, pid, seen_by FROM egress WHERE layer = 'process' ORDER BY id",
  );
  assert.deepEqual(
    rows.map((row) => [row['id'], row['remote'], row['destination'], row['pid'], row['seen_by']]),
    held.map(({ index, body }) => [index, body['remote'], body['to'], body['pid'], body['seenBy']]),
  );
});

test('the story of a session has each of its calls once, with decision and result', { skip: SKIP }, () => {
  assert.ok(home !== null);
  const [first] = records.filter(({ kind, body }) => kind === 'session' && body['event'] === 'opened');
  const id = first?.sessionId ?? '';
  const ran = sallyport(home, ['audit', 'timeline', id, '--json']);
  assert.deepEqual([ran.status, ran.stderr], [0, '']);
  const entries = ran.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JsonObject]));
  const calls = entries.filter((entry) => entry['kind'] === 'call');
  const asks = records.filter(
    (one) => one.sessionId === id && one.kind === 'model' && one.body['event'] === 'tool_use',
  );
  assert.deepEqual(new Set(calls.map((call) => call['toolUseId'])), new Set(asks.map(({ body }) => body['toolUseId'])));
  assert.equal(calls.length, asks.length);
  assert.ok(calls.every((call) => call['decided'] !== null));
  const text = sallyport(home, ['audit', 'timeline', id]);
  assert.deepEqual([text.status, text.stderr], [0, '']);
  assert.match(text.stdout, /^turn 1 {2}\d{4}-/m);
  assert.match(text.stdout, /^ +\d+ +\+\d+\.\d{3} {2}DENIED +Bash {2}curl {2}shell\/upload {2}-> not run$/m);
  assert.ok(!text.stdout.includes('ALARM'), 'layers agree');
});

test('whoever stops reading leaves nothing behind', { skip: SKIP }, () => {
  assert.ok(home !== null);
  const temp = join(home.folder, 'temp');
  mkdirSync(temp);
  const own: Home = { ...home, env: { ...home.env, TMPDIR: temp } };
  const ran = sallyport(own, ['audit', 'query', 'SELECT * FROM records', '--json']);
  assert.equal(ran.status, 0);
  assert.deepEqual(readdirSync(temp), []);
});

for (const { name, words, status, stderr } of [
  { name: 'neither a query nor a name', words: [], status: 2, stderr: /^error: a query is wanted/ },
  { name: 'both', words: ['SELECT 1', '--saved', 'integrity'], status: 2, stderr: /^error: a query is wanted/ },
  {
    name: 'a saved query that there is not',
    words: ['--saved', 'nothing'],
    status: 2,
    stderr: /^error: no saved query is named `nothing`/,
  },
  {
    name: 'a day that is none',
    words: ['SELECT 1', '--from', 'today'],
    status: 2,
    stderr: /^error: `--from` and `--to` are days/,
  },
  {
    name: 'two forms at once',
    words: ['SELECT 1', '--json', '--csv'],
    status: 2,
    stderr: /^error: `--json` and `--csv` do not go together/,
  },
  {
    name: 'a place without a log',
    words: ['SELECT 1', '--log', '/var/empty'],
    status: 1,
    stderr: /^error: there is no log in `\/var\/empty` \[STATE_FOLDER\]/,
  },
  {
    name: 'a bucket that is none',
    words: ['SELECT 1', '--log', 's3://UPPER'],
    status: 2,
    stderr: /^error: `s3:\/\/UPPER` is no bucket/,
  },
  {
    name: 'a bucket without a region',
    words: ['SELECT 1', '--log', 's3://bucket/logs'],
    status: 2,
    stderr: /^error: no region is named/,
  },
])
  test(`${name} is refused with a hint`, (t) => {
    const folder = mkdtempSync('/var/tmp/sp-test-');
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const bare: Home = {
      folder,
      state: folder,
      policyFile: '',
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, SALLYPORT_HOME: folder },
    };
    const ran = sallyport(bare, ['audit', 'query', ...words]);
    assert.equal(ran.status, status);
    assert.match(ran.stderr, stderr);
    assert.equal(ran.stdout, '');
  });

test('the guide describes every view with its columns, and every saved query', () => {
  const written = [...GUIDE.matchAll(/^### `([a-z_]+)`\n\n(.*?)\n\n((?:\|.*\n)+)/gm)].map(
    ([, name = '', about = '', table = '']) => ({
      name,
      about,
      columns: table
        .split('\n')
        .slice(2, -1)
        .map((row) =>
          row
            .replaceAll('\\|', '¦')
            .split('|')
            .slice(1, 4)
            .map((cell) => cell.trim()),
        ),
    }),
  );
  assert.deepEqual(
    written,
    [...VIEWS, DAMAGED, CHECKPOINTS].map(({ name, about, columns }) => ({
      name,
      about,
      columns: columns.map((one) => [`\`${one.name}\``, one.type, one.about]),
    })),
  );
  for (const { name, about } of SAVED_QUERIES) assert.ok(GUIDE.includes(`\`${name}\``) && GUIDE.includes(about), name);
});

test('the commands of the guide do what it says', { skip: SKIP }, () => {
  assert.ok(home !== null);
  const session = records.find(({ sessionId }) => sessionId !== null)?.sessionId ?? '';
  const blocks = guideBlocks(GUIDE);
  assert.ok(blocks.length >= 4);
  for (const { line, commands, want, exitCode } of blocks) {
    for (const command of commands.trim().split(/(?<!\\)\n/)) {
      const shown = runLine(command.replaceAll('ses_…', session));
      assert.equal(shown.status, exitCode, `line ${line}: ${command}: ${shown.stderr}`);
      if (want !== null) assert.ok(isAsShown(want, shown.stdout), `line ${line}: ${command}:\n${shown.stdout}`);
    }
  }
});

/** Runs a line of the guide in a shell that knows the program. */
function runLine(line: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  assert.ok(home !== null);
  const words = line.replace(/^sallyport /, '');
  assert.notEqual(words, line, 'the guide runs nothing else');
  const argv = [...words.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, one, two, three]) => one ?? two ?? three ?? '',
  );
  return sallyport(home, argv);
}
