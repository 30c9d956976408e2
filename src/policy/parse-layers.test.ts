import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLayers } from './parse-layers.ts';
import type { LayersResult } from './parse-layers.ts';
import type { Policy } from './policy.ts';

const BASE = `version: 1
name: company
session: { max_duration_minutes: 480, idle_timeout_minutes: 30 }
models: { allow: ['claude-*'] }
egress:
  hosts:
    - { host: '*.example.com', ports: [443, 8443], reason: Ours. }
    - { host: pypi.org, reason: Packages. }
commands:
  deny: [{ id: shell/privilege, run: [sudo], reason: No. }]
  ask: [{ id: shell/remote, run: [ssh], reason: Why. }]
  allow: [{ id: dev/look, run: [ls, cat], reason: Yes. }]
web:
  allow: [{ id: web/known, hosts: ['*.example.com'], reason: Yes. }]
mcp:
  servers: { tracker: { command: /opt/tracker }, wiki: { command: /opt/wiki } }
  allow: [{ id: tracker/all, server: tracker, tools: ['*'], reason: Yes. }]
rollout: { rules: { shell/remote: warn } }
`;

/** A document of a layer, whose fields begin in line 4. */
const layer = (name: string, kind: 'team' | 'host', fields: string): Source => ({
  file: `${name}.yaml`,
  text: `version: 1\nname: ${name}\nlayer: ${kind}\n${fields}\n`,
});

interface Source {
  readonly file: string;
  readonly text: string;
}

const base: Source = { file: 'base.yaml', text: BASE };

function laid(...sources: readonly Source[]): LayersResult {
  return parseLayers(
    sources.map(({ file, text }) => ({ file, bytes: Buffer.from(text) })),
    0,
  );
}

function policyOf(...sources: readonly Source[]): Policy {
  const result = laid(...sources);
  assert.ok(result.ok, said(result));
  return result.policy;
}

function said(result: LayersResult): string {
  return (result.ok ? result.warnings : result.diagnostics)
    .map((one) => `${one.file}:${one.line}:${one.column}: ${one.message} [${one.code}]`)
    .join('\n');
}

