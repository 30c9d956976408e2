import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { readLog, recordLine } from '../src/audit/index.ts';
import { controlClient } from '../src/cli/control-client.ts';
import { ownCredentials } from '../src/cli/place.ts';
import type { SinkStatus } from '../src/core/sink-status.ts';
import { scriptedReceiver } from '../src/deliver/sinks/scripted-http.ts';
import { makeHome, programBeside, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import type { DaemonProcess, Home } from './daemon-process.ts';

/** Milliseconds in which something must have come about, tries at growing distances included. */
const SOON_MS = 40_000;

interface Stage {
  readonly home: Home;
  readonly archive: string;
  /** What the collector took: the texts of each key, in the order in which they came. */
  readonly collected: ReadonlyMap<string, readonly string[]>;
}

async function stageOf(t: Parameters<typeof scriptedReceiver>[0]): Promise<Stage> {
  const collected = new Map<string, string[]>();
  const receiver = await scriptedReceiver(t);
  receiver.reply = ({ headers, body }) => {
    if (headers.authorization !== 'Splunk the-token') return { status: 403, body: { text: 'Invalid token', code: 4 } };
    for (const line of body.split('\n')) {
      const { fields, event } = JSON.parse(line) as {
        readonly fields: { readonly key: string };
        readonly event: string;
      };
      collected.set(fields.key, [...(collected.get(fields.key) ?? []), event]);
    }
    return { status: 200, body: { text: 'Success', code: 0 } };
  };
  const home = makeHome(t);
  const archive = join(home.folder, 'archive');
  mkdirSync(archive);
  const policy = `version: 1
name: delivered
commands:
  allow:
    - { id: test/yes, run: [echo], reason: 'Yes.' }
audit:
  backlog: { alarm_records: 12, alarm_seconds: 3600, deny_records: 40, deny_seconds: 86400 }
  deliver:
    - { name: archive, to: file, folder: ${archive}, required: true }
    - { name: siem, to: splunk, url: ${receiver.url}, token_env: HEC_TOKEN, form: record }
`;
  return { home: withPolicy({ ...home, env: { ...home.env, HEC_TOKEN: 'the-token' } }, policy), archive, collected };
}

function withPolicy(home: Home, policy: string): Home {
  writeFileSync(home.policyFile, policy);
  return home;
}

async function openSession(home: Home, { status }: DaemonProcess): Promise<string> {
  const { sessionId } = await controlClient(status.controlSocket).openSession({
    workspace: home.folder,
    homeDir: home.folder,
    environment: {},
    credentials: { ...ownCredentials(), anthropicApiKey: 'k' },
    watchPid: process.pid,
    about: {},
  });
  return sessionId;
}

/** Asks the guard about a command as the client would; gives what the client reads. */
async function ask(home: Home, { status }: DaemonProcess, session: string, command: string): Promise<string> {
  const [hook = '', ...words] = status.hookCommand;
  const event = {
    session_id: 's',
    hook_event_name: 'PreToolUse',
    tool_name: 'Bash',
    tool_use_id: `toolu_${command.replaceAll(/\W/g, '')}`,
    tool_input: { command },
    cwd: home.folder,
  };
  const shell = `printf %s "$EVENT" | exec "$@"`;
  const ran = await programBeside('/bin/sh', ['-c', shell, 'sh', hook, ...words, status.guardSocket, session], {
    cwd: home.folder,
    env: { ...home.env, EVENT: JSON.stringify(event) },
  });
  return ran.stdout + ran.stderr;
}

async function soon(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadlineMs = performance.now() + SOON_MS;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) assert.fail(`not in time: ${what}`);
    await pause(50);
  }
}

const sinksOf = async ({ status }: DaemonProcess): Promise<readonly SinkStatus[]> =>
  (await controlClient(status.controlSocket).status()).delivery;

/** The lines of all objects of a store, in the order of the log. */
function storedLines(archive: string): readonly string[] {
  const files = readdirSync(join(archive, 'records'), { recursive: true, encoding: 'utf8' });
  const objects = files.filter((file) => file.endsWith('.ndjson.gz'));
  const byName = objects.toSorted((a, b) => ((a.split('/').at(-1) ?? '') < (b.split('/').at(-1) ?? '') ? -1 : 1));
  return byName.flatMap((file) =>
    gunzipSync(readFileSync(join(archive, 'records', file)))
      .toString('utf8')
      .trimEnd()
      .split('\n'),
  );
}

async function logLines(home: Home): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const record of readLog(join(home.state, 'audit'))) lines.push(recordLine(record));
  return lines;
}

