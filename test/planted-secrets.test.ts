import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { outputWatch } from '../scripts/output-watch.ts';
import { plantedSecrets, PLANTED_VALUES } from '../scripts/planted-secrets.ts';
import { runTests } from '../scripts/run-tests.ts';
import { LEAKED } from './fixtures/leaked-values.ts';

const LEAKY = fileURLToPath(new URL('./fixtures/leaky-tests.ts', import.meta.url));
const HARMLESS = fileURLToPath(new URL('./fixtures/harmless-tests.ts', import.meta.url));

interface Ran {
  readonly status: number;
  readonly shown: string;
}

async function run(file: string): Promise<Ran> {
  const parts: string[] = [];
  const take = (text: string): void => void parts.push(text);
  const status = await runTests([file], { stdout: take, stderr: take });
  return { status, shown: parts.join('') };
}

test('the runner masks the secrets that tests show, and fails', async (t) => {
  const { status, shown } = await run(LEAKY);
  for (const { name, secret } of LEAKED)
    await t.test(`none is shown ${name}`, () => {
      assert.ok(secret.length > 8 && !shown.includes(secret), 'it is shown');
    });
  await t.test('each is told with its line', () => {
    const told = shown.split('\n').filter((line) => line.startsWith('LEAK '));
    for (const what of [
      'secret/gitlab-token',
      'secret/github-token',
      'secret/slack-token',
      'a planted secret',
      'a session token',
      'secret/private-key',
    ])
      assert.ok(
        told.some((line) => line.startsWith(`LEAK ${what}`)),
        `${what} is missing among ${told.map((line) => line.split(' in line')[0]).join(', ')}`,
      );
    // A key of several lines is told and not masked: its first line is shown before the last one is known.
    assert.ok(told.some((line) => /in line \d+ of the output: the token is \[…\]$/.test(line)));
  });
  await t.test('the run fails though the tests themselves pass but for one', () => {
    assert.equal(status, 1);
    assert.ok(shown.endsWith('\n7 passed, 10 failed\n'), 'it ends in another way');
  });
});

test('a run that shows none is what its tests say', async () => {
  const { status, shown } = await run(HARMLESS);
  assert.equal(status, 0);
  assert.match(shown, /\n1 passed, 0 failed\n$/);
});

test('the values that are looked for are those that tests plant', () => {
  const files = globSync(['src/**/*.ts', 'test/**/*.ts'], { cwd: fileURLToPath(new URL('..', import.meta.url)) });
  const text = files.map((file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).join('\n');
  const forms = (value: string): readonly string[] => [
    value,
    `['${value.split('-').join("', '")}'].join('-')`,
    `'${value.slice(0, 4)}'.repeat(${value.length / 4})`,
  ];
  assert.deepEqual(
    PLANTED_VALUES.filter((value) => !forms(value).some((form) => text.includes(form))).map((value) => value.length),
    [],
    'values of these lengths are planted nowhere any more',
  );
});

test('a line with two secrets loses both, and nothing else', async () => {
  const watch = outputWatch(await plantedSecrets());
  const [first, second] = LEAKED.map(({ secret }) => secret);
  const masked = watch.line(`a ${first} b ${second} c`);
  assert.ok(masked === 'a […] b […] c', 'it is masked in another way');
  assert.deepEqual(
    watch.leaks().map(({ line }) => line),
    [1, 1],
  );
});
