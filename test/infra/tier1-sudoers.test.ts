import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOST, run, temporary } from './lib/host-install.ts';

/** `ann` with the number 1001, in the group `sallyport-users` with the number 991. */
function machine(root: string, sudoers: Readonly<Record<string, string>>, group = ''): void {
  mkdirSync(join(root, 'etc/sudoers.d'), { recursive: true });
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\nann:x:1001:1001::/home/ann:/bin/sh\nbob:x:1002:1002::/home/bob:/bin/sh\n',
  );
  writeFileSync(
    join(root, 'etc/group'),
    `root:x:0:\nann:x:1001:\nbob:x:1002:\nsallyport-users:x:991:ann\nothers:x:992:bob\n${group}`,
  );
  for (const [path, text] of Object.entries({ '/etc/sudoers': '', ...sudoers })) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** The files that name `ann`. */
function naming(root: string): readonly string[] {
  const script = `root=$2 work=$2 shape=workstation
    for step in accounts privileges; do . "$1/steps/$step.sh"; done
    sudoers_with ann $(groups_of ann)`;
  const ran = run('/bin/sh', ['-euc', script, 'sh', HOST, root]);
  assert.equal(ran.stderr, '');
  return ran.stdout.split('\n').filter((line) => line !== '');
}

interface Lines {
  readonly text: string;
  readonly isAnn: boolean;
}

const LINES: readonly Lines[] = [
  { text: 'ann ALL=(ALL) ALL', isAnn: true },
  { text: '  ANN\tALL = (ALL) ALL', isAnn: true },
  { text: '#1001 ALL=(ALL) ALL', isAnn: true },
  { text: '#01001 ALL=(ALL) ALL', isAnn: true },
  { text: '%sallyport-users ALL=(ALL) ALL', isAnn: true },
  { text: '%#991 ALL=(ALL) ALL', isAnn: true },
  { text: '%#1001 ALL=(ALL) ALL', isAnn: true },
  { text: '"ann" ALL=(ALL) ALL', isAnn: true },
  { text: '"ann"ALL=(ALL) ALL', isAnn: true },
  { text: '"%sallyport-users" ALL=(ALL) ALL', isAnn: true },
  { text: 'an\\n ALL=(ALL) ALL', isAnn: true },
  { text: 'root, ALL ALL=(ALL) ALL', isAnn: true },
  { text: 'root , ann ALL=(ALL) ALL', isAnn: true },
  { text: '! bob, ann ALL=(ALL) ALL', isAnn: true },
  { text: '!!ann ALL=(ALL) ALL', isAnn: true },
  { text: 'bob, \\\n  ann ALL=(ALL) ALL', isAnn: true },
  { text: 'bob,\\\n#1001 ALL=(ALL) ALL', isAnn: true },
  { text: '# a comment goes on nowhere \\\nann ALL=(ALL) ALL', isAnn: true },
  { text: 'bob ALL=ALL # nor here \\\nann ALL=(ALL) ALL', isAnn: true },
  { text: 'User_Alias P = bob, ann\nP ALL=(ALL) ALL', isAnn: true },
  { text: 'User_Alias Q = bob : P = #1001\nP ALL=(ALL) ALL', isAnn: true },
  { text: 'User_Alias P = ALL\nP ALL=(ALL) ALL', isAnn: true },
  { text: '\\x61nn ALL=(ALL) ALL', isAnn: true },
  { text: '%\\x73allyport-users ALL=(ALL) ALL', isAnn: true },
  { text: '\\x231001 ALL=(ALL) ALL', isAnn: true },
  { text: 'ann\\x00zzz ALL=ALL', isAnn: true },
  { text: 'bob\\x00, ann ALL=ALL', isAnn: true },
  { text: '#1001ALL = (ALL) ALL', isAnn: true },
  { text: '#1001+ng, ALL = ALL', isAnn: true },
  { text: '%#991ALL=ALL', isAnn: true },
  { text: '#1001\\ALL, ALL=ALL', isAnn: true },
  { text: '!!#1001ALL=ALL', isAnn: true },
  { text: 'bob, #1001ALL=ALL', isAnn: true },
  { text: '"#1001"ALL=ALL', isAnn: true },
  { text: 'ann!x, ALL=ALL', isAnn: true },
  { text: '#1001!x, ALL=ALL', isAnn: true },
  { text: 'ann"x", ALL=ALL', isAnn: true },
  { text: '%sallyport-users!x, ALL=ALL', isAnn: true },
  { text: 'ALL!x, ALL=ALL', isAnn: true },
  { text: 'User_Alias P = \\x61nn\nP ALL=ALL', isAnn: true },
  { text: 'User_Alias P = #1001:Q=bob\nP ALL=ALL', isAnn: true },
  { text: 'root ALL=(ALL:ALL) ALL', isAnn: false },
  { text: '\\x62ob ALL=(ALL) ALL', isAnn: false },
  { text: '#1002ann, ALL=ALL', isAnn: false },
  { text: '#1002+ann, ALL=ALL', isAnn: false },
  { text: 'bob!ann, ALL=ALL', isAnn: false },
  { text: 'bob"ann", ALL=ALL', isAnn: false },
  { text: 'bob\\x2cann ALL=ALL', isAnn: false },
  { text: '#10010 ALL=ALL', isAnn: false },
  { text: '%#9910 ALL=ALL', isAnn: false },
  { text: 'bob ALL=(ALL) \\\n  ALL', isAnn: false },
  { text: 'bob ann=(ALL) ALL', isAnn: false },
  { text: 'bob ALL=(ann) ALL : h2=(#1001) /bin/x', isAnn: false },
  { text: '#1002 ALL=(ALL) ALL', isAnn: false },
  { text: '%#992 ALL=(ALL) ALL', isAnn: false },
  { text: '#ann ALL=(ALL) ALL', isAnn: false },
  { text: '# ann ALL=(ALL) ALL', isAnn: false },
  { text: '!ann ALL=(ALL) ALL', isAnn: false },
  { text: '%ann-and-more ALL=(ALL) ALL', isAnn: false },
  { text: 'Defaults:ann !requiretty', isAnn: false },
  { text: 'Defaults badpass_message="ann ALL=ALL"', isAnn: false },
  { text: 'Host_Alias H = ann, ALL\nbob H=(ALL) ALL', isAnn: false },
  { text: 'User_Alias P = bob\nP ALL=(ALL) ALL', isAnn: false },
];

