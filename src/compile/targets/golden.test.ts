import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Sha256 } from '../../core/ids.ts';
import { parsePolicy, ruleTableOf } from '../../policy/index.ts';
import { TARGETS } from './index.ts';
import type { Target, TargetInput } from './target.ts';

const DASHES = '\n----------\n';
const folder = new URL('../golden/', import.meta.url);

function inputOf(text: string): TargetInput {
  const result = parsePolicy(text);
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.diagnostics));
  return {
    policy: result.policy,
    table: ruleTableOf(result.policy),
    site: {
      hookCommand: ['/opt/sallyport/hook'],
      guardSocket: '/run/sallyport/guard.sock',
      sessionId: 'ses_test',
      gatewayUrl: 'http://127.0.0.1:7117',
      provider: result.policy.models.provider,
      environment: { PATH: '/usr/bin:/bin' },
      hiddenFolders: ['/var/lib/sallyport'],
    },
    awsOrganizationId: 'o-exampleorgid',
    sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
  };
}

function shown(target: Target, input: TargetInput): string {
  const { files, gaps } = target.compile(input);
  const texts = files.map(
    ({ name, place, text, encoding }) => `==> ${name} | ${place} | ${encoding} <==\n${text.replaceAll('\r\n', '\n')}\n`,
  );
  return `${texts.join('')}==> gaps <==\n${gaps.map(({ subject, why }) => `${subject}: ${why}\n`).join('')}`;
}

// Input, a line of dashes, expected bytes. UPDATE_GOLDEN=1 rewrites: read the difference as if it were code.
for (const target of TARGETS) {
  test(`the target ${target.name} gives its golden files`, () => {
    const file = new URL(`target-${target.name}.txt`, folder);
    const source = readFileSync(existsSync(file) ? file : new URL('target-terraform.txt', folder), 'utf8');
    const [policy = '', expected = ''] = source.split(DASHES);
    const output = shown(target, inputOf(policy));
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${policy}${DASHES}${output}`);
    else assert.equal(output, expected);
    assert.equal(shown(target, inputOf(policy)), output, 'another run, other bytes');
  });
}

test('there is no golden file without a target', () => {
  const names = readdirSync(folder).filter((name) => name.startsWith('target-'));
  assert.deepEqual(names.sort(), TARGETS.map(({ name }) => `target-${name}.txt`).sort());
});

test('names of targets and files are plain, and each has a line about it', () => {
  const input = inputOf('version: 1\nname: x\n');
  for (const target of TARGETS) {
    assert.match(target.name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(target.about, /^[^\n]{10,90}[^.]$/);
    const names = target.compile(input).files.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-zA-Z0-9][a-zA-Z0-9.-]+$/);
  }
});
