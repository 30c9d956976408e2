import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const DOUBLED =
  'version: 1\nname: sample # mine\ncommands:\n  deny:\n    - { id: a/b, run: [sudo, su, sudo], reason: B. }\n';
const CLEAN =
  'version: 1\nname: clean\nfiles:\n  deny:\n' +
  "    - { id: a/b, access: read, paths: ['**/.env', '**/.env.*', '~/.ssh/**', '~/.aws/**', '**/.netrc', '~/.kube/**', '**/*.{pem,key,p12,pfx}', /etc/shadow], reason: B. }\n";

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function check(...words: readonly string[]) {
  return checkWith({}, ...words);
}
function checkWith(env: Readonly<Record<string, string>>, ...words: readonly string[]) {
  return spawnSync(process.execPath, [CLI, 'policy', 'check', ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'], HOME: folder, SALLYPORT_HOME: join(folder, 'state'), ...env },
  });
}
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

for (const { name, text, words, status, stdout, stderr } of [
  { name: 'a clean policy', text: CLEAN, words: [], status: 0, stdout: /^clean: no fault/, stderr: /^$/ },
  {
    name: 'warnings pass',
    text: DOUBLED,
    words: [],
    status: 0,
    stdout: /no fault, \d+ warnings/,
    stderr: /\[lint\/duplicate-pattern\]/,
  },
  {
    name: 'warnings under --strict',
    text: DOUBLED,
    words: ['--strict'],
    status: 3,
    stdout: /no fault/,
    stderr: /warning:/,
  },
  {
    name: 'a fault',
    text: `${CLEAN}nmae: x\n`,
    words: [],
    status: 3,
    stdout: /^the policy: 1 fault/,
    stderr: /did you mean `name`/,
  },
  {
    name: 'an option that goes with another',
    text: CLEAN,
    words: ['--dry-run'],
    status: 2,
    stdout: /^$/,
    stderr: /--dry-run goes with --fix/,
  },
]) {
  test(`exit code and streams: ${name}`, () => {
    const got = check(put('p.yaml', text), ...words);
    assert.match(got.stdout, stdout);
    assert.match(got.stderr, stderr);
    assert.equal(got.status, status);
  });
}

test('a file that cannot be read is no answer about the policy', () => {
  const got = check('none.yaml');
  assert.equal(got.status, 1);
  assert.match(got.stderr, /cannot be read/);
});

test('JSON and SARIF name the same findings', () => {
  const file = put('p.yaml', DOUBLED);
  const json = JSON.parse(check(file, '--json').stdout);
  const sarif = JSON.parse(check(file, '--sarif', '-').stdout);
  assert.equal(json.policy, 'sample');
  assert.equal(sarif.runs[0].results.length, json.findings.length);
  assert.equal(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri, 'p.yaml');
  check(file, '--sarif', 'out.sarif');
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'out.sarif'), 'utf8')), sarif);
});

test('a log that cannot be written is said, whatever the policy is like', () => {
  const got = check(put('p.yaml', DOUBLED), '--strict', '--sarif', 'none/out.sarif');
  assert.equal(got.status, 1);
  assert.match(got.stderr, /^error: `none\/out\.sarif` cannot be written: ENOENT\nhint: check the folder/m);
  assert.match(got.stdout, /^sample: no fault/);
});

