import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TARGETS } from '../src/compile/index.ts';
import type { Coverage } from '../src/compile/index.ts';
import { makeHome, ROOT, sallyport } from './daemon-process.ts';

const POLICY = 'version: 1\nname: test\negress: { hosts: [{ host: registry.npmjs.org, reason: Packages. }] }\n';

test('every target is listed with a line about it', (t) => {
  const listed = sallyport(makeHome(t), ['policy', 'compile', '--list']).stdout.trimEnd().split('\n');
  assert.deepEqual(
    listed.map((line) => line.split(/ {2,}/)),
    TARGETS.map(({ name, about }) => [name, about]),
  );
});

test('one file is printed as it is, several with their names and places', (t) => {
  const home = makeHome(t, POLICY);
  const one = sallyport(home, ['policy', 'compile', home.policyFile]);
  assert.equal(one.status, 0, one.stderr);
  assert.ok('permissions' in (JSON.parse(one.stdout) as object));
  const several = sallyport(home, ['policy', 'compile', home.policyFile, '--target', 'dns-list']).stdout;
  assert.match(several, /^==> egress\.domains\.txt: .* <==\nregistry\.npmjs\.org\n\n==> gateway\.domains\.txt: /);
});

test('every kind is written to a folder of its own, twice to the same bytes', (t) => {
  const home = makeHome(t, POLICY);
  const [first, second] = [join(home.folder, 'one'), join(home.folder, 'two')];
  for (const out of [first, second]) {
    const ran = sallyport(home, ['policy', 'compile', home.policyFile, '--all', '--out', out]);
    assert.equal(ran.status, 0, ran.stderr);
  }
  assert.deepEqual(readdirSync(first).sort(), TARGETS.map(({ name }) => name).sort());
  for (const target of TARGETS) {
    for (const file of readdirSync(join(first, target.name))) {
      assert.deepEqual(readFileSync(join(first, target.name, file)), readFileSync(join(second, target.name, file)));
    }
  }
  const registry = readFileSync(join(first, 'windows-policy', 'claude-code.reg'));
  assert.deepEqual([...registry.subarray(0, 4)], [0xff, 0xfe, 0x57, 0x00], 'UTF-16 with its mark');
});

test('a policy that allows no host makes no network, and says why', (t) => {
  const home = makeHome(t, 'version: 1\nname: x\n');
  const one = sallyport(home, ['policy', 'compile', home.policyFile, '--target', 'terraform']);
  assert.equal(one.status, 3);
  assert.equal(one.stdout, '');
  assert.match(one.stderr, /no `terraform`: the policy allows no host/);
  assert.match(one.stderr, /egress\.hosts/);
  const out = join(home.folder, 'all');
  const all = sallyport(home, ['policy', 'compile', home.policyFile, '--all', '--out', out]);
  assert.equal(all.status, 0, all.stderr);
  assert.match(all.stderr, /no `terraform`: the policy allows no host/);
  assert.ok(!readdirSync(out).includes('terraform'));
});

test('a retention that the audit store does not take is raised, and that is said', (t) => {
  const home = makeHome(t, `${POLICY}audit: { retention_days: 365 }\n`);
  const ran = sallyport(home, ['policy', 'compile', home.policyFile, '--target', 'terraform']);
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /"years": 7/);
  assert.match(ran.stderr, /^warning: terraform: audit\.retention_days: .* at least 7 years.*COMPLIANCE/m);
});

test('whoever compiles, wherever their own state lies, gets the same bytes', (t) => {
  const homes = [makeHome(t, POLICY), makeHome(t, POLICY)];
  const [one, two] = homes.map((home) => {
    const ran = sallyport(home, ['policy', 'compile', home.policyFile, '--all', '--json']);
    assert.equal(ran.status, 0, ran.stderr);
    assert.ok(!ran.stdout.includes(home.folder));
    return ran.stdout;
  });
  assert.equal(one, two);
  assert.match(one ?? '', /dir=\/var\/lib\/sallyport\/keys /);
});

