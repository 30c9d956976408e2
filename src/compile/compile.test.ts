import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sha256 } from '../core/ids.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { parsePolicy, ruleTableOf } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { expandBraces, MAX_EXPANSIONS } from './expand-braces.ts';
import {
  clientRules,
  compileBundle,
  HOOK_EVENTS,
  HOOK_TIMEOUT_S,
  inspectsResults,
  installedSettings,
  managedMcp,
  managedSettings,
} from './index.ts';
import type { Site } from './index.ts';

const SITE: Site = {
  hookCommand: ['/opt/sallyport/hook'],
  guardSocket: '/run/sallyport/guard.sock',
  sessionId: 'ses_test',
  gatewayUrl: 'http://127.0.0.1:7117',
  provider: 'anthropic',
  environment: { PATH: '/usr/bin:/bin' },
  hiddenFolders: ['/var/lib/sallyport'],
};
const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
const defaults = readFileSync(new URL('../../policies/default.yaml', import.meta.url), 'utf8');

const SMALL_HEAD = 'version: 1\nname: x\n';

function policyOf(text: string): Policy {
  const result = parsePolicy(text);
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.diagnostics));
  return result.policy;
}

// Input, a line of dashes, expected bytes. UPDATE_GOLDEN=1 rewrites: read the difference as if it were code.
test('a small policy compiles to the golden documents', () => {
  const file = new URL('./golden/small.txt', import.meta.url);
  const [input = '', expected = ''] = readFileSync(file, 'utf8').split('\n----------\n');
  const policy = policyOf(input);
  const output = `${JSON.stringify({ settings: managedSettings(policy, ruleTableOf(policy), SITE), mcp: managedMcp(policy), coverage: clientRules(ruleTableOf(policy)).guardOnly }, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${input}\n----------\n${output}`);
  else assert.equal(output, expected);
});

test('the same policy gives the same digest, another policy another', () => {
  const digest = (text: string): string => compileBundle(policyOf(text), sha256).digest;
  assert.equal(digest(defaults), digest(defaults));
  for (const [from, to] of [
    ['masscan', 'masscan2'],
    ['https://api.anthropic.com', 'http://127.0.0.1:9'],
    ['us-east-1', 'eu-west-1'],
    ['idle_timeout_minutes: 60', 'idle_timeout_minutes: 61'],
  ] as const) {
    assert.ok(defaults.includes(from));
    assert.notEqual(digest(defaults), digest(defaults.replace(from, to)), to);
  }
});

test('every hook is an exec-form command in the one shape that the client takes', () => {
  const policy = policyOf(defaults);
  const hooks = managedSettings(policy, ruleTableOf(policy), SITE)['hooks'] as Record<
    string,
    readonly Record<string, unknown>[]
  >;
  assert.deepEqual(Object.keys(hooks).sort(), [...HOOK_EVENTS].sort());
  for (const [event, entries] of Object.entries(hooks)) {
    assert.equal(entries.length, 1, event);
    assert.deepEqual(entries[0]?.['hooks'], [
      {
        type: 'command',
        command: '/opt/sallyport/hook',
        // The default policy has results looked at.
        args: ['/run/sallyport/guard.sock', 'ses_test', ...(event === 'PostToolUse' ? ['5000', 'withhold'] : [])],
        timeout: HOOK_TIMEOUT_S,
      },
    ]);
  }
  assert.equal(hooks['PreToolUse']?.[0]?.['matcher'], '*');
});

function hookWords(text: string, site: Site): readonly (readonly [event: string, args: unknown])[] {
  const policy = policyOf(text);
  const hooks = managedSettings(policy, ruleTableOf(policy), site)['hooks'] as Record<
    string,
    readonly { readonly hooks: readonly { readonly args: readonly string[] }[] }[]
  >;
  return Object.entries(hooks).map(([event, entries]) => [event, entries[0]?.hooks[0]?.args]);
}

