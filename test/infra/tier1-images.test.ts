import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startScriptedModel } from '../../src/drill/index.ts';
import { identityProver, PROOF_HEADER } from '../../src/identity/index.ts';
import { scriptedSts } from '../../src/identity/scripted-sts.ts';
import { centralPolicy, environmentOf, HOST_KEYS, NAME, REGION, ROLE } from '../central-gateway-process.ts';
import { makeHome, sallyport, until } from '../daemon-process.ts';
import type { Home } from '../daemon-process.ts';
import { IMAGE_RULES, isInContext, readDockerfile } from './lib/dockerfile.ts';
import { contained, imageLayout, layoutSkip, ROOT, volume } from './lib/image-layout.ts';
import type { Contained } from './lib/image-layout.ts';
import { as, GUARD_UID, NODE_IN_IMAGE, SESSION_DOCKERFILE, sessionTask, startSession } from './lib/session-task.ts';
import type { Task } from './lib/session-task.ts';

const GATEWAY = 'infra/images/gateway/Dockerfile';

for (const file of [GATEWAY, SESSION_DOCKERFILE]) {
  for (const { id, faults } of IMAGE_RULES) {
    test(`image: ${file} keeps the rule ${id}`, () => {
      assert.deepEqual(faults(readDockerfile(readFileSync(join(ROOT, file), 'utf8'))), []);
    });
  }
}

test('image: hadolint finds nothing but what its settings give a reason for', { skip: hadolintSkip() }, () => {
  const words = ['--no-color', '--config', 'infra/images/hadolint.yaml', GATEWAY, SESSION_DOCKERFILE];
  const ran = spawnSync('hadolint', words, { cwd: ROOT, encoding: 'utf8' });
  assert.equal(ran.stdout + ran.stderr, '');
});

function hadolintSkip(): string | false {
  return spawnSync('hadolint', ['--version']).status === 0 ? false : 'hadolint is not installed';
}

test('image: the gateway has no program but Node in its last stage, and runs none there', () => {
  const last = readDockerfile(readFileSync(join(ROOT, GATEWAY), 'utf8')).stages.at(-1);
  assert.deepEqual(
    last?.steps.filter(({ keyword }) => keyword === 'RUN'),
    [],
  );
});

const GOOD = [
  'ARG BASE',
  'FROM ${BASE} AS build',
  'FROM build',
  'LABEL org.opencontainers.image.title="x"',
  'COPY --from=build /a /a',
  'USER 10001:10001',
  'HEALTHCHECK CMD ["/a"]',
  'ENTRYPOINT ["/a"]',
];

for (const { rule, name, lines } of [
  { rule: 'base/by-digest', name: 'a tag', lines: ['FROM node:24', ...GOOD.slice(2)] },
  { rule: 'base/by-digest', name: 'an argument with a default', lines: ['ARG BASE=node:24', ...GOOD.slice(1)] },
  {
    rule: 'base/by-digest',
    name: 'an argument that is part of a name',
    lines: ['ARG TAG', 'FROM node:${TAG} AS build', ...GOOD.slice(2)],
  },
  { rule: 'user/number', name: 'no user', lines: GOOD.filter((line) => !line.startsWith('USER')) },
  { rule: 'user/number', name: 'root', lines: [...GOOD, 'USER 0:0'] },
  { rule: 'user/number', name: 'a name', lines: [...GOOD, 'USER node'] },
  { rule: 'add/none', name: 'a download', lines: [...GOOD, 'ADD https://example.com/x /x'] },
  { rule: 'start/without-shell', name: 'a line for the shell', lines: [...GOOD.slice(0, -1), 'ENTRYPOINT /a'] },
  { rule: 'start/without-shell', name: 'no entry point', lines: GOOD.slice(0, -1) },
  { rule: 'health/there', name: 'none', lines: [...GOOD.slice(0, -2), 'ENTRYPOINT ["/a"]', 'HEALTHCHECK NONE'] },
  { rule: 'final/only-from-stages', name: 'a file of who builds', lines: [...GOOD, 'COPY . /x'] },
  { rule: 'layer/no-secret', name: 'an argument', lines: ['ARG NPM_TOKEN', ...GOOD] },
  { rule: 'layer/no-secret', name: 'a variable', lines: [...GOOD, 'ENV AWS_SECRET_ACCESS_KEY=x'] },
  {
    rule: 'run/no-download-and-run',
    name: 'curl into a shell',
    lines: [...GOOD, 'RUN curl -fsSL https://example.com | sh'],
  },
  {
    rule: 'apt/lean',
    name: 'what is recommended',
    lines: [...GOOD, 'RUN apt-get install -y git && rm -rf /var/lib/apt/lists/*'],
  },
  { rule: 'npm/locked', name: 'without the lock file', lines: [...GOOD, 'RUN npm install --omit=dev'] },
  { rule: 'npm/locked', name: 'as a list of words', lines: [...GOOD, 'RUN ["npm", "install"]'] },
  { rule: 'label/title', name: 'none', lines: GOOD.filter((line) => !line.startsWith('LABEL')) },
]) {
  test(`image: the rule ${rule} finds ${name}, and nothing in a good file`, () => {
    const found = IMAGE_RULES.find(({ id }) => id === rule);
    assert.notDeepEqual(found?.faults(readDockerfile(lines.join('\n'))), []);
    assert.deepEqual(found?.faults(readDockerfile(GOOD.join('\n'))), []);
  });
}

