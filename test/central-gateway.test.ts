import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { startScriptedModel, toolResults } from '../src/drill/index.ts';
import type { ScriptedRequest, Turn } from '../src/drill/index.ts';
import { identityProver, PROOF_HEADER } from '../src/identity/index.ts';
import type { KnownKeys } from '../src/identity/scripted-sts.ts';
import {
  centralPolicy,
  environmentOf,
  HOST_KEYS,
  NAME,
  OTHER_KEYS,
  REGION,
  startCentral,
} from './central-gateway-process.ts';
import type { Central } from './central-gateway-process.ts';
import { clientSkipReason } from './client-skip.ts';
import { makeHome, ROOT, sallyport, sallyportBeside, startDaemonProcess, until } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';
import { MAIL, NOTES, PLANTED } from './masked-session.ts';

// The whole way: client, host, central gateway. Only the model and AWS are scripted.

const PATH = '/model/eu.anthropic.claude-x-v1%3A0/invoke';
const ASK = JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 5,
  messages: [{ role: 'user', content: 'go' }],
});

interface LogLine {
  readonly kind: string;
  readonly sessionId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

function logOf(home: Home): readonly LogLine[] {
  const { stdout, stderr } = sallyport(home, ['audit', 'tail', '-n', '1000', '--json']);
  assert.equal(stderr, '');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

function events(lines: readonly LogLine[], event: string): readonly LogLine[] {
  return lines.filter(({ kind, body }) => kind === 'model' && body['event'] === event);
}

function sorted(digests: readonly unknown[]): readonly string[] {
  return digests.map(String).sort((one, other) => (one < other ? -1 : 1));
}

/** Asks the central gateway as a machine with these keys would. */
async function askAs(
  central: Central,
  keys: KnownKeys,
  path: string = PATH,
): Promise<{ readonly status: number; readonly body: string }> {
  const prove = identityProver({ keys: () => Promise.resolve(keys), region: REGION, clock: () => Date.now() });
  const request = https.request(`${central.url}${path}`, {
    method: 'POST',
    agent: new https.Agent(),
    ca: central.ca,
    servername: NAME,
    headers: {
      host: NAME,
      [PROOF_HEADER]: await prove(NAME),
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(ASK),
    },
  });
  request.end(ASK);
  const [reply] = (await once(request, 'response')) as [http.IncomingMessage];
  let body = '';
  for await (const chunk of reply) body += String(chunk);
  return { status: reply.statusCode ?? 0, body };
}

test(
  'the client works through host and central gateway; Bedrock sees no masked value, and both logs tell of the same requests',
  { skip: clientSkipReason() },
  async (t) => {
    let answer: (request: ScriptedRequest) => Turn = () => ({ text: 'not yet' });
    const model = await startScriptedModel({ script: (request) => answer(request) });
    t.after(() => model.close());
    const central = await startCentral(t, model.url);
    const upstream = `https://${NAME}:${new URL(central.url).port}`;
    const policy = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8')
      .replace(/^ {2}use: .*$/m, '  use: bedrock')
      .replace(/^ {4}region: .*$/m, `    region: ${REGION}\n    upstream: ${upstream}\n    upstream_auth: aws-identity`)
      .replace(/^( +personal:) .*$/m, '$1 mask');
    const made = makeHome(t, policy);
    // The host's own role; whoever starts the session has none.
    const host: Home = {
      ...made,
      env: { ...made.env, ...environmentOf(HOST_KEYS), NODE_EXTRA_CA_CERTS: central.caFile },
    };
    const workspace = join(host.folder, 'work');
    mkdirSync(workspace);
    execFileSync('git', ['init', '-q'], { cwd: workspace, env: made.env });
    writeFileSync(join(workspace, 'notes.txt'), NOTES);
    answer = ({ turn, body, bodyBytes }) => {
      // At its start the client asks each model whether it is there.
      if (body['tools'] === undefined) return { text: 'here' };
      const [mail = ''] = /qzEMAIL[0-9a-z]{16}/.exec(bodyBytes.toString()) ?? [];
      return turn === 0
        ? { toolUses: [{ name: 'Read', input: { file_path: join(workspace, 'notes.txt') } }] }
        : { text: `The owner is ${mail}.` };
    };
    await startDaemonProcess(t, host);
    const ran = await sallyportBeside(
      made,
      ['run', '--', 'claude', '-p', 'who?', '--output-format', 'stream-json', '--verbose'],
      {
        cwd: workspace,
      },
    );
    assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-800));
    assert.match(ran.stdout, new RegExp(`The owner is ${MAIL.replaceAll('.', '\\.')}`), 'the value is put back');
    assert.match(toolResults(model.requests.at(-1)?.body ?? {})[0]?.text ?? '', /first line/);
    for (const { bodyBytes, headers, rawHeaders } of model.requests) {
      for (const value of PLANTED) assert.ok(!bodyBytes.includes(value), 'no masked value comes to the model');
      assert.match(headers.authorization ?? '', /Credential=ASIATASKROLE00000001\//, 'only the gateway signs');
      assert.ok(!rawHeaders.join('\n').includes(HOST_KEYS.accessKeyId), 'nothing of the host goes there');
      assert.ok(!/x-sallyport|spt_/i.test(rawHeaders.join('\n')));
    }
    const [atHost, atCentral] = [
      logOf(host),
      logOf({ ...central.home, env: { ...central.home.env, SALLYPORT_HOME: central.home.state } }),
    ];
    const sentOn = events(atHost, 'request').filter(({ body }) => body['model'] !== null);
    const relayed = events(atCentral, 'relay-request');
    assert.ok(relayed.length >= 2);
    assert.deepEqual(
      sorted(relayed.map(({ body }) => body['requestSha256'])),
      sorted(sentOn.map(({ body }) => body['forwardedSha256'] ?? body['requestSha256'])),
    );
    const [session] = new Set(events(atHost, 'request').map(({ sessionId }) => sessionId));
    for (const { body } of relayed) {
      assert.deepEqual(body['caller'], {
        account: '111122223333',
        role: 'sallyport-host',
        session: 'i-0123456789abcdef0',
        userId: HOST_KEYS.userId,
      });
      assert.equal((body['claimed'] as { sessionId: unknown }).sessionId, session);
    }
    for (const { body } of events(atCentral, 'relay-response')) assert.equal(body['ended'], 'complete');
    // A list that the client can do without, and that belongs to another service.
    assert.deepEqual(
      [...new Set(events(atCentral, 'relay-refused').map(({ body }) => body['path']))],
      ['/inference-profiles'],
    );
    assert.ok(central.sts.asked.length <= 2, 'one proof serves many requests');
    assert.equal(sallyport(central.home, ['audit', 'verify']).status, 0);
  },
);

test(
  'a host that is not let in is told why, in words that the client shows',
  { skip: clientSkipReason() },
  async (t) => {
    const model = await startScriptedModel({ script: () => ({ text: 'never' }) });
    t.after(() => model.close());
    const central = await startCentral(t, model.url);
    const made = makeHome(t, centralPolicy(`https://${NAME}:${new URL(central.url).port}`));
    const host: Home = {
      ...made,
      env: { ...made.env, ...environmentOf(OTHER_KEYS), NODE_EXTRA_CA_CERTS: central.caFile },
    };
    const workspace = join(host.folder, 'work');
    mkdirSync(workspace);
    await startDaemonProcess(t, host);
    const ran = await sallyportBeside(made, ['run', '--', 'claude', '-p', 'go'], { cwd: workspace });
    assert.notEqual(ran.status, 0);
    assert.match(ran.stdout + ran.stderr, /role is not on the gateway's list/);
    assert.equal(model.requests.length, 0);
  },
);

test('a policy that is read again holds at once; one for another provider changes nothing', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
  t.after(() => model.close());
  const central = await startCentral(t, model.url);
  assert.equal((await askAs(central, HOST_KEYS)).status, 200);
  const reload = async (policy: string, sign: RegExp): Promise<void> => {
    writeFileSync(central.home.policyFile, policy);
    central.child.kill('SIGHUP');
    await until(() => sign.test(central.errors()), central.errors);
  };
  await reload(centralPolicy(undefined, 'models: { allow: [claude-opus-*] }'), /"event":"policy"/);
  const denied = await askAs(central, HOST_KEYS);
  assert.equal(denied.status, 400);
  assert.match(denied.body, /does not allow this model/);
  await reload('version: 1\nname: other\n', /this gateway asks Bedrock alone/);
  assert.equal((await askAs(central, HOST_KEYS)).status, 400, 'what was in force stays so');
});

test('a model that another one could stand behind is asked for where the policy names it whole, and by no pattern', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
  t.after(() => model.close());
  const profile = (id: string): string => `arn:aws:bedrock:${REGION}:111122223333:application-inference-profile/${id}`;
  const policy = centralPolicy(undefined, `models: { allow: ['*', '${profile('abc123def456')}'] }`);
  const central = await startCentral(t, model.url, { policy });
  const ask = (id: string): ReturnType<typeof askAs> =>
    askAs(central, HOST_KEYS, `/model/${encodeURIComponent(profile(id))}/invoke`);
  assert.equal((await ask('abc123def456')).status, 200);
  const other = await ask('abc123def457');
  assert.equal(other.status, 400);
  assert.match(other.body, /name it whole/);
  assert.equal(model.requests.length, 1);
});

