import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { parsePathPattern } from '../core/path-pattern.ts';
import { pathMatcher } from '../core/path-pattern-match.ts';
import { globRelation } from './glob-relation.ts';
import { keptNames } from './kept-names.ts';
import { nameClasses } from './name-classes.ts';
import { starGlob } from './name-glob.ts';
import { pathClasses } from './path-classes.ts';
import { anchored, pathAlternatives } from './path-language.ts';
import { pathIncludes } from './path-relation.ts';
import { stepBudget } from './step-budget.ts';

const PLACES = { workspace: '/home/dev/app', homeDir: '/home/dev' };

const glob = fc
  .array(fc.constantFrom('a', 'b', 'ab', '*', '.', '-'), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''));
const name = fc
  .array(fc.constantFrom('a', 'b', 'c', '.', '-'), { minLength: 1, maxLength: 7 })
  .map((parts) => parts.join(''));

test('each class of names is taken by just the globs that it says', () => {
  fc.assert(
    fc.property(fc.array(glob, { minLength: 1, maxLength: 4 }), (globs) => {
      const { classes, isComplete } = nameClasses(globs.map(starGlob), false);
      assert.ok(isComplete);
      for (const each of classes) {
        const taken = globs.flatMap((text, index) => (starGlobMatches(text, each.name) ? [index] : []));
        assert.deepEqual(each.taken, taken, each.name);
      }
    }),
  );
});

test('every name is of one of the classes', () => {
  fc.assert(
    fc.property(fc.array(glob, { minLength: 1, maxLength: 4 }), name, (globs, text) => {
      const { classes } = nameClasses(globs.map(starGlob), false);
      const taken = globs.flatMap((each, index) => (starGlobMatches(each, text) ? [index] : [])).join();
      assert.ok(
        classes.some((each) => each.taken.join() === taken),
        text,
      );
    }),
    { numRuns: 300 },
  );
});

test('no file is called dot or two dots, and a class is not lost for it', () => {
  const { classes } = nameClasses([starGlob('.*')], true);
  assert.deepEqual(
    classes.map((each) => each.taken.length),
    [0, 1],
  );
  assert.ok(classes.every((each) => each.name !== '.' && each.name !== '..'));
});

for (const { wide, narrow, want } of [
  { wide: '*', narrow: 'a*b', want: true },
  { wide: 'a*', narrow: 'ab*', want: true },
  { wide: 'ab*', narrow: 'a*', want: false },
  { wide: '*.pem', narrow: '*x.pem', want: true },
  { wide: '*a*b*', narrow: '*ab*', want: true },
  { wide: '*ab*', narrow: '*a*b*', want: false },
  { wide: 'a', narrow: 'a', want: true },
]) {
  test(`${wide} ${want ? 'takes' : 'does not take'} all of ${narrow}`, () => {
    assert.equal(globRelation().includes(starGlob(wide), starGlob(narrow)), want);
  });
}

const segment = fc.constantFrom('**', '*', 'a', 'b', '.env', '*.pem', 'a*', '?', 'x.pem');
const pattern = fc
  .tuple(fc.constantFrom('/', '~/', './', '**/'), fc.array(segment, { minLength: 1, maxLength: 4 }))
  .map(([front, segments]) => front + segments.join('/'))
  .filter((text) => parsePathPattern(text).ok);
const path = fc
  .tuple(
    fc.constantFrom('', '/home/dev', '/home/dev/app', '/a'),
    fc.array(fc.constantFrom('a', 'b', '.env', 'x.pem', '.pem', 'ab', 'q'), { maxLength: 5 }),
  )
  .map(([front, names]) => `${front}/${names.join('/')}`.replace(/(.)\/$/, '$1'));

function taking(texts: readonly string[], file: string): readonly number[] {
  return texts.flatMap((text, index) => {
    const result = parsePathPattern(text);
    return result.ok && pathMatcher([result.pattern])(file, PLACES) ? [index] : [];
  });
}

test('each class of paths is taken by just the patterns that it says, and every path is of one of them', () => {
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), path, (texts, file) => {
      const paths = texts.flatMap((text, group) =>
        pathAlternatives(text).map((each) => ({ language: anchored(each, PLACES), group })),
      );
      const names = keptNames([], stepBudget());
      const search = { isWithinFirst: false, settled: new Set<number>(), family: null, names, maxSteps: 1_000_000 };
      const { classes, isComplete } = pathClasses(paths, search);
      assert.ok(isComplete);
      for (const each of classes) assert.deepEqual(each.taken, taking(texts, each.path), each.path);
      const taken = taking(texts, file).join();
      assert.ok(
        classes.some((each) => each.taken.join() === taken),
        file,
      );
    }),
    { numRuns: 400 },
  );
});

test('a pattern that includes another takes every path that the other takes', () => {
  const globs = globRelation();
  fc.assert(
    fc.property(pattern, pattern, path, (wide, narrow, file) => {
      const [one, other] = [pathAlternatives(wide)[0], pathAlternatives(narrow)[0]];
      assert.ok(one !== undefined && other !== undefined);
      if (!pathIncludes(one, other, globs)) return;
      if (taking([narrow], file).length > 0) assert.deepEqual(taking([wide], file), [0], `${wide} ${narrow} ${file}`);
    }),
    { numRuns: 2_000 },
  );
});

for (const { wide, narrow, want } of [
  { wide: '**/*.pem', narrow: '**/a/*.pem', want: true },
  { wide: '**/*.pem', narrow: '~/x/**/b.pem', want: true },
  { wide: '**/secrets/**', narrow: '**/secrets', want: true },
  { wide: '/etc/**', narrow: '/etc', want: true },
  { wide: '**/.ssh/**', narrow: '~/.ssh/id', want: true },
  { wide: '~/**', narrow: './a', want: false },
  { wide: '/a/*/b', narrow: '/a/**/b', want: false },
]) {
  test(`${wide} ${want ? 'covers' : 'does not cover'} all of ${narrow}`, () => {
    const [one, other] = [pathAlternatives(wide)[0], pathAlternatives(narrow)[0]];
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(pathIncludes(one, other, globRelation()), want);
  });
}

test('what grows over its bound says so', () => {
  const { isComplete } = nameClasses([starGlob('*a*b*c*d*'), starGlob('*b*a*d*c*'), starGlob('*c*d*')], false, 20);
  assert.equal(isComplete, false);
});
