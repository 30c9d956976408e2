import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostCertificates, makeAuthority } from '../src/ca/index.ts';
import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { startScriptedModel, turns } from '../src/drill/index.ts';
import type { ScriptedModel, Turn } from '../src/drill/index.ts';
import { gatewayRig, TOKEN } from '../src/gateway/gateway-rig.ts';
import type { GatewayRig } from '../src/gateway/gateway-rig.ts';
import { clientSkipReason } from './client-skip.ts';

// The real client, which is told of no base URL, only of a proxy: to it, a scripted model is `api.anthropic.com`.

const HOST = 'api.anthropic.com';
const CLIENT_TIMEOUT_MS = 90_000;
const OWN_KEY = 'sk-ant-api03-the-clients-own-key';
const CALLS: readonly Turn[] = [
  { toolUses: [{ name: 'Bash', input: { command: 'echo from the shell', description: 'x' } }] },
  { text: 'all done' },
];

test('the client asks its model through the proxy, with its own key', { skip: clientSkipReason() }, async (t) => {
  const { at, model, ran } = await session(t, { password: TOKEN, trusts: true });
  assert.equal(ran.status, 0, ran.output);
  assert.match(ran.output, /all done/);
  const messages = model.requests.filter(({ url }) => url.startsWith('/v1/messages'));
  assert.equal(messages.length, CALLS.length);
  for (const { headers, rawHeaders, bodyBytes } of messages) {
    assert.equal(headers['x-api-key'], OWN_KEY);
    assert.ok(
      !`${rawHeaders.join('\n')}${String(bodyBytes)}`.includes(TOKEN),
      'the token of the session goes to nobody',
    );
  }
  assert.ok(at.events().includes('tunnel'));
  assert.ok(at.events().includes('tool_use'), 'its calls are recorded as any others');
  // What else it asks of that host, as measured; none of it is needed to work.
  const others = at.bodies('refused').map(({ why, path }) => JSON.stringify([why, path]));
  assert.deepEqual(
    others.filter((each) => !each.startsWith('["proxy-path","/api/')),
    [],
  );
});

test(
  'a client that shows no token of a session, or does not trust the authority, sends nothing',
  { skip: clientSkipReason() },
  async (t) => {
    const [stranger, distrustful] = await Promise.all([
      session(t, { password: 'wrong', trusts: true }),
      session(t, { password: TOKEN, trusts: false }),
    ]);
    for (const { ran, model } of [stranger, distrustful]) {
      assert.notEqual(ran.status, 0);
      assert.equal(model.requests.length, 0);
    }
    assert.match(stranger.ran.output, /the proxy refused the tunnel: check its credentials/);
    assert.deepEqual(new Set(stranger.at.bodies('refused').map(({ why }) => why)), new Set(['proxy-unknown-token']));
    assert.deepEqual(new Set(distrustful.at.bodies('refused').map(({ why }) => why)), new Set(['proxy-handshake']));
  },
);

interface Told {
  readonly password: string;
  readonly trusts: boolean;
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

async function session(
  t: { after(run: () => Promise<void>): void },
  told: Told,
): Promise<{ readonly at: GatewayRig<ScriptedModel>; readonly model: ScriptedModel; readonly ran: Ran }> {
  const authority = makeAuthority({ hosts: [HOST], nowMs: Date.now(), days: 1 });
  const certificates = hostCertificates(authority);
  const model = await startScriptedModel({ script: turns(CALLS) });
  const at = await gatewayRig(model, {
    forwardProxy: {
      hosts: () => [HOST],
      certificateFor: async (host) => certificates.of(host, Date.now()) ?? { missing: 'none' },
      serviceOf: () => model.url,
    },
  });
  t.after(() => at.close());
  // The hooks of a client are the guard's business, which has tests of its own.
  at.proven.has = () => true;
  at.decided.has = () => true;
  const folder = mkdtempSync(join(tmpdir(), 'sp-client-proxy-'));
  t.after(async () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'ca.pem'), authority.certificate.toString());
  const ran = await runClient(folder, {
    HTTPS_PROXY: at.gateway.url.replace('http://', `http://anybody:${told.password}@`),
    ...(told.trusts ? { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') } : {}),
  });
  return { at, model, ran };
}

/** Runs the client with a home and documents of its own, and nothing of this process's environment. */
async function runClient(folder: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const [home, workspace] = [join(folder, 'home'), join(folder, 'workspace')];
  for (const each of [home, workspace]) mkdirSync(each);
  const kept = ['/etc/passwd', '/etc/group', '/etc/nsswitch.conf', '/etc/ssl', '/etc/ld.so.cache', '/etc/alternatives'];
  const view = [
    '--dev-bind',
    '/',
    '/',
    '--tmpfs',
    '/etc',
    '--dir',
    '/etc/claude-code',
    ...kept.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
    '--die-with-parent',
  ];
  const words = ['-p', 'go', '--output-format', 'stream-json', '--verbose', '--allowedTools', 'Bash(echo:*)'];
  const child = spawn(findBwrap('/usr/bin:/bin'), [...view, '--', bundledClient() ?? '', ...words], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      TERM: 'dumb',
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      ANTHROPIC_API_KEY: OWN_KEY,
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_MAX_RETRIES: '1',
      ...env,
    },
  });
  let output = '';
  for (const from of [child.stdout, child.stderr])
    from.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const timer = setTimeout(() => child.kill('SIGKILL'), CLIENT_TIMEOUT_MS);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { status, output };
}
