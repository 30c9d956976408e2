import { DEFAULT_AUDIT_RULES } from '../core/audit-rules.ts';
import { DEFAULT_GATEWAY_RULES } from '../core/gateway-rules.ts';
import { ruleId } from '../core/ids.ts';
import type { Policy } from '../policy/index.ts';

/** A policy with a little of everything, for tests of what policies compile to. */
export const SAMPLE_POLICY: Policy = {
  name: 'sample',
  shape: 'ec2',
  client: { minimumVersion: '2.1.329' },
  models: {
    provider: 'bedrock',
    upstream: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
    upstreamAuth: 'sigv4',
    bedrockRegion: 'eu-central-1',
    vertex: null,
    allow: ['claude-sonnet-*', 'claude-opus-5-5'],
    deny: ['claude-sonnet-3*'],
  },
  session: {
    maxDurationMinutes: 480,
    idleTimeoutMinutes: 30,
    maxConcurrent: 1,
    reauthenticateForSensitiveOperations: true,
    transcriptDays: 1,
  },
  sandbox: { enabled: true },
  git: { protectedBranches: ['main'], pullRequestOnly: true, forcePush: 'deny', skipChecks: 'ask' },
  containers: {
    privileged: 'deny',
    hostMounts: 'deny',
    hostNamespaces: 'deny',
    capabilities: 'deny',
    devices: 'deny',
    limits: { memoryMb: 2048, cpus: 1.5, pids: 256 },
  },
  egress: {
    hosts: [
      { host: 'Registry.NPMJS.org.', ports: [443], reason: 'packages', acceptedRisk: null },
      { host: '*.example.com', ports: [443, 8443], reason: 'our own', acceptedRisk: null },
      { host: 'bücher.example', ports: [443], reason: 'books', acceptedRisk: null },
      { host: '192.0.2.10', ports: [5432], reason: 'database', acceptedRisk: null },
    ],
  },
  shell: { keepHistory: true, umask: '027', timeoutMinutes: 15 },
  audit: DEFAULT_AUDIT_RULES,
  dlp: { secret: null, personal: null, company: null, allowed: null },
  injection: { onFinding: null, taint: false },
  company: { words: [], patterns: [] },
  engines: [],
  gateway: {
    ...DEFAULT_GATEWAY_RULES,
    retroactive: ['secret', 'pii'],
    limits: {
      ...DEFAULT_GATEWAY_RULES.limits,
      requestsPerMinute: { session: 60, user: null, team: 600 },
      team: 'platform',
    },
    fallbacks: ['https://bedrock-runtime.eu-west-1.amazonaws.com'],
    telemetry: { prometheus: true, otlp: 'https://collector.example.com' },
  },
  defaults: {
    command: 'ask',
    readInside: 'allow',
    readOutside: 'ask',
    writeInside: 'allow',
    writeOutside: 'ask',
    web: 'ask',
    mcp: 'deny',
    tool: 'ask',
    inlineCode: 'ask',
  },
  commands: [
    { id: ruleId('shell/privilege'), verdict: 'deny', mode: 'enforce', run: ['sudo'], unless: [], reason: 'No.' },
    { id: ruleId('dev/look'), verdict: 'allow', mode: 'enforce', run: ['ls'], unless: [], reason: 'Yes.' },
  ],
  files: [
    {
      id: ruleId('secrets/env'),
      verdict: 'deny',
      mode: 'enforce',
      access: 'read',
      paths: ['**/.env', '/etc/shadow', '/srv/keys/**'],
      except: [],
      reason: 'Secret.',
    },
  ],
  web: [],
  mcp: { servers: [{ kind: 'command', name: 'docs', command: '/opt/docs', args: [], env: {} }], rules: [] },
  tools: [],
  exceptions: [
    {
      name: 'root-for-a-day',
      owner: 'ops@example.com',
      reason: 'repair',
      ticket: 'OPS-1',
      expiresAtMs: 1_800_000_000_000,
      lifts: [{ family: 'commands', rule: ruleId('shell/privilege'), run: ['sudo apt-get'] }],
    },
  ],
};
