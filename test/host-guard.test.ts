import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSigningKey, readSigningKey } from '../src/bin/bundle-keys.ts';
import { sha256 } from '../src/bin/load-policy.ts';
import { bundleBody, compileBundle, signedBytes, signedDocument } from '../src/compile/index.ts';
import { parseLayers } from '../src/policy/index.ts';
import {
  administer,
  ANN,
  ask,
  asUser,
  beside,
  BOB,
  DAEMON,
  hostSkipReason,
  makeMachine,
  shell,
  startMachineDaemon,
} from './host-rig.ts';
import type { Machine, Uid } from './host-rig.ts';
import { LAUNCHER, until } from './daemon-process.ts';
import { makeClients, runClient } from './hook-faults-clients.ts';
import { ALLOW, frame, http } from './hook-faults-guards.ts';

// What users of a machine can and cannot do to its daemon, and to each other by it.

const SKIP = hostSkipReason();
const POLICY = `version: 1
name: host
files:
  deny:
    - { id: test/secrets, access: read, paths: ['**/secret/**'], reason: Not for the agent. }
`;
const NAME = { ann: 'a'.repeat(24), bob: 'b'.repeat(24) } as const;

test(
  'a user cannot read the state, nor ask the daemon for more than sessions, nor end it',
  { skip: SKIP },
  async (t) => {
    const machine = makeMachine(t, POLICY);
    const daemon = await startMachineDaemon(t, machine);
    const { state, runtime } = machine;

    const tried = shell(
      machine,
      ANN,
      `ls ${state}; cat ${state}/keys/audit-signing.key; echo x > ${runtime}/x; rm ${runtime}/session.sock; mv ${runtime}/doors ${runtime}/d; ls ${runtime}/doors; kill -TERM ${daemon.child.pid}; cat /proc/${daemon.child.pid}/environ`,
    );
    assert.equal(tried.stdout, '');
    assert.equal(tried.stderr.split('\n').filter((line) => /denied|not permitted/.test(line)).length, 8, tried.stderr);

    const control = join(state, 'run', 'control.sock');
    assert.equal((await ask(machine, ANN, control, 'GET', '/status')).status, 0);
    const hall = join(runtime, 'session.sock');
    const door = await openedDoor(machine, ANN, NAME.ann);
    for (const socket of [hall, door.session]) {
      for (const [method, path] of [
        ['POST', '/shutdown'],
        ['POST', '/probes'],
        ['POST', '/erase'],
        ['POST', '/hold'],
        ['GET', '/holds'],
        ['GET', '/metrics'],
        ['POST', '/reload'],
        ['POST', '/recovery-tests'],
        ['POST', '/sessions/ses_00000000000000000000000000/opening'],
      ] as const) {
        assert.equal(
          (await ask(machine, ANN, socket, method, path, { reason: 'x', session: 'all' })).status,
          404,
          path,
        );
      }
      const status = JSON.parse((await ask(machine, ANN, socket, 'GET', '/status')).body) as object;
      assert.deepEqual(Object.keys(status), [
        'version',
        'startedAtMs',
        'policy',
        'gatewayUrl',
        'isLogTaking',
        'ownSessions',
      ]);
    }
    assert.equal((await ask(machine, ANN, hall, 'POST', '/sessions', request(machine, ANN))).status, 404);
    assert.equal(daemon.child.exitCode, null);
  },
);

test('a session is on record as that of who opened it, whatever they say', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  await startMachineDaemon(t, machine);
  const door = await openedDoor(machine, ANN, NAME.ann);
  const opened = await ask(machine, ANN, door.session, 'POST', '/sessions', {
    ...request(machine, ANN),
    about: { user: 'root', uid: 0, verifiedBy: 'oath', client: 'x', launcher: 7, other: 'kept?' },
    credentials: { anthropicApiKey: 'sk-of-ann', googleCredentialsFile: '/etc/shadow', awsProfile: 'other' },
  });
  assert.equal(opened.status, 200, opened.body);
  const log = administer(machine, ['audit', 'tail', '-n', '100', '--json']).stdout;
  const record = log.split('\n').find((line) => line.includes('"event":"opened"') && line.includes('"about"')) ?? '';
  assert.match(record, /"about":\{[^}]*"user":"uid 61002"/);
  assert.match(record, /"uid":61002/);
  assert.doesNotMatch(record, /root|oath|kept\?/);
  assert.doesNotMatch(log, /sk-of-ann|shadow/);
});

