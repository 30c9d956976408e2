import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
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
    models: { provider: 'anthropic', upstream: 'https://api.anthropic.com', bedrockRegion: 'us-east-1' },
    session: {
      maxDurationMinutes: 480,
      idleTimeoutMinutes: 30,
      maxConcurrent: 1,
      reauthenticateForSensitiveOperations: true,
      transcriptDays: 1,
    },
    sandbox: { enabled: true, allowedDomains: [] },
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
  });
});

test('every field that is written reaches the policy', () => {
  const policy = policyFrom(`
version: 1
name: full
shape: container
client: { minimum_version: 3.0.1 }
models: { provider: bedrock, upstream: 'https://bedrock.example/', bedrock_region: eu-west-3 }
session:
  max_duration_minutes: 1
  idle_timeout_minutes: 1
  max_concurrent: 2
  reauthenticate_for_sensitive_operations: false
  transcript_days: 365
sandbox: { enabled: false, allowed_domains: ['*.example.com'] }
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
    models: { provider: 'bedrock', upstream: 'https://bedrock.example', bedrockRegion: 'eu-west-3' },
    session: {
      maxDurationMinutes: 1,
      idleTimeoutMinutes: 1,
      maxConcurrent: 2,
      reauthenticateForSensitiveOperations: false,
      transcriptDays: 365,
    },
    sandbox: { enabled: false, allowedDomains: ['*.example.com'] },
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
      { id: 'c/deny', run: ['sudo'], reason: 'No.', verdict: 'deny', unless: [] },
      { id: 'c/ask', run: ['ssh'], reason: 'Why.', verdict: 'ask', unless: [] },
      { id: 'c/allow', run: ['ls'], unless: ['ls --color'], reason: 'Yes.', verdict: 'allow' },
    ],
    files: [
      { id: 'f/deny', access: 'read', paths: ['**/.env'], except: ['**/.env.example'], reason: 'No.', verdict: 'deny' },
    ],
    web: [{ id: 'w/allow', hosts: ['docs.rs'], reason: 'Yes.', verdict: 'allow' }],
    mcp: {
      servers: [
        { kind: 'command', name: 'local', command: '/opt/server', args: ['--stdio'], env: { TOKEN: '${TOKEN}' } },
        { kind: 'url', name: 'remote', url: 'https://mcp.example/v1', headers: { 'X-Key': '${KEY:-none}' } },
      ],
      rules: [{ id: 'm/allow', server: 'local', tools: ['*'], reason: 'Yes.', verdict: 'allow' }],
    },
    tools: [{ id: 't/ask', tools: ['Skill'], reason: 'Why.', verdict: 'ask' }],
  });
});

for (const { name, models, want } of [
  { name: "Anthropic's address is the default", models: '{}', want: 'https://api.anthropic.com' },
  {
    name: 'the address of Bedrock follows the region',
    models: '{provider: bedrock, bedrock_region: us-gov-west-1}',
    want: 'https://bedrock-runtime.us-gov-west-1.amazonaws.com',
  },
  {
    name: 'Bedrock has other addresses in China',
    models: '{provider: bedrock, bedrock_region: cn-north-1}',
    want: 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn',
  },
]) {
  test(name, () => assert.equal(policyFrom(`version: 1\nname: x\nmodels: ${models}\n`).models.upstream, want));
}

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
    [...text.matchAll(/^ +- id: (\S+)$/gm)].map((match) => match[1] ?? '').toSorted(byCodeUnits),
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
