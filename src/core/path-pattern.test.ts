import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pathReach } from './path-pattern-glob.ts';
import type { NameToken, PathStep } from './path-pattern-glob.ts';
import { MAX_PATH_LENGTH, below, pathMatcher } from './path-pattern-match.ts';
import { parsePathPattern } from './path-pattern.ts';
import type { PathPattern } from './path-pattern.ts';

const PLACES = { workspace: '/home/dev/app', homeDir: '/home/dev' };

function pattern(text: string): PathPattern {
  const result = parsePathPattern(text);
  assert.ok(result.ok, text);
  return result.pattern;
}

for (const { text, hits, misses } of [
  { text: '**/.env', hits: ['/.env', '/a/.env', '/a/b/.ENV'], misses: ['/a/x.env', '/a/.env/b', '/a/.envx', '/.env2'] },
  { text: '**/.env.*', hits: ['/a/.env.local', '/.env.'], misses: ['/a/.env', '/a/x.env.local'] },
  { text: '**/*.pem', hits: ['/a/b.pem', '/.pem', '/a/.b.pem'], misses: ['/a/b.pem/c', '/a/pem'] },
  { text: '**/secrets/**', hits: ['/secrets', '/a/secrets/b/c'], misses: ['/a/secrets2/b', '/a/xsecrets'] },
  { text: '/etc/**', hits: ['/etc', '/etc/a/b', '/ETC/a'], misses: ['/a/etc/b', '/etcetera'] },
  {
    text: '/proc/*/environ',
    hits: ['/proc/1/environ', '/proc/self/environ'],
    misses: ['/proc/1/task/environ', '/proc/environ'],
  },
  { text: '/proc/*/root/**', hits: ['/proc/1/root', '/proc/1/root/etc/x'], misses: ['/proc/root'] },
  { text: '/a/**/b', hits: ['/a/b', '/a/x/y/b'], misses: ['/b', '/a/xb'] },
  { text: '~/.ssh/**', hits: ['/home/dev/.ssh', '/home/dev/.ssh/id'], misses: ['/home/other/.ssh/id', '/.ssh'] },
  { text: './src/**', hits: ['/home/dev/app/src', '/home/dev/app/src/a'], misses: ['/home/dev/src/a', '/src/a'] },
  { text: '**/a.{json,y?ml}', hits: ['/a.json', '/x/a.yaml'], misses: ['/a.yml', '/a.toml'] },
  { text: '**', hits: ['/', '/a/b'], misses: [] },
  { text: '**/a+b(c).$', hits: ['/a+b(c).$'], misses: ['/aab(c).$', '/aab'] },
]) {
  test(`path pattern ${text} covers what it says`, () => {
    const covers = pathMatcher([pattern(text)]);
    for (const path of hits) assert.ok(covers(path, PLACES), path);
    for (const path of misses) assert.ok(!covers(path, PLACES), path);
  });
}

for (const { text, problem } of [
  { text: '', problem: /empty/ },
  { text: '.env', problem: /`\*\*\/\.env`/ },
  { text: 'src/**', problem: /where does/ },
  { text: '//etc/**', problem: /one slash/ },
  { text: '/etc/', problem: /does not end/ },
  { text: '/a//b', problem: /missing/ },
  { text: '/a/../b', problem: /does not belong/ },
  { text: '**/a**', problem: /whole folders/ },
  { text: '**/[ab]', problem: /holds no/ },
  { text: '**/a\\b', problem: /holds no/ },
  { text: '**/a\nb', problem: /control/ },
  { text: '**/{a', problem: /not closed/ },
  { text: '{/a,~/b}', problem: /different places/ },
  { text: '**/a/**/b/**/c', problem: /more than/ },
  { text: '**/a*b*c*d*', problem: /more than/ },
]) {
  test(`path pattern: ${JSON.stringify(text)} is an error that says what to write`, () => {
    const result = parsePathPattern(text);
    assert.ok(!result.ok);
    assert.match(result.problem, problem);
  });
}

test('folders below folders are folders, and a name is never empty', () => {
  for (const { text, hits, misses } of [
    { text: '/**/**', hits: ['/', '/a', '/a/b'], misses: [] },
    { text: '/a/**/**/b', hits: ['/a/b', '/a/x/b', '/a/x/y/b'], misses: ['/ab'] },
    { text: '~/*', hits: ['/home/dev/a'], misses: ['/home/dev', '/home/dev/a/b'] },
    { text: '**/*', hits: ['/a', '/a/b'], misses: ['/'] },
  ]) {
    const covers = pathMatcher([pattern(text)]);
    for (const path of hits) assert.ok(covers(path, PLACES), `${text} ${path}`);
    for (const path of misses) assert.ok(!covers(path, PLACES), `${text} ${path}`);
  }
});