test('what is decided is at each sink within seconds, over a kill too: nothing is lost, and the store verifies', async (t) => {
  const { home, archive, collected } = await stageOf(t);
  let daemon = await startDaemonProcess(t, home);
  const session = await openSession(home, daemon);
  const startedMs = performance.now();
  assert.match(await ask(home, daemon, session, 'echo first'), /"allow"/);
  await soon('the decision is at the collector', () =>
    [...collected.values()].flat().some((text) => text.includes('toolu_echofirst')),
  );
  t.diagnostic(`at the collector after ${Math.round(performance.now() - startedMs)} ms`);

  for (let round = 0; round < 3; round += 1) {
    const calls = Array.from({ length: 6 }, (_, number) => ask(home, daemon, session, `echo ${round} ${number}`));
    await Promise.all(calls.slice(0, 3));
    await daemon.end('SIGKILL');
    await Promise.all(calls);
    daemon = await startDaemonProcess(t, home);
  }
  assert.match(await ask(home, daemon, session, 'echo last'), /"allow"/);
  assert.deepEqual(await daemon.end('SIGTERM'), { code: 0, signal: null });

  const lines = await logLines(home);
  assert.match(lines.at(-1) ?? '', /"event":"closed"/);
  assert.deepEqual(storedLines(archive), lines);
  assert.equal(collected.size, lines.length, 'a receiver that drops doubles by key has each record once');
  for (const [key, texts] of collected) {
    const line = lines[Number(key.slice(key.lastIndexOf('/') + 1))];
    for (const text of texts) assert.equal(text, line, key);
  }
  const key = readFileSync(join(home.state, 'audit', 'log.vkey'), 'utf8').trim();
  const verified = await sallyportBeside(home, ['audit', 'verify', archive, '--key', key], { cwd: home.folder });
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, new RegExp(`${lines.length}`));
});

test('a required store that is gone is an alarm, then calls are denied with the reason, and both end once it is back', async (t) => {
  const { home, archive } = await stageOf(t);
  const daemon = await startDaemonProcess(t, home);
  const session = await openSession(home, daemon);
  const delivery = async (): ReturnType<typeof sallyportBeside> =>
    await sallyportBeside(home, ['audit', 'delivery'], { cwd: home.folder });
  assert.match(await ask(home, daemon, session, 'echo before'), /"allow"/);
  await soon('all is delivered', async () => (await sinksOf(daemon)).every(({ acked }) => acked > 0));
  assert.equal((await delivery()).status, 0);

  renameSync(archive, `${archive}-away`);
  let answer = '';
  let calls = 0;
  await soon('an alarm', async () => {
    calls += 1;
    answer = await ask(home, daemon, session, `echo alarm ${calls}`);
    return (await sinksOf(daemon))[0]?.backlog === 'alarm';
  });
  assert.match(answer, /"allow"/, 'an alarm denies nothing');
  const alarmed = await delivery();
  assert.equal(alarmed.status, 3);
  assert.match(alarmed.stdout, /^archive {2}file, required {2}FAR BEHIND$/m);
  assert.match(alarmed.stdout, /^ {2}FAILS /m);
  assert.match(alarmed.stdout, /^siem {2}splunk {2}in time$/m);

  await soon('a denial', async () => {
    calls += 1;
    answer = await ask(home, daemon, session, `echo deny ${calls}`);
    return answer.includes('"deny"');
  });
  assert.match(answer, /sink `archive`, which the policy requires, is \d+ records and \d+ s behind/);
  assert.match((await delivery()).stdout, /TOO FAR BEHIND: every call is denied/);
  assert.match((await sallyportBeside(home, ['doctor'], { cwd: home.folder })).stdout, /denies every call.*`archive`/);
  assert.match(daemon.errors(), /delivery-denies: sink archive/);
  assert.doesNotMatch(daemon.errors(), /the log cannot be written/);

  renameSync(`${archive}-away`, archive);
  await soon('it clears', async () => (await sinksOf(daemon))[0]?.backlog === 'ok');
  assert.match(await ask(home, daemon, session, 'echo after'), /"allow"/);
  assert.equal((await delivery()).status, 0);
  assert.deepEqual(await daemon.end('SIGTERM'), { code: 0, signal: null });
  const lines = await logLines(home);
  assert.deepEqual(storedLines(archive), lines);
  const told = lines.flatMap((line) => /"event":"(delivery-(?:behind|denies|caught-up))"/.exec(line)?.[1] ?? []);
  assert.deepEqual(told, ['delivery-behind', 'delivery-denies', 'delivery-caught-up']);
  assert.equal((await delivery()).status, 1, 'nobody can say without a daemon');
});

test('a token that is missing is named, and the sink gets everything once it is there', async (t) => {
  const { home, collected } = await stageOf(t);
  const without: Home = { ...home, env: { ...home.env, HEC_TOKEN: '' } };
  const daemon = await startDaemonProcess(t, without);
  await soon('the failure is said', async () => (await sinksOf(daemon))[1]?.lastError !== null);
  assert.match(
    (await sallyportBeside(without, ['audit', 'delivery'], { cwd: home.folder })).stdout,
    /^ {2}FAILS .*variable `HEC_TOKEN` is not set in the environment of the daemon$/m,
  );
  await daemon.end('SIGTERM');
  assert.equal(collected.size, 0);
  const second = await startDaemonProcess(t, home);
  await soon('it arrives', () => collected.size > 0);
  await second.end('SIGTERM');
  assert.equal(collected.size, (await logLines(home)).length);
});