test('another user cannot reach a session, its token, its hooks or its end', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  const daemon = await startMachineDaemon(t, machine);
  const ann = await openedSession(machine, ANN, NAME.ann);
  const bob = await openedSession(machine, BOB, NAME.bob);

  // By the door of the other one.
  for (const socket of [ann.session, ann.guard]) {
    assert.equal((await ask(machine, BOB, socket, 'GET', '/status')).status, 0);
  }
  // By the own door.
  assert.equal((await ask(machine, BOB, bob.session, 'POST', `/sessions/${ann.id}/beat`)).status, 404);
  assert.equal((await ask(machine, BOB, bob.session, 'POST', `/sessions/${ann.id}/end`, { reason: 'x' })).status, 404);
  const event = {
    session_id: 'c',
    hook_event_name: 'PreToolUse',
    tool_name: 'Read',
    tool_use_id: 't',
    tool_input: { file_path: '/x' },
    cwd: '/',
  };
  const heard = await ask(machine, BOB, bob.guard, 'POST', `/hook/${ann.id}`, event);
  assert.match(heard.body, /its session is not known to the guard|not known/);
  const own = await ask(machine, BOB, bob.guard, 'POST', `/hook/${bob.id}`, event);
  assert.doesNotMatch(own.body, /not known/);
  assert.equal((await ask(machine, ANN, ann.session, 'POST', `/sessions/${ann.id}/beat`)).status, 200);
  assert.equal(JSON.parse((await ask(machine, ANN, ann.session, 'GET', '/status')).body).ownSessions, 1);

  // No file of the daemon holds the token, and one door is for one session.
  assert.equal((await ask(machine, ANN, ann.session, 'POST', '/sessions', request(machine, ANN))).status, 500);
  assert.equal((await ask(machine, ANN, ann.session, 'POST', `/sessions/${ann.id}/end`, {})).status, 200);
  const listed = JSON.parse(administer(machine, ['status', '--json']).stdout) as typeof daemon.status;
  assert.deepEqual(
    listed.sessions.map(({ user, endedReason }) => [user, endedReason]),
    [
      ['uid 61002', 'ended by its user: ended by its owner'],
      ['uid 61003', null],
    ],
  );
});

