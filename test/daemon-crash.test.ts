import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { readLog } from '../src/audit/index.ts';
import { stringField } from '../src/core/json.ts';
import { controlClient } from '../src/cli/control-client.ts';
import { makeHome, startDaemonProcess } from './daemon-process.ts';
import { folderTree, verify } from '../src/verify/index.ts';

const KILLS = 20;
const DECISIONS = process.env['SLOW'] === '1' ? 100_000 : 10_000;
const WORKERS = 16;

/** One call: whether it is denied, and the answer that left the guard, null while there is none. */
interface Call {
  readonly id: string;
  readonly command: string;
  answer: 'allow' | 'ask' | 'deny' | null;
}

test(`after ${DECISIONS} decisions and ${KILLS} kills at random moments every decision that left the guard is in the log`, async (t) => {
  const home = makeHome(
    t,
    'version: 1\nname: crash\ncommands:\n  deny:\n    - { id: test/no, run: [sudo], reason: No. }\n  allow:\n    - { id: test/yes, run: [echo], reason: Yes. }\n',
  );
  let daemon = await startDaemonProcess(t, home);
  const { guardSocket, controlSocket, auditFolder } = daemon.status;
  const opened = await controlClient(controlSocket).openSession({
    workspace: home.folder,
    homeDir: home.folder,
    environment: {},
    credentials: {
      anthropicApiKey: 'k',
      anthropicAuthToken: null,
      awsAccessKeyId: null,
      awsSecretAccessKey: null,
      awsSessionToken: null,
      awsProfile: null,
      awsBearerToken: null,
      googleAccessToken: null,
      googleCredentialsFile: null,
    },
    watchPid: process.pid,
    about: {},
  });

  const calls: Call[] = [];
  let killed = 0;
  const answered = (): number => calls.filter((call) => call.answer !== null).length;
  const worker = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (answered() < DECISIONS || killed < KILLS) {
      const number = calls.length;
      const call: Call = {
        id: `toolu_crash_${number}`,
        command: number % 3 === 0 ? 'sudo id' : `echo ${number}`,
        answer: null,
      };
      calls.push(call);
      call.answer = await ask(agent, guardSocket, opened.sessionId, call);
      if (call.answer === null) await pause(5);
    }
    agent.destroy();
  };
  const killer = async (): Promise<void> => {
    for (; killed < KILLS; killed += 1) {
      const share = (DECISIONS / (KILLS + 1)) * (killed + Math.random());
      while (answered() < share) await pause(1);
      await daemon.end('SIGKILL');
      daemon = await startDaemonProcess(t, home);
    }
  };
  await Promise.all([killer(), ...Array.from({ length: WORKERS }, worker)]);
  await daemon.end('SIGTERM');

  const logged = new Map<string, string>();
  for await (const record of readLog(auditFolder)) {
    if (record.kind === 'decision')
      logged.set(stringField(record.body, 'toolUseId') ?? '', stringField(record.body, 'verdict') ?? '');
  }
  const report = await verify(folderTree(auditFolder));
  const lost = calls.filter((call) => call.answer !== null && logged.get(call.id) !== call.answer);
  t.diagnostic(
    `${answered()} answers, ${logged.size} decisions in the log, ${killed} kills, ${report.records} records`,
  );
  assert.deepEqual(lost, []);
  assert.deepEqual({ ok: report.ok, faults: report.faults }, { ok: true, faults: [] });
  assert.ok(answered() >= DECISIONS && killed === KILLS);
  assert.deepEqual(
    calls.filter((call) => call.answer !== null && call.answer !== (call.command === 'sudo id' ? 'deny' : 'allow')),
    [],
  );
});

async function ask(agent: Agent, socketPath: string, sessionId: string, call: Call): Promise<Call['answer']> {
  const event = JSON.stringify({
    session_id: 'client',
    hook_event_name: 'PreToolUse',
    cwd: '/',
    tool_name: 'Bash',
    tool_use_id: call.id,
    tool_input: { command: call.command },
  });
  return await new Promise((resolve) => {
    const asked = request(
      {
        agent,
        socketPath,
        method: 'POST',
        path: `/hook/${sessionId}`,
        headers: { 'content-length': Buffer.byteLength(event) },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        response.on('error', () => resolve(null));
        response.on('end', () => {
          const verdict = /"permissionDecision":"(allow|ask|deny)"/.exec(text)?.[1];
          const isWhole = text.startsWith('sallyport-answer 0\n') && text.endsWith('sallyport-end\n');
          resolve(isWhole && (verdict === 'allow' || verdict === 'ask' || verdict === 'deny') ? verdict : null);
        });
      },
    );
    asked.on('error', () => resolve(null));
    asked.end(event);
  });
}
