import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../core/action.ts';
import { ruleId } from '../core/ids.ts';
import { DEFAULT_INDEX, SCENE, decideLine, defaultTable } from './default-policy.test.ts';
import { decide } from './decide.ts';
import { ruleIndex } from './rule-index.ts';

const CWD = SCENE.workspace;

for (const { name, action, want } of [
  { name: 'a file in the workspace is read', action: file('read', 'src/a.ts'), want: 'allow default/read-inside' },
  { name: 'a file in the workspace is written', action: file('write', 'src/a.ts'), want: 'allow default/write-inside' },
  { name: 'an environment file is not read', action: file('read', '.env'), want: 'deny secrets/environment-file' },
  {
    name: 'who may not read a file may not replace it',
    action: file('write', '.env'),
    want: 'deny secrets/environment-file',
  },
  {
    name: 'an example of an environment file is read',
    action: file('read', '.env.example'),
    want: 'allow default/read-inside',
  },
  { name: 'case hides no file', action: file('read', 'CONFIG/.ENV'), want: 'deny secrets/environment-file' },
  { name: 'dots hide no file', action: file('read', 'src/../config/./.env'), want: 'deny secrets/environment-file' },
  {
    name: 'the home folder is found by its tilde',
    action: file('read', '~/.ssh/config'),
    want: 'deny secrets/home-folder',
  },
  {
    name: 'a protected folder is its own name too',
    action: file('read', '/home/dev/.ssh'),
    want: 'deny secrets/home-folder',
  },
  {
    name: 'a file outside is asked for',
    action: file('read', '/home/dev/other/a.ts'),
    want: 'ask default/read-outside',
  },
  {
    name: 'a folder whose name only begins like the workspace is outside',
    action: file('read', '/home/dev/app2/a.ts'),
    want: 'ask default/read-outside',
  },
  {
    name: 'a program source outside is read',
    action: file('read', '/usr/include/stdio.h'),
    want: 'allow dev/system-read',
  },
  { name: 'writing outside is asked for', action: file('write', '../other/a.ts'), want: 'ask default/write-outside' },
  { name: 'scratch space is written', action: file('write', '/tmp/x'), want: 'allow dev/scratch-write' },
  {
    name: 'the settings of the client are not written',
    action: file('write', '.claude/settings.json'),
    want: 'deny guard/settings',
  },
  {
    name: 'the settings of the client are read',
    action: file('read', '.claude/settings.json'),
    want: 'allow default/read-inside',
  },
  {
    name: 'a workflow is asked for',
    action: file('write', '.github/workflows/ci.yml'),
    want: 'ask pipeline/definition',
  },
  { name: 'a path with a NUL is none', action: file('read', 'a\0b'), want: 'deny decide/unreadable-action' },
  { name: 'an empty path is none', action: file('read', ''), want: 'deny decide/unreadable-action' },
  { name: 'a known host is fetched from', action: fetch('https://docs.rs/x'), want: 'allow web/documentation' },
  {
    name: 'case and a trailing dot change no host',
    action: fetch('https://DOCS.rs./x'),
    want: 'allow web/documentation',
  },
  { name: 'an unknown host is asked for', action: fetch('https://example.com/'), want: 'ask default/web' },
  {
    name: 'a subdomain of a known host is another host',
    action: fetch('https://evil.docs.rs/'),
    want: 'ask default/web',
  },
  { name: 'a drop site is denied', action: fetch('https://a.b.webhook.site/x'), want: 'deny web/drop-site' },
  {
    name: 'instance metadata is denied',
    action: fetch('http://169.254.169.254/latest'),
    want: 'deny web/metadata-service',
  },
  {
    name: 'instance metadata is denied in any spelling of its address',
    action: fetch('http://0xA9FEA9FE/latest'),
    want: 'deny web/metadata-service',
  },
  {
    name: 'instance metadata is denied by IPv6',
    action: fetch('http://[fd00:ec2::254]/'),
    want: 'deny web/metadata-service',
  },
  {
    name: 'a user name in front of a host is denied',
    action: fetch('https://docs.rs@evil.example/'),
    want: 'deny web/unreadable-url',
  },
  { name: 'a file is no address', action: fetch('file:///etc/passwd'), want: 'deny web/unreadable-url' },
  { name: 'what is no address is denied', action: fetch('docs.rs'), want: 'deny web/unreadable-url' },
  {
    name: 'an MCP server that no rule names is denied',
    action: { kind: 'mcp', server: 'x', tool: 'y' },
    want: 'deny default/mcp',
  },
  {
    name: 'a tool of the client is allowed by name',
    action: { kind: 'tool', name: 'TodoWrite' },
    want: 'allow dev/agent-tools',
  },
  {
    name: 'a tool that schedules is denied by name',
    action: { kind: 'tool', name: 'CronCreate' },
    want: 'deny guard/scheduling',
  },
  {
    name: 'a tool that no rule names is asked for',
    action: { kind: 'tool', name: 'NewTool' },
    want: 'ask default/tool',
  },
  { name: 'a canary is denied', action: { kind: 'canary', toolUseId: 'toolu_x' }, want: 'deny liveness/canary' },
  {
    name: 'an action that could not be read is denied',
    action: { kind: 'unreadable', why: 'no input' },
    want: 'deny decide/unreadable-action',
  },
] satisfies readonly { name: string; action: Action; want: string }[]) {
  test(name, () => {
    const decision = decide(DEFAULT_INDEX, action, SCENE);
    assert.equal(`${decision.verdict} ${decision.ruleId}`, want);
  });
}

