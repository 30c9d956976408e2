import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { JsonObject } from '../../core/json.ts';
import { ruleId } from '../../core/ids.ts';
import { auditd } from './auditd.ts';
import { claudeDesktop } from './claude-desktop.ts';
import { containerLimits } from './container-limits.ts';
import { floorSettings, FLOOR_VERSION } from './floor-settings.ts';
import { iam } from './iam.ts';
import { macosProfile } from './macos-profile.ts';
import { propertyList } from './property-list.ts';
import { SAMPLE_INPUT } from './sample-input.ts';
import { shellProfile } from './shell-profile.ts';
import type { Target, TargetInput } from './target.ts';
import { windowsPolicy } from './windows-policy.ts';

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const missing = (program: string): string | false => (has(program) ? false : `${program} is not installed`);

function fileOf(target: Target, name: string, input: TargetInput = SAMPLE_INPUT): string {
  const file = target.compile(input).files.find((one) => one.name === name);
  assert.ok(file !== undefined, name);
  return file.text;
}

const RULE_LINE =
  /^(?:#.*|-c|-b [1-9]\d{1,5}|-f [0-2]|-e 2|-a always,exit(?: -F arch=b(?:32|64) -S [a-z_]+(?:,[a-z_]+)+)?(?: -F (?:dir|path)=(?:\/[A-Za-z0-9._@+-]+)+ -F perm=(?:r|wa))?(?: -F auid>=1000 -F auid!=unset| -F auid=unset -F uid>=1000 -F uid<=60000)? -F key=[a-z0-9-]{1,31})$/;

test('every line of the audit rules is one of the few forms that auditctl takes', () => {
  for (const { text } of auditd.compile(SAMPLE_INPUT).files) {
    for (const line of text.trimEnd().split('\n')) assert.match(line, RULE_LINE);
  }
});

test('programs and reads are filtered to people, and the lock is the last line of the last file', () => {
  const files = auditd.compile(SAMPLE_INPUT).files;
  const filtered = fileOf(auditd, '50-sallyport.rules')
    .split('\n')
    .filter((line) => /execve|perm=r /.test(line));
  const [byLogin, byAccount] = [/ -F auid>=1000 -F auid!=unset /, / -F auid=unset -F uid>=1000 -F uid<=60000 /];
  const rest = (line: string): string => line.replace(byLogin, ' ').replace(byAccount, ' ');
  for (const line of filtered) {
    assert.notEqual(byLogin.test(line), byAccount.test(line), line);
    const partner = filtered.find((other) => other !== line && rest(other) === rest(line));
    assert.ok(partner !== undefined, `a session without a login is not covered: ${line}`);
  }
  assert.match(files.at(-1)?.text ?? '', /\n-e 2\n$/);
  assert.deepEqual(
    files.map(({ name }) => name).toSorted(),
    files.map(({ name }) => name),
    'loaded by name',
  );
});

// In a user namespace the kernel refuses every rule, and auditctl says so only after it has read the rule.
const offline = missing('auditctl') || missing('bwrap');
test('auditctl reads every audit rule', { skip: offline }, () => {
  const words = [
    '--dev-bind',
    '/',
    '/',
    '--unshare-user',
    '--unshare-net',
    '--uid',
    '0',
    '--gid',
    '0',
    '--cap-add',
    'ALL',
    '--',
    'auditctl',
  ];
  const said = (rule: string): string =>
    spawnSync('bwrap', [...words, ...rule.split(' ')], { encoding: 'utf8' }).stderr.trim();
  assert.match(said('-a always,exit -F nope=1 -F key=x'), /unknown field/);
  const rules = fileOf(auditd, '50-sallyport.rules')
    .split('\n')
    .filter((line) => line.startsWith('-a '));
  assert.ok(rules.length > 10);
  for (const rule of rules) assert.equal(said(rule), 'The audit system is disabled', rule);
});

const readBack = 'import sys,plistlib,json; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)';
test(
  'a property list reader finds the same settings in the profile as in the file',
  { skip: missing('python3') },
  () => {
    const read = spawnSync('python3', ['-c', readBack], {
      input: fileOf(macosProfile, 'sample.mobileconfig'),
      encoding: 'utf8',
    });
    assert.equal(read.status, 0, read.stderr);
    const profile = JSON.parse(read.stdout) as { PayloadContent: JsonObject[]; PayloadRemovalDisallowed: boolean };
    const settings = Object.fromEntries(
      Object.entries(profile.PayloadContent[0] ?? {}).filter(([key]) => !key.startsWith('Payload')),
    );
    assert.deepEqual(settings, JSON.parse(fileOf(macosProfile, 'managed-settings.json')));
    assert.equal(profile.PayloadContent[0]?.['PayloadType'], 'com.anthropic.claudecode');
    assert.equal(profile.PayloadRemovalDisallowed, true);
  },
);

test('a text that XML cannot hold is refused rather than changed', () => {
  for (const text of ['\u0001', '\uFFFE', '\uD800']) assert.throws(() => propertyList({ a: text }), TypeError);
  assert.throws(() => propertyList({ a: null }), TypeError);
  assert.match(propertyList({ 'a<&>': '<&>"\'' }), /<key>a&lt;&amp;&gt;<\/key>\n\t<string>&lt;&amp;&gt;"'<\/string>/);
});

test('the registry value is the file’s settings as one string', () => {
  const lines = fileOf(windowsPolicy, 'claude-code.reg').split('\r\n');
  assert.equal(lines[0], 'Windows Registry Editor Version 5.00');
  assert.equal(lines[2], '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\ClaudeCode]');
  const [, quoted = ''] = /^"Settings"="(.*)"$/.exec(lines[3] ?? '') ?? [];
  const value = quoted.replace(/\\(["\\])/g, '$1');
  assert.deepEqual(JSON.parse(value), JSON.parse(fileOf(windowsPolicy, 'managed-settings.json')));
  assert.ok(!('sandbox' in (JSON.parse(value) as object)), 'the client does not start there with one');
});

test('a machine without the daemon gets no hook, and the model’s address is pinned', () => {
  for (const target of [macosProfile, windowsPolicy]) {
    const settings = JSON.parse(fileOf(target, 'managed-settings.json')) as Record<string, Record<string, unknown>>;
    assert.ok(!('hooks' in settings));
    assert.equal(settings['env']?.['ANTHROPIC_BEDROCK_BASE_URL'], SAMPLE_INPUT.policy.models.upstream);
    assert.equal(settings['permissions']?.['disableBypassPermissionsMode'], 'disable');
    assert.ok(target.compile(SAMPLE_INPUT).gaps.some(({ subject }) => subject === 'hooks'));
  }
});

test('the floor names no setting and no event that its client does not know', () => {
  const settings = JSON.parse(fileOf(floorSettings, 'managed-settings.json')) as Record<
    string,
    Record<string, unknown>
  >;
  assert.equal(settings['requiredMinimumVersion'], FLOOR_VERSION);
  assert.ok(!('allowedProviders' in settings));
  for (const event of ['PreModelSwitch', 'PostModelSwitch', 'DirectoryAdded'])
    assert.ok(!(event in (settings['hooks'] ?? {})));
  assert.ok('PreToolUse' in (settings['hooks'] ?? {}));
});

for (const shell of ['sh', 'dash', 'bash']) {
  test(`the profile can be read twice by ${shell}, and says nothing`, { skip: missing(shell) }, () => {
    const profile = fileOf(shellProfile, 'sallyport.sh');
    const run = spawnSync(shell, ['-eu', '-c', `${profile}\n${profile}\numask; echo "$TMOUT"`], {
      encoding: 'utf8',
      // bash takes a socket, as Node's own pipes are, for a network login and reads more than the profile.
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 10_000,
    });
    assert.deepEqual([run.status, run.stderr], [0, '']);
    assert.match(run.stdout, /^0?027\n900\n$/);
  });
}

for (const shell of ['sh', 'dash', 'bash']) {
  const names = ['TMOUT', 'HISTSIZE', 'HISTFILESIZE', 'HISTTIMEFORMAT', 'HISTCONTROL', 'HISTIGNORE'];
  for (const name of names) {
    test(`where another profile fixed ${name}, ${shell} still gets its prompt`, { skip: missing(shell) }, () => {
      const profile = fileOf(shellProfile, 'sallyport.sh');
      const run = spawnSync(shell, ['-eu', '-c', `${name}=7; readonly ${name}\n${profile}\numask; echo "$${name}"`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 10_000,
      });
      assert.deepEqual([run.status, run.stderr], [0, '']);
      assert.match(run.stdout, /^0?027\n7\n$/);
    });
  }
}

test('the Compose file holds a service that others extend, and the pod names no container', () => {
  const { services } = JSON.parse(fileOf(containerLimits, 'compose.json')) as { services: Record<string, JsonObject> };
  assert.deepEqual(services['limits']?.['security_opt'], ['no-new-privileges:true']);
  const { spec } = JSON.parse(fileOf(containerLimits, 'pod.json')) as { spec: Record<string, unknown> };
  assert.deepEqual(spec['securityContext'], { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  assert.ok(!('containers' in spec));
  assert.match(fileOf(containerLimits, 'pod-container.json'), /"allowPrivilegeEscalation": false/);
});

test('a plain file that a policy names with all below it is watched as a file', () => {
  const paths = ['/etc/passwd/**', '/srv/app/config.json/**', '/srv/keys/**', '/etc/conf.d/**'];
  const rule = {
    id: ruleId('a/b'),
    verdict: 'deny',
    mode: 'enforce',
    access: 'read',
    paths,
    except: [],
    reason: 'x',
  } as const;
  const text = fileOf(auditd, '50-sallyport.rules', {
    ...SAMPLE_INPUT,
    table: { ...SAMPLE_INPUT.table, files: [rule] },
  });
  const watched = text.split('\n').flatMap((line) => (line.includes('a-b') ? [line.split(' ')[3]] : []));
  assert.deepEqual(
    [...new Set(watched)],
    ['dir=/etc/conf.d', 'dir=/srv/keys', 'path=/etc/passwd', 'path=/srv/app/config.json'],
  );
});

test('the desktop application runs no code on the machine, in both forms alike', () => {
  const registry = fileOf(claudeDesktop, 'claude-desktop.reg');
  assert.match(registry, /^\[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Claude\]\r$/m);
  for (const name of ['isClaudeCodeForDesktopEnabled', 'isDesktopExtensionEnabled', 'isLocalDevMcpEnabled']) {
    assert.ok(registry.includes(`"${name}"="false"\r\n`), name);
    assert.match(
      fileOf(claudeDesktop, 'sample.desktop.mobileconfig'),
      new RegExp(`<key>${name}</key>\\s*<string>false</string>`),
    );
  }
});

/** IAM's own wildcards: `*` any run of characters, `?` any one. */
function covers(pattern: string, text: string): boolean {
  if (pattern.includes('?')) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source}$`).test(text);
  }
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0 || !text.startsWith(first)) return pattern === text;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const found = index === rest.length - 1 ? Math.max(at, text.length - part.length) : text.indexOf(part, at);
    if (found === -1 || !text.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return true;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
}

function effects(name: string, action: string, resource: string): readonly string[] {
  const { Statement } = JSON.parse(fileOf(iam, name)) as { Statement: readonly Statement[] };
  return Statement.filter(
    (one) =>
      one.Action.some((pattern) => covers(pattern, action)) &&
      (one.NotResource === undefined
        ? [one.Resource ?? []].flat().some((pattern) => covers(pattern, resource))
        : !one.NotResource.some((pattern) => covers(pattern, resource))),
  ).map(({ Effect }) => Effect);
}

const profile = (model: string): string => `arn:aws:bedrock:eu-central-1:123456789012:inference-profile/${model}`;
const model = (name: string, region = 'eu-west-1'): string => `arn:aws:bedrock:${region}::foundation-model/${name}`;
for (const { name, resource, role, rail } of [
  {
    name: 'an allowed model by its profile',
    resource: profile('eu.anthropic.claude-sonnet-4-5-v1:0'),
    role: ['Allow'],
    rail: [],
  },
  {
    name: 'the model behind it in another region of the area',
    resource: model('anthropic.claude-sonnet-4-5-v1:0'),
    role: ['Allow'],
    rail: [],
  },
  {
    name: 'a dated model by its name without the date',
    resource: profile('eu.anthropic.claude-opus-5-5-20270805-v1:0'),
    role: ['Allow'],
    rail: [],
  },
  {
    name: 'the dated model behind it',
    resource: model('anthropic.claude-opus-5-5-20270805-v1:0'),
    role: ['Allow'],
    rail: [],
  },
  {
    name: 'a dated model whose name only begins like it',
    resource: profile('eu.anthropic.claude-opus-5-5-1-20270805-v1:0'),
    role: [],
    rail: ['Deny'],
  },
  { name: 'a model by its exact name', resource: profile('eu.anthropic.claude-opus-5-5'), role: ['Allow'], rail: [] },
  {
    name: 'a model whose name only begins like it',
    resource: profile('eu.anthropic.claude-opus-5-55'),
    role: [],
    rail: ['Deny'],
  },
  {
    name: 'a model that is not listed',
    resource: profile('eu.anthropic.claude-haiku-4-5-v1:0'),
    role: [],
    rail: ['Deny'],
  },
  {
    name: 'a denied model',
    resource: profile('eu.anthropic.claude-sonnet-3-7-v1:0'),
    role: ['Allow', 'Deny'],
    rail: ['Deny'],
  },
  {
    name: 'a profile of another area',
    resource: profile('us.anthropic.claude-sonnet-4-5-v1:0'),
    role: [],
    rail: ['Deny'],
  },
  {
    name: 'a region of another area',
    resource: model('anthropic.claude-sonnet-4-5-v1:0', 'us-east-1'),
    role: [],
    rail: ['Deny'],
  },
  { name: 'a model of somebody else', resource: model('amazon.nova-pro-v1:0'), role: [], rail: ['Deny'] },
  {
    name: 'an application profile',
    resource: 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc',
    role: [],
    rail: ['Deny'],
  },
]) {
  test(`IAM on ${name}`, () => {
    assert.deepEqual(effects('bedrock-invoke.json', 'bedrock:InvokeModel', resource), role);
    assert.deepEqual(effects('bedrock-guardrail.scp.json', 'bedrock:InvokeModelWithResponseStream', resource), rail);
  });
}

test('the guard rail shuts the other ways to a model', () => {
  for (const action of [
    'bedrock-mantle:CreateInference',
    'bedrock:CreateModelInvocationJob',
    'bedrock:CreateInferenceProfile',
  ]) {
    assert.deepEqual(effects('bedrock-guardrail.scp.json', action, '*'), ['Deny'], action);
  }
});

test('a document that AWS would refuse for its size is named', () => {
  const named = (count: number): TargetInput => {
    const allow = Array.from({ length: count }, (_, at) => `claude-model-of-some-length-${at}`);
    const { policy } = SAMPLE_INPUT;
    return { ...SAMPLE_INPUT, policy: { ...policy, models: { ...policy.models, allow } } };
  };
  const tooLong = (count: number): readonly string[] =>
    iam.compile(named(count)).gaps.flatMap(({ subject, why }) => (/AWS takes/.test(why) ? [subject] : []));
  assert.deepEqual(tooLong(2), []);
  assert.ok(fileOf(iam, 'bedrock-guardrail.scp.json', named(6)).length <= 5_120);
  assert.deepEqual(tooLong(14), ['bedrock-invoke.json', 'bedrock-guardrail.scp.json']);
});

test('without an organization the perimeter lets nobody through, and says so', () => {
  assert.match(fileOf(iam, 'endpoint-perimeter.json'), /"aws:PrincipalOrgID": "ORGANIZATION_ID"/);
  assert.ok(iam.compile(SAMPLE_INPUT).gaps.some(({ subject }) => subject === 'ORGANIZATION_ID'));
});
