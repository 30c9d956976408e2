import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
/** Shapes that only tokens have; put together here so that no scanner takes this file for one. */
const TOKEN = ['glpat', 'x4Tq9vLm2RzB7kWd1NsP'].join('-');
const OTHER_TOKEN = ['glpat', 'Hw8sK3nYc6Vj0QpX5tFe'].join('-');

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'scan-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `scan` in a folder of its own. No answer ever holds a token. */
function scan(cwd: string, words: readonly string[], input: string | Buffer = ''): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'scan', ...words], {
    cwd,
    input,
    encoding: 'utf8',
    timeout: 120_000,
  });
  for (const token of [TOKEN, OTHER_TOKEN]) assert.ok(!`${stdout}${stderr}`.includes(token.slice(6)));
  return { status, stdout, stderr };
}

/** @param files by their names below a fresh folder. */
function place(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  const at = join(folder, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(at, file)), { recursive: true });
    writeFileSync(join(at, file), content);
  }
  return at;
}

const git = (cwd: string, ...words: string[]): void =>
  void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...words], { cwd, stdio: 'ignore' });

test('files and folders are scanned, and findings have places and no content', () => {
  const cwd = place('plain', { 'a.txt': `x\n  key = ${TOKEN}\n`, 'deep/er/b.txt': `${TOKEN}\n`, 'c.txt': 'nothing\n' });
  assert.deepEqual(scan(cwd, ['.']), {
    status: 3,
    stdout:
      'a.txt:2:9: secret/gitlab-token (confidence 0.90)\ndeep/er/b.txt:1:1: secret/gitlab-token (confidence 0.90)\n',
    stderr: `2 findings in 3 files, 0.00 MB\n`,
  });
  assert.deepEqual(scan(cwd, ['c.txt']), { status: 0, stdout: '', stderr: '0 findings in 1 file, 0.00 MB\n' });
});

test('standard input is scanned', () => {
  const { status, stdout } = scan(folder, ['-'], `a\nb ${TOKEN}`);
  assert.deepEqual({ status, stdout }, { status: 3, stdout: '-:2:3: secret/gitlab-token (confidence 0.90)\n' });
});

test('nothing to scan, two formats at once and an unknown area are called wrongly', () => {
  for (const words of [
    [],
    ['--json', '--sarif', '.'],
    ['--area', 'viruses', '.'],
    ['--allow', 'a:1:1'],
    ['--staged', '-'],
  ])
    assert.equal(scan(folder, words).status, 2, words.join(' '));
});