for (const { name, fields, want } of [
  {
    name: 'a longer session',
    fields: 'session: { max_duration_minutes: 481 }',
    want: 't.yaml:4:34: t.yaml:4 widens base.yaml:3: `session.max_duration_minutes` is `481` here and `480` there',
  },
  {
    name: 'a sandbox that is off',
    fields: 'sandbox: { enabled: false }',
    want: 't.yaml:4:21: t.yaml:4 widens the default of base.yaml:1: `sandbox.enabled` is `false` here and `true` there',
  },
  {
    name: 'a weaker default',
    fields: 'defaults: { mcp: ask }',
    want: 't.yaml:4:18: t.yaml:4 widens the default of base.yaml:1: `defaults.mcp` is `ask` here and `deny` there',
  },
  {
    name: 'an allow rule',
    fields: 'commands: { allow: [{ id: t/more, run: [make], reason: R. }] }',
    want: 't.yaml:4:27: t.yaml:4 widens the default of base.yaml:1: `t/more` allows what is not allowed there',
  },
  {
    name: 'a host that is not reached',
    fields: 'egress: { hosts: [{ host: example.com, reason: R. }] }',
    want: 't.yaml:4:27: t.yaml:4 widens base.yaml:6: `example.com` is not reached there',
  },
  {
    name: 'a port that is not reached',
    fields: 'egress: { hosts: [{ host: pypi.org, ports: [443, 80], reason: R. }] }',
    want: 't.yaml:4:44: t.yaml:4 widens base.yaml:6: port `80` of `pypi.org` is not reached there',
  },
  {
    name: 'a wider model',
    fields: 'models: { allow: ["*opus*"] }',
    want: 't.yaml:4:19: t.yaml:4 widens base.yaml:4: `*opus*` is no model that is allowed there',
  },
  {
    name: 'every model',
    fields: 'models: { allow: [] }',
    want: 't.yaml:4:18: t.yaml:4 widens base.yaml:4: an empty list is every model',
  },
  {
    name: 'a server that is not there',
    fields: 'mcp: { servers: { other: { command: x } } }',
    want: 't.yaml:4:26: t.yaml:4 widens base.yaml:16: the server `other` is not there',
  },
  {
    name: 'a server that is another one there',
    fields: 'mcp: { servers: { wiki: { command: /tmp/wiki } } }',
    want: 't.yaml:4:25: t.yaml:4 widens base.yaml:16: the server `wiki` is another one there',
  },
  {
    name: 'a question where the default denies',
    fields: 'mcp: { ask: [{ id: t/wiki, server: wiki, tools: [read], reason: R. }] }',
    want: 't.yaml:4:20: t.yaml:4 widens the default of base.yaml:1: `t/wiki` asks for what is denied there',
  },
  {
    name: 'a rule that is no more than tried out',
    fields: 'rollout: { rules: { shell/privilege: shadow } }',
    want: 't.yaml:4:38: t.yaml:4 widens the default of base.yaml:18: `shell/privilege` is in `shadow` here and in `enforce` there',
  },
  {
    name: 'a rule in a weaker mode than before',
    fields: 'rollout: { rules: { shell/remote: shadow } }',
    want: 't.yaml:4:35: t.yaml:4 widens base.yaml:18: `shell/remote` is in `shadow` here and in `warn` there',
  },
  {
    name: 'fewer days of records',
    fields: 'audit: { retention_days: 30 }',
    want: 't.yaml:4:26: t.yaml:4 widens the default of base.yaml:1: `audit.retention_days` is `30` here and `2555` there',
  },
  {
    name: 'another place for model requests',
    fields: 'providers: { anthropic: { upstream: "https://x.example" } }',
    want: 't.yaml:4:37: `providers.anthropic.upstream` is said by the base alone: base.yaml:1',
  },
  {
    name: 'an older client',
    fields: 'client: { minimum_version: 2.1.9 }',
    want: 't.yaml:4:28: t.yaml:4 widens the default of base.yaml:1: `client.minimum_version` is `2.1.9` here and `2.1.329` there',
  },
]) {
  test(`a layer that widens names both places: ${name}`, () => {
    assert.equal(said(laid(base, layer('t', 'team', fields))), `${want} [policy/layer-widens]`);
    assert.equal(said(laid(layer('t', 'host', fields), base)), `${want} [policy/layer-widens]`);
  });
}

