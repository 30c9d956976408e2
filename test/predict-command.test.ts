import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const CASE = {
  settings: { permissions: {} },
  tool: 'Bash',
  input: { command: 'ls' },
  mode: 'default',
  observed: 'allow',
};

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'predict-'));
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  put('settings.json', '{"permissions":{"deny":["Bash(curl *)"],"defaultMode":"dontAsk"}}');
  put('array.json', '[]');
  put('cases.jsonl', `${JSON.stringify(CASE)}\n\n${JSON.stringify({ ...CASE, observed: 'deny' })}\n`);
  put('bad.jsonl', `${JSON.stringify(CASE)}\n{"tool":"Bash"}\n`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const { name, words, status, stdout, stderr } of [
  {
    name: 'a denied command names its rule',
    words: ['--settings', 'settings.json', 'ls && curl x'],
    status: 0,
    stdout: /^deny: a command in the line is denied\n {2}by rule "Bash\(curl \*\)"\n$/,
    stderr: /^$/,
  },
  {
    name: 'the mode of the settings holds',
    words: ['--settings', 'settings.json', 'touch x', '--json'],
    status: 0,
    stdout: /^\{"verdict":"deny","rule":null,"why":"nobody is asked in this mode: /,
    stderr: /^$/,
  },
  {
    name: 'a mode that is named beats it',
    words: ['--settings', 'settings.json', '--mode', 'default', 'touch x'],
    status: 0,
    stdout: /^ask: /,
    stderr: /^$/,
  },
  {
    name: 'a file tool takes a path',
    words: ['--settings', 'settings.json', '--tool', 'Read', '--path', '/etc/hosts', '--mode', 'default'],
    status: 0,
    stdout: /^ask: `\/etc\/hosts` lies outside/,
    stderr: /^$/,
  },
  {
    name: 'cases are compared',
    words: ['--cases', 'cases.jsonl'],
    status: 0,
    stdout: /^line 3: Bash in default: measured deny, predicted allow .*\n1 of 2 cases agree, 50\.00 %\n$/,
    stderr: /^$/,
  },
  {
    name: 'a bad case names its line',
    words: ['--cases', 'bad.jsonl'],
    status: 1,
    stdout: /^$/,
    stderr: /^error: `bad\.jsonl` line 2 holds no case: `settings` is no object/,
  },
  {
    name: 'a file that is not there',
    words: ['--cases', 'none.jsonl'],
    status: 1,
    stdout: /^$/,
    stderr: /^error: ENOENT: [^\n]*none\.jsonl/,
  },
  {
    name: 'settings that are no object',
    words: ['--settings', 'array.json', 'ls'],
    status: 1,
    stdout: /^$/,
    stderr: /^error: `array\.json` is no JSON object/,
  },
  { name: 'nothing to go by', words: [], status: 2, stdout: /^$/, stderr: /^error: there are no settings/ },
  {
    name: 'no call',
    words: ['--settings', 'settings.json'],
    status: 2,
    stdout: /^$/,
    stderr: /^error: there is no call to predict/,
  },
  {
    name: 'cases and a call',
    words: ['--cases', 'cases.jsonl', 'ls'],
    status: 2,
    stdout: /^$/,
    stderr: /^error: --cases takes neither/,
  },
] as const)
  test(name, () => {
    const run = predict(...words);
    assert.deepEqual(
      [run.status, stdout.test(run.stdout), stderr.test(run.stderr)],
      [status, true, true],
      run.stdout + run.stderr,
    );
  });

test('the JSON of cases holds counts and each mismatch', () => {
  const { cases, agree, agreement, mismatches } = JSON.parse(predict('--cases', 'cases.jsonl', '--json').stdout) as {
    readonly cases: number;
    readonly agree: number;
    readonly agreement: number;
    readonly mismatches: readonly { readonly line: number; readonly observed: string }[];
  };
  assert.deepEqual([cases, agree, agreement, mismatches.length], [2, 1, 0.5, 1]);
  assert.deepEqual([mismatches[0]?.line, mismatches[0]?.observed], [3, 'deny']);
});

function predict(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, 'policy', 'predict', ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'], HOME: folder, SALLYPORT_HOME: join(folder, 'state') },
  });
}
