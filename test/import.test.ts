import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decide, ruleIndex } from '../src/decide/index.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';
import { DOCUMENTS } from './fixtures/import/documents.ts';
import { PREVENTED_CALLS } from './fixtures/import/deny-calls.ts';
import { HOME, WORKSPACE, actionOf, importText, leafPaths } from './import-rig.ts';

for (const { name, text, wants } of DOCUMENTS) {
  test(`${name}: every entry becomes what it means`, () => {
    const { policy, diagnostics } = importText(text);
    assert.ok(policy !== null, JSON.stringify(diagnostics));
    const told = new Map(diagnostics.map((one) => [one.path, one]));
    for (const [path, [code, became]] of Object.entries(wants)) {
      const one = told.get(path);
      assert.equal(one?.code, code, `${path}: ${one?.became ?? 'no diagnostic'}`);
      assert.ok(one.became.includes(became), `${path}: ${one.became}`);
    }
    assert.deepEqual([...told.keys()].sort(), [...leafPaths(JSON.parse(text))].sort());
    assert.equal(diagnostics.length, told.size);
  });
}

test('what our own documents deny is denied', () => {
  const wrong: string[] = [];
  for (const { name, text } of DOCUMENTS) {
    const { policy, diagnostics } = importText(text);
    assert.ok(policy !== null);
    const index = ruleIndex(ruleTableOf(policy.parsed, 0));
    for (const { path, became } of diagnostics) {
      if (!path.startsWith('permissions.deny[')) continue;
      for (const id of became.match(/imported\/[\w-]+/g) ?? [])
        for (const call of PREVENTED_CALLS[id] ?? []) {
          const { verdict } = decide(index, actionOf(call), { workspace: WORKSPACE, homeDir: HOME });
          if (verdict !== 'deny') wrong.push(`${name} ${id}: ${JSON.stringify(call)} ${verdict}`);
        }
    }
  }
  assert.deepEqual(wrong, []);
});

for (const { name, deny, ask, allow, calls } of [
  {
    name: 'a form that is singled out runs, the rest is asked',
    deny: [],
    ask: ['Bash(curl:*)'],
    allow: ['Bash(curl:-I:*)', 'Bash(curl:-s:https://registry.npmjs.org/*)'],
    calls: {
      'curl -I https://x.example': 'allow',
      'curl -s https://registry.npmjs.org/a': 'allow',
      'curl https://x.example': 'ask',
    },
  },
  {
    name: 'where the client would ask, the import does not allow',
    deny: [],
    ask: ['Bash(git push *)'],
    allow: ['Bash(git push origin *)'],
    calls: { 'git push origin x': 'ask' },
  },
  {
    name: 'what the client runs by itself still runs, unless a rule says otherwise',
    deny: ['Bash(cat *)'],
    ask: [],
    allow: [],
    calls: { 'ls -l': 'allow', 'git status': 'allow', 'cat a': 'deny', 'touch a': 'ask', 'find . -delete': 'ask' },
  },
  {
    name: 'an allow rule is never wider than its letters',
    deny: [],
    ask: [],
    allow: ['Bash(rm dist)', 'Bash(pwd)', 'Bash(npm run test*)', 'Bash(git log:*)', 'Bash(docker:ps:*)'],
    calls: {
      'rm dist src': 'ask',
      'npm run test': 'allow',
      'npm run evil test1': 'ask',
      'git log -1': 'allow',
      'git -c core.pager=x log': 'ask',
      'docker ps -a': 'allow',
      'docker run x': 'ask',
    },
  },
  {
    name: 'a rule on a file that a command names protects the file',
    deny: ['Bash(cat /etc/shadow)', 'Bash(rm /var/log/*)', 'Bash(echo * > /etc/*)'],
    ask: [],
    allow: [],
    calls: { 'head /etc/shadow': 'deny', 'mv /var/log/a b': 'deny', 'tee /etc/hosts': 'deny', 'cp a /etc/a': 'deny' },
  },
  {
    name: 'one slash means the root and the project',
    deny: ['Read(/etc/**)', 'Read(/conf/x)'],
    ask: [],
    allow: [],
    calls: { 'cat /etc/passwd': 'deny', 'cat ./etc/passwd': 'deny', 'cat conf/x': 'deny', 'cat /conf/x': 'deny' },
  },
  {
    name: 'a set that the client does not understand is read as people mean it',
    deny: ['Bash({foo,bar} *)', 'Bash(ba? *)', 'Bash(* qux *)'],
    ask: [],
    allow: [],
    calls: { 'foo x': 'deny', 'bar x': 'deny', 'baz x': 'deny', 'qux x': 'deny' },
  },
  {
    name: 'every write is asked, but for devices that keep nothing',
    deny: [],
    ask: ['Write(*)'],
    allow: ['Bash(make:*)'],
    calls: { 'make > /dev/null': 'allow', 'make > out.txt': 'ask' },
  },
] as const) {
  test(name, () => {
    const { policy } = importText(JSON.stringify({ permissions: { deny, ask, allow } }));
    assert.ok(policy !== null);
    const index = ruleIndex(ruleTableOf(policy.parsed, 0));
    for (const [command, want] of Object.entries(calls)) {
      const decision = decide(index, actionOf(command), { workspace: WORKSPACE, homeDir: HOME });
      assert.equal(decision.verdict, want, `${command}: ${decision.ruleId}`);
    }
  });
}

