import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, makeHome, sallyport, startDaemonProcess } from './daemon-process.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const POLICY = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8');

test('every command of the README’s list runs as written', async (t) => {
  const home = makeHome(t, POLICY);
  await startDaemonProcess(t, home);
  const commands = commandsBelow('## Commands');
  assert.ok(commands.length >= 6);
  for (const command of commands) {
    const words = wordsOf(command);
    const ran = sallyport(home, words);
    // `explain` says no of the one that the README asks about; `doctor` of a machine without a sandbox; `scan` of keys.
    const allowed = words.includes('explain') ? [3] : ['doctor', 'scan'].includes(words[0] ?? '') ? [0, 3] : [0];
    assert.ok(allowed.includes(ran.status ?? -1), `${command} exited ${ran.status}: ${ran.stderr}`);
    assert.ok(ran.stdout.length > 0, command);
  }
});

test('every command on the policy in the README runs as written', (t) => {
  const home = makeHome(t);
  const example = join(ROOT, 'examples', 'policies', 'web-frontend');
  const beside = (name: string): string => join(home.folder, name);
  copyFileSync(`${example}.yaml`, beside('policy.yaml'));
  copyFileSync(`${example}.cases.yaml`, beside('policy.cases.yaml'));
  writeFileSync(beside('new.yaml'), readFileSync(`${example}.yaml`, 'utf8').replace('sudo, su,', 'su,'));
  writeFileSync(beside('managed-settings.json'), '{ "permissions": { "deny": ["Read(**/.env)"] } }');
  mkdirSync(join(home.state, 'audit', 'segments'), { recursive: true });
  const commands = commandsBelow('## The policy');
  assert.ok(commands.length >= 8);
  for (const command of commands) {
    const ran = sallyport(home, wordsOf(command));
    // A difference and a call that is denied at every place are answers too.
    const want = /^policy (?:diff|reach)/.test(command) ? 3 : 0;
    assert.equal(ran.status, want, `${command}: ${ran.stderr}`);
    assert.ok(ran.stdout.length > 0, command);
  }
});

/** The commands of the block that follows a heading of the README, each without `npx sallyport` and its remark. */
function commandsBelow(heading: string): readonly string[] {
  const section = README.slice(README.indexOf(`${heading}\n`));
  const list = /```sh\n([^`]+)```/.exec(section)?.[1] ?? '';
  return list.split('\n').flatMap((line) => /^npx sallyport (.+?) *(?:#.*)?$/.exec(line)?.[1] ?? []);
}

function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

test('doctor names what is missing, each with its fix', (t) => {
  const home = makeHome(t);
  const ran = sallyport(home, ['doctor', '--json']);
  assert.equal(ran.status, 3);
  const findings = JSON.parse(ran.stdout) as { name: string; state: string; fix: string | null }[];
  const names = findings.map((finding) => finding.name);
  for (const name of [
    'client',
    'policy',
    'daemon',
    'hook',
    'gateway',
    'bubblewrap',
    'socat',
    'settings',
    'clock',
    'disk',
    'log',
  ]) {
    assert.ok(names.includes(name), name);
  }
  assert.equal(findings.find((finding) => finding.name === 'daemon')?.state, 'missing');
  for (const finding of findings.filter((one) => one.state === 'missing')) assert.ok(finding.fix, finding.name);
});

test(
  'doctor finds nothing missing while a daemon runs',
  { skip: process.getuid?.() !== 0 ? 'needs bubblewrap and socat, which CI installs as root' : false },
  async (t) => {
    const home = makeHome(t, POLICY);
    await startDaemonProcess(t, home);
    const findings = JSON.parse(sallyport(home, ['doctor', '--json']).stdout) as {
      name: string;
      state: string;
      text: string;
    }[];
    assert.deepEqual(
      findings.filter((finding) => finding.state === 'missing'),
      [],
    );
  },
);