test('image: the builder gets what it copies, and no history, state, key or test', () => {
  const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8');
  for (const path of [
    'package.json',
    'package-lock.json',
    '.npmrc',
    'src/bin/cli.ts',
    'bin/sallyport.mjs',
    'native/hook.c',
    'scripts/prepare.ts',
    'policies/default.yaml',
    'infra/images/bundle.mjs',
    'infra/images/gateway/start.mjs',
    'LICENSE',
    'NOTICE.md',
  ]) {
    assert.ok(existsSync(join(ROOT, path)) && isInContext(ignore, path), path);
  }
  for (const path of [
    '.git/config',
    'node_modules/x',
    'dist/cli.mjs',
    'test/rooms.test.ts',
    'src/gateway/sign.test.ts',
    '.env',
    'src/.env.local',
    'infra/images/my.key',
    'infra/images/tls.pem',
    'infra/terraform/terraform.tfstate',
    'infra/host/install.sh',
  ]) {
    assert.ok(!isInContext(ignore, path), path);
  }
});

interface Bundles {
  readonly home: Home;
  readonly folder: string;
  readonly trust: string;
  readonly sign: (policy: string, sequence: number) => void;
}

function bundles(t: TestContext, policy: string): Bundles {
  const home = makeHome(t, policy);
  const folder = volume(t, GUARD_UID);
  const keys = join(home.folder, 'keys');
  assert.equal(sallyport(home, ['policy', 'keygen', '--out', keys]).status, 0);
  const sign = (text: string, sequence: number): void => {
    writeFileSync(home.policyFile, text);
    const out = join(home.folder, `bundle-${sequence}.json`);
    const words = [
      'policy',
      'sign',
      home.policyFile,
      '--key',
      join(keys, 'bundle-signing.key'),
      '--sequence',
      String(sequence),
      '--out',
      out,
    ];
    const signed = sallyport(home, words);
    assert.equal(signed.status, 0, signed.stderr);
    copyFileSync(out, join(folder, 'bundle.json'));
    chmodSync(join(folder, 'bundle.json'), 0o644);
  };
  sign(policy, 1);
  return { home, folder, trust: readFileSync(join(keys, 'bundle-signing.pub'), 'utf8'), sign };
}

async function ask(url: string): Promise<{ readonly status: number; readonly body: string }> {
  const prove = identityProver({ keys: () => Promise.resolve(HOST_KEYS), region: REGION, clock: () => Date.now() });
  const body = '{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"go"}]}';
  const request = https.request(`${url}/model/eu.anthropic.claude-x-v1%3A0/invoke`, {
    method: 'POST',
    agent: new https.Agent(),
    // As a network load balancer does it: behind it nobody vouches for the certificate.
    rejectUnauthorized: false,
    headers: {
      host: NAME,
      [PROOF_HEADER]: await prove(NAME),
      'content-type': 'application/json',
      'content-length': body.length,
    },
  });
  request.end(body);
  const [reply] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of reply) text += String(chunk);
  return { status: reply.statusCode ?? 0, body: text };
}

function parsed(line: string, { errors }: Contained): { readonly url: string } {
  assert.notEqual(line, '', errors());
  return JSON.parse(line) as { readonly url: string };
}