for (const { name, text, want } of [
  {
    name: 'a key given twice: the first is not in force, and both places are said',
    text: '{"permissions":{"deny":["Bash(a:*)"]},\n"permissions":{"deny":["Bash(b:*)"]}}',
    want: /import\/duplicate-key.*1:2.*2:1/,
  },
  { name: 'comments', text: '{// a\n/* b */"model":"x"}', want: /import\/syntax.*no comments/ },
  { name: 'a comma too many', text: '{"model":"x",}', want: /import\/syntax.*comma/ },
  {
    name: 'something left out',
    text: '{"permissions":{"deny":["Bash(a:*)", ...]}, ...}',
    want: /import\/syntax.*left out/,
  },
  { name: 'a byte order mark', text: '\uFEFF{"model":"x"}', want: /import\/not-policy/ },
] as const) {
  test(`${name}: imported with a diagnostic`, () => {
    const { policy, diagnostics } = importText(text);
    assert.ok(policy !== null);
    const shown = diagnostics.map((one) => `${one.code} ${one.said} ${one.client} ${one.became}`).join(' ');
    assert.match(shown, want);
  });
}

for (const { name, input, code, place } of [
  { name: 'a text that ends too early', input: '{"permissions":{\n "deny": ["a"', code: 'import/syntax', place: '2:' },
  { name: 'nothing', input: '', code: 'import/syntax', place: '1:1' },
  { name: 'a list', input: '[]', code: 'import/not-settings', place: '1:1' },
  {
    name: 'another service’s document',
    input: '{"Version":"x","Statement":[]}',
    code: 'import/not-settings',
    place: '1:1',
  },
  {
    name: 'bytes that are no UTF-8',
    input: Buffer.from([0x7b, 0x0a, 0xff, 0x7d]),
    code: 'import/not-utf8',
    place: '2:1',
  },
  { name: '10 MB', input: Buffer.alloc(10_000_000, 0x20), code: 'import/too-large', place: '1:1' },
  { name: 'lists without end', input: '['.repeat(100_000), code: 'import/syntax', place: '1:' },
  { name: 'a hundred thousand values', input: `[${'1,'.repeat(100_000)}1]`, code: 'import/syntax', place: '1:' },
  {
    name: 'more rules than a policy holds',
    input: JSON.stringify({ permissions: { deny: Array.from({ length: 6_000 }, (_, at) => `Bash(p${at} *)`) } }),
    code: 'import/not-writable',
    place: '1:1',
  },
] as const) {
  test(`${name}: refused with a place, and no policy`, () => {
    const { policy, diagnostics } = importText(input);
    assert.equal(policy, null);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    assert.equal(errors[0]?.code, code);
    assert.ok(`${errors[0].line}:${errors[0].column}`.startsWith(place), `${errors[0].line}:${errors[0].column}`);
  });
}

test('a credential is neither shown nor taken over', () => {
  const secret = ['never', 'to', 'be', 'seen'].join('-');
  const text = JSON.stringify({
    env: { ANTHROPIC_API_KEY: secret, HTTPS_PROXY: `http://u:${secret}@p.example`, MY_TOKEN: secret },
  });
  const result = importText(text);
  assert.ok(!JSON.stringify(result).includes(secret));
});

test('a letter that passes for another is not taken over, and is named', () => {
  const { policy, diagnostics } = importText(JSON.stringify({ permissions: { deny: ['Bash(\u0441url *)'] } }));
  assert.ok(policy !== null);
  assert.equal(diagnostics[0]?.severity, 'warning');
  assert.match(diagnostics[0].became, /is not the letter `c` that it looks like/);
});

test('a line end in a rule does not leave its comment', () => {
  const { policy } = importText(
    JSON.stringify({ permissions: { deny: ['Bash(a\ncommands: {allow: []})', 'Read(a\u202Eb)'] } }),
  );
  assert.ok(policy !== null);
  assert.ok(policy.text.includes('Bash(a\\u000acommands: {allow: []})'));
  assert.deepEqual(
    policy.parsed.commands.filter(({ verdict }) => verdict === 'deny').map(({ run }) => run),
    [['a commands: {allow: []}']],
  );
});

const words = fc.array(
  fc.oneof(
    fc.constantFrom(
      'git',
      'push',
      '-f',
      '--force',
      '*',
      ':*',
      ':',
      '|',
      'sh',
      '/',
      '~',
      '..',
      '{a,b',
      '}',
      '<any>',
      '<x>',
      '>',
      '&&',
      '\n',
      '\u202e',
      '-',
      '--',
      '=',
      '"',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  ),
  { maxLength: 8 },
);
const ruleText = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('Bash', 'Read', 'Edit', 'WebFetch', 'mcp__a', 'Agent', 'x'),
      words,
      fc.constantFrom(' ', ':', '/'),
    )
    .map(([tool, parts, joint]) => `${tool}(${parts.join(joint)})`),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('whatever the rules say, the import gives a policy that parses, and tells about every leaf', () => {
  fc.assert(
    fc.property(
      fc.array(ruleText, { maxLength: 6 }),
      fc.array(ruleText, { maxLength: 6 }),
      fc.jsonValue(),
      (deny, allow, extra) => {
        const document = {
          permissions: { deny, allow, ask: deny.slice(1) },
          extra,
          env: extra,
          hooks: extra,
          mcp: extra,
          mcpServers: extra,
          sandbox: extra,
        };
        const text = JSON.stringify(document);
        const { policy, diagnostics } = importText(text);
        assert.ok(policy !== null, diagnostics.find(({ severity }) => severity === 'error')?.said);
        assert.equal(parsePolicy(policy.text).ok, true);
        assert.equal(diagnostics.length, leafPaths(JSON.parse(text)).length);
      },
    ),
    { numRuns: process.env['SLOW'] === '1' ? 5_000 : 300 },
  );
});

test('no bytes throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ unit: fc.constantFrom(...'{}[]",:/*.…\\ntrue1-e'.split('')) }).map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        importText(bytes);
      },
    ),
    { numRuns: process.env['SLOW'] === '1' ? 20_000 : 2_000 },
  );
});
