import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Action } from '../core/action.ts';
import { VERDICTS } from '../core/decision.ts';
import { detectorId } from '../core/ids.ts';
import { RISK_CLASSES } from '../core/risk-class.ts';
import type { RiskClass } from '../core/risk-class.ts';
import { TAINT_SOURCES, taintOf, taintRulesOf, worseTaint } from '../core/taint.ts';
import type { Taint, TaintRules } from '../core/taint.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { ruleId } from '../core/ids.ts';
import { decide } from './decide.ts';
import { ruleIndex } from './rule-index.ts';
import type { SessionTaint } from './taint.ts';

const SCENE = { workspace: '/w', homeDir: '/home/dev' };
const FOUND = detectorId('injection/override');
const id = ruleId('test/allow');
const rule = { id, verdict: 'allow', mode: 'enforce', reason: '' } as const;

/** A policy that allows nearly everything, so that what is asked or denied is so by taint. */
const OPEN: RuleTable = {
  formatVersion: 1,
  policyName: 'open',
  commands: [
    { ...rule, run: ['*'], unless: [] },
    { ...rule, id: ruleId('test/no-nmap'), verdict: 'deny', run: ['nmap'], unless: [], reason: 'no scans' },
    { ...rule, id: ruleId('test/ask-curl'), verdict: 'ask', run: ['curl'], unless: [], reason: 'Say why.' },
  ],
  files: [],
  web: [{ ...rule, hosts: ['*.example.com'], except: [] }],
  mcp: [{ ...rule, server: '*', tools: ['*'], except: [] }],
  tools: [{ ...rule, tools: ['*'], except: [] }],
  defaults: {
    command: 'ask',
    readInside: 'allow',
    readOutside: 'allow',
    writeInside: 'allow',
    writeOutside: 'allow',
    web: 'ask',
    mcp: 'ask',
    tool: 'ask',
  },
  inlineCode: 'ask',
  isSandboxed: true,
};
const INDEX = ruleIndex(OPEN);

const TAINT: Taint = { source: 'mcp-result', detectorId: FOUND, toolUseId: 'toolu_1', occurredAtMs: 1 };
const session = (verdict: 'ask' | 'deny' = 'ask', risks: readonly RiskClass[] = []): SessionTaint => ({
  taint: TAINT,
  verdict,
  risks,
});
const bash = (commandLine: string): Action => ({ kind: 'command', commandLine, cwd: '/w', isUnsandboxed: false });
const file = (kind: 'read' | 'write', path: string): Action => ({ kind, path, cwd: '/w' });

const REACHING: readonly (readonly [string, Action, string])[] = [
  // What the attacker's instruction asks for in a tool result: an act, or first a read and then a message.
  ['money is sent by a tool of an MCP server', { kind: 'mcp', server: 'bank', tool: 'transfer' }, 'taint/outgoing'],
  ['a mail is sent by a tool of an MCP server', { kind: 'mcp', server: 'mail', tool: 'send' }, 'taint/outgoing'],
  ['a door is opened by a tool of an MCP server', { kind: 'mcp', server: 'home', tool: 'grant' }, 'taint/outgoing'],
  ['an address is fetched', { kind: 'fetch', url: 'https://a.example.com/?q=x' }, 'taint/outgoing'],
  ['the web is searched', { kind: 'tool', name: 'WebSearch' }, 'taint/outgoing'],
  ['a request is made', bash('wget https://a.example.com/x'), 'taint/outgoing'],
  ['a request is made by a script in a script', bash(`bash -c 'ssh host true'`), 'taint/outgoing'],
  ['commits are sent', bash('git push origin main'), 'taint/outgoing'],
  ['a package is published', bash('npm publish'), 'taint/outgoing'],
  ['the shell opens a connection', bash('echo x > /dev/tcp/192.0.2.1/80'), 'taint/outgoing'],
  ['a program that is not known gets an address', bash('fetcher https://a.example.com'), 'taint/outgoing'],
  ['a file is removed', bash('rm a.txt'), 'taint/destructive'],
  ['found files are removed', bash('find . -delete'), 'taint/destructive'],
  ['changes are thrown away', bash('git -C sub checkout -- .'), 'taint/destructive'],
  ['a key is read by the tool', file('read', '~/.ssh/id_ed25519'), 'taint/secret-read'],
  ['settings with secrets are read', file('read', '.env'), 'taint/secret-read'],
  ['a key is read by a command', bash('base64 ~/.aws/credentials'), 'taint/secret-read'],
  ['a file outside is written', file('write', '/home/dev/x'), 'taint/outside-write'],
  ['a file outside is written by a way up', file('write', '../x'), 'taint/outside-write'],
  ['a file outside is written by a command', bash('cp a /home/dev/a'), 'taint/outside-write'],
  ['what the agent obeys is written', file('write', 'CLAUDE.md'), 'taint/lasting-write'],
  ['what the building machine obeys is written', file('write', '.github/workflows/a.yml'), 'taint/lasting-write'],
];

for (const [name, action, want] of REACHING) {
  test(`in a tainted session it is asked when ${name}`, () => {
    const decision = decide(INDEX, action, SCENE, session());
    assert.equal(decision.verdict, 'ask');
    assert.equal(decision.ruleId, want);
    assert.match(decision.verdict === 'ask' ? decision.reason : '', /MCP server.*injection\/override/s);
  });
  test(`in a tainted session under a policy that denies it is denied when ${name}`, () =>
    assert.equal(decide(INDEX, action, SCENE, session('deny')).verdict, 'deny'));
}