test('what the words say of limits holds', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
  t.after(() => model.close());
  const central = await startCentral(t, model.url, {
    words: ({ policyFile }) => ['--policy', policyFile, '--requests-per-minute', '1'],
  });
  assert.equal((await askAs(central, HOST_KEYS)).status, 200);
  assert.equal((await askAs(central, HOST_KEYS)).status, 429);
});

test('a machine with another role gets no further than the door', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'never' }) });
  t.after(() => model.close());
  const central = await startCentral(t, model.url);
  const { status, body } = await askAs(central, OTHER_KEYS);
  assert.equal(status, 400);
  assert.match(body, /not on the gateway's list/);
  central.sts.mood = 'fails';
  assert.equal((await askAs(central, HOST_KEYS)).status, 503, 'unknown while STS is away');
  assert.equal(model.requests.length, 0);
});

test('killed and started again it goes on with its log, which verifies; ended it says so', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
  t.after(() => model.close());
  const first = await startCentral(t, model.url);
  assert.equal((await askAs(first, HOST_KEYS)).status, 200);
  assert.deepEqual(await first.end('SIGKILL'), { code: null, signal: 'SIGKILL' });
  const second = await first.again();
  assert.equal((await askAs(second, HOST_KEYS)).status, 200);
  assert.equal(
    sallyport(second.home, [
      'gateway',
      '--name',
      NAME,
      '--allow-role',
      'arn:aws:iam::111122223333:role/x',
      '--policy',
      second.home.policyFile,
      '--state',
      second.home.state,
      '--listen',
      '127.0.0.1:0',
    ]).status,
    1,
  );
  assert.deepEqual(await second.end('SIGTERM'), { code: 0, signal: null });
  assert.match(second.output(), /"event":"ended"/);
  const log = logOf(second.home);
  assert.equal(events(log, 'relay-request').length, 2);
  assert.equal(events(log, 'relay-response').length, 2);
  assert.equal(sallyport(second.home, ['audit', 'verify']).status, 0);
});