test('a person is found in a list of users of sudoers, however it names them, and nowhere else of a line', (t) => {
  const root = temporary(t);
  const files = LINES.map(({ text }, at) => [`/etc/sudoers.d/${at}`, `${text}\n`] as const);
  machine(root, Object.fromEntries(files));
  const told = new Set(naming(root));
  assert.deepEqual(
    LINES.map(({ text }, at) => ({ text, isAnn: told.has(`/etc/sudoers.d/${at}`) })),
    LINES,
  );
});

const canAskSudo = ['sudo', 'bwrap'].every((program) => run('sh', ['-c', `command -v ${program}`]).status === 0);
const noSudo = canAskSudo && process.getuid?.() === 0 ? false : 'needs sudo, bwrap and root, who asks sudo for others';

test('the table of such lines is what sudo itself says', { skip: noSudo }, (t) => {
  const root = temporary(t);
  const told = LINES.map(({ text }) => {
    machine(root, { '/etc/sudoers': `${text}\n` });
    chmodSync(join(root, 'etc/sudoers'), 0o440);
    const places = ['/etc/sudoers', '/etc/passwd', '/etc/group'].flatMap((path) => ['--bind', join(root, path), path]);
    const ran = run('bwrap', ['--dev-bind', '/', '/', ...places, 'sudo', '-n', '-l', '-U', 'ann']);
    return { text, isAnn: /may run the following/.test(ran.stdout) };
  });
  assert.deepEqual(told, LINES);
});

