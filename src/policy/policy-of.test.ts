import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DEFAULT_AUDIT_RULES } from '../core/audit-rules.ts';
import { DEFAULT_GATEWAY_RULES } from '../core/gateway-rules.ts';
import { parsePolicy } from './parse-policy.ts';
import type { Policy } from './policy.ts';
import { ruleTableOf } from './rule-table-of.ts';

function policyFrom(text: string): Policy {
  const result = parsePolicy(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.policy;
}

test('the smallest policy allows nothing', () => {
  assert.deepEqual(policyFrom('version: 1\nname: smallest\n'), {
    name: 'smallest',
    shape: 'workstation',
    client: { minimumVersion: '2.1.329' },
    models: {
      provider: 'anthropic',
      upstream: 'https://api.anthropic.com',
      upstreamAuth: 'sigv4',
      bedrockRegion: 'us-east-1',
      vertex: null,
      allow: [],
      deny: [],
    },
    session: {
      maxDurationMinutes: 480,
      idleTimeoutMinutes: 60,
      maxConcurrent: 8,
      reauthenticateForSensitiveOperations: true,
      transcriptDays: 1,
    },
    sandbox: { enabled: true },
    git: { protectedBranches: [], pullRequestOnly: false, forcePush: 'allow', skipChecks: 'allow' },
    containers: {
      privileged: 'allow',
      hostMounts: 'allow',
      hostNamespaces: 'allow',
      capabilities: 'allow',
      devices: 'allow',
      limits: { memoryMb: null, cpus: null, pids: null },
    },
    egress: { hosts: [] },
    shell: { keepHistory: false, umask: null, timeoutMinutes: null },
    audit: DEFAULT_AUDIT_RULES,
    dlp: { secret: null, personal: null, company: null, allowed: null },
    injection: { onFinding: null, taint: false },
    company: { words: [], patterns: [] },
    engines: [],
    gateway: DEFAULT_GATEWAY_RULES,
    defaults: {
      command: 'ask',
      readInside: 'ask',
      readOutside: 'ask',
      writeInside: 'ask',
      writeOutside: 'ask',
      web: 'ask',
      mcp: 'deny',
      tool: 'ask',
      inlineCode: 'ask',
    },
    commands: [],
    files: [],
    web: [],
    mcp: { servers: [], rules: [] },
    tools: [],
    exceptions: [],
  });
});

test('every field that is written reaches the policy', () => {
  const policy = policyFrom(`
version: 1
name: full
shape: container
client: { minimum_version: 3.0.1 }
providers: { use: bedrock, bedrock: { upstream: 'https://bedrock.example/', region: eu-west-3 } }
models: { allow: [claude-opus-*], deny: ['*-beta'] }
git: { protected_branches: [trunk], pull_request_only: false, force_push: ask, skip_checks: allow }
containers: { privileged: allow, host_mounts: allow, host_namespaces: allow, capabilities: allow, devices: ask, limits: { cpus: 1.5, pids: 99 } }
shell: { keep_history: false, umask: '027', timeout_minutes: 15 }
egress:
  hosts:
    - { host: '*.example.com', ports: [8443, 443], reason: Ours. }
    - { host: '*.github.io', reason: Pages., accepted_risk: Looked at. }
audit:
  retention_days: 30
  content: digest
  heartbeat_seconds: 5
  content_days: 90
  backlog: { alarm_records: 1, alarm_seconds: 10, deny_records: 2, deny_seconds: 20 }
  deliver:
    - { name: vault, to: s3, bucket: the-vault, region: us-east-1, prefix: 'a/{identity}/{host}', endpoint: 'https://s3.example/', required: true, kms_key: alias/log, object_lock: { mode: compliance, days: 2557, acknowledged: true } }
    - { name: disk, to: file, folder: '/srv/{log}' }
    - { name: hose, to: firehose, stream: s, region: eu-west-3, form: ocsf }
    - { name: watch, to: cloudwatch, group: /g, region: eu-west-3 }
    - { name: tel, to: otlp, url: 'https://otlp.example/', kinds: [model, decision] }
    - { name: sys, to: syslog, host: log.example, ca_file: /etc/ca.pem }
    - { name: hec, to: splunk, url: 'https://hec.example:8088', token_env: HEC_TOKEN, ack: true, form: record }
    - { name: bulk, to: elastic, url: 'http://127.0.0.1:9200', index: sallyport, token_env: ELASTIC_KEY }
  witnesses: [{ name: w, url: 'https://w.example/', key: 'w.example+0a0b0c0d+BCDE' }]
  anchors:
    - { name: usb, to: folder, folder: /mnt/usb }
    - { name: repo, to: git, remote: 'git@example.com:log.git' }
    - { name: other, to: s3, bucket: other-account, region: us-east-1 }
dlp: { secret: mask, personal: alert, allowed: { salt: '${'5a'.repeat(16)}', hashes: ['${'c3'.repeat(32)}'] } }
injection: { on_finding: ask, taint: true }
company: { words: { names: [Bluebird], customers: [Acme] }, patterns: { contract: 'CTR-[0-9]{6}' } }
engines:
  - { name: second, kind: lakera, url: 'https://lakera.example/', key_env: LAKERA_KEY, at: [tool-result, prompt], order: 1, timeout_ms: 1000 }
  - { name: first, kind: trufflehog, command: [/opt/trufflehog, --quiet], verify: true, on_failure: embedded-only, timeout_ms: 1400 }
  - { name: third, kind: gitleaks, at: [tool-input], max_concurrent: 1, max_input_kb: 8, timeout_ms: 50 }
gateway:
  opaque: { image: strip, document: deny, media: ask, unknown: ask }
  replies: { secret: block, company: block }
  denied_calls: gateway
  without_hooks: decide
  retroactive: [company, personal, secret]
  limits:
    max_body_bytes: 1024
    concurrent_requests: 2
    requests_per_minute: { session: 1, user: 2, team: 3 }
    tokens_per_day: { session: 4, user: 5, team: 6 }
    when_unknown: allow
    team: payments
  timeouts: { connect_ms: 100, idle_ms: 1000 }
  fallbacks: ['https://Second.example/', 'https://third.example/bedrock//']
  content_log: masked
  forward_proxy: { enabled: true, hosts: [API.anthropic.com, api.anthropic.com., claude.example] }
  telemetry: { prometheus: true, otlp: 'http://127.0.0.1:4318/' }
rollout: { default: warn, rules: { c/deny: enforce, f/deny: shadow } }
session:
  max_duration_minutes: 1
  idle_timeout_minutes: 1
  max_concurrent: 2
  reauthenticate_for_sensitive_operations: false
  transcript_days: 365
sandbox: { enabled: false }
defaults:
  command: deny
  read_inside: allow
  read_outside: deny
  write_inside: allow
  write_outside: deny
  web: deny
  mcp: ask
  tool: deny
  inline_code: deny
commands:
  deny: [{ id: c/deny, run: [sudo], reason: No. }]
  ask: [{ id: c/ask, run: [ssh], reason: Why. }]
  allow: [{ id: c/allow, run: [ls], unless: [ls --color], reason: Yes. }]
files:
  deny: [{ id: f/deny, access: read, paths: ['**/.env'], except: ['**/.env.example'], reason: No. }]
web:
  allow: [{ id: w/allow, hosts: [docs.rs], reason: Yes. }]
mcp:
  servers:
    local: { command: /opt/server, args: [--stdio], env: { TOKEN: '\${TOKEN}' } }
    remote: { url: 'https://mcp.example/v1', headers: { X-Key: '\${KEY:-none}' } }
  allow: [{ id: m/allow, server: local, tools: ['*'], reason: Yes. }]
tools:
  ask: [{ id: t/ask, tools: [Skill], reason: Why. }]
`);
  assert.deepEqual(JSON.parse(JSON.stringify(policy)), {
    name: 'full',
    shape: 'container',
    client: { minimumVersion: '3.0.1' },
    models: {
      provider: 'bedrock',
      upstream: 'https://bedrock.example',
      upstreamAuth: 'sigv4',
      bedrockRegion: 'eu-west-3',
      vertex: null,
      allow: ['claude-opus-*'],
      deny: ['*-beta'],
    },
    session: {
      maxDurationMinutes: 1,
      idleTimeoutMinutes: 1,
      maxConcurrent: 2,
      reauthenticateForSensitiveOperations: false,
      transcriptDays: 365,
    },
    sandbox: { enabled: false },
    git: { protectedBranches: ['trunk'], pullRequestOnly: false, forcePush: 'ask', skipChecks: 'allow' },
    containers: {
      privileged: 'allow',
      hostMounts: 'allow',
      hostNamespaces: 'allow',
      capabilities: 'allow',
      devices: 'ask',
      limits: { memoryMb: null, cpus: 1.5, pids: 99 },
    },
    egress: {
      hosts: [
        { host: '*.example.com', ports: [443, 8443], reason: 'Ours.', acceptedRisk: null },
        { host: '*.github.io', ports: [443], reason: 'Pages.', acceptedRisk: 'Looked at.' },
      ],
    },
    shell: { keepHistory: false, umask: '027', timeoutMinutes: 15 },
    audit: {
      retentionDays: 30,
      content: 'digest',
      heartbeatSeconds: 5,
      contentDays: 90,
      backlog: { alarmRecords: 1, alarmSeconds: 10, denyRecords: 2, denySeconds: 20 },
      deliver: [
        {
          name: 'bulk',
          required: false,
          form: 'ocsf',
          kinds: null,
          to: 'elastic',
          url: 'http://127.0.0.1:9200',
          caFile: null,
          tokenEnv: 'ELASTIC_KEY',
          index: 'sallyport',
        },
        { name: 'disk', required: false, form: 'record', kinds: null, to: 'file', folder: '/srv/{log}' },
        {
          name: 'hec',
          required: false,
          form: 'record',
          kinds: null,
          to: 'splunk',
          url: 'https://hec.example:8088',
          caFile: null,
          tokenEnv: 'HEC_TOKEN',
          index: null,
          ack: true,
        },
        {
          name: 'hose',
          required: false,
          form: 'ocsf',
          kinds: null,
          to: 'firehose',
          stream: 's',
          region: 'eu-west-3',
          endpoint: null,
        },
        {
          name: 'sys',
          required: false,
          form: 'ocsf',
          kinds: null,
          to: 'syslog',
          host: 'log.example',
          port: 6514,
          caFile: '/etc/ca.pem',
        },
        {
          name: 'tel',
          required: false,
          form: 'ocsf',
          kinds: ['decision', 'model'],
          to: 'otlp',
          url: 'https://otlp.example',
          caFile: null,
          tokenEnv: null,
        },
        {
          name: 'vault',
          required: true,
          form: 'record',
          kinds: null,
          to: 's3',
          kmsKey: 'alias/log',
          bucket: 'the-vault',
          region: 'us-east-1',
          prefix: 'a/{identity}/{host}',
          endpoint: 'https://s3.example',
          objectLock: { mode: 'compliance', days: 2557 },
        },
        {
          name: 'watch',
          required: false,
          form: 'record',
          kinds: null,
          to: 'cloudwatch',
          group: '/g',
          stream: '{log}',
          region: 'eu-west-3',
          endpoint: null,
        },
      ],
      witnesses: [{ name: 'w', url: 'https://w.example', key: 'w.example+0a0b0c0d+BCDE' }],
      anchors: [
        { name: 'other', to: 's3', bucket: 'other-account', region: 'us-east-1', prefix: '{log}', endpoint: null },
        { name: 'repo', to: 'git', remote: 'git@example.com:log.git', branch: 'checkpoints' },
        { name: 'usb', to: 'folder', folder: '/mnt/usb' },
      ],
    },
    dlp: {
      secret: 'mask',
      personal: 'alert',
      company: null,
      allowed: { salt: '5a'.repeat(16), hashes: ['c3'.repeat(32)] },
    },
    injection: { onFinding: 'ask', taint: true },
    company: {
      words: [
        { name: 'customers', words: ['Acme'] },
        { name: 'names', words: ['Bluebird'] },
      ],
      patterns: [{ name: 'contract', pattern: 'CTR-[0-9]{6}' }],
    },
    engines: [
      {
        name: 'first',
        at: ['prompt', 'tool-result'],
        order: 0,
        onFailure: 'embedded-only',
        timeoutMs: 1_400,
        maxConcurrent: 2,
        maxInputBytes: 1_048_576,
        kind: 'trufflehog',
        command: ['/opt/trufflehog', '--quiet'],
        isVerifying: true,
      },
      {
        name: 'second',
        at: ['prompt', 'tool-result'],
        order: 1,
        onFailure: 'deny',
        timeoutMs: 1_000,
        maxConcurrent: 2,
        maxInputBytes: 1_048_576,
        kind: 'lakera',
        url: 'https://lakera.example',
        keyEnv: 'LAKERA_KEY',
      },
      {
        name: 'third',
        at: ['tool-input'],
        order: 0,
        onFailure: 'deny',
        timeoutMs: 50,
        maxConcurrent: 1,
        maxInputBytes: 8_192,
        kind: 'gitleaks',
        command: ['gitleaks'],
        isVerifying: false,
      },
    ],
    gateway: {
      opaque: { image: 'strip', document: 'deny', media: 'ask', unknown: 'ask' },
      replies: { secret: 'block', company: 'block' },
      deniedCalls: 'gateway',
      withoutHooks: 'decide',
      retroactive: ['secret', 'pii', 'company'],
      limits: {
        maxBodyBytes: 1_024,
        concurrentRequests: 2,
        requestsPerMinute: { session: 1, user: 2, team: 3 },
        tokensPerDay: { session: 4, user: 5, team: 6 },
        whenUnknown: 'allow',
        team: 'payments',
      },
      timeouts: { connectMs: 100, idleMs: 1_000 },
      fallbacks: ['https://second.example', 'https://third.example/bedrock'],
      contentLog: 'masked',
      forwardProxy: { enabled: true, hosts: ['api.anthropic.com', 'claude.example'] },
      telemetry: { prometheus: true, otlp: 'http://127.0.0.1:4318' },
    },
    defaults: {
      command: 'deny',
      readInside: 'allow',
      readOutside: 'deny',
      writeInside: 'allow',
      writeOutside: 'deny',
      web: 'deny',
      mcp: 'ask',
      tool: 'deny',
      inlineCode: 'deny',
    },
    commands: [
      { id: 'c/deny', run: ['sudo'], reason: 'No.', verdict: 'deny', mode: 'enforce', unless: [] },
      {
        id: 'git/protected-branch',
        run: ['git push {trunk,*:trunk}', 'git push *:{trunk}', 'git push {,*:}refs/heads/{trunk}'],
        reason: 'This changes a protected branch without a pull request.',
        verdict: 'ask',
        mode: 'warn',
        unless: [],
      },
      {
        id: 'git/force-push',
        run: ['git push {-f,--force,--force-with-lease,--mirror,--delete,-d,--prune}', 'git push +*', 'git push :*'],
        reason: 'History on the remote is not rewritten.',
        verdict: 'ask',
        mode: 'warn',
        unless: [],
      },
      {
        id: 'container/escape-ask',
        run: ['{docker,podman,nerdctl} {run,create} --device'],
        reason: 'This gives a container a way to the host.',
        verdict: 'ask',
        mode: 'warn',
        unless: [],
      },
      { id: 'c/ask', run: ['ssh'], reason: 'Why.', verdict: 'ask', mode: 'warn', unless: [] },
      { id: 'c/allow', run: ['ls'], unless: ['ls --color'], reason: 'Yes.', verdict: 'allow', mode: 'enforce' },
    ],
    files: [
      {
        id: 'f/deny',
        access: 'read',
        paths: ['**/.env'],
        except: ['**/.env.example'],
        reason: 'No.',
        verdict: 'deny',
        mode: 'shadow',
      },
    ],
    web: [{ id: 'w/allow', hosts: ['docs.rs'], reason: 'Yes.', verdict: 'allow', mode: 'enforce', except: [] }],
    mcp: {
      servers: [
        { kind: 'command', name: 'local', command: '/opt/server', args: ['--stdio'], env: { TOKEN: '${TOKEN}' } },
        { kind: 'url', name: 'remote', url: 'https://mcp.example/v1', headers: { 'X-Key': '${KEY:-none}' } },
      ],
      rules: [
        { id: 'm/allow', server: 'local', tools: ['*'], reason: 'Yes.', verdict: 'allow', mode: 'enforce', except: [] },
      ],
    },
    tools: [{ id: 't/ask', tools: ['Skill'], reason: 'Why.', verdict: 'ask', mode: 'warn', except: [] }],
    exceptions: [],
  });
});

for (const { name, providers, want } of [
  { name: "Anthropic's address is the default", providers: '{}', want: 'https://api.anthropic.com' },
  {
    name: 'the address of Bedrock follows the region',
    providers: '{use: bedrock, bedrock: {region: us-gov-west-1}}',
    want: 'https://bedrock-runtime.us-gov-west-1.amazonaws.com',
  },
  {
    name: 'Bedrock has other addresses in China',
    providers: '{use: bedrock, bedrock: {region: cn-north-1}}',
    want: 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn',
  },
  {
    name: 'the address of Vertex follows the region',
    providers: '{use: vertex, vertex: {project: p-1, region: europe-west1}}',
    want: 'https://europe-west1-aiplatform.googleapis.com',
  },
  {
    name: 'Vertex has one address for all regions',
    providers: '{use: vertex, vertex: {project: p-1, region: global}}',
    want: 'https://aiplatform.googleapis.com',
  },
  {
    name: 'Vertex has an address for the regions of a continent',
    providers: '{use: vertex, vertex: {project: p-1, region: eu}}',
    want: 'https://aiplatform.eu.rep.googleapis.com',
  },
]) {
  test(name, () => assert.equal(policyFrom(`version: 1\nname: x\nproviders: ${providers}\n`).models.upstream, want));
}

test('a policy for Vertex names one project and one region', () => {
  const text = 'version: 1\nname: x\nproviders: {use: vertex, vertex: {project: "example.com:p-1"}}\n';
  assert.deepEqual(policyFrom(text).models.vertex, { project: 'example.com:p-1', region: 'us-east5' });
});

test('a policy and its rule table cannot be changed, at any depth', () => {
  const policy = policyFrom(readFileSync(new URL('../../policies/default.yaml', import.meta.url), 'utf8'));
  const open: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) open.push(path);
    for (const [key, part] of Object.entries(value)) walk(part, `${path}.${key}`);
  };
  walk(policy, 'policy');
  walk(ruleTableOf(policy), 'table');
  assert.deepEqual(open, []);
});

