import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientModel } from './client-model.ts';
import { ruleReading } from './rule-reading.ts';

const BOTH = ['deny', 'allow'] as const;

for (const { name, text, lists, matches, wider, why } of [
  {
    name: 'a command with a star',
    text: 'Bash(git status *)',
    lists: BOTH,
    matches: 'something',
    wider: null,
    why: /letters/,
  },
  {
    name: 'colons between words',
    text: 'Bash(git:status:*)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(git status *)',
    why: /only a last `:\*`/,
  },
  {
    name: 'colons before an option',
    text: 'Bash(git:push:--force:*)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(git push --force *)',
    why: /colon/,
  },
  {
    name: 'colons before a path',
    text: 'Bash(rm:-rf:/*)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(rm -rf /*)',
    why: /colon/,
  },
  {
    name: 'a star between colons',
    text: 'Bash(docker:run:*:-v:/etc/*)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(docker run * -v /etc/*)',
    why: /not at the end/,
  },
  {
    name: 'an inner `:*`',
    text: 'Bash(curl:* -s)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(curl * -s)',
    why: /not at the end/,
  },
  {
    name: 'a colon in a script name',
    text: 'Bash(npm run test:unit)',
    lists: BOTH,
    matches: 'something',
    wider: null,
    why: /letters/,
  },
  {
    name: 'an address',
    text: 'Bash(curl http://localhost:8080)',
    lists: BOTH,
    matches: 'something',
    wider: null,
    why: /letters/,
  },
  { name: 'braces', text: 'Bash({curl,wget} *)', lists: BOTH, matches: 'nothing', wider: null, why: /braces/ },
  { name: 'a question mark', text: 'Bash(cur? *)', lists: BOTH, matches: 'nothing', wider: null, why: /`\?`/ },
  {
    name: 'a regular expression',
    text: 'Bash(/curl.*/)',
    lists: BOTH,
    matches: 'nothing',
    wider: null,
    why: /regular/,
  },
  {
    name: 'a path of a program, denied',
    text: 'Bash(/usr/bin/curl *)',
    lists: ['deny'],
    matches: 'something',
    wider: 'Bash(curl *)',
    why: /this path only/,
  },
  {
    name: 'a path of a program, allowed',
    text: 'Bash(/usr/bin/curl *)',
    lists: ['allow'],
    matches: 'something',
    wider: null,
    why: /letters/,
  },
  {
    name: 'a pipe, denied',
    text: 'Bash(curl * | sh)',
    lists: ['deny', 'ask'],
    matches: 'something',
    wider: null,
    why: /letters/,
  },
  {
    name: 'a pipe, allowed',
    text: 'Bash(curl * | sh)',
    lists: ['allow'],
    matches: 'nothing',
    wider: null,
    why: /by itself/,
  },
  {
    name: 'a find that runs something, allowed with a star',
    text: 'Bash(find . -exec *)',
    lists: ['allow'],
    matches: 'nothing',
    wider: null,
    why: /without a star/,
  },
  {
    name: 'a find that runs something, spelled out',
    text: 'Bash(find . -delete)',
    lists: ['allow'],
    matches: 'something',
    wider: null,
    why: /letters/,
  },
  {
    name: 'a command as a field',
    text: 'Bash(command:rm *)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(rm *)',
    why: /field/,
  },
  {
    name: 'another field, denied',
    text: 'Bash(run_in_background:true)',
    lists: ['deny', 'ask'],
    matches: 'something',
    wider: null,
    why: /field/,
  },
  {
    name: 'another field, allowed',
    text: 'Bash(run_in_background:true)',
    lists: ['allow'],
    matches: 'nothing',
    wider: null,
    why: /only rules that ask or deny/,
  },
  {
    name: 'a tool in lower case',
    text: 'bash(curl *)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(curl *)',
    why: /upper-case/,
  },
  {
    name: 'blanks around',
    text: ' Bash(curl *) ',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(curl *)',
    why: /skips/,
  },
  {
    name: 'an open parenthesis',
    text: 'Bash(rmdir *',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(rmdir *)',
    why: /parentheses/,
  },
  {
    name: 'nothing in parentheses',
    text: 'Bash()',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash',
    why: /between its parentheses/,
  },
  { name: 'nothing before `:*`', text: 'Bash(:*)', lists: BOTH, matches: 'nothing', wider: 'Bash', why: /in front of/ },
  {
    name: 'no parentheses',
    text: 'Bash curl',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Bash(curl *)',
    why: /without parentheses/,
  },
  { name: 'a misspelled tool', text: 'Bsh(ls)', lists: BOTH, matches: 'nothing', wider: null, why: /no such tool/ },
  { name: 'an empty text', text: '', lists: BOTH, matches: 'nothing', wider: null, why: /empty/ },
  {
    name: 'a search tool, denied',
    text: 'Grep(*)',
    lists: ['deny', 'ask'],
    matches: 'nothing',
    wider: 'Bash(grep *)',
    why: /no such tool/,
  },
  {
    name: 'a search tool, allowed',
    text: 'Glob',
    lists: ['allow'],
    matches: 'nothing',
    wider: null,
    why: /no such tool/,
  },
  {
    name: 'an editing tool of the past',
    text: 'MultiEdit(src/**)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Edit(src/**)',
    why: /no such tool/,
  },
  {
    name: 'a path of Write',
    text: 'Write(src/**)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Edit(src/**)',
    why: /never looks at a path/,
  },
  { name: 'all of Write', text: 'Write(*)', lists: BOTH, matches: 'something', wider: null, why: /every call/ },
  {
    name: 'one slash before a folder of the root',
    text: 'Read(/etc/**)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Read(//etc/**)',
    why: /one slash/,
  },
  {
    name: 'one slash before a file of the project',
    text: 'Read(/.env)',
    lists: BOTH,
    matches: 'something',
    wider: null,
    why: /one slash/,
  },
  { name: 'two slashes', text: 'Read(//etc/**)', lists: BOTH, matches: 'something', wider: null, why: /letters/ },
  {
    name: 'braces in a path',
    text: 'Read(**/*.{pem,key})',
    lists: BOTH,
    matches: 'nothing',
    wider: null,
    why: /braces/,
  },
  {
    name: 'a variable in a path',
    text: 'Read($HOME/.ssh/**)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Read(~/.ssh/**)',
    why: /variable/,
  },
  {
    name: 'a path as a field',
    text: 'Edit(file_path:/etc/x)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'Edit(//etc/x)',
    why: /field/,
  },
  {
    name: 'an address to fetch',
    text: 'WebFetch(https://a.example.com:8443/x)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'WebFetch(domain:a.example.com)',
    why: /domain:NAME/,
  },
  {
    name: 'a host with a path',
    text: 'WebFetch(domain:a.example.com/x)',
    lists: BOTH,
    matches: 'nothing',
    wider: 'WebFetch(domain:a.example.com)',
    why: /no scheme, port or path/,
  },
  {
    name: 'hosts below a name',
    text: 'WebFetch(domain:*.example.com)',
    lists: BOTH,
    matches: 'something',
    wider: null,
    why: /host/,
  },
  {
    name: 'all servers, denied',
    text: 'mcp__*',
    lists: ['deny', 'ask'],
    matches: 'something',
    wider: null,
    why: /every tool/,
  },
  { name: 'all servers, allowed', text: 'mcp__*', lists: ['allow'], matches: 'nothing', wider: null, why: /by name/ },
  {
    name: 'parentheses behind a server',
    text: 'mcp__x(y)',
    lists: BOTH,
    matches: 'nothing',
    wider: null,
    why: /no parentheses/,
  },
  {
    name: 'one tool of a server',
    text: 'mcp__x__y',
    lists: BOTH,
    matches: 'something',
    wider: null,
    why: /`y` of the MCP server `x`/,
  },
] as const)
  for (const list of lists)
    test(`${name} (${list})`, () => {
      const reading = ruleReading(list, text);
      assert.equal(reading.matches, matches);
      assert.equal(reading.wider, wider);
      assert.match(reading.why, why);
    });

test('a form that would do what was meant is never one that matches nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom('deny', 'ask', 'allow'), ruleText(), (list, text) => {
      const { wider } = ruleReading(list, text);
      assert.ok(wider === null || ruleReading(list, wider).matches === 'something', `${text} -> ${wider}`);
    }),
  );
});