for (const { name, text, wants } of [
  { name: 'nothing of detectors', text: '', wants: false },
  { name: 'secrets masked', text: 'dlp:\n  secret: mask\n', wants: true },
  { name: 'personal data blocked', text: 'dlp:\n  personal: block\n', wants: true },
  { name: 'words of the company told of', text: 'dlp:\n  company: alert\n', wants: true },
  { name: 'all content allowed', text: 'dlp:\n  secret: allow\n  personal: allow\n  company: allow\n', wants: false },
  { name: 'injection denied', text: 'injection:\n  on_finding: deny\n', wants: true },
  { name: 'injection told of', text: 'injection:\n  on_finding: alert\n', wants: true },
  { name: 'taint followed', text: 'injection:\n  taint: true\n', wants: true },
  { name: 'taint of any untrusted text followed', text: 'injection:\n  taint: any-untrusted\n', wants: true },
  { name: 'an engine', text: 'engines: [{ name: x, kind: gitleaks }]\n', wants: true },
  { name: 'an engine for prompts', text: 'engines: [{ name: x, kind: gitleaks, at: [prompt] }]\n', wants: false },
  { name: 'taint not followed', text: 'injection:\n  taint: false\n', wants: false },
]) {
  test(`a policy with ${name} ${wants ? 'withholds results that could not be checked' : 'withholds no result'}`, () => {
    assert.equal(inspectsResults(policyOf(SMALL_HEAD + text)), wants);
    const plain = [SITE.guardSocket, SITE.sessionId];
    for (const [event, args] of hookWords(SMALL_HEAD + text, SITE)) {
      const isTold = wants && event === 'PostToolUse';
      assert.deepEqual(args, isTold ? [...plain, '5000', 'withhold'] : plain, event);
    }
  });
}

test('no client rule has a form that was measured to match nothing or to mean something else', () => {
  const { deny, ask } = clientRules(ruleTableOf(policyOf(defaults)));
  for (const rule of [...deny, ...ask]) {
    assert.doesNotMatch(rule, /^(Read|Edit)\(\/[^/]/, 'one slash is relative to the project');
    assert.doesNotMatch(rule, /[{}<>|]/, 'no braces, classes or pipes');
    assert.doesNotMatch(rule, /^Bash\([^)]*:/, 'a colon is literal or has another meaning');
    assert.doesNotMatch(rule, /^(Write|MultiEdit|Glob|Grep)\(/, 'these take no path');
    assert.match(rule, /^([A-Z][A-Za-z]+(\(.+\))?|mcp__[A-Za-z0-9_*-]+)$/);
  }
  assert.ok(deny.length > 200);
});

test('the floor has no allow rule: without the guard the client asks', () => {
  const policy = policyOf(defaults);
  const permissions = managedSettings(policy, ruleTableOf(policy), SITE)['permissions'] as Record<string, unknown>;
  assert.equal(permissions['allow'], undefined);
  assert.equal(permissions['disableBypassPermissionsMode'], 'disable');
});

test('every pattern of a deny or ask rule is carried by the client or named as the guard’s alone', () => {
  const table = ruleTableOf(policyOf(defaults));
  for (const rule of table.commands.filter((one) => one.verdict !== 'allow')) {
    for (const pattern of rule.run) {
      const alone: RuleTable = {
        ...table,
        commands: [{ ...rule, run: [pattern] }],
        files: [],
        web: [],
        mcp: [],
        tools: [],
      };
      const compiled = clientRules(alone);
      assert.ok(compiled.deny.length + compiled.ask.length + compiled.guardOnly.length > 0, `${rule.id}: ${pattern}`);
    }
  }
});

test('a policy without the sandbox compiles to a document without it', () => {
  const policy = policyOf('version: 1\nname: x\nsandbox: { enabled: false }\n');
  assert.equal(managedSettings(policy, ruleTableOf(policy), SITE)['sandbox'], undefined);
});

test('Bedrock routes to the gateway and pins the other routes', () => {
  const policy = policyOf('version: 1\nname: x\nproviders: { use: bedrock }\n');
  const settings = managedSettings(policy, ruleTableOf(policy), { ...SITE, provider: 'bedrock' });
  const env = settings['env'] as Record<string, string>;
  assert.equal(env['ANTHROPIC_BEDROCK_BASE_URL'], SITE.gatewayUrl);
  assert.equal(env['CLAUDE_CODE_USE_BEDROCK'], '1');
  assert.deepEqual(settings['allowedProviders'], ['bedrock', 'customEndpoint']);
});

test('Vertex mode routes the client to the gateway, for one project and region', () => {
  const policy = policyOf(
    'version: 1\nname: x\nproviders: { use: vertex, vertex: { project: p-1, region: global } }\n',
  );
  const settings = managedSettings(policy, ruleTableOf(policy), { ...SITE, provider: 'vertex' });
  assert.partialDeepStrictEqual(settings['env'], {
    CLAUDE_CODE_USE_VERTEX: '1',
    CLAUDE_CODE_SKIP_VERTEX_AUTH: '1',
    ANTHROPIC_VERTEX_BASE_URL: 'http://127.0.0.1:7117/v1',
    ANTHROPIC_VERTEX_PROJECT_ID: 'p-1',
    CLOUD_ML_REGION: 'global',
    CLAUDE_CODE_USE_BEDROCK: '0',
    ANTHROPIC_BEDROCK_BASE_URL: '',
  });
  assert.deepEqual(settings['allowedProviders'], ['vertex', 'customEndpoint']);
});

test('the environment that is pinned holds strings only, and no token', () => {
  const policy = policyOf(defaults);
  const env = managedSettings(policy, ruleTableOf(policy), SITE)['env'] as Record<string, unknown>;
  assert.ok(Object.values(env).every((value) => typeof value === 'string'));
  assert.ok(!('ANTHROPIC_AUTH_TOKEN' in env));
});

test('the installed document holds the helper alone, because its output replaces the rest', () => {
  assert.deepEqual(installedSettings('/opt/x'), { policyHelper: { path: '/opt/x', timeoutMs: 10_000 } });
});

for (const { text, want } of [
  { text: 'a', want: ['a'] },
  { text: 'a{b,c}d', want: ['abd', 'acd'] },
  { text: '{a,b}{c,d}', want: ['ac', 'ad', 'bc', 'bd'] },
  { text: 'x{a,{b,c}y}', want: ['xa', 'xby', 'xcy'] },
  { text: '{a b,c} d', want: ['a b d', 'c d'] },
  { text: 'open{a', want: ['open{a'] },
]) {
  test(`braces of ${text} expand to ${want.join(' ')}`, () => assert.deepEqual(expandBraces(text), want));
}

test('no text expands to more words than the bound, and none hangs', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[{},ab]{0,60}$/), (text) => {
      const words = expandBraces(text);
      assert.ok(words === null || words.length <= MAX_EXPANSIONS);
    }),
  );
});