function file(kind: 'read' | 'write', path: string): Action {
  return { kind, path, cwd: CWD };
}

function fetch(url: string): Action {
  return { kind: 'fetch', url };
}

test('leaving the sandbox is denied where there is one', () => {
  const action: Action = { kind: 'command', commandLine: 'ls', cwd: CWD, isUnsandboxed: true };
  assert.equal(decide(DEFAULT_INDEX, action, SCENE).ruleId, 'decide/sandbox-escape');
  const open = ruleIndex(defaultTable({ isSandboxed: false }));
  assert.equal(decide(open, action, SCENE).verdict, 'allow');
});

test('a fault while deciding is a deny that quotes nothing', () => {
  const scene = {
    ...SCENE,
    realPath: () => {
      throw new Error('secret');
    },
  };
  const decision = decide(DEFAULT_INDEX, file('read', 'a'), scene);
  assert.equal(decision.ruleId, 'decide/internal-error');
  assert.ok(!JSON.stringify(decision).includes('secret'));
});

test('a table with a pattern that cannot be read compiles to nothing', () => {
  const rule = { id: ruleId('a/b'), verdict: 'deny', mode: 'enforce', reason: 'No.' } as const;
  assert.throws(() => ruleIndex(defaultTable({ commands: [{ ...rule, run: ['a {'], unless: [] }] })), TypeError);
  assert.throws(
    () => ruleIndex(defaultTable({ files: [{ ...rule, access: 'read', paths: ['bare'], except: [] }] })),
    TypeError,
  );
  assert.throws(() => ruleIndex(defaultTable({ web: [{ ...rule, hosts: ['a b'], except: [] }] })), TypeError);
});

test('MCP rules name servers and tools', () => {
  const mcp = [
    {
      id: ruleId('mcp/docs'),
      verdict: 'allow',
      mode: 'enforce',
      server: 'docs',
      tools: ['search', 'get_*'],
      except: [],
      reason: 'Docs.',
    } as const,
  ];
  const index = ruleIndex(defaultTable({ mcp }));
  const verdictOn = (server: string, tool: string): string =>
    decide(index, { kind: 'mcp', server, tool }, SCENE).verdict;
  assert.deepEqual(
    [
      verdictOn('docs', 'search'),
      verdictOn('docs', 'get_page'),
      verdictOn('docs', 'drop'),
      verdictOn('docs2', 'search'),
    ],
    ['allow', 'allow', 'deny', 'deny'],
  );
});

