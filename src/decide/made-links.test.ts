import assert from 'node:assert/strict';
import { resolve } from 'node:path/posix';
import { test } from 'node:test';
import { SCENE, decideLine } from './default-policy.test.ts';
import type { Scene } from './scene.ts';

/** Links of the workspace, and where they lead. */
const LINKS: Readonly<Record<string, string>> = {
  '/home/dev/app/out': '/home/dev/srv',
  '/home/dev/app/data': '/home/dev/srv/data.csv',
  '/home/dev/app/up/keys': '/home/dev/.ssh',
  '/home/dev/app/q/n1': '/home/dev/app/.env',
};

const LINKED: Scene = {
  ...SCENE,
  realPath: (path) => {
    const walked = resolve(path);
    const link = Object.keys(LINKS).find((each) => walked === each || walked.startsWith(`${each}/`));
    return link === undefined ? walked : resolve(`${LINKS[link] ?? ''}${walked.slice(link.length)}`);
  },
  expandGlob: (glob) => (glob === '/home/dev/app/o?t' ? ['/home/dev/app/out'] : []),
  linkedFiles: () => [],
};

const OUT = /^ask default\/(?:read|write)-outside$/;
const UNCLEAR = /^ask decide\/unknown-path$/;
const HIDDEN = /^deny /;

for (const [run, want] of [
  ['ln -s ../srv z; cat z/data.csv', OUT],
  ['ln -s ../srv z && rm -rf z/', HIDDEN],
  ['ln -s ../srv z; rm -rf z/*', OUT],
  ['ln -s .. z; echo hi > z/.claude.json', /^deny guard\/settings$/],
  ['ln -s .. z; echo hi > z/.gitconfig', HIDDEN],
  ['ln -s .. z; tee z/.config/autostart/x < a', HIDDEN],
  ['ln -s ../srv z; cd z; cat data.csv', OUT],
  ['ln -s ../srv z; cd z && rm -f data.csv', OUT],
  ['ln -s ../srv/x z; cd -P z/.. && rm -f data.csv', OUT],
  ['ln -s ../srv/x z; env -C z/.. cat data.csv', OUT],
  ['ln -s ../srv/x z; cat z/../data.csv', OUT],
  ['ln -s ../srv z; cat z*/data.csv', OUT],
  ['ln -s ../srv z; cat */data.csv', OUT],
  ['ln -s ../srv z; for f in z/*; do cat $f; done', OUT],
  ['ln -s ../srv z; cd z/; ls | xargs cat', OUT],
  ['ln -s ../srv z; find z/ -type f -exec cat {} +', OUT],
  ['ln -s ../../srv src; cat src/srv/data.csv', OUT],
  ['ln -st src ../../srv; cat src/srv/data.csv', OUT],
  ['ln -s ../srv; cat srv/data.csv', OUT],
  ['ln -sr ../srv src/z; cat src/z/data.csv', OUT],
  ['ln -s ../srv/* .; cat data.csv', OUT],
  ['ln -s ../srv a; ln -s a b; ln -s b c; cat c/data.csv', OUT],
  ['ln -s a b; ln -s ../srv a; cat b/data.csv', OUT],
  ['ln -s ../srv a; ln -s x a/y', OUT],
  ['ln -s ../srv z; cp src/a.ts z', OUT],
  ['ln -s ../srv z; mv src/a.ts z/', OUT],
  ['ln -s src z; ln -sfn ../srv z; cat z/data.csv', UNCLEAR],
  ['ln -s z z; cat z/a', UNCLEAR],
  ['(ln -s ../srv z); cat z/data.csv', OUT],
  ["bash -c 'ln -s ../srv z'; cat z/data.csv", OUT],
  ['f() { ln -s "$1" "$2"; }; f ../srv z; cat z/data.csv', OUT],
  ['while cat z/data.csv; do ln -s ../srv z; done', OUT],
  ['busybox ln -s ../srv z; cat z/data.csv', OUT],
  ['cmake -E create_symlink ../srv z; cat z/data.csv', OUT],
  ['ln -s .git z; echo hi > z/config', HIDDEN],
  ['ln -s .envrc z; cat *z', HIDDEN],
  ['cp -s $PWD/../srv/data.csv z; cat z', OUT],
  ['cp -a out z; cat z/data.csv', OUT],
  ['cp -P data z; cat z', OUT],
  ['cp -a up z; cat z/keys/id', HIDDEN],
  ['cp -a up/. z; cat z/keys/id', HIDDEN],
  ['cp -a up/* src; cat src/keys/id', HIDDEN],
  ['mv out z; cat z/data.csv', OUT],
  ['mv data z; echo hi > z', OUT],
  ['mv up z; cat z/keys/id', HIDDEN],
  ['mv out a; mv a b; cat b/data.csv', OUT],
  ['mv o?t z; cat z/data.csv', OUT],
  ['git mv out z; cat z/data.csv', OUT],
  ['cp -a out src/z; cat src/z/data.csv', UNCLEAR],
  ['cp -a q r; cat r/n1', HIDDEN],
  ['ln -P data z; cat z', OUT],
] as const)
  test(`a link made in the same call is gone through: ${run}`, () => {
    const { verdict, ruleId } = decideLine(run, undefined, LINKED);
    assert.match(`${verdict} ${ruleId}`, want);
  });

