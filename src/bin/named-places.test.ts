import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { namedPlaces } from './named-places.ts';

const OWN = ['http://127.0.0.1:4000'];
const CLOSED = `version: 1
name: closed
sandbox: { enabled: true }
egress: { hosts: [{ host: registry.npmjs.org, reason: Packages. }] }
defaults: { web: deny }
`;

function policyOf(text: string): Policy {
  const parsed = parsePolicy(text);
  assert.ok(parsed.ok);
  return parsed.policy;
}

test('a policy that names every place by its whole name is closed', () => {
  const places = namedPlaces(policyOf(CLOSED), OWN);
  assert.deepEqual(places.own, OWN);
  assert.deepEqual(places.model, ['https://api.anthropic.com']);
  assert.deepEqual(places.allowedHosts, ['registry.npmjs.org']);
  assert.ok(places.isClosed);
});

for (const { name, text } of [
  { name: 'asks before pages that no rule names', text: CLOSED.replace('web: deny', 'web: ask') },
  { name: 'lets commands out of the sandbox', text: CLOSED.replace('enabled: true', 'enabled: false') },
  { name: 'names hosts by a pattern', text: CLOSED.replace('registry.npmjs.org', '"*.npmjs.org"') },
  {
    name: 'has a server of its own',
    text: `${CLOSED}mcp: { servers: { tracker: { url: "https://tracker.example.com/mcp" } } }\n`,
  },
]) {
  test(`a policy that ${name} is not closed`, () => assert.ok(!namedPlaces(policyOf(text), OWN).isClosed));
}