test(
  'image: the gateway serves from its own files alone, as its user, with a root that is read-only, and takes newer bundles',
  { skip: layoutSkip() },
  async (t) => {
    const image = imageLayout(GATEWAY);
    const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
    t.after(() => model.close());
    const sts = await scriptedSts([HOST_KEYS], REGION);
    t.after(() => sts.close());
    const { home, folder, trust, sign } = bundles(t, centralPolicy());
    const state = volume(t, GUARD_UID, 0o700);
    const mounts = [
      '--bind',
      state,
      '/var/lib/sallyport',
      '--perms',
      '0700',
      '--tmpfs',
      '/run/sallyport',
      '--ro-bind',
      folder,
      '/in',
    ];
    const env = {
      SALLYPORT_BUNDLE_SOURCE: '/in/bundle.json',
      SALLYPORT_TRUST_KEY: trust,
      SALLYPORT_BUNDLE_SECONDS: '1',
      SALLYPORT_HOME: '/var/lib/sallyport',
      HOME: '/var/lib/sallyport',
      ...environmentOf(HOST_KEYS),
    };
    const words = [
      'gateway',
      '--listen',
      '127.0.0.1:0',
      '--name',
      NAME,
      '--allow-role',
      ROLE,
      '--sts-url',
      sts.url,
      '--bedrock-url',
      model.url,
    ];
    const options = { image, uid: GUARD_UID, mounts, env, hasPrograms: false };
    const gateway = contained(t, {
      ...options,
      argv: [NODE_IN_IMAGE, '/opt/sallyport/infra/images/gateway/start.mjs', ...words],
    });
    const { url } = parsed(await gateway.firstLine, gateway);
    assert.equal((await ask(url)).status, 200, gateway.errors());
    const health = (at: string): Promise<number | null> =>
      contained(t, {
        ...options,
        env: { SALLYPORT_HEALTH_URL: at },
        argv: [NODE_IN_IMAGE, '/opt/sallyport/infra/images/gateway/health.mjs'],
      }).ended;
    assert.equal(await health(`${url}/healthz`), 0);
    assert.equal(await health('https://127.0.0.1:1/healthz'), 1);
    sign(centralPolicy(undefined, 'models: { allow: [claude-opus-*] }'), 2);
    await until(() => gateway.errors().includes('"event":"policy"'), gateway.errors);
    assert.match((await ask(url)).body, /does not allow this model/);
    await gateway.signal('SIGTERM');
    assert.equal(await gateway.ended, 0, gateway.errors());
    assert.match(gateway.output(), /"event":"ended"/);
    const log = sallyport({ ...home, env: { ...home.env, SALLYPORT_HOME: state } }, [
      'audit',
      'tail',
      '-n',
      '100',
      '--json',
    ]);
    assert.match(log.stdout, /"event":"relay-request"/, log.stderr);
  },
);

for (const { name, env, want } of [
  { name: 'no bundle is named', env: { SALLYPORT_TRUST_KEY: 'x' }, want: /SALLYPORT_BUNDLE_SOURCE is not set/ },
  {
    name: 'no key is given',
    env: { SALLYPORT_BUNDLE_SOURCE: '/in/bundle.json' },
    want: /SALLYPORT_TRUST_KEY is not set/,
  },
  {
    name: 'the key is a private one',
    env: { SALLYPORT_BUNDLE_SOURCE: '/in/x', SALLYPORT_TRUST_KEY: '-----BEGIN PRIVATE KEY-----' },
    want: /no public key/,
  },
]) {
  test(`image: the gateway does not start where ${name}`, { skip: layoutSkip() }, async (t) => {
    const image = imageLayout(GATEWAY);
    const gateway = contained(t, {
      image,
      uid: GUARD_UID,
      mounts: ['--tmpfs', '/run/sallyport', '--tmpfs', '/var/lib/sallyport'],
      env,
      argv: [NODE_IN_IMAGE, '/opt/sallyport/infra/images/gateway/start.mjs', 'gateway'],
      hasPrograms: false,
    });
    assert.equal(await gateway.ended, 2);
    assert.match(gateway.errors(), want);
  });
}

function startGuard(t: TestContext, { image, run, doors, settings, workspace, home }: Task): Contained {
  const { folder, trust } = bundles(t, centralPolicy('https://gateway.invalid', 'sandbox: { enabled: false }'));
  const mounts = [
    '--bind',
    run,
    '/run/sallyport',
    '--bind',
    doors,
    '/run/sallyport/doors',
    '--bind',
    settings,
    '/settings',
    '--bind',
    workspace,
    '/workspace',
    '--ro-bind',
    home,
    '/home/developer',
    '--tmpfs',
    '/tmp',
    '--bind',
    volume(t, GUARD_UID, 448),
    '/var/lib/sallyport',
    '--ro-bind',
    folder,
    '/in',
  ];
  return contained(t, {
    image,
    uid: 0,
    mounts,
    env: { SALLYPORT_BUNDLE_SOURCE: '/in/bundle.json', SALLYPORT_TRUST_KEY: trust, ...environmentOf(HOST_KEYS) },
    argv: [...as(GUARD_UID), NODE_IN_IMAGE, '/opt/sallyport/infra/images/session/guard.mjs'],
    hasPrograms: true,
  });
}