for (const { name, fields, want } of [
  {
    name: 'a shorter session',
    fields: 'session: { max_duration_minutes: 60 }',
    want: { session: { maxDurationMinutes: 60 } },
  },
  { name: 'a stricter default', fields: 'defaults: { command: deny }', want: { defaults: { command: 'deny' } } },
  {
    name: 'a section that the base has not',
    fields: 'git: { force_push: deny }',
    want: { git: { forcePush: 'deny', skipChecks: 'allow', protectedBranches: [] } },
  },
  {
    name: 'branches',
    fields: 'git: { protected_branches: [main] }',
    want: { git: { forcePush: 'allow', pullRequestOnly: false, protectedBranches: ['main'] } },
  },
  {
    name: 'a history that is kept',
    fields: 'shell: { umask: "027", timeout_minutes: 5 }',
    want: { shell: { umask: '027', timeoutMinutes: 5, keepHistory: false } },
  },
  {
    name: 'limits of containers',
    fields: 'containers: { limits: { pids: 100 } }',
    want: { containers: { privileged: 'allow', limits: { pids: 100 } } },
  },
  {
    name: 'models',
    fields: 'models: { allow: [claude-opus-*], deny: [claude-3] }',
    want: { models: { allow: ['claude-opus-*'], deny: ['claude-3'] } },
  },
  {
    name: 'hosts',
    fields: 'egress: { hosts: [{ host: a.example.com, ports: [8443], reason: R. }] }',
    want: { egress: { hosts: [{ host: 'a.example.com', ports: [8443] }] } },
  },
  { name: 'no host at all', fields: 'egress: { hosts: [] }', want: { egress: { hosts: [] } } },
  {
    name: 'servers',
    fields: 'mcp: { servers: { wiki: { command: /opt/wiki } } }',
    want: { mcp: { servers: [{ name: 'wiki' }] } },
  },
  {
    name: 'a question about what is allowed',
    fields: 'mcp: { ask: [{ id: t/del, server: tracker, tools: [delete], reason: R. }] }',
    want: { mcp: { rules: [{ id: 't/del' }, { id: 'tracker/all' }] } },
  },
  {
    name: 'a rule that is in force now',
    fields: 'rollout: { rules: { shell/remote: enforce } }',
    want: { commands: [{ id: 'shell/privilege' }, { id: 'shell/remote', mode: 'enforce' }, { id: 'dev/look' }] },
  },
  {
    name: 'a rule of its own that is tried out',
    fields: 'commands: { deny: [{ id: t/x, run: [x], reason: R. }] }\nrollout: { rules: { t/x: shadow } }',
    want: { commands: [{}, { id: 't/x', mode: 'shadow' }, {}, {}] },
  },
  {
    name: 'an allow rule that says the same again',
    fields: 'commands: { allow: [{ id: t/look, run: [ls, cat], reason: R. }] }',
    want: { commands: [{}, {}, {}, { id: 't/look' }] },
  },
]) {
  test(`a layer restricts: ${name}`, () => {
    assert.partialDeepStrictEqual(policyOf(base, layer('t', 'team', fields)), { name: 'company', ...want });
  });
}

for (const { name, sources, want } of [
  {
    name: 'without a base there is no policy',
    sources: [layer('t', 'team', '')],
    want: 't.yaml:3:8: none of the documents is the base of the policy [policy/layer-set]',
  },
  {
    name: 'without a document there is no policy',
    sources: [],
    want: ':1:1: there is no document of a policy [policy/layer-set]',
  },
  {
    name: 'two bases would be two policies',
    sources: [base, { file: 'b.yaml', text: 'version: 1\nname: b\n' }],
    want: 'b.yaml:1:1: b.yaml:1 is a base, and so is base.yaml:1 [policy/layer-set]',
  },
  {
    name: 'a rule id is given once over all documents',
    sources: [base, layer('t', 'team', 'tools: { deny: [{ id: dev/look, tools: [X], reason: R. }] }')],
    want: 't.yaml:4:23: the rule id `dev/look` is given twice [policy/duplicate-rule]',
  },
  {
    name: 'a host may not widen what a team restricted',
    sources: [
      base,
      layer('h', 'host', 'session: { max_duration_minutes: 90 }'),
      layer('t', 'team', 'session: { max_duration_minutes: 60 }'),
    ],
    want: 'h.yaml:4:34: h.yaml:4 widens t.yaml:4: `session.max_duration_minutes` is `90` here and `60` there [policy/layer-widens]',
  },
  {
    name: 'faults of every document are told at once',
    sources: [{ file: 'base.yaml', text: 'version: 1\nnam: x\n' }, layer('t', 'team', 'shap: 1')],
    want:
      'base.yaml:1:1: `name` is missing [policy/missing-field]\n' +
      'base.yaml:2:1: `nam` is no field of a policy [policy/unknown-field]\n' +
      't.yaml:4:1: `shap` is no field of a policy [policy/unknown-field]',
  },
  {
    name: 'two teams that leave no model in common leave none',
    sources: [
      base,
      layer('a', 'team', 'models: { allow: [claude-opus-*] }'),
      layer('b', 'team', 'models: { allow: [claude-haiku-*] }'),
    ],
    want: 'b.yaml:4:18: no model is left that every document allows [policy/contradiction]',
  },
]) {
  test(name, () => assert.equal(said(laid(...sources)), want));
}

