import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EVALUATED_AREAS, SOURCE_KINDS } from '../src/detect/index.ts';

const CLI = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
/** A shape that only a token has; put together here so that no scanner takes this file for one. */
const TOKEN = ['glpat', 'x4Tq9vLm2RzB7kWd1NsP'].join('-');

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'detect-'));
  const put = (name: string, rows: readonly unknown[]): void =>
    writeFileSync(
      join(folder, name),
      rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'),
    );
  put('secrets.jsonl', [
    { id: 'a', text: `key = "${TOKEN}"`, label: 'secret', kind: 'gitlab' },
    { id: 'b', text: 'nothing\u2028here', label: 'secret', kind: 'gitlab' },
    '',
    { id: 'c', text: 'nothing here', label: 'none', kind: 'gitlab' },
  ]);
  put('broken.jsonl', [{ text: 'x', label: 'none' }, `{"text":"${TOKEN}`]);
  put('commands.jsonl', [
    { id: 'd', command: 'rm -rf /', label: 'dangerous', kind: 'destructive' },
    { id: 'e', command: 'ls', label: 'ordinary', kind: 'ls' },
    { id: 'f', command: 'id', label: 'recon', kind: 'recon' },
  ]);
  put('pii.jsonl', [
    {
      id: 'g',
      text: 'Write to jane.doe@corp.example now',
      label: 'pii',
      kind: 'template:1',
      spans: [{ type: 'EMAIL', start: 9, end: 30 }],
    },
    { id: 'h', text: 'nothing', label: 'none', kind: 'IBAN_CODE', spans: [] },
  ]);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const sallyport = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [CLI, 'detect', 'eval', ...words], { cwd: folder, encoding: 'utf8', timeout: 60_000 });

for (const { name, words, status, stdout, stderr } of [
  {
    name: 'secrets are counted by row, and named where that is wanted',
    words: ['--area', 'secrets', '--rows', '--json', 'secrets.jsonl'],
    status: 0,
    stdout:
      /^\{"area":"secrets","rows":3,"tp":1,"fp":0,"fn":1,"tn":1,"recall":0.5,"precision":1,"falseAlarmRate":0,.*"byKind":\{"gitlab":.*"mbPerCpuSecond":[\d.]+.*"missedRows":\["b"\],"falseRows":\[\]/,
    stderr: /^$/,
  },
  {
    name: 'personal data is counted by span',
    words: ['--area', 'pii', '--json', 'pii.jsonl'],
    status: 0,
    stdout: /^\{"area":"pii","rows":2,"tp":1,"fp":0,"fn":0,"tn":1,.*"byKind":\{"EMAIL_ADDRESS":\{"rows":1,"tp":1,/,
    stderr: /^$/,
  },
  {
    name: 'commands are counted without reconnaissance',
    words: ['--area', 'commands', '--json', 'commands.jsonl'],
    status: 0,
    stdout: /^\{"area":"commands","rows":2,"tp":1,"fp":0,"fn":0,"tn":1,.*"apart":\{"recon":\{"rows":1,/,
    stderr: /^$/,
  },
  {
    name: 'people get a table',
    words: ['--area', 'secrets', 'secrets.jsonl'],
    status: 0,
    stdout: /^by kind .*\ngitlab +3 +1 +0 +1 +1 +0\.500 +1\.000 +0\.000\n\nall[^]*MB per CPU second\n$/,
    stderr: /^$/,
  },
  {
    name: 'a line that is no row is named by its place and not quoted',
    words: ['--area', 'secrets', 'broken.jsonl'],
    status: 1,
    stdout: /^$/,
    stderr: /^error: broken\.jsonl:2: this is no row of labelled data: it is no JSON object \[DATA_INVALID\]\nhint: /,
  },
  {
    name: 'a file that is not there',
    words: ['--area', 'secrets', 'none.jsonl'],
    status: 1,
    stdout: /^$/,
    stderr: /^error: the file `none\.jsonl` cannot be read/,
  },
  {
    name: 'an area that is none',
    words: ['--area', 'viruses', 'secrets.jsonl'],
    status: 2,
    stdout: /^$/,
    stderr: /Allowed choices are secrets, pii, injection, commands/,
  },
])
  test(name, () => {
    const ran = sallyport(...words);
    assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
    assert.equal(ran.status, status);
    assert.ok(!`${ran.stdout}${ran.stderr}`.includes(TOKEN));
  });

test('the help names every area and every source that there is', () => {
  const { stdout } = sallyport('--help');
  for (const word of [...EVALUATED_AREAS, ...SOURCE_KINDS]) assert.ok(stdout.includes(word), word);
});
