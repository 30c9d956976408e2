import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { etcToRebuild, privateMountWords } from '../src/cli/private-mount.ts';
import type { ModelProvider } from '../src/core/session.ts';
import { startScriptedModel, toolResults, turns } from '../src/drill/index.ts';
import type { ScriptedModel, Turn } from '../src/drill/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { ROOT, makeHome, programBeside, sallyport, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// The real client through the real daemon; only the model is scripted.

const CLIENT_WORDS = ['-p', 'go', '--output-format', 'stream-json', '--verbose'];
const NOBODY = ['--reuid', '65534', '--regid', '65534', '--clear-groups'] as const;
const CALLS: readonly Turn[] = [
  { toolUses: [{ name: 'Bash', input: { command: 'echo from the shell', description: 'x' } }] },
  { toolUses: [{ name: 'Bash', input: { command: 'sudo id', description: 'x' } }] },
  {
    toolUses: [
      {
        name: 'Bash',
        input: {
          command:
            'printenv ANTHROPIC_AUTH_TOKEN AWS_BEARER_TOKEN_BEDROCK ANTHROPIC_API_KEY GOOGLE_OAUTH_ACCESS_TOKEN | cat',
          description: 'x',
        },
      },
    ],
  },
  { text: 'all done' },
];

test(
  'a session with the Anthropic protocol: canary first, allowed runs, denied does not, the key stays',
  { skip: clientSkipReason() },
  async (t) => {
    const { home, model, workspace } = await stage(t, 'anthropic');
    await startDaemonProcess(t, home);
    const ran = await sallyportBeside(home, ['run', '--', 'claude', ...CLIENT_WORDS], {
      cwd: workspace,
      env: { ANTHROPIC_API_KEY: 'sk-owner-key' },
    });
    assert.equal(ran.status, 0, ran.stderr);
    assert.match(ran.stderr, /sallyport: session ses_/);
    // The client names every part of the documents that it does not take.
    assert.doesNotMatch(ran.stderr, /invalid|ignored|skipped|not be parsed/i);
    const results = lastResults(model);
    assert.match(results[0] ?? '', /from the shell/);
    assert.match(results[1] ?? '', /rule shell\/privilege/);
    assert.equal(model.requests.length, CALLS.length);
    for (const request of model.requests) {
      assert.equal(request.headers['x-api-key'], 'sk-owner-key');
      assert.ok(!request.bodyBytes.includes('sallyport-canary'), 'the canary pair is cut out');
      assert.ok(!request.bodyBytes.includes('spt_'), 'no command sees the token');
      assert.ok(!request.rawHeaders.join('\n').includes('spt_'), 'the token of the session goes to nobody');
    }
    assert.ok(!ran.stdout.includes('sk-owner-key') && !ran.stdout.includes('spt_'));
    const log = sallyport(home, ['audit', 'tail', '-n', '1000', '--json']).stdout;
    assert.match(log, /"event":"canary-issued"/);
    assert.match(log, /"ruleId":"liveness\/canary"/);
    assert.match(log, /"event":"ended"/);
    assert.equal(sallyport(home, ['audit', 'verify']).status, 0);
  },
);

test('a session with the Bedrock protocol runs the same way', { skip: clientSkipReason() }, async (t) => {
  const { home, model, workspace } = await stage(t, 'bedrock');
  await startDaemonProcess(t, home);
  const ran = await sallyportBeside(home, ['run', '--', 'claude', ...CLIENT_WORDS], {
    cwd: workspace,
    env: { AWS_ACCESS_KEY_ID: 'AKIDOWNER', AWS_SECRET_ACCESS_KEY: 'owner-secret', AWS_REGION: 'us-east-1' },
  });
  assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
  const results = lastResults(model);
  assert.match(results[0] ?? '', /from the shell/);
  assert.match(results[1] ?? '', /rule shell\/privilege/);
  const calls = model.requests.filter((request) => request.method === 'POST');
  assert.ok(calls.length >= CALLS.length);
  for (const request of calls) {
    assert.match(
      String(request.headers.authorization),
      /^AWS4-HMAC-SHA256 Credential=AKIDOWNER\/\d{8}\/us-east-1\/bedrock\/aws4_request/,
    );
    assert.ok(!request.bodyBytes.includes('sallyport-canary'));
  }
});

