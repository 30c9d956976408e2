import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { comparePolicies, isNothingChanged } from '../src/cli/compare-policies.ts';
import type { PolicyComparison } from '../src/cli/compare-policies.ts';
import { comparisonText } from '../src/cli/diff-text.ts';

const BASE = `version: 1
name: sample
session: { max_duration_minutes: 480 }
egress:
  hosts:
    - { host: pypi.org, reason: Packages. }
commands:
  deny:
    - { id: shell/tunnel, run: [autossh, ngrok], reason: No tunnels. }
  allow:
    - { id: dev/list, run: [ls], reason: Looks. }
files:
  deny:
    - { id: secret/keys, access: read, paths: ['**/*.pem'], reason: Keys. }
`;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'diff-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function compared(change: (text: string) => string): PolicyComparison {
  writeFileSync(join(folder, 'before.yaml'), BASE);
  writeFileSync(join(folder, 'after.yaml'), change(BASE));
  return comparePolicies(join(folder, 'before.yaml'), join(folder, 'after.yaml'), {
    workspace: null,
    home: '/home/dev',
    nowMs: 0,
    onWarning: assert.fail,
    onProgress: () => undefined,
  });
}

test('a comment and another order of fields change nothing at any layer', () => {
  const comparison = compared((text) => `# a comment\n${text.replace('[autossh, ngrok]', '[ngrok, autossh]')}`);
  assert.deepEqual(comparison.layers.guard, { changes: [], unproven: [] });
  assert.deepEqual(comparison.layers.egress, { changes: [] });
  assert.deepEqual(comparison.fields, []);
});

test('the same text is proven equal and says so for each layer', () => {
  const comparison = compared((text) => text);
  assert.ok(isNothingChanged(comparison));
  assert.equal(comparisonText(comparison).match(/: proven$/gm)?.length, 3);
});

test('a denial that goes shows at the guard and in the rules of the client, with a call each', () => {
  const { guard, client } = compared((text) => text.replace('autossh, ', '')).layers;
  const shown = [...guard.changes, ...(client?.changes ?? [])].map(({ from, to, witness }) => [from, to, witness]);
  assert.ok(shown.length >= 2);
  for (const [from, , witness] of shown) {
    assert.equal(from, 'deny');
    assert.match(JSON.stringify(witness), /autossh/);
  }
  assert.deepEqual(
    client?.fields.map(({ field }) => field),
    ['permissions.deny'],
  );
});

test('a file rule that goes shows at the client for reading', () => {
  const { client } = compared((text) => text.slice(0, text.indexOf('files:'))).layers;
  assert.ok(client?.changes.some(({ from, witness }) => from === 'deny' && witness.kind === 'read'));
});

test('a host that comes shows at the egress list, and in the sandbox of the client', () => {
  const { egress, client, guard } = compared((text) => text.replace('pypi.org,', '"*.pypi.org",')).layers;
  assert.deepEqual(egress?.changes, [
    { to: 'open', host: 'x.pypi.org', ports: [443] },
    { to: 'closed', host: 'pypi.org', ports: [443] },
  ]);
  assert.ok(client?.fields.some(({ field }) => field === 'sandbox.network.allowedDomains'));
  assert.deepEqual(guard.changes, []);
});

test('what is no rule is named as a field, and is not proven equal', () => {
  const comparison = compared((text) => text.replace('480', '60'));
  assert.deepEqual(
    comparison.fields.map(({ field, before: from, after: to }) => [field, from, to]),
    [['session.maxDurationMinutes', 480, 60]],
  );
  assert.equal(isNothingChanged(comparison), false);
  assert.match(comparisonText(comparison), /session\.maxDurationMinutes: 480 -> 60/);
});

test('each field of the gateway is named by itself', () => {
  const comparison = compared(
    (text) => `${text}gateway:
  opaque: { document: strip }
  limits: { tokens_per_day: { user: 1000 } }
  fallbacks: ['https://second.example/']
  content_log: masked
  forward_proxy: { enabled: true, hosts: [claude.example] }
`,
  );
  assert.deepEqual(
    comparison.fields.map(({ field, before: from, after: to }) => [field, from, to]),
    [
      ['gateway.contentLog', 'digest', 'masked'],
      ['gateway.fallbacks', [], ['https://second.example']],
      ['gateway.forwardProxy.enabled', false, true],
      ['gateway.forwardProxy.hosts', ['api.anthropic.com'], ['claude.example']],
      ['gateway.limits.tokensPerDay.user', null, 1_000],
      ['gateway.opaque.document', 'ask', 'strip'],
    ],
  );
  assert.equal(isNothingChanged(comparison), false);
  assert.deepEqual(comparison.layers.client?.fields, []);
});

test('a rule that only watches is named as a field', () => {
  const comparison = compared((text) => `${text}rollout:\n  rules:\n    shell/tunnel: shadow\n`);
  assert.ok(comparison.fields.some(({ field }) => field.startsWith('rollout')));
  assert.ok(comparison.layers.guard.changes.some(({ from }) => from === 'deny'));
});