test('nobody comes in under the name of another user', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  await startMachineDaemon(t, machine);
  const doors = join(machine.runtime, 'doors');
  const hall = join(machine.runtime, 'session.sock');
  for (const { name, script, who } of [
    {
      name: 'a folder of the other user that was made elsewhere',
      who: ANN,
      script: `mkdir -m 770 ${machine.home(ANN)}/door; mv ${machine.home(ANN)}/door ${doors}/NAME`,
    },
    { name: 'a link to a folder of the other user', who: BOB, script: `ln -s ${machine.home(ANN)} ${doors}/NAME` },
    { name: 'a link to the state of the daemon', who: BOB, script: `ln -s ${machine.state} ${doors}/NAME` },
    { name: 'a file', who: BOB, script: `touch ${doors}/NAME; chmod 770 ${doors}/NAME` },
    {
      name: 'a pipe, which would hold up who opens it',
      who: BOB,
      script: `mkfifo ${doors}/NAME; chmod 770 ${doors}/NAME`,
    },
    { name: 'a folder that others may enter', who: BOB, script: `mkdir ${doors}/NAME; chmod 775 ${doors}/NAME` },
    {
      name: 'a folder that the daemon may not write to',
      who: BOB,
      script: `mkdir ${doors}/NAME; chmod 750 ${doors}/NAME`,
    },
    { name: 'a folder with the bit of its owner', who: BOB, script: `mkdir ${doors}/NAME; chmod 4770 ${doors}/NAME` },
    {
      name: 'a folder in which its user put one of the daemon’s',
      who: BOB,
      script: `mkdir ${doors}/NAME ${doors}/NAME/guard; chmod 770 ${doors}/NAME; chmod 777 ${doors}/NAME/guard`,
    },
    {
      name: 'a folder in which a link stands for one of the daemon’s',
      who: BOB,
      script: `mkdir ${doors}/NAME; ln -s ${machine.state}/run ${doors}/NAME/guard; chmod 770 ${doors}/NAME`,
    },
    { name: 'nothing', who: BOB, script: 'true' },
  ]) {
    const door = `c${String(Math.floor(performance.now() * 1000)).padStart(23, '0')}`;
    const ran = shell(machine, who as Uid, script.replaceAll('NAME', door));
    assert.equal(ran.status, 0, `${name}: ${ran.stderr}`);
    const asked = await ask(machine, BOB, hall, 'POST', '/doors', { name: door });
    assert.equal(asked.status, 500, `${name}: ${asked.body}`);
    assert.match(asked.body, /SESSION_REFUSED/, name);
  }
  for (const odd of [
    '',
    '..',
    '../state/run',
    'a/b',
    'A'.repeat(24),
    'a'.repeat(33),
    'x'.repeat(24) + '\0',
    '.'.repeat(24),
  ]) {
    const asked = await ask(machine, BOB, hall, 'POST', '/doors', { name: odd });
    assert.match(asked.body, /SESSION_REFUSED/, JSON.stringify(odd));
  }
  assert.deepEqual(readdirSync(join(machine.state, 'run', 'guard')), ['guard.sock']);
});

test('a door that is exchanged for a link again and again leads the daemon nowhere else', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  const daemon = await startMachineDaemon(t, machine);
  const [doors, run] = [join(machine.runtime, 'doors'), join(machine.state, 'run')];
  const seen = (): readonly string[] => readdirSync(run, { recursive: true }).map(String).sort();
  const before = seen();
  // One process of the user exchanges the door while another one asks for it to be opened.
  const ran = shell(
    machine,
    BOB,
    `for i in 10 11 12 13 14 15 16 17 18 19 20 21; do
       d=${doors}/f0000000000000000000000$i; mkdir $d && chmod 770 $d
       (for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do mv $d ${doors}/aside$i; ln -s ${run} $d; rm $d; mv ${doors}/aside$i $d; done) 2>/dev/null &
       for n in 1 2 3 4; do curl -s --unix-socket ${machine.runtime}/session.sock -d "{\\"name\\":\\"f0000000000000000000000$i\\"}" http://x/doors; echo; done
       wait
     done`,
  );
  const answers = ran.stdout.trim().split('\n');
  assert.equal(answers.length, 48, ran.stderr);
  for (const answer of answers) assert.match(answer, /^\{\}$|SESSION_REFUSED/);
  assert.deepEqual(seen(), before);
  assert.equal(daemon.child.exitCode, null);
  assert.equal(administer(machine, ['status']).status, 0);
});

test('a file system that names another user as the owner of a door is none', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  await startMachineDaemon(t, machine);
  const door = join(machine.runtime, 'doors', NAME.bob);
  shell(machine, BOB, `mkdir -m 770 ${door}`);
  // As a user can have one by FUSE, where the machine lets others see it; root stands in for that here.
  const options = `uid=${ANN},gid=${DAEMON},mode=0770`;
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', door]).status !== 0)
    return t.skip('nothing is mounted here');
  try {
    assert.equal(lstatSync(door).uid, ANN);
    const asked = await ask(machine, BOB, join(machine.runtime, 'session.sock'), 'POST', '/doors', { name: NAME.bob });
    assert.match(asked.body, /a file system of its own.*SESSION_REFUSED/);
  } finally {
    // Before the folder of the test goes.
    spawnSync('umount', ['-l', door]);
  }
});