const HARMLESS: readonly (readonly [string, Action])[] = [
  ['a file of the workspace is read', file('read', 'src/a.ts')],
  ['a file of the workspace is written', file('write', 'src/a.ts')],
  ['tests run', bash('npm test')],
  ['the state is looked at', bash('git status && git diff')],
  ['commits are made', bash('git commit -m "see https://a.example.com"')],
  ['an address is printed', bash('echo https://a.example.com')],
  ['errors are dropped', bash('make 2>/dev/null')],
  ['a tool of the client runs', { kind: 'tool', name: 'TodoWrite' }],
];

for (const [name, action] of HARMLESS)
  test(`taint changes nothing when ${name}`, () =>
    assert.deepEqual(decide(INDEX, action, SCENE, session()), decide(INDEX, action, SCENE)));

test('what is denied stays denied by its own rule', () => {
  const decision = decide(INDEX, bash('nmap https://a.example.com'), SCENE, session());
  assert.equal(decision.ruleId, 'test/no-nmap');
});

test('what is asked in any case is asked with both reasons', () => {
  const decision = decide(INDEX, bash('curl https://a.example.com'), SCENE, session());
  assert.equal(decision.verdict, 'ask');
  assert.match(decision.reason, /Say why\./);
  assert.match(decision.reason, /MCP server/);
});

test('what detectors say about a command counts', () => {
  const action = bash('./tool run');
  assert.equal(decide(INDEX, action, SCENE, session('ask', ['recon'])).verdict, 'allow');
  for (const risk of RISK_CLASSES.filter((each) => each !== 'recon'))
    assert.equal(decide(INDEX, action, SCENE, session('ask', [risk])).verdict, 'ask', risk);
});

test('taint never weakens a verdict, whatever the action', () => {
  const action = fc.oneof(
    fc.string().map(bash),
    fc.constantFrom(...[...REACHING, ...HARMLESS].map(([, each]) => each)),
    fc.record({ kind: fc.constant('fetch' as const), url: fc.webUrl() }),
    fc.string().map((path) => file('write', path)),
  );
  fc.assert(
    fc.property(action, fc.constantFrom('ask' as const, 'deny' as const), (each, verdict) => {
      const before = VERDICTS.indexOf(decide(INDEX, each, SCENE).verdict);
      assert.ok(VERDICTS.indexOf(decide(INDEX, each, SCENE, session(verdict)).verdict) <= before);
    }),
  );
});

const FINDINGS: TaintRules = { by: 'findings', verdict: 'ask' };
const ANY: TaintRules = { by: 'any-untrusted', verdict: 'ask' };
const read = (source: string, detectorIds = [FOUND]): Parameters<typeof taintOf>[1] => ({
  source,
  detectorIds,
  toolUseId: null,
  occurredAtMs: 5,
});

for (const { name, rules, text, want } of [
  { name: 'a finding in a result taints', rules: FINDINGS, text: read('tool-result'), want: true },
  { name: 'a result without a finding does not', rules: FINDINGS, text: read('mcp-result', []), want: false },
  {
    name: 'any text of an MCP server does where the policy says so',
    rules: ANY,
    text: read('mcp-result', []),
    want: true,
  },
  { name: 'any web page does where the policy says so', rules: ANY, text: read('web-page', []), want: true },
  { name: 'a file of the workspace does not by itself', rules: ANY, text: read('repository-file', []), want: false },
  { name: "the developer's own words never do", rules: ANY, text: read('user-prompt'), want: false },
  {
    name: 'nothing does where the policy says nothing',
    rules: { ...ANY, by: 'nothing' as const },
    text: read('web-page'),
    want: false,
  },
])
  test(name, () => assert.equal(taintOf(rules, text) !== null, want));

test('a policy without taint taints nothing, and one that denies findings denies', () => {
  assert.deepEqual(taintRulesOf({ onFinding: 'deny', taint: false }), { by: 'nothing', verdict: 'deny' });
  assert.deepEqual(taintRulesOf({ onFinding: 'alert', taint: true }), { by: 'findings', verdict: 'ask' });
  assert.deepEqual(taintRulesOf({ onFinding: null, taint: 'any-untrusted' }), { by: 'any-untrusted', verdict: 'ask' });
});

test('a session keeps its first taint until one with a finding comes', () => {
  const plain = { ...TAINT, detectorId: null };
  assert.equal(worseTaint(null, plain), plain);
  assert.equal(worseTaint(plain, TAINT), TAINT);
  assert.equal(worseTaint(TAINT, { ...TAINT, occurredAtMs: 9 }), TAINT);
  assert.equal(worseTaint(TAINT, null), TAINT);
});

test('each source has a name for the developer', () => {
  for (const source of TAINT_SOURCES) {
    const decision = decide(INDEX, { kind: 'tool', name: 'WebSearch' }, SCENE, {
      ...session(),
      taint: { ...TAINT, source },
    });
    assert.match(
      decision.verdict === 'ask' ? decision.reason : '',
      /^An? .* that this (?:session read|one goes on with)/,
    );
  }
});
