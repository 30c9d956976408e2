import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { program } from '../src/cli/program.ts';
import { ROOT, makeHome } from './daemon-process.ts';
import { guideBlocks } from './guide-blocks.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGES = ['docs/aws.md', 'docs/aws-runbooks.md', 'docs/aws-reference.md'];
const GUIDE = PAGES.map(read).join('\n');
const EXAMPLE = 'infra/terraform/examples/full';
const BLOCKS = PAGES.flatMap((page) => guideBlocks(read(page)).map((block) => ({ page, ...block })));
const BLOCK_TIMEOUT_MS = 120_000;

test('the blocks that need no account run as written in a copy of the example, and give its values', (t) => {
  const { env, folder } = makeHome(t);
  const work = join(folder, 'full');
  cpSync(join(ROOT, EXAMPLE), work, { recursive: true });
  const offline = BLOCKS.filter(({ notes }) => notes.includes('runs offline'));
  assert.equal(offline.length, 2);
  for (const { commands, page, line } of offline) {
    const ran = spawnSync('bash', ['-c', `exec 2>&1\nset -e\n${commands}`], {
      env: { ...env, PATH: `${ROOT}node_modules/.bin:${env['PATH']}` },
      cwd: work,
      encoding: 'utf8',
      timeout: BLOCK_TIMEOUT_MS,
    });
    assert.equal(ran.status, 0, `${page}:${line}\n${ran.stdout}`);
  }
  for (const values of ['sallyport.auto.tfvars.json', 'session-policy.json']) {
    assert.equal(readFileSync(join(work, values), 'utf8'), read(`${EXAMPLE}/${values}`), values);
  }
});

test('each command of ours has the options that the guide gives it', () => {
  const lines = commandLines().filter((words) => words[0] === 'sallyport');
  assert.ok(lines.length >= 12, `${lines.length} lines`);
  assert.deepEqual(lines.flatMap(optionFaults), []);
});

test('each script and Dockerfile that the guide runs is there, with the arguments that it is given', () => {
  const faults = commandLines().flatMap((words) => {
    const [first = '', second = ''] = words;
    if (first === 'node' && !existsSync(join(ROOT, second))) return [second];
    if (first !== 'docker' || second !== 'build') return [];
    const file = words[words.indexOf('-f') + 1] ?? '';
    const given = words.filter((_, at) => words[at - 1] === '--build-arg').map((word) => word.split('=')[0] ?? '');
    const taken = [...read(file).matchAll(/^ARG (\w+)$/gmu)].map(([, name = '']) => name);
    return taken.filter((name) => !given.includes(name)).concat(given.filter((name) => !taken.includes(name)));
  });
  assert.deepEqual(faults, []);
});

test('each file and folder that the guide names is there', () => {
  const named = inCode().filter((text) => /^(?:infra|scripts|test|docs|examples)\/[\w./-]+$/u.test(text));
  const under = ['', 'infra/terraform/'];
  assert.deepEqual(
    named.filter((path) => !under.some((folder) => existsSync(join(ROOT, folder, path)))),
    [],
  );
});

test('each variable and output that the guide names is one of Terraform, of the policy or of a program', () => {
  const known = ['infra/terraform/**/*.tf', 'docs/policy.md', 'infra/host/**/*.sh', 'infra/images/**/*.mjs']
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .map(read)
    .join('\n');
  const words = new Set(known.match(/\w+/gu));
  const named = inCode().filter((text) => /^[a-z]+(?:_[a-z]+)+$/u.test(text));
  assert.ok(named.length >= 20, `${named.length} names`);
  assert.deepEqual(
    named.filter((name) => !words.has(name)),
    [],
  );
});

test('each output that is asked for is one of the example', () => {
  const outputs = read(`${EXAMPLE}/outputs.tf`);
  const asked = [...GUIDE.matchAll(/terraform output (\w+)/gu)].map(([, name = '']) => name);
  assert.ok(asked.length >= 2);
  assert.deepEqual(
    asked.filter((name) => !outputs.includes(`output "${name}"`)),
    [],
  );
});

test('modules and stacks are those of the tree', () => {
  const table = sectionOf('## Modules');
  const modules = [...table.matchAll(/^\| `([\w-]+)` /gmu)].map(([, name = '']) => name);
  assert.deepEqual(modules.toSorted(), globSync('*', { cwd: join(ROOT, 'infra/terraform/modules') }).toSorted());
  for (const stack of globSync('*', { cwd: join(ROOT, 'infra/terraform/stacks') })) {
    assert.ok(table.includes(`\`${stack}\``), stack);
  }
});

test('the sums of the costs are those of their lines', () => {
  const rows = sectionOf('## Cost')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('*', '')));
  const monthly = rows.filter((row) => row.length === 8);
  for (const column of [4, 6]) {
    const figures = monthly.flatMap((row) => (/^\d+\.\d\d$/u.test(row[column] ?? '') ? [Number(row[column])] : []));
    const sum = figures.at(-1) ?? 0;
    const lines = figures.slice(0, -1).reduce((total, figure) => total + figure, 0);
    assert.ok(figures.length > 5 && Math.abs(lines - sum) < 0.005, `${lines} and ${sum}`);
  }
});

/** The commands of all blocks, as words. */
function commandLines(): readonly (readonly string[])[] {
  return BLOCKS.flatMap(({ commands }) => commands.split('\n'))
    .map((line) => line.trim().replace(/^npx /u, ''))
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/u));
}

function optionFaults(words: readonly string[]): readonly string[] {
  let command = program(() => undefined);
  for (const word of words.slice(1)) {
    const child = command.commands.find((one) => one.name() === word);
    if (child === undefined) break;
    command = child;
  }
  if (command.name() === 'sallyport') return [`${words.join(' ')}: no such command`];
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  return own
    .filter((word) => word.startsWith('--') && !command.options.some(({ long }) => long === word))
    .map((word) => `${words.join(' ')}: ${word}`);
}

/** What stands in backticks within the text. */
function inCode(): readonly string[] {
  const text = GUIDE.replaceAll(/^```.*?^```$/gmsu, '');
  return [...text.matchAll(/`([^`\n]+)`/gu)].map(([, code = '']) => code);
}

function sectionOf(heading: string): string {
  const from = GUIDE.indexOf(`\n${heading}\n`);
  assert.ok(from !== -1, heading);
  const to = GUIDE.indexOf('\n## ', from + heading.length);
  return GUIDE.slice(from, to === -1 ? undefined : to);
}
