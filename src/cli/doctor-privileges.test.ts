import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privilegeFindings } from './doctor-privileges.ts';

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  'sallyport:x:990:990::/var/lib/sallyport:/usr/sbin/nologin',
  'ann:x:1001:1001::/home/ann:/bin/bash',
  'bob:x:1002:1002::/home/bob:/bin/bash',
  '',
].join('\n');
const GROUP = 'root:x:0:\nsallyport:x:990:\nsallyport-users:x:991:sallyport,ann\nann:x:1001:\nbob:x:1002:\n';
const OTHER = { uid: 990, gids: [990, 991] };

for (const { name, passwd = '', group = '', self = OTHER, peopleGid = 991, allowed = '', want } of [
  { name: 'nobody is above it', want: ['ok none of 1 people with sessions is in a group that leads to root'] },
  {
    name: 'a member of docker',
    group: 'docker:x:50:ann,bob\n',
    want: ['missing ann is above every control of this machine: group docker'],
  },
  {
    name: 'in two groups',
    group: 'sudo:x:27:ann\nlxd:x:51:ann\n',
    want: [
      'missing ann is above every control of this machine: group sudo',
      'missing ann is above every control of this machine: group lxd',
    ],
  },
  {
    name: 'a first group',
    passwd: 'cy:x:1003:991::/home/cy:/bin/sh\ndan:x:1004:50::/home/dan:/bin/sh\n',
    group: 'docker:x:50:cy\n',
    want: ['missing cy is above every control of this machine: group docker'],
  },
  {
    name: 'the first group of root, under another name',
    passwd: 'cy:x:1003:0::/home/cy:/bin/sh\n',
    group: 'operators:x:0:\nteam:x:991:cy\n',
    want: [
      'missing cy is above every control of this machine: group root',
      'missing cy is above every control of this machine: group operators',
    ],
  },
  {
    name: 'another name of root',
    passwd: 'toor:x:0:1009::/root:/bin/sh\n',
    group: 'team:x:991:toor\n',
    want: ['missing toor is above every control of this machine: uid 0'],
  },
  {
    name: 'a group of whoever asks that no file gives',
    group: 'docker:x:50:\n',
    self: { uid: 1001, gids: [1001, 991, 50] },
    want: ['missing ann is above every control of this machine: group docker'],
  },
  {
    name: 'where everybody may open sessions, whoever asks is looked at alone',
    peopleGid: null,
    group: 'docker:x:50:ann,bob\n',
    self: { uid: 1002, gids: [1002, 50] },
    want: ['missing bob is above every control of this machine: group docker'],
  },
  {
    name: 'what the install allowed is told and no failure',
    group: 'docker:x:50:ann\nsudo:x:27:ann\n',
    allowed: 'ann group docker\n',
    want: [
      'note ann is above every control of this machine: group docker; allowed by the install',
      'missing ann is above every control of this machine: group sudo',
    ],
  },
  { name: 'a group whose name only begins as one', group: 'dockers:x:50:ann\n', want: ['ok'] },
  { name: 'lines that are none', passwd: '\n#\n::::\nx\n', group: '\n#docker:x:1:ann\n:::\ny\n', want: ['ok'] },
  { name: 'root asks', self: { uid: 0, gids: [0] }, want: ['ok'] },
  { name: 'root asks where nobody is known', self: { uid: 0, gids: [0] }, peopleGid: null, want: [] },
]) {
  test(`people above every control: ${name}`, () => {
    const findings = privilegeFindings({
      passwd: PASSWD + passwd,
      group: GROUP + group,
      peopleGid,
      self,
      allowed,
    });
    const told = findings.map(({ state, text }) => `${state} ${text}`);
    assert.equal(told.length, want.length, told.join('\n'));
    for (const [at, line] of want.entries()) assert.ok(told[at]?.startsWith(line), told[at]);
    for (const { state, fix } of findings) assert.equal(state === 'missing', fix !== null);
  });
}

test('the way out of a group is said in the words of a shell', () => {
  const [finding] = privilegeFindings({
    passwd: PASSWD,
    group: `${GROUP}docker:x:50:ann\n`,
    peopleGid: 991,
    self: OTHER,
    allowed: '',
  });
  assert.match(finding?.fix ?? '', /^`gpasswd --delete ann docker`/);
});