test('a link into a protected place is seen through', () => {
  const scene = { ...SCENE, realPath: (path: string) => path.replace('/home/dev/app/link', '/home/dev/.ssh') };
  assert.equal(decide(DEFAULT_INDEX, file('read', 'link/config'), scene).ruleId, 'secrets/home-folder');
  assert.equal(decideLine('cat link/config', DEFAULT_INDEX, scene).ruleId, 'secrets/home-folder');
  assert.equal(decideLine('cat < link/config', DEFAULT_INDEX, scene).ruleId, 'secrets/home-folder');
  assert.equal(decideLine('cat other/config', DEFAULT_INDEX, scene).verdict, 'allow');
});

test('a link that leads out of the workspace is outside', () => {
  const scene = { ...SCENE, realPath: (path: string) => path.replace('/home/dev/app/out', '/srv') };
  assert.equal(decide(DEFAULT_INDEX, file('write', 'out/a'), scene).ruleId, 'default/write-outside');
  assert.equal(decideLine('rm -rf out/a', DEFAULT_INDEX, scene).ruleId, 'shell/destroy');
});

test('a glob is denied for what it finds, and only then', () => {
  const finds = (path: string) => ({ ...SCENE, expandGlob: () => [path] });
  assert.equal(
    decideLine('cat *', DEFAULT_INDEX, finds('/home/dev/app/credentials')).ruleId,
    'secrets/credential-file',
  );
  assert.equal(decideLine('cat *', DEFAULT_INDEX, finds('/home/dev/app/README.md')).verdict, 'allow');
  assert.equal(decideLine('cat *', DEFAULT_INDEX, { ...SCENE, expandGlob: () => null }).ruleId, 'decide/broad-glob');
  const { expandGlob: _, ...blind } = SCENE;
  assert.equal(decideLine('cat *', DEFAULT_INDEX, blind).ruleId, 'decide/broad-glob');
  assert.equal(decideLine('cat *.pem', DEFAULT_INDEX, blind).ruleId, 'secrets/key-file');
  assert.equal(decideLine('cat .e*', DEFAULT_INDEX, blind).ruleId, 'secrets/environment-file');
});

test('reading whole folders is asked where no sandbox holds the same rules', () => {
  const index = ruleIndex(defaultTable({ isSandboxed: false }));
  for (const command of [
    'grep -r x .',
    'grep -rn x',
    'rg -uu x',
    'cp -r a b',
    'tar czf a.tgz src',
    'diff -r a b',
    'find . -exec cat {} +',
    'find . | xargs cat',
  ]) {
    assert.equal(decideLine(command, index).ruleId, 'decide/recursive-read', command);
    assert.equal(decideLine(command).verdict, 'allow', command);
  }
});

test('the defaults of the table hold where no rule matches', () => {
  const defaults = {
    ...defaultTable().defaults,
    command: 'deny',
    readOutside: 'deny',
    writeInside: 'ask',
    web: 'deny',
  } as const;
  const index = ruleIndex(defaultTable({ defaults, inlineCode: 'deny' }));
  assert.deepEqual(answer('unheard-of'), 'deny default/command');
  assert.deepEqual(answer('cat /srv/x'), 'deny default/read-outside');
  assert.deepEqual(answer('echo a > b'), 'ask default/write-inside');
  assert.deepEqual(answer('node -e 1'), 'deny decide/inline-code');

  function answer(command: string): string {
    const decision = decideLine(command, index);
    return `${decision.verdict} ${decision.ruleId}`;
  }
});

test('a working folder other than the workspace is what paths are relative to', () => {
  const at = (cwd: string, commandLine: string) =>
    decide(DEFAULT_INDEX, { kind: 'command', commandLine, cwd, isUnsandboxed: false }, SCENE);
  assert.equal(at('/home/dev/app/src', 'cat ../package.json').verdict, 'allow');
  assert.equal(at('/home/dev', 'cat package.json').ruleId, 'default/read-outside');
  assert.equal(at('/home/dev/.ssh', 'cat config').ruleId, 'secrets/home-folder');
});