test('a guard that a user puts in the place of the daemon’s allows nothing', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  await startMachineDaemon(t, machine);
  const ann = await openedSession(machine, ANN, NAME.ann);
  const clients = makeClients(mkdtempSync(join(machine.folder, 'clients-')));
  assert.ok(clients.length > 0);
  const own = await Promise.all(
    clients.map((client) => runClient(client, { socket: ann.guard, session: ann.id, uid: ANN })),
  );
  for (const { exit, stderr } of own) assert.equal(exit, 0, stderr);

  const door = join(machine.runtime, 'doors', NAME.ann);
  const swapped = shell(machine, ANN, `mv ${door} ${door}x && mkdir ${door} ${door}/guard`);
  assert.equal(swapped.status, 0, swapped.stderr);
  const says = String(http(frame(ALLOW)));
  const forged = `require('net').createServer((s)=>s.on('error',()=>0).once('data',()=>s.end(process.argv[2]))).listen(process.argv[1],()=>console.log(1))`;
  const child = spawn('/usr/bin/setpriv', [...asUser(ANN), process.execPath, '-e', forged, ann.guard, says], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  for (const client of clients) {
    const { exit, stdout, stderr } = await runClient(client, { socket: ann.guard, session: ann.id, uid: ANN });
    assert.deepEqual([exit, stdout], [2, ''], client.name);
    assert.match(stderr, /another program answers in the guard's place/, client.name);
  }
});

test('a user cannot take another’s door away, or see how it is called', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  await startMachineDaemon(t, machine);
  const ann = await openedSession(machine, ANN, NAME.ann);
  const doors = join(machine.runtime, 'doors');
  const tried = shell(
    machine,
    BOB,
    `ls ${doors}; rmdir ${doors}/${NAME.ann}; mv ${doors}/${NAME.ann} ${doors}/${NAME.bob}; ls ${doors}/${NAME.ann}; chmod 777 ${doors}/${NAME.ann}`,
  );
  assert.equal(tried.stdout, '');
  // Ann cannot put sockets of her own in the place of the daemon's either.
  const own = shell(
    machine,
    ANN,
    `rm -f ${ann.guard} ${ann.session}; ls ${doors}/${NAME.ann}/guard; touch ${doors}/${NAME.ann}/guard/x`,
  );
  assert.equal(own.stdout, '');
  assert.ok(existsSync(ann.guard) && existsSync(ann.session));
  assert.equal(lstatSync(ann.guard).uid, DAEMON);
});

test(
  'where the daemon may not look, a call on a file there is denied; with the right to look, links are followed',
  { skip: SKIP },
  async (t) => {
    for (const { capabilities, want } of [
      { capabilities: null, want: /decide\/unseen-file/ },
      { capabilities: '+dac_read_search,+kill,+sys_ptrace', want: /test\/secrets/ },
    ]) {
      const machine = makeMachine(t, POLICY);
      const daemon = await startMachineDaemon(t, machine, { capabilities });
      // A workspace that all may see, and a link into a home that only its user may.
      const work = join(machine.folder, 'work');
      mkdirSync(work, { mode: 0o777 });
      shell(
        machine,
        ANN,
        `mkdir ${machine.home(ANN)}/secret; echo x > ${machine.home(ANN)}/secret/key; ln -s ${machine.home(ANN)}/secret/key ${machine.home(ANN)}/notes`,
      );
      const ann = await openedSession(machine, ANN, NAME.ann, work);
      const event = {
        session_id: 'c',
        hook_event_name: 'PreToolUse',
        tool_name: 'Read',
        tool_use_id: 't',
        tool_input: { file_path: join(machine.home(ANN), 'notes') },
        cwd: work,
      };
      const answer = await ask(machine, ANN, ann.guard, 'POST', `/hook/${ann.id}`, event);
      assert.match(answer.body, /"permissionDecision":"deny"/);
      assert.match(answer.body, want);
      assert.equal(daemon.errors().includes('CAP_DAC_READ_SEARCH is missing'), capabilities === null, daemon.errors());
      // A workspace that it does not see is none.
      if (capabilities !== null) continue;
      const door = await openedDoor(machine, ANN, 'd'.repeat(24));
      const hidden = await ask(machine, ANN, door.session, 'POST', '/sessions', request(machine, ANN));
      assert.match(hidden.body, /does not see the folder of this session/);
    }
  },
);