test('a session on Vertex runs the same way', { skip: clientSkipReason() }, async (t) => {
  const { home, model, workspace } = await stage(t, 'vertex');
  await startDaemonProcess(t, home);
  const ran = await sallyportBeside(home, ['run', '--', 'claude', ...CLIENT_WORDS], {
    cwd: workspace,
    // A session of its own place: neither the shell nor a repository may send requests to another.
    env: { GOOGLE_OAUTH_ACCESS_TOKEN: 'ya29.owner', CLOUD_ML_REGION: 'us-east5', ANTHROPIC_VERTEX_PROJECT_ID: 'other' },
  });
  assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
  const results = lastResults(model);
  assert.match(results[0] ?? '', /from the shell/);
  assert.match(results[1] ?? '', /rule shell\/privilege/);
  assert.equal(model.requests.length, CALLS.length);
  for (const request of model.requests) {
    assert.match(
      request.url,
      /^\/v1\/projects\/test-project\/locations\/europe-west1\/publishers\/anthropic\/models\/[^/]+:streamRawPredict$/,
    );
    assert.equal(request.headers.authorization, 'Bearer ya29.owner');
    assert.ok(!request.bodyBytes.includes('sallyport-canary'));
    assert.ok(!request.rawHeaders.join('\n').includes('spt_'), 'the token of the session goes to nobody');
  }
  assert.ok(!ran.stdout.includes('ya29.owner') && !ran.stdout.includes('spt_'));
});

test('a session without a credential is refused before the client starts', { skip: clientSkipReason() }, async (t) => {
  const { home, workspace } = await stage(t, 'anthropic');
  await startDaemonProcess(t, home);
  const ran = await sallyportBeside(home, ['run', '--', 'claude', ...CLIENT_WORDS], { cwd: workspace });
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /\[UPSTREAM_UNCONFIGURED\]\nhint: set ANTHROPIC_API_KEY/);
});

test(
  'where the helper is installed, a client started by hand opens its own session',
  { skip: clientSkipReason() },
  async (t) => {
    const { home, model, workspace } = await stage(t, 'anthropic');
    const daemon = await startDaemonProcess(t, home);
    const ran = await byHand(home, workspace);
    assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
    assert.match(lastResults(model)[1] ?? '', /rule shell\/privilege/);
    const asked = model.requests.length;

    await daemon.end('SIGTERM');
    const refused = await byHand(home, workspace);
    assert.notEqual(refused.status, 0, 'without a daemon the client does not start');
    assert.equal(model.requests.length, asked);
  },
);

test('the machine’s own folder of managed documents is as it was', { skip: clientSkipReason() }, async (t) => {
  const before = existsSync('/etc/claude-code');
  const { home, workspace } = await stage(t, 'anthropic');
  await startDaemonProcess(t, home);
  await sallyportBeside(home, ['run', '--', 'claude', '--version'], {
    cwd: workspace,
    env: { ANTHROPIC_API_KEY: 'k' },
  });
  assert.equal(existsSync('/etc/claude-code'), before);
});