test('a reading never throws and is one line', () => {
  fc.assert(
    fc.property(fc.constantFrom('deny', 'ask', 'allow'), fc.string({ unit: 'binary' }), (list, text) => {
      assert.equal(typeof ruleReading(list, text).why, 'string');
    }),
  );
});

test('a command rule that is said to match nothing denies no command of its words', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('git', 'push', '--force', '-x', 'main'), { minLength: 2, maxLength: 4 }),
      (words) => {
        const text = `Bash(${words.join(':')}:*)`;
        assert.equal(ruleReading('deny', text).matches, 'nothing');
        const model = clientModel({ permissions: { deny: [text] } }, { cwd: '/workspace', home: '/home/dev' });
        assert.notEqual(model.predict({ tool: 'Bash', input: { command: words.join(' ') } }).verdict, 'deny');
      },
    ),
  );
});

function ruleText(): fc.Arbitrary<string> {
  const tool = fc.constantFrom(
    'Bash',
    'bash',
    'Read',
    'Edit',
    'Write',
    'WebFetch',
    'Glob',
    'Grep',
    'MultiEdit',
    'mcp__x',
    'Foo',
  );
  const piece = fc.constantFrom(
    'git',
    ':',
    '*',
    ':*',
    ' ',
    '/',
    'etc',
    '**',
    '{a,b}',
    '?',
    'domain:',
    'https://',
    'a.example.com',
    '~/',
    '$HOME',
    '"',
    '|',
    '&&',
    '-delete',
    'find',
  );
  return fc.tuple(tool, fc.array(piece, { maxLength: 6 })).map(([name, pieces]) => `${name}(${pieces.join('')})`);
}