for (const run of [
  'cp -l .git/config z',
  'cp -pl .git/config z',
  'cp --link .git/config z',
  'cp -s .git/config z',
  'cp --sym $PWD/.git/config z',
  'cp -rl .git z',
  'ln .git/config z',
  'cmake -E create_hardlink .git/config z',
  'cmake -E create_symlink .git/config z',
])
  test(`another name of a guarded file is as the file: ${run}`, () => {
    assert.equal(decideLine(run).ruleId, 'persistence/repository-hook');
  });

for (const run of ['ln ../srv/data.csv z', 'ln -t src ../srv/data.csv', 'cp -l ../srv/data.csv z'])
  test(`a hard link to a file outside is asked about: ${run}`, () => {
    assert.equal(decideLine(run).ruleId, 'default/read-outside');
  });

for (const run of [
  'ln -s ../lib z',
  'ln -s src lib && ls lib && cat lib/a.ts',
  'ln -sfn releases/1 current && cat current/package.json',
  'ln -sf /usr/bin/python3 .venv/bin/python && .venv/bin/python --version',
  'ln -s ../../scripts/pre.sh hooks/pre; ls -la hooks',
  'ln -s "$PWD/src" build/src && node build/src/index.js',
  'ln -s dist/*.js bin && cat bin/x.js',
  'ln a b && cat b',
  'cp -al src bak && rm -rf bak',
  'cmake -E create_symlink ../lib/x build/x',
  'mv src lib && sed -i s/a/b/ lib/a.ts',
  'mv dist dist.old && npm run build && rm -rf dist.old',
  'mv src/*.ts lib/ && cat lib/a.ts',
  'mv *.md docs && cat docs/a.md',
  'cp -r template app && rm -rf app/node_modules && sed -i s/x/y/ app/package.json',
  'cp -r src/. lib && cat lib/a.ts',
  'cp -r packages/* all && cat all/x/package.json',
  'mkdir -p build && cp -r public/* build && cat build/index.html',
  'tar xzf a.tgz && mv a/* src && cat src/x',
  'for f in *.js; do mv "$f" "${f%.js}.ts"; done; ls',
  'for f in a b c; do cp -r tpl $f; echo x > $f/name; done',
  'git mv src lib && grep -rn foo lib',
  'cp -r src /tmp/x && cat /tmp/x/a.ts',
])
  for (const scene of [SCENE, LINKED])
    test(`what is moved, copied or linked within the workspace is nobody's business: ${run}`, () => {
      assert.equal(decideLine(run, undefined, scene).verdict, 'allow');
    });

for (const [first, second, met] of [
  ['*a'.repeat(8_000), 'y', '*b'.repeat(8_000)],
  ['*a'.repeat(10_000), 'y', `${'a'.repeat(20_000)}b`],
] as const)
  test(`names that no file can have take no time: ${met.slice(0, 4)}…`, () => {
    const before = performance.now();
    decideLine(`cp -r ${first} d; cp -r ${second} d; cat d/${met}`, undefined, LINKED);
    assert.ok(performance.now() - before < 5_000);
  });

test('links without end take no time', () => {
  const run = [
    ...Array.from({ length: 60 }, (_, at) => `cp -a z${at} z; cp -a z z${at}`),
    ...Array.from({ length: 1_000 }, (_, at) => `cat z/z/z/z/${at}`),
  ].join('; ');
  const before = performance.now();
  assert.equal(decideLine(run, undefined, LINKED).verdict, 'ask');
  assert.ok(performance.now() - before < 5_000);
});
