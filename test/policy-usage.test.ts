import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHome, sallyport } from './daemon-process.ts';

const POLICY = 'version: 1\nname: mine\ncommands:\n  deny:\n    - { id: a/b, run: [sudo], reason: No. }\n';
const CASES = 'version: 1\ncases:\n  - { name: no root, run: sudo ls, want: deny }\n';

// What somebody meets who calls the commands on policies wrongly: the exit code, and one line that says what to do.
for (const { name, words, status, says } of [
  {
    name: 'a command that is misspelt',
    words: ['policy', 'chek'],
    status: 2,
    says: /^error: unknown command 'chek'\n\(Did you mean check\?\)/,
  },
  {
    name: 'an option that is misspelt',
    words: ['policy', 'test', '--covrage'],
    status: 2,
    says: /unknown option '--covrage'/,
  },
  {
    name: 'a policy that is not there, to check',
    words: ['policy', 'check', 'nope.yaml'],
    status: 1,
    says: /^error: the policy file `.*nope\.yaml` cannot be read/m,
  },
  {
    name: 'a policy that is not there, to explain by',
    words: ['policy', 'explain', '--policy', 'nope.yaml', 'ls'],
    status: 1,
    says: /^error: the policy file `.*nope\.yaml` cannot be read .*\nhint: check the path/,
  },
  {
    name: 'a policy that is not there, to compare with',
    words: ['policy', 'diff', 'policy.yaml', 'nope.yaml'],
    status: 1,
    says: /cannot be read/,
  },
  {
    name: 'a policy that is not there, to compile',
    words: ['policy', 'compile', 'nope.yaml'],
    status: 1,
    says: /cannot be read/,
  },
  {
    name: 'a policy in the place of a case file',
    words: ['policy', 'test', 'policy.yaml', '--policy', 'policy.yaml'],
    status: 3,
    says: /hint: .*a policy is named with `--policy`/,
  },
  {
    name: 'a report that cannot be written',
    words: ['policy', 'test', '--policy', 'policy.yaml', '--junit', 'nope/report.xml'],
    status: 1,
    says: /^error: ENOENT: [^\n]*nope\/report\.xml'\n$/,
  },
  {
    name: 'settings of the client in the place of a policy',
    words: ['policy', 'check', 'settings.json'],
    status: 3,
    says: /hint: these are the client's settings: `sallyport policy import FILE`/,
  },
  {
    name: 'a folder that cannot be made, below one that never gains any',
    words: ['policy', 'compile', 'policy.yaml', '--all', '--out', '/proc/nope/x'],
    status: 1,
    says: /^error: ENOENT: [^\n]*mkdir '\/proc\/nope'/m,
  },
  {
    name: 'a bundle over another document',
    words: ['policy', 'sign', 'policy.yaml', '--key', 'nope.pem', '--sequence', '1', '--out', 'policy.yaml'],
    status: 2,
    says: /^error: `[^`]*policy\.yaml` is there already and is no bundle/,
  },
  {
    name: 'calls without a time, where times are asked for',
    words: [
      'policy',
      'replay',
      '--policy',
      'policy.yaml',
      '--log',
      'calls.jsonl',
      '--since',
      '2026-01-01',
      '--workspace',
      '/w',
    ],
    status: 1,
    says: /the call has no time/,
  },
  {
    name: 'a policy with a credential in it',
    words: ['policy', 'compile', 'leaky.yaml', '--target', 'rule-table'],
    status: 3,
    says: /^error: the policy holds a credential\n[^\n]*leaky\.yaml:3:3: error: this looks like a token of GitHub \[lint\/secret-in-policy\] \[POLICY_INVALID\]\nhint: withdraw it/,
  },
  {
    name: 'cases to predict that never end',
    words: ['policy', 'predict', '--cases', '/dev/zero'],
    status: 2,
    says: /^error: `\/dev\/zero` is no file/,
  },
  {
    name: 'a percentage that is none',
    words: ['policy', 'test', '--min-coverage', '101'],
    status: 2,
    says: /a percentage from 0 to 100/,
  },
  {
    name: 'nothing to explain',
    words: ['policy', 'explain'],
    status: 2,
    says: /^error: `Bash` is called with a command/,
  },
  {
    name: 'a tool on files without a path',
    words: ['policy', 'explain', '--tool', 'Read'],
    status: 2,
    says: /^error: `Read` is called with a path/,
  },
  {
    name: 'a path without its tool',
    words: ['policy', 'explain', '--path', '.env'],
    status: 2,
    says: /^error: a command line is no path .*\nhint: name the tool/,
  },
  { name: 'nothing to ask', words: ['policy', 'reach'], status: 2, says: /^error: ask one thing: `--read`/ },
  {
    name: 'a path that starts nowhere',
    words: ['policy', 'reach', '--read', 'secrets'],
    status: 2,
    says: /write `\*\*\/secrets` for anywhere/,
  },
  {
    name: 'a log that is not there',
    words: ['policy', 'replay', '--log', 'nope.jsonl'],
    status: 1,
    says: /^error: there is no log in/,
  },
]) {
  test(`${name} ends with ${status} and says what to do`, (t) => {
    const home = makeHome(t, POLICY);
    writeFileSync(join(home.folder, 'policy.cases.yaml'), CASES);
    writeFileSync(join(home.folder, 'settings.json'), '{"permissions":{"deny":["Bash(curl *)"]}}');
    writeFileSync(join(home.folder, 'calls.jsonl'), '{"tool":"Bash","input":{"command":"ls"},"decision":"ask"}\n');
    writeFileSync(join(home.folder, 'leaky.yaml'), POLICY.replace('commands:', `# ghp_${'a1'.repeat(18)}\ncommands:`));
    const ran = sallyport(home, words);
    assert.match(`${ran.stderr}${ran.stdout}`, says);
    assert.equal(ran.status, status, ran.stderr);
  });
}