test('what is only tried out refuses nothing in the client either', () => {
  const policy = policyOf(
    `${SMALL_HEAD}commands: { deny: [{ id: a/b, run: [sudo], reason: R. }] }\nrollout: { default: shadow }\n`,
  );
  assert.deepEqual(clientRules(ruleTableOf(policy)), { deny: [], ask: [], guardOnly: [] });
});

test('what an exception lifts is left to the guard, and no more than that', () => {
  const table = ruleTableOf(policyOf(`${SMALL_HEAD}git: { protected_branches: [] }\n`));
  const commands = table.commands.map((rule) => ({ ...rule, unless: ['git push --force origin x'] }));
  const lifted = clientRules({ ...table, commands });
  const whole = clientRules(table);
  assert.ok(whole.deny.some((rule) => rule.startsWith('Bash(git push* --force')));
  assert.ok(!lifted.deny.some((rule) => rule.startsWith('Bash(git push* --force')));
  assert.ok(lifted.deny.some((rule) => rule.startsWith('Bash(git commit* --no-verify')));
  assert.ok(lifted.guardOnly.every(({ why }) => why !== ''));
});

for (const { name, models, want } of [
  {
    name: 'plain names reach the client',
    models: '{ allow: [claude-opus-4-1], deny: [claude-3] }',
    want: [['claude-opus-4-1'], true, ['claude-3']],
  },
  {
    name: 'a glob is left to the gateway',
    models: '{ allow: [claude-opus-*, claude-3], deny: [x, y*] }',
    want: [undefined, undefined, ['x']],
  },
  { name: 'nothing said is nothing compiled', models: '{}', want: [undefined, undefined, undefined] },
]) {
  test(`models: ${name}`, () => {
    const policy = policyOf(`${SMALL_HEAD}models: ${models}\n`);
    const settings = managedSettings(policy, ruleTableOf(policy), SITE);
    assert.deepEqual([settings['availableModels'], settings['enforceAvailableModels'], settings['deniedModels']], want);
  });
}