test('the order of documents carries no meaning, and of neighbours the stricter holds', () => {
  const [a, b] = [
    layer(
      'a',
      'team',
      'session: { max_duration_minutes: 60 }\nshell: { umask: "027" }\negress: { hosts: [{ host: pypi.org, reason: R. }, { host: a.example.com, reason: R. }] }',
    ),
    layer(
      'b',
      'team',
      'session: { max_duration_minutes: 120, idle_timeout_minutes: 5 }\nshell: { umask: "072" }\negress: { hosts: [{ host: a.example.com, reason: R. }] }',
    ),
  ];
  const policy = policyOf(base, a, b);
  assert.deepEqual(policyOf(b, a, base), policy);
  assert.partialDeepStrictEqual(policy, {
    session: { maxDurationMinutes: 60, idleTimeoutMinutes: 5 },
    shell: { umask: '077' },
    egress: { hosts: [{ host: 'a.example.com' }] },
  });
});

test('of more documents than a policy has none is read', () => {
  const result = laid(...Array.from({ length: 100 }, (_, index) => layer(`t${index}`, 'team', '')));
  assert.equal(said(result), 't64.yaml:1:1: a policy has at most 64 documents, found 100 [policy/layer-set]');
});

const LISTED: Source = {
  file: 'base.yaml',
  text: `${BASE}dlp: { secret: redact, company: redact, allowed: { salt: '${'00'.repeat(16)}', hashes: [] } }
company: { words: { names: [Bluebird] }, patterns: { contract: 'CTR-[0-9]{6}' } }
engines: [{ name: leaks, kind: gitleaks }]
`,
};

test('a layer adds words and patterns', () => {
  const policy = policyOf(
    LISTED,
    layer(
      't',
      'team',
      `company: { words: { names: [Redbird], places: [Elba] }, patterns: { ticket: 'TCK-[0-9]{4}' } }`,
    ),
  );
  assert.deepEqual(policy.company, {
    words: [
      { name: 'names', words: ['Bluebird', 'Redbird'] },
      { name: 'places', words: ['Elba'] },
    ],
    patterns: [
      { name: 'contract', pattern: 'CTR-[0-9]{6}' },
      { name: 'ticket', pattern: 'TCK-[0-9]{4}' },
    ],
  });
  assert.deepEqual(
    policy.engines.map(({ name }) => name),
    ['leaks'],
  );
  assert.deepEqual(policy.dlp.allowed, { salt: '00'.repeat(16), hashes: [] });
});

for (const { name, fields, want } of [
  {
    name: 'a pattern that is there',
    fields: "company: { patterns: { contract: 'CTR-9{6}' } }",
    want: 't.yaml:4:34: t.yaml:4 widens base.yaml:20: the pattern `contract` is another one there [policy/layer-widens]',
  },
  {
    name: 'which engines are asked',
    fields: 'engines: [{ name: other, kind: lakera, url: "https://x.example" }]',
    want: 't.yaml:4:10: `engines` is said by the base alone [policy/layer-widens]',
  },
  {
    name: 'the values that may pass',
    fields: `dlp: { allowed: { salt: '${'11'.repeat(16)}', hashes: ['${'22'.repeat(32)}'] } }`,
    want: 't.yaml:4:17: `dlp.allowed` is said by the base alone [policy/layer-widens]',
  },
  {
    name: 'an action that is stricter there',
    fields: 'dlp: { company: alert }',
    want: 't.yaml:4:17: t.yaml:4 widens base.yaml:19: `dlp.company` is `alert` here and `redact` there [policy/layer-widens]',
  },
  {
    name: 'a name of words and of a pattern',
    fields: 'company: { words: { contract: [Letter] } }',
    want: 't.yaml:4:10: `contract` is there twice [policy/contradiction]',
  },
])
  test(`a layer does not change ${name}`, () => {
    assert.equal(said(laid(LISTED, layer('t', 'team', fields))), want);
  });