test('the rule table of the shipped policy holds each of its rules', () => {
  const text = readFileSync(new URL('../../policies/default.yaml', import.meta.url), 'utf8');
  const table = ruleTableOf(policyFrom(text));
  const rules = [table.commands, table.files, table.web, table.mcp, table.tools].flat();
  assert.deepEqual(
    rules.map(({ id }) => id).toSorted(byCodeUnits),
    [
      ...[...text.matchAll(/^ +- id: (\S+)$/gm)].map((match) => match[1] ?? ''),
      'git/protected-branch',
      'git/force-push',
      'git/skip-checks',
      'container/escape',
      'shell/history',
    ].toSorted(byCodeUnits),
  );
  assert.ok(table.commands.some(({ id, verdict }) => id === 'shell/privilege' && verdict === 'deny'));
  assert.ok(table.commands.some(({ id, verdict }) => id === 'dev/git' && verdict === 'allow'));
  assert.ok(
    table.files.some(
      ({ id, access, except }) => id === 'secrets/environment-file' && access === 'read' && except.length > 0,
    ),
  );
  assert.deepEqual(
    [table.formatVersion, table.policyName, table.inlineCode, table.isSandboxed],
    [1, 'default', 'ask', true],
  );
  assert.deepEqual(Object.keys(table.defaults).sort(), [
    'command',
    'mcp',
    'readInside',
    'readOutside',
    'tool',
    'web',
    'writeInside',
    'writeOutside',
  ]);
});

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