test('what a session left is ended, and nobody else’s process that took its name', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  const daemon = await startMachineDaemon(t, machine);
  const ann = await openedSession(machine, ANN, NAME.ann);
  const start = (uid: Uid): ReturnType<typeof spawn> => {
    const child = spawn('/usr/bin/setpriv', [...asUser(uid), '/bin/sleep', '300'], {
      env: { SALLYPORT_SESSION: ann.id },
      stdio: 'ignore',
    });
    t.after(() => void child.kill('SIGKILL'));
    return child;
  };
  const [left, stranger] = [start(ANN), start(BOB)];
  const ended = new Promise((resolve) => left.once('exit', (_code, signal) => resolve(signal)));
  // Both are what they shall be before the session is ended.
  await until(
    () => [left, stranger].every(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/bin/sleep')),
    () => daemon.errors(),
  );
  // Its launcher sends no beats: it counts as gone.
  assert.equal(await ended, 'SIGKILL');
  assert.equal(stranger.exitCode, null);
  assert.equal(stranger.signalCode, null);
});

test('a user has so many sessions and no more, and leaves room for others', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  await startMachineDaemon(t, machine);
  const doors = join(machine.runtime, 'doors');
  const many = `i=0; while [ $i -lt 40 ]; do n=$(printf 'e%023d' $i); mkdir ${doors}/$n && chmod 770 ${doors}/$n; curl -s --unix-socket ${machine.runtime}/session.sock -d "{\\"name\\":\\"$n\\"}" http://x/doors; echo; i=$((i+1)); done`;
  const ran = shell(machine, BOB, many);
  const lines = ran.stdout.trim().split('\n');
  assert.equal(lines.filter((line) => line === '{}').length, 32, ran.stdout.slice(-300));
  assert.equal(lines.filter((line) => line.includes('has 32 sessions already')).length, 8);
  await openedSession(machine, ANN, NAME.ann);
});