test(
  'image: the guard of a session starts as its user and is ready; the session sees its settings, and ends when nobody comes',
  { skip: layoutSkip() },
  async (t) => {
    const volumes = sessionTask(t);
    const guard = startGuard(t, volumes);
    const ready = (): Promise<number | null> =>
      contained(t, {
        image: volumes.image,
        uid: 0,
        mounts: ['--bind', volumes.run, '/run/sallyport'],
        env: {},
        argv: [...as(GUARD_UID), NODE_IN_IMAGE, '/opt/sallyport/infra/images/session/ready.mjs'],
        hasPrograms: true,
      }).ended;
    assert.equal(await ready(), 1, 'not before it runs');
    assert.notEqual(await guard.firstLine, '', guard.errors());
    assert.equal(await ready(), 0, guard.errors());
    const settings = JSON.parse(readFileSync(join(volumes.settings, 'managed-settings.json'), 'utf8')) as {
      readonly policyHelper: { readonly path: string };
    };
    assert.ok(existsSync(join(volumes.image, settings.policyHelper.path)));

    writeFileSync(join(volumes.workspace, 'left.txt'), 'x');
    const session = startSession(t, volumes, { SALLYPORT_FIRST_ATTACH_MINUTES: '0.01' });
    assert.equal(await session.ended, 0, session.output() + session.errors());
    assert.match(session.output(), /"ready".*\n.*nobody came/);
    assert.deepEqual(readdirSync(volumes.workspace), []);

    const long = startSession(t, volumes, { SALLYPORT_SESSION_MINUTES: '0.01' });
    assert.equal(await long.ended, 0);
    assert.match(long.output(), /as long as it may/);

    const stopped = startSession(t, volumes, {});
    await stopped.firstLine;
    await stopped.signal('SIGTERM');
    assert.equal(await stopped.ended, 0);
    assert.match(stopped.output(), /the task is stopped/);

    const open = startSession(t, volumes, {}, { bind: '--bind' });
    assert.equal(await open.ended, 1);
    assert.match(open.output(), /no volume that is mounted read-only/);

    const bare = startSession(
      t,
      volumes,
      { SALLYPORT_SANDBOX: 'bubblewrap' },
      { more: ['--ro-bind', '/bin/false', '/usr/bin/bwrap'] },
    );
    assert.equal(await bare.ended, 1);
    assert.match(bare.output(), /bubblewrap does not work here.*SALLYPORT_SANDBOX=task/);

    await guard.signal('SIGTERM');
    assert.equal(await guard.ended, 0, guard.errors());
  },
);

const isSlow = process.env['SLOW'] === '1';
test(
  'image: a session whose guard does not come refuses to begin',
  { skip: layoutSkip() || (isSlow ? false : 'it waits for a minute: SLOW=1 runs it') },
  async (t) => {
    const session = startSession(t, sessionTask(t), {});
    assert.equal(await session.ended, 1, session.errors());
    assert.match(session.output(), /^\{"event":"refused","message":"the guard does not answer: [^\n]+\n$/);
  },
);

test('image: a session whose guard is not there does not begin', { skip: layoutSkip() }, async (t) => {
  const session = startSession(t, sessionTask(t), {});
  // The kernel keeps from process 1 what it does not listen for yet, so one signal could come too early.
  const telling = setInterval(() => void session.signal('SIGTERM').catch(() => undefined), 50);
  const code = await session.ended;
  clearInterval(telling);
  assert.equal(code, 1, session.errors());
  assert.match(session.output(), /^\{"event":"refused","message":"the task is stopped"\}$/m);
  assert.doesNotMatch(session.output(), /"ready"/);
});

test(
  'image: root without a capability, as ECS Exec attaches it, works in workspace and home and nowhere of the guard',
  { skip: process.getuid?.() === 0 ? false : 'needs root' },
  (t) => {
    const folder = mkdtempSync('/var/tmp/sp-attached-');
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    chmodSync(folder, 0o755);
    const made = readFileSync(join(ROOT, SESSION_DOCKERFILE), 'utf8').matchAll(
      /install -d -m (\d+) -o (\d+) -g (\d+) (\/[^\\]+?) ?\\$/gm,
    );
    const writable: string[] = [];
    for (const [, mode = '', uid = '', gid = '', paths = ''] of made) {
      for (const path of paths.split(' ')) {
        const here = join(folder, path);
        mkdirSync(here, { recursive: true });
        chownSync(here, Number(uid), Number(gid));
        chmodSync(here, Number.parseInt(mode, 8));
        const words = ['--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all', '--clear-groups'];
        // In the folder itself: a door in the folder of doors is what everyone may make, a file in it is not looked at.
        const tried = spawnSync('setpriv', [...words, 'sh', '-c', `: > ${here}/file`], { encoding: 'utf8' });
        if (tried.status === 0) writable.push(path);
      }
    }
    assert.deepEqual(writable.toSorted(), ['/home/developer', '/run/sallyport/doors', '/workspace']);
  },
);
