import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleId } from '../core/ids.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { defaultTable } from './default-policy.test.ts';
import { decide } from './decide.ts';
import { ruleIndex } from './rule-index.ts';
import type { Scene } from './scene.ts';

/** Only names of files are protected, so that no folder of a glob can be one. */
const TABLE = defaultTable({
  files: [
    {
      id: ruleId('t/key'),
      verdict: 'deny',
      mode: 'enforce',
      access: 'read',
      paths: ['**/*.key'],
      except: [],
      reason: 'A key.',
    },
    {
      id: ruleId('t/flow'),
      verdict: 'ask',
      mode: 'enforce',
      access: 'write',
      paths: ['**/flow.yml'],
      except: [],
      reason: 'A flow.',
    },
  ],
});

function decided(
  commandLine: string,
  links: Readonly<Record<string, readonly string[] | null>>,
  changes: Partial<RuleTable> = {},
): string {
  const scene: Scene = {
    workspace: '/w',
    homeDir: '/h',
    realPath: (path) => path.replace(/^\/w\/far(?=\/|$)/, '/h/far'),
    expandGlob: () => [],
    linkedFiles: (glob) => (glob in links ? (links[glob] ?? null) : []),
  };
  const action = { kind: 'command', commandLine, cwd: '/w', isUnsandboxed: false } as const;
  const { verdict, ruleId: id } = decide(ruleIndex({ ...TABLE, ...changes }), action, scene);
  return `${verdict} ${id}`;
}

const BARE = { isSandboxed: false };

for (const { name, run, links, changes = {}, want } of [
  { name: 'no link', run: 'cat q/n*', links: {}, want: 'allow dev/look' },
  { name: 'a link to a protected file', run: 'cat q/n*', links: { '/w/q/n*': ['/w/a', '/x.key'] }, want: 'deny t/key' },
  { name: 'a link to another file', run: 'cat q/n*', links: { '/w/q/n*': ['/w/a'] }, want: 'allow dev/look' },
  { name: 'a link out', run: 'cat q/n*', links: { '/w/q/n*': ['/h/a'] }, want: 'ask default/read-outside' },
  {
    name: 'a link out to where a rule lets',
    run: 'cat q/n*',
    links: { '/w/q/n*': ['/h/far/a'] },
    want: 'ask default/read-outside',
  },
  { name: 'a link to what is asked for', run: 'touch q/n*', links: { '/w/q/n*': ['/w/flow.yml'] }, want: 'ask t/flow' },
  {
    name: 'a word that may be no file, out',
    run: 'node x.js q/n*',
    links: { '/w/q/n*': ['/h/a'] },
    want: 'allow dev/build',
  },
  {
    name: 'a word that may be no file, protected',
    run: 'node x.js q/n*',
    links: { '/w/q/n*': ['/x.key'] },
    want: 'deny t/key',
  },
  { name: 'a linked folder in front', run: 'cat far/n*', links: {}, want: 'ask default/read-outside' },
  { name: 'a link in it', run: 'cat far/n*', links: { '/h/far/n*': ['/x.key'] }, want: 'deny t/key' },
  {
    name: 'signs that mean nothing',
    run: "cat 'a[*]'/n*",
    links: { '/w/a\\[\\*]/n*': ['/x.key'] },
    want: 'deny t/key',
  },
  { name: 'too many, read in a sandbox', run: 'cat q/n*', links: { '/w/q/n*': null }, want: 'allow dev/look' },
  {
    name: 'too many, read without',
    run: 'cat q/n*',
    links: { '/w/q/n*': null },
    changes: BARE,
    want: 'ask decide/broad-glob',
  },
  { name: 'too many, written', run: 'touch q/n*', links: { '/w/q/n*': null }, want: 'ask decide/broad-glob' },
  {
    name: 'too many, by a word that may be no file',
    run: 'node x.js q/n*',
    links: { '/w/q/n*': null },
    changes: BARE,
    want: 'allow dev/build',
  },
  {
    name: 'found by its name, without a sandbox',
    run: "find q -name '*.md' -exec cat {} +",
    links: { '/w/q/[**]/[*].md': ['/x.key'] },
    changes: BARE,
    want: 'deny t/key',
  },
  {
    name: 'found by its name, read in a sandbox',
    run: "find q -name '*.md' -exec cat {} +",
    links: { '/w/q/[**]/[*].md': ['/x.key'] },
    want: 'allow dev/look',
  },
  {
    name: 'found by its name among too many',
    run: "find q -name '*.md' -exec cat {} +",
    links: { '/w/q/[**]/[*].md': null },
    changes: BARE,
    want: 'allow dev/look',
  },
  {
    name: 'found behind links',
    run: "find -L q -name '*.md' -exec cat {} +",
    links: {},
    changes: BARE,
    want: 'ask decide/recursive-read',
  },
  {
    name: 'any folders',
    run: 'shopt -s globstar; cat q/**/n*',
    links: { '/w/q/**/n*': ['/x.key'] },
    want: 'deny t/key',
  },
  { name: 'one folder', run: 'cat q/**/n*', links: { '/w/q/*/n*': ['/x.key'] }, want: 'deny t/key' },
  {
    name: 'any folders, hidden ones too',
    run: 'shopt -s dotglob globstar; cat q/**/n',
    links: { '/w/q/[**]/n': ['/x.key'] },
    want: 'deny t/key',
  },
]) {
  test(`where a glob leads: ${name}`, () => assert.equal(decided(run, links, changes), want));
}

test('a name alone is asked about once, and never for its links', () => {
  const asked: string[] = [];
  const scene: Scene = {
    workspace: '/w',
    homeDir: '/h',
    realPath: (path) => path,
    linkedFiles: (glob) => {
      asked.push(glob);
      return [];
    },
  };
  for (const commandLine of ['ls q/*', 'echo q/*', 'cat q/a', 'git add q/*'])
    decide(ruleIndex(TABLE), { kind: 'command', commandLine, cwd: '/w', isUnsandboxed: false }, scene);
  assert.deepEqual(asked, []);
});