test('a signed bundle is taken with the key that signed it and with no other', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
  t.after(() => model.close());
  const signed = (home: Home, key: string): readonly string[] => {
    const at = (name: string): string => join(home.folder, name);
    for (const name of ['one', 'two']) {
      const made = sallyport(home, ['policy', 'keygen', '--out', at(name)]);
      assert.equal(made.status, 0, made.stderr);
    }
    const sign = [
      'policy',
      'sign',
      home.policyFile,
      '--key',
      at('one/bundle-signing.key'),
      '--sequence',
      '1',
      '--out',
      at('bundle.json'),
    ];
    const done = sallyport(home, sign);
    assert.equal(done.status, 0, done.stderr);
    return ['--bundle', at('bundle.json'), '--trust', at(key)];
  };
  const central = await startCentral(t, model.url, { words: (home) => signed(home, 'one/bundle-signing.pub') });
  assert.equal((await askAs(central, HOST_KEYS)).status, 200);
  await assert.rejects(
    startCentral(t, model.url, { words: (home) => signed(home, 'two/bundle-signing.pub') }),
    /BUNDLE_KEY/,
  );
});

for (const { name, words, status, said } of [
  {
    name: 'a role with a star',
    words: ['--allow-role', 'arn:aws:iam::111122223333:role/*'],
    status: 2,
    said: /ARN of one role/,
  },
  { name: 'no role', words: [], status: 2, said: /--allow-role/ },
  {
    name: 'HTTP to everybody',
    words: ['--allow-role', 'arn:aws:iam::111122223333:role/x', '--plain', '--listen', '0.0.0.0:0'],
    status: 2,
    said: /this machine only/,
  },
  {
    name: 'STS without TLS',
    words: ['--allow-role', 'arn:aws:iam::111122223333:role/x', '--sts-url', 'http://sts.example.com'],
    status: 2,
    said: /https/,
  },
  {
    name: 'a store by the name of a session',
    words: ['--allow-role', 'arn:aws:iam::111122223333:role/x', '--store-name', 'AROAEXAMPLEEXAMPLE01:x'],
    status: 2,
    said: /beginning with a letter/,
  },
  {
    name: 'a limit that lets nobody in',
    words: ['--allow-role', 'arn:aws:iam::111122223333:role/x', '--requests-at-once', '0'],
    status: 2,
    said: /whole number from 1 to 4096/,
  },
  {
    name: 'a bundle without a key',
    words: ['--allow-role', 'arn:aws:iam::111122223333:role/x', '--bundle', '/x'],
    status: 2,
    said: /--trust/,
  },
]) {
  test(`the gateway does not start with ${name}`, (t) => {
    const home = makeHome(t, centralPolicy());
    const policy = words.includes('--bundle') ? [] : ['--policy', home.policyFile];
    const ran = sallyport(home, ['gateway', '--name', NAME, ...policy, ...words]);
    assert.equal(ran.status, status, ran.stderr);
    assert.match(ran.stderr, said);
  });
}

test('the gateway does not start with a policy for another provider', (t) => {
  const home = makeHome(t);
  const ran = sallyport(home, [
    'gateway',
    '--name',
    NAME,
    '--allow-role',
    'arn:aws:iam::111122223333:role/x',
    '--policy',
    home.policyFile,
  ]);
  assert.equal(ran.status, 3, ran.stderr);
  assert.match(ran.stderr, /Bedrock alone/);
});