test(
  'in a session the state folder shows only the guard, and nothing there can be written',
  { skip: clientSkipReason() },
  async (t) => {
    const { home, workspace } = await stage(t, 'anthropic');
    await startDaemonProcess(t, home);
    const look = `ls -A ${home.state} ${home.state}/run; touch ${home.state}/x 2>&1; echo '{}' 2>&1 > /etc/claude-code/managed-settings.json; cat /etc/claude-code/managed-settings.json | head -c 8`;
    const ran = await sallyportBeside(home, ['run', '--quiet', '--', '/bin/sh', '-c', look], {
      cwd: workspace,
      env: { ANTHROPIC_API_KEY: 'k' },
    });
    assert.match(ran.stdout, /:\nrun\n\n.*\/run:\nguard\nhook\n/s);
    assert.match(ran.stdout, /touch: .*Read-only file system/);
    assert.match(ran.stdout, /cannot create \/etc\/claude-code\/managed-settings\.json: Read-only file system\n\{/);
    assert.equal(ran.stderr.includes('sallyport:'), false);
  },
);

test(
  'even root of a session cannot take its view apart, nor look at the daemon',
  { skip: clientSkipReason() },
  async (t) => {
    const { home, workspace } = await stage(t, 'anthropic');
    const daemon = await startDaemonProcess(t, home);
    const look = [
      `umount -l ${home.state}; umount -l /etc/claude-code; ls ${home.state}`,
      `cat /proc/${daemon.child.pid}/environ; ls /proc/${daemon.child.pid}/root`,
      `echo '#!/bin/sh' > ${home.state}/run/hook/sallyport-hook`,
      `rm -f ${home.state}/run/guard/../hook/sallyport-hook && echo removed`,
    ].join('\n');
    const ran = await sallyportBeside(home, ['run', '--quiet', '--', '/bin/sh', '-c', look], {
      cwd: workspace,
      env: { ANTHROPIC_API_KEY: 'sk-owner-key' },
    });
    assert.equal(ran.stdout, 'run\n', ran.stdout);
    assert.match(ran.stderr, /Permission denied|not permitted|No such process/);
    assert.ok(!ran.stdout.includes('sk-owner-key'));
  },
);

test(
  'an unprivileged user has the same session',
  { skip: clientSkipReason() || (process.getuid?.() === 0 ? false : 'only root can become somebody else') },
  async (t) => {
    const { home, model, workspace } = await stage(t, 'anthropic');
    // The tools that the test itself uses must be reachable for the other user.
    const probe = spawnSync('setpriv', [...NOBODY, process.execPath, join(ROOT, 'bin', 'sallyport.mjs'), '--version'], {
      env: home.env,
    });
    if (probe.status !== 0) return t.skip('another user cannot reach the program in this folder');
    execFileSync('chown', ['-R', '65534:65534', home.folder]);
    const daemon = spawn(
      'setpriv',
      [...NOBODY, process.execPath, join(ROOT, 'bin', 'sallyport.mjs'), 'up', '--json', '--policy', home.policyFile],
      {
        env: home.env,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    t.after(() => void daemon.kill('SIGKILL'));
    await new Promise((resolve) => daemon.stdout.once('data', resolve));
    const ran = await programBeside(
      'setpriv',
      [...NOBODY, process.execPath, join(ROOT, 'bin', 'sallyport.mjs'), 'run', '--', 'claude', ...CLIENT_WORDS],
      { cwd: workspace, env: { ...home.env, ANTHROPIC_API_KEY: 'sk-owner-key' } },
    );
    assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
    const results = lastResults(model);
    assert.match(results[0] ?? '', /from the shell/, JSON.stringify(results));
    assert.match(results[1] ?? '', /rule shell\/privilege/);
    for (const request of model.requests)
      assert.ok(!request.bodyBytes.includes('spt_') && !request.bodyBytes.includes('sk-owner-key'));
  },
);

/** The installed form: the helper's document in a private folder, and no `sallyport run`. */
async function byHand(home: Home, workspace: string): ReturnType<typeof programBeside> {
  const helper = join(home.folder, 'policy-helper');
  writeFileSync(
    helper,
    `#!/bin/sh\nSALLYPORT_HOME=${home.state} exec ${process.execPath} ${join(ROOT, 'bin', 'sallyport.mjs')} policy-helper\n`,
  );
  chmodSync(helper, 0o755);
  const documents = join(home.folder, 'documents');
  mkdirSync(documents, { recursive: true });
  const compiled = sallyport(home, ['policy', 'compile', home.policyFile, '--target', 'installed']).stdout;
  writeFileSync(join(documents, 'settings.json'), compiled.replace(/"path": "[^"]+"/, `"path": "${helper}"`));
  writeFileSync(join(documents, 'mcp.json'), '{"mcpServers":{}}');
  const hidden = join(home.folder, 'hidden');
  for (const name of ['guard', 'hook']) mkdirSync(join(hidden, name), { recursive: true });
  const words = privateMountWords(
    {
      bwrap: '/nonexistent',
      settingsFile: join(documents, 'settings.json'),
      mcpFile: join(documents, 'mcp.json'),
      stateFolder: hidden,
      guardFolder: join(hidden, 'guard'),
      hookFolder: join(hidden, 'hook'),
      workspace,
      readOnlyFolders: [],
      pinnedFolders: [],
      hasOwnProcesses: false,
    },
    etcToRebuild(),
  );
  // Only the documents are put in place, as on a machine where they are installed; nothing else is sealed off.
  const documentsOnly = words.slice(0, words.indexOf('--die-with-parent'));
  return await programBeside(
    findBwrap(home.env['PATH'] ?? ''),
    [...documentsOnly, '--', bundledClient() ?? '', ...CLIENT_WORDS],
    {
      cwd: workspace,
      env: { ...home.env, ANTHROPIC_API_KEY: 'sk-owner-key', TERM: 'dumb' },
    },
  );
}

async function stage(
  t: { after(fn: () => Promise<void> | void): void },
  provider: ModelProvider,
): Promise<{ home: Home; model: ScriptedModel; workspace: string }> {
  const model = await startScriptedModel({ script: turns(CALLS) });
  t.after(() => model.close());
  const defaults = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8');
  const policy = defaults
    .replace(/^ {2}use: .*$/m, `  use: ${provider}`)
    .replace(/^ {4}upstream: .*$/m, `    upstream: ${model.url}`)
    .replace(/^ {4}region: .*$/m, `$&\n    upstream: ${model.url}`)
    .replace(
      /^providers:$/m,
      `$&\n  vertex: { project: test-project, region: europe-west1, upstream: '${model.url}' }`,
    );
  const home = makeHome(t, policy);
  const workspace = join(home.folder, 'work');
  mkdirSync(workspace);
  execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
  return { home, model, workspace };
}

function lastResults(model: ScriptedModel): readonly string[] {
  return toolResults(model.requests.findLast((request) => request.method === 'POST')?.body ?? {}).map(
    (result) => result.text,
  );
}