test(
  'the sessions of each user are counted for that user alone, and each sees and ends none but their own',
  { skip: SKIP },
  async (t) => {
    const machine = makeMachine(t, `${POLICY}session: { max_concurrent: 1 }\n`);
    await startMachineDaemon(t, machine);
    const ann = await openedSession(machine, ANN, NAME.ann);
    const bob = await openedSession(machine, BOB, NAME.bob);
    const second = await openedDoor(machine, ANN, 'd'.repeat(24));
    const refused = await ask(machine, ANN, second.session, 'POST', '/sessions', request(machine, ANN));
    assert.match(refused.body, /1 session of yours runs already/);
    assert.ok(refused.body.includes(ann.id) && !refused.body.includes(bob.id), refused.body);

    const { sessions } = JSON.parse((await ask(machine, ANN, second.session, 'GET', '/sessions')).body) as {
      sessions: readonly { readonly id: string; readonly ends: { readonly limit: string } }[];
    };
    assert.deepEqual(
      sessions.map(({ id, ends }) => [id, ends.limit]),
      [[ann.id, 'idle_timeout_minutes']],
    );
    const stop = async (uid: Uid, socket: string, id: string): Promise<number> =>
      (await ask(machine, uid, socket, 'POST', `/sessions/${id}/stop`, { reason: 'x' })).status;
    assert.equal(await stop(ANN, second.session, bob.id), 404);
    assert.equal(await stop(BOB, bob.session, ann.id), 404);
    assert.equal(await stop(ANN, second.session, ann.id), 200);
    const beat = await ask(machine, ANN, ann.session, 'POST', `/sessions/${ann.id}/beat`);
    assert.deepEqual(JSON.parse(beat.body), {
      endedReason: 'ended by its user: x',
      warning: null,
      endsProcesses: true,
    });
    assert.equal((await ask(machine, ANN, second.session, 'POST', '/sessions', request(machine, ANN))).status, 200);
    const listed = shell(machine, ANN, `${process.execPath} ${LAUNCHER} sessions --json`);
    assert.match(listed.stdout, /^\{"sessions":\[\{"id":"ses_[^}]*"ends":\{[^}]*\}\}\]\}\n$/, listed.stderr);
  },
);

test('by a bundle that was signed too long ago nothing is allowed', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  const { keyFile, trustFile } = makeSigningKey(join(machine.folder, 'keys'));
  chmodSync(join(machine.folder, 'keys'), 0o755);
  const key = readSigningKey(keyFile);
  const bundle = join(machine.folder, 'bundle.json');
  const write = (sequence: number, issuedAtMs: number): void => {
    const parsed = parseLayers([{ file: 'policy.yaml', bytes: Buffer.from(POLICY) }], 0);
    assert.ok(parsed.ok);
    const body = bundleBody(compileBundle(parsed.policy, sha256), { keyId: key.keyId, sequence, issuedAtMs });
    writeFileSync(bundle, signedDocument(body, key.sign(signedBytes(body))));
  };
  const policy = ['--bundle', bundle, '--trust', trustFile, '--max-bundle-age-days', '2'];
  write(1, Date.now());
  const daemon = await startMachineDaemon(t, machine, { policy });
  const ann = await openedSession(machine, ANN, NAME.ann);
  const event = {
    session_id: 'c',
    hook_event_name: 'PreToolUse',
    tool_name: 'Read',
    tool_use_id: 't',
    tool_input: { file_path: join(machine.home(ANN), 'notes') },
    cwd: machine.home(ANN),
  };
  const asked = async (): Promise<string> =>
    (await ask(machine, ANN, ann.guard, 'POST', `/hook/${ann.id}`, event)).body;
  assert.doesNotMatch(await asked(), /deny/);
  write(2, Date.now() - 3 * 86_400_000);
  daemon.child.kill('SIGHUP');
  await until(
    () => daemon.errors().includes('policy is in force'),
    () => daemon.errors(),
  );
  assert.match(await asked(), /"deny".*guard\/stale-policy.*signed more than 2 days ago/);
  const door = await openedDoor(machine, BOB, NAME.bob);
  const refused = await ask(machine, BOB, door.session, 'POST', '/sessions', request(machine, BOB));
  assert.match(refused.body, /BUNDLE_STALE/);
});

test('members of a group alone may open sessions', { skip: SKIP }, async (t) => {
  const machine = makeMachine(t, POLICY);
  await startMachineDaemon(t, machine, { words: ['--group', String(DAEMON)] });
  const hall = join(machine.runtime, 'session.sock');
  assert.equal(lstatSync(hall).mode & 0o777, 0o660);
  assert.equal((await ask(machine, ANN, hall, 'GET', '/status')).status, 0);
  const ran = await beside(machine, ANN, [
    process.execPath,
    join(import.meta.dirname, '..', 'bin', 'sallyport.mjs'),
    'run',
    '--',
    '/bin/true',
  ]);
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /\[NOT_RUNNING\]\nhint: it may be closed to you/);
});

function request(machine: Machine, uid: Uid, workspace = machine.home(uid)): object {
  const { dev, ino } = lstatSync(workspace, { bigint: true });
  return { workspace, homeDir: machine.home(uid), workspaceFile: `${dev}:${ino}` };
}

async function openedDoor(machine: Machine, uid: Uid, name: string): Promise<{ session: string; guard: string }> {
  const folder = join(machine.runtime, 'doors', name);
  const made = shell(machine, uid, `mkdir ${folder} && chmod 770 ${folder}`);
  assert.equal(made.status, 0, made.stderr);
  const asked = await ask(machine, uid, join(machine.runtime, 'session.sock'), 'POST', '/doors', { name });
  assert.equal(asked.status, 200, asked.body);
  return { session: join(folder, 'session', 's.sock'), guard: join(folder, 'guard', 'g.sock') };
}

async function openedSession(
  machine: Machine,
  uid: Uid,
  name: string,
  workspace?: string,
): Promise<{ session: string; guard: string; id: string }> {
  const door = await openedDoor(machine, uid, name);
  const opened = await ask(machine, uid, door.session, 'POST', '/sessions', request(machine, uid, workspace));
  assert.equal(opened.status, 200, opened.body);
  return { ...door, id: (JSON.parse(opened.body) as { sessionId: string }).sessionId };
}
