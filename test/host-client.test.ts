import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DaemonStatus } from '../src/core/control.ts';
import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { etcToRebuild, privateMountWords } from '../src/cli/private-mount.ts';
import { startScriptedModel, toolResults, turns } from '../src/drill/index.ts';
import type { ScriptedModel, Turn } from '../src/drill/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { LAUNCHER, ROOT, until } from './daemon-process.ts';
import { administer, ANN, beside, hostSkipReason, makeMachine, startMachineDaemon } from './host-rig.ts';
import type { Machine } from './host-rig.ts';

// The real client of a user through the daemon of another; only the model is scripted.

const SKIP = hostSkipReason() || clientSkipReason();
const CLIENT_WORDS = ['-p', 'go', '--output-format', 'stream-json', '--verbose'];
const CALLS: readonly Turn[] = [
  { toolUses: [{ name: 'Bash', input: { command: 'echo from the shell', description: 'x' } }] },
  { toolUses: [{ name: 'Bash', input: { command: 'sudo id', description: 'x' } }] },
  { text: 'all done' },
];

test(
  'a user’s client works through the daemon of the machine, with the credentials of that',
  { skip: SKIP },
  async (t) => {
    const { machine, model } = await stage(t);
    await startMachineDaemon(t, machine);
    const ran = await beside(machine, ANN, [process.execPath, LAUNCHER, 'run', '--', 'claude', ...CLIENT_WORDS], {
      ANTHROPIC_API_KEY: 'sk-of-ann',
    });
    assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
    const results = toolResults(model.requests.at(-1)?.body ?? {}).map(({ text }) => text);
    assert.match(results[0] ?? '', /from the shell/);
    assert.match(results[1] ?? '', /rule shell\/privilege/);
    assert.equal(model.requests.length, CALLS.length);
    for (const request of model.requests) assert.equal(request.headers['x-api-key'], 'sk-of-the-daemon');
    assert.ok(!ran.stdout.includes('sk-of-') && !ran.stdout.includes('spt_'));

    const log = administer(machine, ['audit', 'tail', '-n', '1000', '--json']).stdout;
    assert.match(log, /"uid":61002/);
    assert.match(log, /"verifiedBy":"door"/);
    assert.match(log, /"ruleId":"liveness\/canary"/);
    assert.match(log, /"ended by its user: the client has ended"/);
    assert.ok(!log.includes('sk-of-'));
    assert.equal(administer(machine, ['audit', 'verify']).status, 0);
    // Processes of the user are seen, and agree with what the guard decided.
    const { reconcile } = JSON.parse(administer(machine, ['status', '--json']).stdout) as DaemonStatus;
    assert.deepEqual([reconcile?.state, reconcile?.findings], ['live', 0], log);
  },
);

test(
  'in a session of a user nothing of the daemon is seen but the guard, and the documents cannot be changed',
  { skip: SKIP },
  async (t) => {
    const { machine } = await stage(t);
    const daemon = await startMachineDaemon(t, machine);
    const { runtime, state } = machine;
    const look = [
      `ls -A ${runtime} ${runtime}/doors ${runtime}/doors/*; ls -A ${state}`,
      `echo x > ${runtime}/doors/x; rm -f ${runtime}/doors/*/guard/g.sock; umount -l ${runtime}; ls ${runtime}`,
      `echo '{}' > /etc/claude-code/managed-settings.json; find /tmp/sallyport-session-* -type f; grep -o managed-settings.json /proc/self/mountinfo | head -1`,
      `cat /proc/${daemon.child.pid}/environ; kill -9 ${daemon.child.pid}`,
    ].join('\n');
    const ran = await beside(machine, ANN, [process.execPath, LAUNCHER, 'run', '--quiet', '--', '/bin/sh', '-c', look]);
    const doors = `${runtime}/doors`;
    const name = /doors\/([0-9a-f]{24}):/.exec(ran.stdout)?.[1] ?? 'no door';
    assert.equal(
      ran.stdout,
      `${runtime}:\ndoors\n\n${doors}:\n${name}\n\n${doors}/${name}:\nguard\ndoors\nmanaged-settings.json\n`,
      ran.stdout + ran.stderr,
    );
    assert.match(ran.stderr, /Read-only file system|Permission denied/);
    assert.equal(daemon.child.exitCode, null);
  },
);