test('a bundle compiles to the bytes of its policy, and one that another key signed does not', (t) => {
  const home = makeHome(t, POLICY);
  const [ours, theirs] = [join(home.folder, 'ours'), join(home.folder, 'theirs')];
  for (const keys of [ours, theirs]) assert.equal(sallyport(home, ['policy', 'keygen', '--out', keys]).status, 0);
  const bundle = join(home.folder, 'bundle.json');
  const key = join(ours, 'bundle-signing.key');
  const signed = sallyport(home, ['policy', 'sign', home.policyFile, '--key', key, '--sequence', '1', '--out', bundle]);
  assert.equal(signed.status, 0, signed.stderr);
  const compiled = (...words: readonly string[]): ReturnType<typeof sallyport> =>
    sallyport(home, ['policy', 'compile', ...words, '--target', 'auditd']);
  const trusted = compiled('--bundle', bundle, '--trust', join(ours, 'bundle-signing.pub'));
  assert.equal(trusted.status, 0, trusted.stderr);
  assert.equal(trusted.stdout, compiled(home.policyFile).stdout);
  const strange = compiled('--bundle', bundle, '--trust', join(theirs, 'bundle-signing.pub'));
  assert.equal(strange.status, 3);
  assert.equal(strange.stdout, '');
  assert.equal(compiled('--bundle', bundle).status, 2);
  assert.equal(compiled(home.policyFile, '--bundle', bundle, '--trust', join(ours, 'bundle-signing.pub')).status, 2);
});

test('documents are for the state folder that is named', (t) => {
  const home = makeHome(t, POLICY);
  const words = ['policy', 'compile', home.policyFile, '--target', 'auditd', '--state-folder'];
  assert.match(sallyport(home, [...words, '/srv/sallyport/']).stdout, /dir=\/srv\/sallyport\/keys /);
});

test('what a target has no words for is listed', (t) => {
  const home = makeHome(t, POLICY);
  const gaps = sallyport(home, ['policy', 'compile', home.policyFile, '--target', 'dns-list', '--gaps']).stdout;
  assert.equal(gaps, 'dns-list\tregistry.npmjs.org\tDNS knows no port: the name is answered for more than 443\n');
});

for (const { name, words, status, want } of [
  { name: 'a target that there is not', words: ['--target', 'nope'], status: 2, want: /Allowed choices are/ },
  { name: 'every target to the terminal', words: ['--all'], status: 2, want: /too much for a terminal/ },
  {
    name: 'an organization that is none',
    words: ['--aws-organization', 'x'],
    status: 2,
    want: /an organization id is/,
  },
  {
    name: 'a state folder that hangs on this one',
    words: ['--state-folder', 'x'],
    status: 2,
    want: /a path from the root/,
  },
]) {
  test(`${name} is called wrongly`, (t) => {
    const home = makeHome(t, POLICY);
    const ran = sallyport(home, ['policy', 'compile', home.policyFile, ...words]);
    assert.equal(ran.status, status);
    assert.match(ran.stderr, want);
  });
}

test('a policy with a fault compiles to nothing', (t) => {
  const home = makeHome(t, 'version: 1\nname: test\ncomands: {}\n');
  const ran = sallyport(home, ['policy', 'compile', home.policyFile, '--all', '--out', join(home.folder, 'out')]);
  assert.equal(ran.status, 3);
  assert.ok(!existsSync(join(home.folder, 'out')));
});

test('under the default policy no rule that the client can carry is open in the client', (t) => {
  const home = makeHome(t);
  const policy = join(ROOT, 'policies', 'default.yaml');
  const ran = sallyport(home, ['policy', 'compile', policy, '--coverage', '--json']);
  assert.equal(ran.status, 0, ran.stderr);
  const { rows, faults, notHeld } = JSON.parse(ran.stdout) as Coverage;
  assert.deepEqual(faults, []);
  const heldByClient = rows.filter(({ heldBy }) => heldBy === 'guard+client');
  assert.ok(heldByClient.length > rows.length * 0.8, `${heldByClient.length} of ${rows.length}`);
  for (const { heldBy, why, pattern } of rows) assert.match(why, /^[a-z].*[^.]$/, `${heldBy} ${pattern}`);
  const text = sallyport(home, ['policy', 'compile', policy, '--coverage']);
  assert.equal(text.stdout.trimEnd().split('\n').length, rows.length + notHeld.length + 1);
  assert.match(text.stdout, /\n\d+ patterns: \d+ guard\+client, /);
});