test('areas can be named one by one, and personal data is looked for only where it is named', () => {
  const card = ['4929', '7386', '1055', '2742'].join(' ');
  const cwd = place('areas', { 'a.txt': `card ${card}\n${TOKEN}\n` });
  const ids = (...words: string[]): readonly string[] =>
    [...scan(cwd, [...words, 'a.txt']).stdout.matchAll(/: ([a-z/-]+) \(/g)].map(([, id = '']) => id);
  assert.deepEqual(ids(), ['secret/gitlab-token']);
  assert.deepEqual(ids('--area', 'pii'), ['pii/payment-card']);
  assert.deepEqual(ids('--area', 'pii', '--area', 'secrets'), ['pii/payment-card', 'secret/gitlab-token']);
});

test('JSON and SARIF hold the same places', () => {
  const cwd = place('formats', { 'ein Ordner/ä.txt': `é ${TOKEN}\n` });
  const json = JSON.parse(scan(cwd, ['--json', '.']).stdout) as { findings: Record<string, unknown>[]; files: number };
  assert.deepEqual(json.findings, [
    {
      detector: 'secret/gitlab-token',
      path: 'ein Ordner/ä.txt',
      form: 'text',
      confidence: 0.9,
      startByte: 3,
      endByte: 29,
      line: 1,
      column: 3,
      endLine: 1,
      endColumn: 29,
    },
  ]);
  const sarif = JSON.parse(scan(cwd, ['--sarif', '.']).stdout) as {
    version: string;
    runs: { columnKind: string; results: { ruleId: string; ruleIndex: number; locations: unknown }[] }[];
  };
  assert.equal(sarif.version, '2.1.0');
  assert.equal(sarif.runs[0]?.columnKind, 'utf16CodeUnits');
  assert.equal(sarif.runs[0].results[0]?.ruleId, 'secret/gitlab-token');
  assert.deepEqual(sarif.runs[0].results[0].locations, [
    {
      physicalLocation: {
        artifactLocation: { uri: 'ein%20Ordner/%C3%A4.txt' },
        region: { startLine: 1, startColumn: 3, endLine: 1, endColumn: 29 },
      },
    },
  ]);
});

test('what git ignores is left out, unless it is named or all is wanted', () => {
  const cwd = place('repository', { '.gitignore': 'out/\n', 'out/a.txt': TOKEN, 'b.txt': TOKEN, 'sub/c.txt': TOKEN });
  git(cwd, 'init', '-q');
  git(cwd, 'add', 'b.txt');
  const paths = (words: readonly string[], at = cwd): readonly string[] =>
    scan(at, words)
      .stdout.split('\n')
      .filter(Boolean)
      .map((line) => line.split(':')[0] ?? '');
  assert.deepEqual(paths(['.']), ['b.txt', 'sub/c.txt']);
  assert.deepEqual(paths(['.'], join(cwd, 'sub')), ['c.txt']);
  assert.deepEqual(paths(['--all', '.']), ['b.txt', 'out/a.txt', 'sub/c.txt']);
  assert.deepEqual(paths(['out']), ['out/a.txt']);
  assert.deepEqual(paths(['out/a.txt']), ['out/a.txt']);
});

test('a repository within a repository is scanned, and a deleted file is only counted', () => {
  const cwd = place('nested', { 'gone.txt': 'x', 'inner/a.txt': TOKEN });
  git(join(cwd, 'inner'), 'init', '-q');
  git(cwd, 'init', '-q');
  git(cwd, 'add', 'gone.txt');
  rmSync(join(cwd, 'gone.txt'));
  const { status, stdout, stderr } = scan(cwd, ['.']);
  assert.equal(stdout, 'inner/a.txt:1:1: secret/gitlab-token (confidence 0.90)\n');
  assert.match(stderr, /1 deleted/);
  assert.equal(status, 3);
});

test('what is staged is scanned, not what lies in the folder', () => {
  const cwd = place('staged', { 'a.txt': 'old\n', 'b.txt': 'fine\n', 'two\nlines.txt': `x\n${OTHER_TOKEN}\n` });
  git(cwd, 'init', '-q');
  git(cwd, 'add', 'b.txt');
  git(cwd, 'commit', '-qm', 'first');
  writeFileSync(join(cwd, 'a.txt'), `new ${TOKEN}\n`);
  git(cwd, 'add', '.');
  writeFileSync(join(cwd, 'a.txt'), 'clean again\n');
  writeFileSync(join(cwd, 'b.txt'), TOKEN);
  const { status, stdout, stderr } = scan(cwd, ['--staged']);
  assert.equal(
    stdout,
    'a.txt:1:5: secret/gitlab-token (confidence 0.90)\ntwo\\nlines.txt:2:1: secret/gitlab-token (confidence 0.90)\n',
  );
  assert.match(stderr, /in 2 files/);
  assert.equal(status, 3);
  assert.equal(scan(cwd, ['--staged', 'b.txt']).status, 0);
  assert.equal(scan(folder, ['--staged']).status, 1);
});

test('a repository cannot have its own programs run', () => {
  const cwd = place('hostile', { 'a.txt': 'x' });
  git(cwd, 'init', '-q');
  const trap = join(cwd, 'trap.sh');
  writeFileSync(trap, `#!/bin/sh\ntouch ${join(cwd, 'sprung')}\n`);
  chmodSync(trap, 0o755);
  for (const key of ['core.fsmonitor', 'core.pager', 'diff.external', 'core.sshCommand']) git(cwd, 'config', key, trap);
  git(cwd, '-c', 'core.fsmonitor=false', 'add', 'a.txt');
  scan(cwd, ['.']);
  scan(cwd, ['--staged']);
  assert.throws(() => readFileSync(join(cwd, 'sprung')), { code: 'ENOENT' });
});

test('links, pipes and sockets are passed over, and a loop of links ends', async () => {
  const cwd = place('special', { 'a.txt': TOKEN });
  symlinkSync('.', join(cwd, 'loop'));
  symlinkSync('a.txt', join(cwd, 'link'));
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  const server = createServer();
  await new Promise<void>((done) => server.listen(join(cwd, 'socket'), done));
  const { status, stdout, stderr } = scan(cwd, ['.']);
  server.close();
  assert.equal(stdout, 'a.txt:1:1: secret/gitlab-token (confidence 0.90)\n');
  assert.match(stderr, /1 file,.*2 links not followed; 2 pipes, sockets and devices left out/);
  assert.equal(status, 3);
  assert.match(scan(cwd, ['link']).stdout, /^link:1:1: /);
});

test('a pipe that is named is read, and so is what a shell makes of a command', () => {
  const cwd = place('piped', { 'a.txt': `one\n${TOKEN}\n`, 'b.txt': 'fine' });
  const shell = (script: string): Ran => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, CLI], {
      cwd,
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { status, stdout, stderr };
  };
  const found = shell('"$1" "$2" scan <(cat a.txt) b.txt');
  assert.match(found.stdout, /^\/dev\/fd\/\d+:2:1: secret\/gitlab-token/);
  assert.match(found.stderr, /1 finding in 2 files/);
  assert.equal(found.status, 3);
  assert.equal(shell('"$1" "$2" scan <(cat b.txt)').status, 0);
  const named = shell('mkfifo pipe; cat a.txt > pipe & "$1" "$2" scan pipe');
  assert.equal(named.stdout, 'pipe:2:1: secret/gitlab-token (confidence 0.90)\n');
  assert.equal(shell('cat a.txt | "$1" "$2" scan /dev/stdin').status, 3);
});

