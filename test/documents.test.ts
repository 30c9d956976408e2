import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { commandReference } from '../src/cli/command-reference.ts';
import { program } from '../src/cli/program.ts';
import { saidOf } from '../src/policy/said-of.ts';

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

/** What a policy is around a file of `scan --company`. */
const AROUND_LISTS = 'version: 1\nname: lists\ndlp: { company: alert }\ncompany:\n';

/** Pages that show policies, beside those on detectors. */
const SHOWING_POLICIES = ['content', 'replay', 'gateway', 'limits', 'telemetry', 'forward-proxy'].map(
  (page) => `docs/${page}.md`,
);

for (const file of [...SHOWING_POLICIES, ...globSync('docs/detectors/*.md', { cwd: root })]) {
  const blocks = [...read(file).matchAll(/^(?:<!-- (\S+) -->\n\n)?^```yaml\n(.*?)^```$/gms)];
  for (const [index, [, note, text = '']] of blocks.entries()) {
    test(`${file}: YAML block ${index + 1} is a policy, or the lists of one, without a fault`, () => {
      assert.ok(note === 'example' || note === 'lists', 'a comment above the block says which it is');
      assert.equal(saidOf(note === 'example' ? text : `${AROUND_LISTS}${text.replaceAll(/^/gm, '  ')}`), '');
    });
  }
  if (file === 'docs/content.md') test('the page on content shows policies', () => assert.ok(blocks.length >= 4));
}

test('every link to a heading has its heading', () => {
  const headingsOf = (file: string): ReadonlySet<string> =>
    new Set([...read(file).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => anchorOf(text)));
  const broken: string[] = [];
  for (const file of [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })]) {
    for (const [, target = '', anchor = ''] of read(file).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)) {
      const other = target === '' ? file : join(dirname(file), target);
      if (other.endsWith('.md') && !headingsOf(other).has(anchor)) broken.push(`${file}: ${target}#${anchor}`);
    }
  }
  assert.deepEqual(broken, []);
});

/** The name that code hosts give a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

test('the rooms of the architecture are the folders under src', () => {
  const text = read('docs/architecture.md');
  const rooms = [...text.matchAll(/^\| `([a-z]+)\/` /gm)].map(([, name = '']) => name);
  assert.deepEqual(
    rooms.toSorted(),
    globSync('src/*', { cwd: root })
      .map((path) => path.slice('src/'.length))
      .toSorted(),
  );
  const folders = [...text.matchAll(/^\| `((?:gateway|infra)\/[\w/-]+)\/` /gm)].map(([, name = '']) => name);
  assert.ok(folders.length >= 10, `${folders.length} folders`);
  assert.deepEqual(
    folders.filter((name) => !existsSync(join(root, name)) && !existsSync(join(root, 'src', name))),
    [],
  );
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