test('many patterns in one matcher match as each of them alone', () => {
  const texts = ['**/.env', '**/*.pem', '/etc/**', '~/.ssh/**', './out/**', '/a/**/b'];
  const joined = pathMatcher(texts.map(pattern));
  const alone = texts.map((text) => pathMatcher([pattern(text)]));
  const name = fc.constantFrom('a', 'b', 'etc', '.env', 'x.pem', 'home', 'dev', 'app', '.ssh', 'out');
  fc.assert(
    fc.property(fc.array(name, { maxLength: 6 }), (names) => {
      const path = `/${names.join('/')}`;
      assert.equal(
        joined(path, PLACES),
        alone.some((covers) => covers(path, PLACES)),
        path,
      );
    }),
  );
});

test('matching takes linear time on the longest paths, and longer ones match nothing', () => {
  const covers = pathMatcher(['**/*a*a*b', '/a/**/b', '**/secrets/**'].map(pattern));
  for (const path of [
    `/${'a'.repeat(100_000)}`,
    `/${'a/'.repeat(50_000)}`,
    `/${'a/'.repeat(MAX_PATH_LENGTH / 2 - 1)}a`,
    `/${`${'a'.repeat(250)}/`.repeat(16)}`,
  ]) {
    const startMs = performance.now();
    assert.equal(covers(path, PLACES), false);
    assert.ok(performance.now() - startMs < 1_000, path.slice(0, 20));
  }
});

test('below compares whole names', () => {
  assert.equal(below('/a/b', '/a/b/c'), 'c');
  assert.equal(below('/a/b', '/a/b'), '');
  assert.equal(below('/a/b', '/a/bc'), null);
  assert.equal(below('/', '/a'), 'a');
});

/** Steps as a shell glob writes them: `**` is unknown folders, `*` and `?` as in the shell, `@` any text at all. */
function steps(text: string): readonly PathStep[] {
  const marks: Readonly<Record<string, NameToken>> = { '*': 'run', '?': 'one', '@': 'anything' };
  return text
    .split('/')
    .filter((name) => name !== '')
    .map((name): PathStep =>
      name === '**' ? '**' : name.split('').map((character) => marks[character] ?? { character }),
    );
}

for (const { text, hits, misses } of [
  {
    text: '**/.env',
    hits: ['/a/.e*', '/a/.en?', '/.*', '/**/.env', '/a/**', '/@', '/a/.env'],
    misses: ['/a/*', '/a/?env', '/a/*.env', '/a/.f*', '/a/.env?', '/*/x'],
  },
  { text: '**/*.pem', hits: ['/*', '/a*', '/a/x.p?m', '/**/*.pem'], misses: ['/*.txt', '/x.pe', '/*/y.tx?'] },
  { text: '**/secrets/**', hits: ['/s*', '/*/a', '/a/*/b', '/**'], misses: ['/a*', '/.*', '/b?/c'] },
  {
    text: '~/.ssh/**',
    hits: ['/home/dev/.s*/id', '/home/*/.ssh/x', '/**/.ssh'],
    misses: ['/home/dev/*/id', '/home/x*/.ssh/id'],
  },
  { text: '/etc/**', hits: ['/e*', '/*/x', '/et?'], misses: ['/f*', '/a/etc'] },
]) {
  test(`a path of which parts are known could be one of ${text}`, () => {
    const reach = pathReach(pattern(text));
    for (const path of hits) assert.ok(reach(steps(path), PLACES), path);
    for (const path of misses) assert.ok(!reach(steps(path), PLACES), path);
  });
}

test('a path that is all known could be one of a pattern just where it is', () => {
  const texts = ['**/.env', '**/*.pem', '/etc/**', '~/.ssh/**', './out/*/x', '**/a?c'];
  const name = fc.constantFrom('abc', 'ac', 'etc', '.env', 'x.pem', 'home', 'dev', 'app', '.ssh', 'out', 'x');
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(name, { maxLength: 6 }), (text, names) => {
      const path = `/${names.join('/')}`;
      assert.equal(
        pathReach(pattern(text))(steps(path), PLACES),
        pathMatcher([pattern(text)])(path, PLACES),
        `${text} on ${path}`,
      );
    }),
    { numRuns: 500 },
  );
});