test(
  'a client that a user starts by hand gets its session from the helper, and none without a daemon',
  { skip: SKIP },
  async (t) => {
    const { machine, model } = await stage(t);
    const daemon = await startMachineDaemon(t, machine);
    const ran = await byHand(machine);
    assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
    const results = toolResults(model.requests.at(-1)?.body ?? {}).map(({ text }) => text);
    assert.match(results[1] ?? '', /rule shell\/privilege/);
    for (const request of model.requests) assert.equal(request.headers['x-api-key'], 'sk-of-the-daemon');
    const asked = model.requests.length;
    await daemon.end('SIGTERM');
    const refused = await byHand(machine);
    assert.notEqual(refused.status, 0, 'without a daemon the client does not start');
    assert.equal(model.requests.length, asked);
  },
);

test(
  'a session goes on when the daemon is started anew, and its hooks are heard by the same door',
  { skip: SKIP },
  async (t) => {
    const { machine } = await stage(t);
    const daemon = await startMachineDaemon(t, machine);
    const going = join(machine.home(ANN), 'going');
    // The session waits for a file that the test makes when the second daemon runs, and then calls its hook.
    const hook = daemon.status.hookCommand.join(' ');
    const event =
      '{"session_id":"x","hook_event_name":"PreToolUse","tool_name":"Bash","tool_use_id":"t","tool_input":{"command":"sudo id"},"cwd":"/"}';
    const script = `touch ${going}; while [ ! -e ${going}2 ]; do sleep 0.05; done; echo '${event}' | ${hook} ${machine.runtime}/doors/*/guard/g.sock $SALLYPORT_SESSION`;
    const running = beside(machine, ANN, [process.execPath, LAUNCHER, 'run', '--', '/bin/sh', '-c', script]);
    await until(
      () => existsSync(going),
      () => daemon.errors(),
    );
    await daemon.end('SIGTERM');
    const second = await startMachineDaemon(t, machine);
    assert.equal(second.status.sessions.filter(({ endedReason }) => endedReason === null).length, 1);
    writeFileSync(`${going}2`, '');
    const ran = await running;
    assert.equal(ran.status, 0, ran.stderr);
    assert.match(ran.stdout, /"permissionDecision":"deny".*shell\/privilege/);
  },
);

/** The installed form: the helper's document in a private folder, and no `sallyport run`. */
async function byHand(machine: Machine): ReturnType<typeof beside> {
  const helper = join(machine.folder, 'policy-helper');
  writeFileSync(helper, `#!/bin/sh\nexec ${process.execPath} ${LAUNCHER} policy-helper --daemon ${machine.runtime}\n`);
  chmodSync(helper, 0o755);
  const documents = join(machine.folder, 'documents');
  mkdirSync(documents, { recursive: true });
  const settings = JSON.stringify({ policyHelper: { path: helper, timeoutMs: 10_000 } });
  writeFileSync(join(documents, 'settings.json'), settings);
  writeFileSync(join(documents, 'mcp.json'), '{"mcpServers":{}}');
  const words = privateMountWords(
    {
      bwrap: '/nonexistent',
      settingsFile: join(documents, 'settings.json'),
      mcpFile: join(documents, 'mcp.json'),
      stateFolder: documents,
      guardFolder: documents,
      hookFolder: null,
      workspace: machine.home(ANN),
      readOnlyFolders: [],
      pinnedFolders: [],
      hasOwnProcesses: false,
    },
    etcToRebuild(),
  );
  // Only the documents are put in place, as on a machine where they are installed; nothing else is sealed off.
  const documentsOnly = words.slice(0, words.indexOf('--tmpfs', words.indexOf('--remount-ro')));
  return await beside(
    machine,
    ANN,
    [findBwrap(machine.env(ANN)['PATH'] ?? ''), ...documentsOnly, '--', bundledClient() ?? '', ...CLIENT_WORDS],
    // What the shell names is not what the helper asks.
    { TERM: 'dumb', SALLYPORT_SOCKET: '/nonexistent/session.sock' },
  );
}

async function stage(t: {
  after(fn: () => Promise<void> | void): void;
}): Promise<{ machine: Machine; model: ScriptedModel }> {
  const model = await startScriptedModel({ script: turns(CALLS) });
  t.after(() => model.close());
  const policy = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8')
    .replace(/^ {2}use: .*$/m, '  use: anthropic')
    .replace(/^ {4}upstream: .*$/m, `    upstream: ${model.url}`);
  const machine = makeMachine(t, policy);
  return { machine, model };
}