test('a device or a socket that is named is an error', async () => {
  const cwd = place('named-special', { 'a.txt': 'fine' });
  const server = createServer();
  await new Promise<void>((done) => server.listen(join(cwd, 'socket'), done));
  const { status, stderr } = scan(cwd, ['socket', '/dev/null', 'a.txt']);
  server.close();
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error: socket: is a device or a socket\nerror: \/dev\/null: is a device or a socket\nhint: [^\n]*standard input\n/,
  );
});

test('lists of values and of words are taken from plain files alone', () => {
  const cwd = place('lists', { 'a.txt': 'fine' });
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  for (const option of ['--allow-file', '--company']) {
    const { status, stderr } = scan(cwd, [option, 'pipe', 'a.txt']);
    assert.match(stderr, /pipe: this is no plain file \[DATA_INVALID\]\nhint: name a file that holds /);
    assert.equal(status, 1);
  }
  assert.match(scan(cwd, ['--company', 'none.yaml', 'a.txt']).stderr, /^error: there is no file `none\.yaml` \[/);
});

test('a path that holds a token is printed without it', () => {
  const cwd = place('told-path', { [`${TOKEN}.txt`]: OTHER_TOKEN, [`d/${TOKEN}/x.txt`]: OTHER_TOKEN });
  const { stdout } = scan(cwd, ['.']);
  assert.equal(
    stdout,
    'd/[...]/x.txt:1:1: secret/gitlab-token (confidence 0.90)\n[...].txt:1:1: secret/gitlab-token (confidence 0.90)\n',
  );
  scan(cwd, ['--json', '.']);
  scan(cwd, ['--sarif', '.']);
  assert.match(scan(cwd, [`none-${TOKEN}`]).stderr, /^error: none-\[\.\.\.\]: there is no such file/);
});

test('what cannot be read is named, and is no success', () => {
  const cwd = place('unread', { 'a.txt': 'fine' });
  const { status, stderr } = scan(cwd, ['a.txt', 'none.txt']);
  assert.equal(status, 1);
  assert.match(stderr, /^error: none\.txt: there is no such file or folder \[ENOENT\]\nhint: check the path/);
  const report = JSON.parse(scan(cwd, ['--json', 'none.txt']).stdout) as { unread: unknown };
  assert.deepEqual(report.unread, [{ path: 'none.txt', problem: 'ENOENT' }]);
});

test('a file of no rights is named', { skip: process.getuid?.() === 0 ? 'root may read anything' : false }, () => {
  const cwd = place('closed', { 'a.txt': 'x' });
  chmodSync(join(cwd, 'a.txt'), 0);
  assert.match(scan(cwd, ['.']).stderr, /^error: a\.txt: it may not be read \[EACCES\]\nhint: /);
});

test('names that act on a terminal and names that are no UTF-8 are printed harmlessly', () => {
  const cwd = place('names', { 'a\u001b[2Jb.txt': TOKEN });
  writeFileSync(Buffer.concat([Buffer.from(`${cwd}/`), Buffer.of(0x66, 0xff, 0x66)]), TOKEN);
  const { stdout, stderr } = scan(cwd, ['.']);
  assert.match(stdout, /^a\\u001b\[2Jb\.txt:1:1: /);
  assert.match(stdout, /^f\ufffdf:1:1: /m);
  assert.match(stderr, /in 2 files/);
});

test('odd contents are scanned: broken UTF-8, zeros, UTF-16, binary', () => {
  const wide = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(`a\n${TOKEN}\n`, 'utf16le')]);
  const noise = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919) % 31));
  const cwd = place('odd', {
    'a-broken.txt': Buffer.concat([Buffer.of(0xff, 0xc3, 0x20), Buffer.from(TOKEN)]),
    'b-zero.txt': `a\0b ${TOKEN}`,
    'c-wide.txt': wide,
    'd-binary': Buffer.concat([noise, Buffer.from(`\0${TOKEN}\0`), noise]),
    'e-empty': '',
  });
  const { stdout, stderr } = scan(cwd, ['.']);
  assert.deepEqual(
    stdout.split('\n').map((line) => line.split(' secret')[0]),
    ['a-broken.txt:1:4:', 'b-zero.txt:1:5:', 'c-wide.txt:2:1:', 'd-binary:byte 4097:', ''],
  );
  assert.match(stderr, /in 5 files.*1 binary/);
});

