import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { DaemonStatus, EngineHealth, EngineStatus } from '../core/control.ts';
import { NotRunning } from '../core/error.ts';
import { parsePolicy } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { answersAt, engineFindings } from './doctor-engines.ts';
import type { EngineLook } from './doctor-engines.ts';

const NO_DAEMON = new NotRunning('no daemon answers', { hint: 'start one' });
const POLICY = policy(
  'engines:\n' +
    '  - { name: leaks, kind: gitleaks }\n' +
    '  - { name: near, kind: presidio, url: "http://[::1]:5002", on_failure: embedded-only }\n' +
    '  - { name: remote, kind: lakera, url: "https://lakera.example", key_env: LAKERA_KEY, at: [prompt] }\n',
);

function policy(text: string): Policy {
  const result = parsePolicy(`version: 1\nname: test\n${text}`);
  assert.ok(result.ok, JSON.stringify(result));
  return result.policy;
}

const EVERYTHING: EngineLook = {
  findProgram: (name) => `/usr/bin/${name}`,
  keyOf: () => 'k',
  answersAt: () => Promise.resolve(true),
};
const NOTHING: EngineLook = { findProgram: () => null, keyOf: () => null, answersAt: () => Promise.resolve(false) };

/** A daemon, of which nothing but the engines is read. */
function daemonWith(engine: Partial<EngineStatus>, health: EngineHealth): DaemonStatus {
  const status = {
    name: 'one',
    kind: 'lakera',
    at: ['prompt'],
    onFailure: 'deny',
    asks: 'https://lakera.example',
    key: null,
    circuit: 'closed',
    ...engine,
    ...health,
  };
  return { engines: [status] } as unknown as DaemonStatus;
}

const UNASKED: EngineHealth = { state: 'unasked', sinceMs: null, reason: null };
const ANSWERS: EngineHealth = { state: 'answers', sinceMs: 1, reason: null };
const silent = (reason: string): EngineHealth => ({ state: 'silent', sinceMs: 1, reason });

test('without a daemon the engines of its policy are looked for from here', async () => {
  assert.deepEqual(await engineFindings(NO_DAEMON, POLICY, NOTHING), [
    {
      name: 'engine leaks',
      state: 'missing',
      text: 'gitleaks, gitleaks: there is no such program on the PATH of this shell, so prompts and results are refused',
      fix: 'install it, or name it by its absolute path in `command`',
    },
    {
      name: 'engine near',
      state: 'note',
      text: 'presidio, http://[::1]:5002: nobody listens there, so prompts and results are looked at by our own detectors alone',
      fix: 'start the service, or mend `url` of the engine in the policy',
    },
    {
      name: 'engine remote',
      state: 'missing',
      text: 'lakera, https://lakera.example: LAKERA_KEY is not set in this shell, so prompts are refused',
      fix: 'set LAKERA_KEY before `sallyport up`',
    },
  ]);
  assert.deepEqual(
    (await engineFindings(NO_DAEMON, POLICY, EVERYTHING)).map(({ state, fix }) => [state, fix]),
    [
      ['ok', null],
      ['ok', null],
      ['note', null],
    ],
  );
  assert.deepEqual(await engineFindings(NO_DAEMON, null, NOTHING), []);
});

test('only services of this machine are connected to', async () => {
  const asked: string[] = [];
  const look: EngineLook = {
    ...EVERYTHING,
    answersAt: (host, port) => {
      asked.push(`${host} ${port}`);
      return Promise.resolve(true);
    },
  };
  for (const url of ['http://127.0.0.1', 'https://localhost/base', 'http://[::1]:5002', 'https://127.0.0.1.example']) {
    await engineFindings(NO_DAEMON, policy(`engines: [{ name: x, kind: presidio, url: "${url}" }]`), look);
  }
  assert.deepEqual(asked, ['127.0.0.1 80', 'localhost 443', '::1 5002']);
});

for (const { name, engine, health, look, want } of [
  {
    name: 'one that answers is in order',
    engine: {},
    health: ANSWERS,
    look: NOTHING,
    want: ['ok', 'lakera, https://lakera.example: answers', null],
  },
  {
    name: 'what the daemon started need not be on the path of this shell',
    engine: { kind: 'gitleaks', asks: 'gitleaks' },
    health: ANSWERS,
    look: NOTHING,
    want: ['ok', 'gitleaks, gitleaks: answers', null],
  },
  {
    name: 'a program that is gone since is missing, though it answered',
    engine: { kind: 'gitleaks', asks: '/opt/gitleaks' },
    health: ANSWERS,
    look: NOTHING,
    want: [
      'missing',
      'gitleaks, /opt/gitleaks: there is no such program, so prompts are refused',
      'install it there, or mend `command` of the engine in the policy',
    ],
  },
  {
    name: 'a key is one of the daemon, whatever this shell has',
    engine: { key: { variable: 'K', isSet: false } },
    health: silent('no-key'),
    look: EVERYTHING,
    want: [
      'missing',
      'lakera, https://lakera.example: gives no answer (no-key); the daemon has no K, so prompts are refused',
      'end the daemon, set K, and start it again',
    ],
  },
  {
    name: 'a key that the service refuses',
    engine: { key: { variable: 'K', isSet: true } },
    health: silent('http-status 401'),
    look: EVERYTHING,
    want: [
      'missing',
      'lakera, https://lakera.example: gives no answer (http-status 401), so prompts are refused',
      'the service refuses the key: mend K, and start the daemon again',
    ],
  },
  {
    name: 'a silence that stops nothing is a note',
    engine: { onFailure: 'embedded-only' },
    health: silent('timed-out'),
    look: EVERYTHING,
    want: [
      'note',
      'lakera, https://lakera.example: gives no answer (timed-out), so prompts are looked at by our own detectors alone',
      'see why it is slow, or raise `timeout_ms` of the engine in the policy',
    ],
  },
] satisfies readonly {
  name: string;
  engine: Partial<EngineStatus>;
  health: EngineHealth;
  look: EngineLook;
  want: readonly unknown[];
}[]) {
  test(name, async () => {
    const [found, ...others] = await engineFindings(daemonWith(engine, health), null, look);
    assert.deepEqual([found?.state, found?.text, found?.fix, others.length], [...want, 0]);
  });
}

test('every engine that does not work has a fix, whatever the reason', async () => {
  for (const reason of ['aborted', 'timed-out', 'not-started', 'exit-status 4', 'killed', 'unreachable', 'broken']) {
    for (const engine of [{}, { kind: 'trufflehog', asks: 'trufflehog' }] as const) {
      const [found] = await engineFindings(daemonWith(engine, silent(reason)), null, EVERYTHING);
      assert.equal(found?.state, 'missing');
      assert.notEqual(found.fix ?? '', '');
    }
  }
  const [unasked] = await engineFindings(daemonWith({}, UNASKED), null, NOTHING);
  assert.deepEqual([unasked?.state, unasked?.fix], ['note', null]);
});

test('a connection is taken where somebody listens, and nowhere else', async () => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(await answersAt('127.0.0.1', port), true);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await answersAt('127.0.0.1', port), false);
});