test('--fix mends once, keeps mode and comments, and --dry-run only shows it', () => {
  const file = put('p.yaml', DOUBLED);
  chmodSync(join(folder, file), 0o640);
  const shown = check(file, '--fix', '--dry-run');
  assert.match(shown.stderr, /^-    - \{ id: a\/b, run: \[sudo, su, sudo\].*\n\+    - \{ id: a\/b, run: \[sudo, su\]/m);
  assert.equal(readFileSync(join(folder, file), 'utf8'), DOUBLED);
  assert.match(check(file, '--fix').stderr, /p\.yaml: 1 mended/);
  assert.equal(readFileSync(join(folder, file), 'utf8'), DOUBLED.replace('su, sudo]', 'su]'));
  assert.equal(statSync(join(folder, file)).mode & 0o777, 0o640);
  assert.doesNotMatch(check(file, '--fix').stderr, /mended/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
  );
});

for (const { name, make, want } of [
  { name: 'a link', make: (from: string, to: string) => symlinkSync(from, to), want: /is a link/ },
  { name: 'a file of two names', make: (from: string, to: string) => linkSync(from, to), want: /another name/ },
]) {
  test(`--fix refuses ${name} and leaves it as it is`, () => {
    put('real.yaml', DOUBLED);
    const other = join(folder, 'other.yaml');
    make(join(folder, 'real.yaml'), other);
    const got = check('other.yaml', '--fix');
    rmSync(other);
    assert.equal(got.status, 2);
    assert.match(got.stderr, want);
    assert.equal(readFileSync(join(folder, 'real.yaml'), 'utf8'), DOUBLED);
  });
}

test('--fix wants to be told which files', () => {
  const got = check('--fix');
  assert.equal(got.status, 2);
  assert.match(got.stderr, /needs the files named/);
});

/** A base and a layer of a team, in a folder of their own, with what is no policy beside them. */
function layers(name: string, team: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  put(join(name, '10-base.yaml'), CLEAN);
  put(join(name, '20-team.yaml'), `version: 1\nname: team\nlayer: team\n${team}`);
  put(join(name, 'notes.txt'), 'version: 9\n');
  put(join(name, 'all.cases.yaml'), 'version: 1\ncases: []\n');
  return name;
}
const FINDING_FIELDS = 'code severity file line column endLine endColumn path message hint fix';
const TEAM = 'commands:\n  deny:\n    - { id: team/one, run: [sudo, sudo], reason: B. }\n';

test('a folder and its documents one by one are the same policy, with findings in the document that has them', () => {
  const name = layers('layered', TEAM);
  const asFolder = JSON.parse(check(name, '--json').stdout);
  const asFiles = JSON.parse(check(join(name, '10-base.yaml'), join(name, '20-team.yaml'), '--json').stdout);
  assert.deepEqual(asFolder, asFiles);
  const [found] = asFolder.findings.filter((one: { code: string }) => one.code === 'lint/duplicate-pattern');
  assert.deepEqual([found.file, found.line, found.column], ['layered/20-team.yaml', 6, 35]);
  const shown = check(name);
  assert.match(shown.stderr, /^layered\/20-team\.yaml:6:35: warning: `sudo` stands in this list already/m);
  assert.equal(shown.status, 0);
});

test('a layer that allows more is an error that names both lines', () => {
  const name = layers('widening', 'defaults: { read_inside: allow }\n');
  const got = check(name);
  assert.equal(got.status, 3);
  assert.match(got.stderr, /^widening\/20-team\.yaml:4:\d+: error: .*\[policy\/layer-widens\]/m);
  assert.match(got.stderr, /10-base\.yaml/);
});

test('a layer without a base, and a folder without a policy, are told', () => {
  const name = layers('halves', TEAM);
  const alone = check(join(name, '20-team.yaml'));
  assert.equal(alone.status, 3);
  assert.match(alone.stderr, /\[policy\/layer-set\]/);
  mkdirSync(join(folder, 'empty'), { recursive: true });
  const empty = check('empty');
  assert.equal(empty.status, 1);
  assert.match(empty.stderr, /^error: the folder `.*empty` holds no policy\nhint: /);
});

test('without a name the policy is the one that would be put in force', () => {
  mkdirSync(join(folder, 'state'), { recursive: true });
  put(join('state', 'policy.yaml'), CLEAN);
  const got = check();
  rmSync(join(folder, 'state', 'policy.yaml'));
  assert.match(got.stdout, /^clean: no fault/);
});

test('the fields of JSON are these and no others, and nothing else is on standard output', () => {
  const got = check(put('p.yaml', DOUBLED), '--json');
  assert.equal(got.stderr, '');
  const { findings, ...head } = JSON.parse(got.stdout);
  assert.deepEqual(Object.keys(head), ['policy', 'digest', 'counts', 'leftOut']);
  assert.deepEqual(Object.keys(head.counts), ['error', 'warning', 'note']);
  for (const one of findings) {
    assert.equal(Object.keys(one).join(' '), FINDING_FIELDS);
  }
  const broken = JSON.parse(check(put('broken.yaml', 'version: 1\nname: [\n'), '--json').stdout);
  assert.deepEqual([broken.policy, broken.digest, broken.findings[0].code], [null, null, 'policy/yaml-syntax']);
});

test('there is colour where it is wanted, and in no pipe', () => {
  const file = put('p.yaml', DOUBLED);
  assert.ok(!check(file).stderr.includes('\u001b'));
  assert.ok(!checkWith({ FORCE_COLOR: '1' }, file, '--json').stdout.includes('\u001b'));
  assert.ok(checkWith({ FORCE_COLOR: '1' }, file).stderr.includes('\u001b[33mwarning\u001b[39m'));
});

test('of several documents all are mended or none', () => {
  const name = layers('several', TEAM);
  put(join(name, '10-base.yaml'), CLEAN.replace('paths: [', "paths: ['**/.env', "));
  const before = readFileSync(join(folder, name, '10-base.yaml'), 'utf8');
  renameSync(join(folder, name, '20-team.yaml'), join(folder, 'elsewhere.yaml'));
  symlinkSync(join(folder, 'elsewhere.yaml'), join(folder, name, '20-team.yaml'));
  const refused = check(name, '--fix');
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /is a link/);
  assert.equal(readFileSync(join(folder, name, '10-base.yaml'), 'utf8'), before);
  rmSync(join(folder, name, '20-team.yaml'));
  renameSync(join(folder, 'elsewhere.yaml'), join(folder, name, '20-team.yaml'));
  const mended = check(name, '--fix');
  assert.match(mended.stderr, /10-base\.yaml: 1 mended\n.*20-team\.yaml: 1 mended/);
  assert.ok(!readFileSync(join(folder, name, '20-team.yaml'), 'utf8').includes('sudo, sudo'));
});

test('nothing is mended where another document has errors, and that is said', () => {
  const name = layers('broken', TEAM);
  put(join(name, '10-base.yaml'), `${CLEAN}nmae: x\n`);
  const before = readFileSync(join(folder, name, '20-team.yaml'), 'utf8');
  const got = check(name, '--fix');
  assert.equal(got.status, 3);
  assert.match(got.stderr, /^warning: nothing is mended while the policy has errors$/m);
  assert.equal(readFileSync(join(folder, name, '20-team.yaml'), 'utf8'), before);
});

test('the change that is shown holds no credential', () => {
  const secret = ['gh', 'p_', 'Zq8Lw2pQx91Vb7NmZq8Lw2pQx91Vb7Nm12'].join('');
  const got = check(
    put('p.yaml', DOUBLED.replace('[sudo, su, sudo]', `[sudo, su, sudo, '${secret}']`)),
    '--fix',
    '--dry-run',
  );
  assert.match(got.stderr, /^-\(a line with a credential\)\n\+\(a line with a credential\)$/m);
  assert.ok(!`${got.stdout}${got.stderr}`.includes(secret));
});

test('bytes that are no text, and a file that is too large, are told in time', () => {
  writeFileSync(join(folder, 'odd.yaml'), Buffer.from([0xff, 0x00, 0x1b, 0x5b, 0x41]));
  const odd = check('odd.yaml');
  assert.equal(odd.status, 3);
  assert.match(odd.stderr, /^odd\.yaml:1:1: error: .*\[policy\/not-utf8\]/m);
  assert.ok(!odd.stderr.includes('\u001b'));
  writeFileSync(join(folder, 'large.yaml'), Buffer.alloc(10_000_000, 'a: b\n'));
  assert.match(check('large.yaml').stderr, /\[policy\/too-large\]/);
});
