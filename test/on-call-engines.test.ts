import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlClient } from '../src/cli/control-client.ts';
import { ownCredentials } from '../src/cli/place.ts';
import type { DaemonStatus } from '../src/core/control.ts';
import { makeHome, sallyport, startDaemonProcess, until } from './daemon-process.ts';

// What somebody sees who is called because no prompt goes through any more: which engine is down, since when, and why.

/** Answers as Gitleaks does where it found nothing. */
const FINDS_NOTHING = '#!/bin/sh\ncat > /dev/null\necho "[]"\n';

test('an engine that is down is named by status, by doctor and once on standard error, until it answers', async (t) => {
  const home = makeHome(t);
  const program = join(home.folder, 'leaks');
  writeFileSync(
    home.policyFile,
    `version: 1\nname: test\nengines: [{ name: leaks, kind: gitleaks, command: [${program}] }]\n`,
  );
  const daemon = await startDaemonProcess(t, home);
  const { sessionId } = await controlClient(daemon.status.controlSocket).openSession({
    workspace: home.folder,
    homeDir: home.folder,
    environment: {},
    credentials: { ...ownCredentials(), anthropicApiKey: 'k' },
    watchPid: process.pid,
    about: {},
  });
  const prompt = (): string => {
    const [hook = '', ...words] = daemon.status.hookCommand;
    const event = { session_id: 's', hook_event_name: 'UserPromptSubmit', prompt: 'hello', cwd: home.folder };
    const ran = spawnSync(hook, [...words, daemon.status.guardSocket, sessionId], {
      input: JSON.stringify(event),
      encoding: 'utf8',
      timeout: 20_000,
    });
    return ran.stdout + ran.stderr;
  };
  const engines = (): DaemonStatus['engines'] =>
    (JSON.parse(sallyport(home, ['status', '--json']).stdout) as DaemonStatus).engines;
  const doctor = (): string =>
    /^\w+ +engine leaks .*\n(?: +fix: .*\n)?/m.exec(sallyport(home, ['doctor']).stdout)?.[0] ?? '';

  assert.deepEqual(
    daemon.status.engines.map(({ name, state }) => [name, state]),
    [['leaks', 'unasked']],
  );
  assert.match(doctor(), /^missing +engine leaks +gitleaks, .*: there is no such program, .*\n +fix: install it there/);

  for (let count = 0; count < 2; count += 1) assert.match(prompt(), /block/);
  assert.match(
    sallyport(home, ['status']).stdout,
    /^ {2}engines +leaks SILENT since \d{4}-.*Z \(not-started\), so prompts and results are refused$/m,
  );
  assert.match(doctor(), /gives no answer \(not-started\); there is no such program/);

  writeFileSync(program, FINDS_NOTHING, { mode: 0o755 });
  assert.doesNotMatch(prompt(), /block/);
  const [leaks] = engines();
  assert.deepEqual([leaks?.state, leaks?.reason, leaks?.circuit], ['answers', null, 'closed']);
  assert.match(sallyport(home, ['status']).stdout, /^ {2}engines +leaks answers$/m);
  assert.match(doctor(), /^ok +engine leaks +gitleaks, .*: answers\n$/);
  await until(() => daemon.errors().includes('answers again'), daemon.errors);
  assert.deepEqual(daemon.errors().match(/^warning: engine .*$/gm), [
    'warning: engine leaks gives no answer (not-started), and prompts and results are refused until it does',
    'warning: engine leaks answers again',
  ]);
});
