import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { commandReference } from '../src/cli/command-reference.ts';
import { program } from '../src/cli/program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('docs/cli.md is what `npm run docs` writes', () => {
  assert.equal(read('docs/cli.md'), commandReference());
});

test('every dependency has its paragraph', () => {
  const text = read('docs/dependencies.md');
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>;
  const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.keys(manifest[kind] ?? {}),
  );
  assert.deepEqual(
    names.filter((name) => !text.includes(`**${name}**`)),
    [],
  );
});

test('every command that the documents name exists', () => {
  const known = new Set<string>();
  const collect = (command: ReturnType<typeof program>, path: string): void => {
    known.add(path);
    for (const child of command.commands) collect(child, `${path} ${child.name()}`);
  };
  collect(
    program(() => undefined),
    'sallyport',
  );
  const groups = new Set(['policy', 'audit']);
  const unknown: string[] = [];
  for (const file of ['README.md', ...globSync('docs/*.md', { cwd: root })]) {
    for (const [, words = ''] of read(file).matchAll(/(?:npx |`)sallyport ([a-z][a-z -]*)/g)) {
      const [first = '', second = ''] = words.split(' ');
      const path = groups.has(first) ? `sallyport ${first} ${second}` : `sallyport ${first}`;
      if (!known.has(path.trim())) unknown.push(`${file}: ${path}`);
    }
  }
  assert.deepEqual(unknown, []);
});

test('every link between documents leads somewhere', () => {
  const broken: string[] = [];
  for (const file of [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })]) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(join(root, dirname(file), target))) broken.push(`${file}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('every npm script that the documents name exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const missing: string[] = [];
  for (const file of ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root })]) {
    for (const [, name = ''] of read(file).matchAll(/npm run ([a-z:]+)/g))
      if (!(name in scripts)) missing.push(`${file}: ${name}`);
  }
  assert.deepEqual(missing, []);
});
