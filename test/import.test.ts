import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decide, ruleIndex } from '../src/decide/index.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';
import { DOCUMENTS } from './fixtures/import/documents.ts';
import { PREVENTED_CALLS } from './fixtures/import/deny-calls.ts';
import { ruleReading } from '../src/predict/index.ts';
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
    name: 'a folder whose name begins with a dot keeps what lies in it',
    deny: ['Read(~/.ssh)', 'Read(**/.aws)', 'Read(//root/.kube)', 'Read(.gnupg)', 'Edit(.git)'],
    ask: [],
    allow: ['Read(//**)'],
    calls: {
      'cat ~/.ssh/id_rsa': 'deny',
      'cat /x/.aws/credentials': 'deny',
      'cat /root/.kube/config': 'deny',
      'cat .gnupg/x': 'deny',
      'echo x > .git/hooks/a': 'deny',
    },
  },
  {
    name: 'an option with a star at its end is that option, and letters behind it',
    deny: ['Bash(rm -rf*)', 'Bash(git push -f*)', 'Bash(git reset --hard*)', 'Bash(git clean -f*)'],
    ask: ['Bash(git commit --amend*)', 'Bash(docker:*:--privileged*)', 'Bash(git push*main)'],
    allow: [],
    calls: {
      'rm -rfv x': 'deny',
      'git push -fu': 'deny',
      'git reset --hard HEAD': 'deny',
      'git clean -fdx': 'deny',
      'git commit --amend --no-edit': 'ask',
      'docker run --privileged x': 'ask',
      'git push origin main': 'ask',
    },
  },
  {
    name: 'quotes hold words together, also where they are not closed',
    deny: ["Bash(psql -c 'DROP *)", 'Bash(git commit -m "wip *)', 'Bash(FOO=1 frob *)', 'Bash(PATH=*)'],
    ask: [],
    allow: [],
    calls: {
      "psql -c 'DROP TABLE x'": 'deny',
      'git commit -m "wip a"': 'deny',
      'frob x': 'deny',
      'PATH=/x ls': 'deny',
    },
  },
  {
    name: 'what an allow rule does not say runs only when a person agrees',
    deny: [],
    ask: [],
    allow: ['Bash(FOO=1 make)', 'Bash(/opt/bin/*)', 'Read(**)', 'Edit(**)'],
    calls: {
      'FOO=1 make': 'ask',
      make: 'ask',
      'cat /etc/motd': 'ask',
      'echo x > a.txt': 'allow',
      'echo x > .git/config': 'ask',
    },
  },
  {
    name: 'what the client asks for in commands that look is asked for',
    deny: [],
    ask: [],
    allow: [],
    calls: {
      'git -C /x status': 'ask',
      'git --git-dir=x --work-tree=. status': 'ask',
      'git --paginate log': 'ask',
      'ls | xargs cat': 'ask',
      'find /': 'ask',
      'ls ..': 'ask',
      'cd /etc && ls': 'ask',
      'jq -f x y': 'ask',
      'git log -p': 'allow',
      'find . -name x': 'allow',
    },
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

for (const { name, list, rule, code, became } of [
  ...['Bash(', 'Bash()', 'Bash(*', 'Bash(:*)', 'Bash( )', 'bash(*)', 'BASH', 'Edit(', 'Read(', 'WebFetch('].map(
    (broken) => ({
      name: `\`${broken}\`, which the client skips, allows nothing`,
      list: 'allow',
      rule: broken,
      code: 'import/not-taken',
      became: /^nothing: what it would allow is a guess$/,
    }),
  ),
  ...['Bash(', 'Bash()', 'Bash(*'].map((broken) => ({
    name: `\`${broken}\`, which the client skips, is not turned into a rule on everything without a word`,
    list: 'deny',
    rule: broken,
    code: 'import/now-in-force',
    became: /every-command; this was not in force, and is now$/,
  })),
  ...['Write(**)', 'Bash(git:status:*)', 'MultiEdit(src/**)', 'WebFetch(x.example)'].map((dead) => ({
    name: `\`${dead}\`, which matches nothing for the client, allows from now on`,
    list: 'allow',
    rule: dead,
    code: 'import/now-in-force',
    became: /was not in force, and is now$/,
  })),
  ...['Task(Explore)', 'Skill(deploy:*)', 'PowerShell(Remove-Item *)', 'Bash(a && b)', 'Bash(frob --zap*)'].map(
    (part) => ({
      name: `\`${part}\` is refused less than before`,
      list: 'deny',
      rule: part,
      code: 'import/weakened',
      became: /ask|not taken/,
    }),
  ),
  {
    name: 'an operator alone is no command',
    list: 'deny',
    rule: 'Bash(;)',
    code: 'import/not-taken',
    became: /no command in it/,
  },
  {
    name: 'a folder in place of a program is the files in it',
    list: 'deny',
    rule: 'Bash(~/.ssh/*)',
    code: 'import/weakened',
    became: /^files\.deny imported\/ssh-read;/,
  },
  {
    name: 'a notebook is a file by its name',
    list: 'deny',
    rule: 'NotebookEdit(**)',
    code: 'import/widened',
    became: /^files\.deny imported\/write-ipynb$/,
  },
  {
    name: 'to allow one of the tools that write is to allow them all',
    list: 'allow',
    rule: 'Write',
    code: 'import/widened',
    became: /whichever tool does it$/,
  },
  {
    name: 'a variable in front of a command is not allowed',
    list: 'allow',
    rule: 'Bash(FOO=1 npm test)',
    code: 'import/not-taken',
    became: /a variable set in front/,
  },
]) {
  test(name, () => {
    const { diagnostics } = importText(
      JSON.stringify({ permissions: { [list]: [rule] } }),
      'settings.json',
      ruleReading,
    );
    const [one] = diagnostics;
    assert.equal(one?.code, code, one?.became);
    assert.match(one.became, became);
    assert.equal(one.severity, code === 'import/widened' && list === 'deny' ? 'note' : 'warning');
  });
}

test('a credential of a server is neither shown nor taken over, wherever it stands', () => {
  const token = `ghp_${'A1b2'.repeat(9)}`;
  const servers = {
    a: {
      command: 'npx',
      args: [`--token=${token}`, '--api-key', token, `postgresql://u:${token}@db/x`, `https://x.example/?key=${token}`],
      env: { GITHUB_TOKEN: token, PLAIN: token, DEFAULT: `\${T:-${token}}` },
    },
    b: { url: 'https://x.example/', headers: { Authorization: `Bearer ${token}`, 'X-Custom': token } },
    c: { url: `https://x.example/?key=${token}` },
    d: { command: 'x', url: `https://u:${token}@x.example/`, headers: { A: token } },
  };
  const result = importText(JSON.stringify({ mcpServers: servers }));
  assert.ok(result.policy !== null);
  assert.ok(!JSON.stringify(result).includes(token));
  assert.equal(result.diagnostics.filter(({ code }) => code === 'import/secret').length, 9);
  assert.match(result.policy.text, /Authorization: Bearer \$\{B_AUTHORIZATION\}/);
});

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