test('values are allowed by their hashes alone', () => {
  const cwd = place('allowed', { 'a.txt': `${TOKEN} ${OTHER_TOKEN}\n` });
  const added = scan(cwd, ['--allow', 'a.txt:1:1', '--allow-file', 'allowed.json']);
  assert.deepEqual(added, {
    status: 0,
    stdout: 'allowed: a.txt:1:1: secret/gitlab-token (confidence 0.90)\n',
    stderr: '',
  });
  const file = readFileSync(join(cwd, 'allowed.json'), 'utf8');
  assert.ok(!file.includes(TOKEN.slice(6)));
  const { stdout, stderr } = scan(cwd, ['--allow-file', 'allowed.json', 'a.txt']);
  assert.equal(stdout, 'a.txt:1:28: secret/gitlab-token (confidence 0.90)\n');
  assert.match(stderr, /1 allowed/);
  assert.equal(scan(cwd, ['--allow', 'a.txt:1:28', '--allow-file', 'allowed.json']).status, 0);
  assert.equal(scan(cwd, ['--allow-file', 'allowed.json', 'a.txt']).status, 0);
  const nothing = scan(cwd, ['--allow', 'a.txt:1:2', '--allow-file', 'allowed.json']);
  assert.equal(nothing.status, 2);
  assert.match(nothing.stderr, /\[USAGE\]\nhint: copy the place from a scan with the same options/);
  assert.equal(scan(cwd, ['--allow-file', 'none.json', 'a.txt']).status, 2);
  writeFileSync(join(cwd, 'allowed.json'), `{"salt":"00","hashes":["${TOKEN}"]}`);
  assert.match(scan(cwd, ['--allow-file', 'allowed.json', 'a.txt']).stderr, /\[DATA_INVALID\]/);
});

test("a company's own words and patterns are found", () => {
  const cwd = place('company', {
    'lists.yaml': 'words: {code-names: [Nightjar]}\npatterns: {customer-id: "KD-[0-9]{6}"}\n',
    'bad.yaml': 'patterns: {x: "(?=a)"}\n',
    'a.txt': 'about project nightjar\nKD-123456\n',
  });
  assert.equal(
    scan(cwd, ['--company', 'lists.yaml', 'a.txt']).stdout,
    'a.txt:1:15: company/code-names (confidence 0.90)\na.txt:2:1: company/customer-id (confidence 0.90)\n',
  );
  assert.match(
    scan(cwd, ['--company', 'bad.yaml', 'a.txt']).stderr,
    /^error: bad\.yaml: the pattern of `x` is none of RE2's/,
  );
});

test('a file of 100 MB is scanned in bounded memory, and one line of 50 MB is', async () => {
  const cwd = place('large', {
    'line.txt': Buffer.concat([Buffer.alloc(50_000_000, 'a b'), Buffer.from(` ${TOKEN}`)]),
    'file.bin': '',
  });
  truncateSync(join(cwd, 'file.bin'), 100_000_000);
  const child = spawn(process.execPath, ['--max-old-space-size=256', CLI, 'scan', '--area', 'secrets', '.'], { cwd });
  let [stdout, peakKb] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.on('data', () => {
    // The summary comes last, while the process is still there to be asked.
    peakKb = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0);
  });
  const status = await new Promise<number | null>((done) => child.once('close', done));
  assert.equal(stdout, 'line.txt:1:50000002: secret/gitlab-token (confidence 0.90)\n');
  assert.equal(status, 3);
  assert.ok(peakKb < 400_000, `peak of ${peakKb} kB`);
});