test('an event is explained that is longer than what a pipe holds, and refused where it never ends', (t) => {
  const home = makeHome(t, POLICY);
  const event = { hook_event_name: 'PreToolUse', tool_name: 'Write', cwd: '/w', tool_use_id: 't' };
  const long = JSON.stringify({ ...event, tool_input: { file_path: '/w/a', content: 'x'.repeat(400_000) } });
  const explained = sallyport(home, ['policy', 'explain', '--event', '--policy', 'policy.yaml'], { input: long });
  assert.equal(explained.status, 0, explained.stderr);
  const endless = sallyport(home, ['policy', 'explain', '--event', '--policy', 'policy.yaml'], {
    input: 'x'.repeat(9_000_000),
  });
  assert.match(endless.stderr, /larger than 8 MiB/);
});

test('what is told of a call cannot steer the terminal', (t) => {
  const ran = sallyport(makeHome(t, POLICY), [
    'policy',
    'explain',
    '--policy',
    'policy.yaml',
    'a\u001b[31mRED\u202e\u001b]0;x\u0007b /x',
  ]);
  for (const sign of ['\u001b', '\u0007', '\u202e']) assert.ok(!ran.stdout.includes(sign));
});

test('an MCP tool is explained by its name alone', (t) => {
  const ran = sallyport(makeHome(t), ['policy', 'explain', '--tool', 'mcp__github__search']);
  assert.deepEqual([ran.status, ran.stdout.split('\n')[0]?.startsWith('deny  default/mcp')], [3, true], ran.stderr);
});

test('the test of cases says which policy it tried', (t) => {
  const home = makeHome(t, POLICY);
  writeFileSync(join(home.folder, 'policy.cases.yaml'), CASES);
  const ran = sallyport(home, ['policy', 'test', '--policy', 'policy.yaml']);
  assert.equal(ran.stdout, 'mine: 1 passed, 0 failed; 1 of 1 rules decided a case\n');
});