const GRANT = 'ann ALL=(ALL) ALL\n';
for (const { name, sudoers, told } of [
  {
    name: 'a file by its whole path',
    sudoers: { '/etc/sudoers': '@include /srv/team\n', '/srv/team': GRANT },
    told: ['/srv/team'],
  },
  {
    name: 'a file by the old word',
    sudoers: { '/etc/sudoers': '#include /srv/team\n', '/srv/team': GRANT },
    told: ['/srv/team'],
  },
  {
    name: 'a file beside the one that includes it',
    sudoers: { '/etc/sudoers': '@include sudo/a\n', '/etc/sudo/a': '@include b\n', '/etc/sudo/b': GRANT },
    told: ['/etc/sudo/b'],
  },
  {
    name: 'a folder',
    sudoers: { '/etc/sudoers': '  @includedir\t/srv/sudo \n', '/srv/sudo/team': GRANT, '/srv/sudo/other': 'bob A=A\n' },
    told: ['/srv/sudo/team'],
  },
  {
    name: 'a path with a space, in quotes and without',
    sudoers: {
      '/etc/sudoers': '@include "/srv/my team"\n#include /srv/my\\ other\n',
      '/srv/my team': GRANT,
      '/srv/my other': GRANT,
    },
    told: ['/srv/my team', '/srv/my other'],
  },
  {
    name: 'a file of any host',
    sudoers: { '/etc/sudoers': '@include /srv/sudoers.%h\n', '/srv/sudoers.build-1': GRANT },
    told: ['/srv/sudoers.build-1'],
  },
  {
    name: 'a file and a folder with a letter as its number',
    sudoers: {
      '/etc/sudoers': '@include /srv/\\x74eam\n#includedir /srv/\\x6Dore\n',
      '/srv/team': GRANT,
      '/srv/more/x': GRANT,
    },
    told: ['/srv/team', '/srv/more/x'],
  },
  {
    name: 'a path that reads as a pattern of another',
    sudoers: { '/etc/sudoers': '@include /srv/[a]\n', '/srv/[a]': GRANT, '/srv/a': '' },
    told: ['/srv/[a]'],
  },
  {
    name: 'itself, by ever longer paths',
    sudoers: { '/etc/sudoers': `@include ./sudoers\n@include /etc/sudoers\n${GRANT}` },
    told: ['/etc/sudoers'],
  },
  {
    name: 'what is not there',
    sudoers: { '/etc/sudoers': '@include /srv/nothing\n@includedir /srv/none\n' },
    told: [],
  },
] as const) {
  test(`sudoers includes ${name}`, (t) => {
    const root = temporary(t);
    machine(root, sudoers);
    assert.deepEqual(naming(root), told);
  });
}

for (const { name, says, isAnn } of [
  { name: 'has the person', says: 'echo "admins  ( ,bob,) (host, ann ,example.org)"', isAnn: true },
  { name: 'has everybody', says: 'echo "admins  (host,,example.org)"', isAnn: true },
  { name: 'has others', says: 'echo "admins  ( ,bob,) (ann,-,ann)"', isAnn: false },
  { name: 'is not known to the machine', says: 'exit 2', isAnn: true },
]) {
  test(`a netgroup that ${name} ${isAnn ? 'names' : 'does not name'} the person`, (t) => {
    const folder = temporary(t);
    writeFileSync(join(folder, 'getent'), `#!/bin/sh\n[ "$*" = "netgroup admins" ] || exit 3\n${says}\n`);
    chmodSync(join(folder, 'getent'), 0o755);
    writeFileSync(join(folder, 'sudoers'), '+admins ALL=(ALL) ALL\n');
    const script = `. "$1/steps/privileges.sh"; root='' user=ann names=' ann ' awk "$SUDOERS_NAMES" "$2/sudoers"`;
    const ran = run('/bin/sh', ['-euc', script, 'sh', HOST, folder], { PATH: `${folder}:/usr/bin:/bin` });
    assert.deepEqual([ran.stderr, ran.status], ['', isAnn ? 0 : 1]);
  });
}

test('below a folder, where no directory can be asked, a netgroup and a group of a plug-in hold everybody', (t) => {
  const root = temporary(t);
  machine(root, { '/etc/sudoers.d/a': '+admins ALL=ALL\n', '/etc/sudoers.d/b': '"%:domain admins" ALL=ALL\n' });
  assert.deepEqual(naming(root), ['/etc/sudoers.d/a', '/etc/sudoers.d/b']);
});

test('on a host of EC2 a first group is not left, also where its line names the person', (t) => {
  const root = temporary(t);
  machine(root, {}, 'docker:x:1001:ann\nlxd:x:51:ann\n');
  const script = `fail() { exit 1; }
    root=$2 shape=ec2 dry_run=no allow_privileged=no refusals=0 work=$2 developers=ann
    for step in files accounts privileges; do . "$1/steps/$step.sh"; done
    check_privileges`;
  const ran = run('/bin/sh', ['-euc', script, 'sh', HOST, root]);
  assert.equal(ran.status, 1);
  assert.equal(ran.stderr, 'error: ann is above every control of this machine: group docker\n');
});
