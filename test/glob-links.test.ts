import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { expandGlob, folderLook, linkedFiles, realPath } from '../src/bin/file-facts.ts';
import { watchedFacts } from '../src/bin/watched-facts.ts';
import type { Verdict } from '../src/core/decision.ts';
import type { RuleTable } from '../src/core/rule-table.ts';
import { decide, ruleIndex } from '../src/decide/index.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';

const parsed = parsePolicy(readFileSync('policies/default.yaml', 'utf8'));
assert.ok(parsed.ok);
const TABLE = ruleTableOf(parsed.policy);
const SANDBOXED = ruleIndex(TABLE);
const BARE = ruleIndex({ ...TABLE, isSandboxed: false } satisfies RuleTable);

/** Files below a folder; `name -> target` is a link. */
function stage(t: { after(fn: () => void): void }, entries: readonly string[]): string {
  const folder = realpathSync(mkdtempSync('/var/tmp/sp-glob-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const entry of entries) {
    const [name = '', target] = entry.split(' -> ');
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (target === undefined) writeFileSync(join(folder, name), '');
    else symlinkSync(target, join(folder, name));
  }
  return folder;
}

function verdictOn(commandLine: string, folder: string, index = SANDBOXED): { verdict: Verdict; ruleId: string } {
  const scene = {
    workspace: join(folder, 'work'),
    homeDir: join(folder, 'home'),
    ...watchedFacts({ realPath, expandGlob, linkedFiles }),
  };
  const action = { kind: 'command', commandLine, cwd: scene.workspace, isUnsandboxed: false } as const;
  return decide(index, action, scene);
}

const HIDDEN_LINKS = [
  'home/.ssh/deploy',
  'home/notes.txt',
  'srv/data.csv',
  'work/.env',
  'work/.git/config',
  'work/CLAUDE.md',
  'work/src/a.ts',
  'work/q/notes1 -> ../.env',
  'work/q/plain.txt',
  'work/r/keys -> ../../home/.ssh',
  'work/s/out.csv -> ../../srv/data.csv',
  'work/s/in.ts -> ../src/a.ts',
  'work/t/conf -> ../.git/config',
  'work/u/told -> ../CLAUDE.md',
  'work/v/.hid -> ../.env',
  'work/near -> ../home/.ssh',
  'work/app/[id]/page.ts',
  'work/app/[id]/n1 -> ../../.env',
  'work/x/y/z/n1 -> ../../../.env',
  'work/up/lnk -> ../../home/.ssh',
];

const ENV = 'deny secrets/environment-file';
const HOME = 'deny secrets/home-folder';
const OUTSIDE = 'ask default/read-outside';
const OUTSIDE_WRITE = 'ask default/write-outside';

for (const { name, run, want } of [
  { name: 'a star', run: 'cat q/note*', want: ENV },
  { name: 'a mark', run: 'cat q/notes?', want: ENV },
  { name: 'a class', run: 'cat q/notes[0-9]', want: ENV },
  { name: 'the whole folder', run: 'cat q/*', want: ENV },
  { name: 'as one of several', run: 'cat src/*.ts q/n*', want: ENV },
  { name: 'in a folder by a star', run: 'cat */notes1', want: ENV },
  { name: 'two stars', run: 'cat **/notes1', want: ENV },
  { name: 'two stars of any depth', run: 'shopt -s globstar; cat **/n1', want: ENV },
  { name: 'two stars at the end', run: 'shopt -s globstar; head -c 9 x/**', want: ENV },
  { name: 'braces around it', run: 'cat {src,q}/n*', want: ENV },
  { name: 'braces that name it', run: 'cat q/{notes1,plain.txt}', want: ENV },
  { name: 'an extended glob', run: 'shopt -s extglob; cat q/?(notes1|b)', want: ENV },
  { name: 'what is not', run: 'shopt -s extglob; cat q/!(plain*)', want: ENV },
  { name: 'hidden names', run: 'shopt -s dotglob; cat v/*', want: ENV },
  { name: 'any case', run: 'shopt -s nocaseglob; cat q/NOTES*', want: ENV },
  { name: 'behind a change of folder', run: 'cd q && cat n*', want: ENV },
  { name: 'behind a change into a link', run: 'cd near && cat d*', want: HOME },
  { name: 'a linked folder in front', run: 'cat near/d*', want: HOME },
  { name: 'a linked folder by a star', run: 'cat r/*/d*', want: HOME },
  { name: 'a linked folder alone', run: 'cat r/*', want: HOME },
  { name: 'up from a linked folder', run: 'cat up/l*/../notes*', want: OUTSIDE },
  { name: 'up from a linked folder in front', run: 'cat up/lnk/../notes*', want: OUTSIDE },
  { name: 'up from a linked folder without a glob', run: 'cat up/lnk/../notes.txt', want: OUTSIDE },
  { name: 'a class that nothing matches, and a glob', run: 'cat app/[id]/n*', want: ENV },
  { name: 'a class that nothing matches', run: 'cat app/[id]/n1', want: ENV },
  { name: 'a redirection', run: 'cat < q/note*', want: ENV },
  { name: 'a loop', run: 'for f in q/*; do cat "$f"; done', want: ENV },
  { name: 'a variable', run: "G='q/n*'; cat $G", want: ENV },
  { name: 'what another program hands on', run: 'echo q/n* | xargs cat', want: 'ask decide/unknown-path' },
  { name: 'a nested shell', run: "bash -c 'cat q/n*'", want: ENV },
  { name: 'a search', run: 'grep -h . q/*', want: ENV },
  { name: 'a copy', run: 'cp q/n* /tmp/', want: ENV },
  { name: 'a copy that follows links', run: 'cp -rL q/* /tmp/', want: ENV },
  { name: 'an archive', run: 'tar -ch q/* -f /tmp/a.tar', want: ENV },
  { name: 'an option with its value', run: 'python3 tool.py --file=q/n*', want: ENV },
  { name: 'outside of the workspace', run: 'cat s/out*', want: OUTSIDE },
  { name: 'inside of the workspace', run: 'cat s/in*', want: 'allow dev/look' },
  { name: 'no link at all', run: 'cat q/p*', want: 'allow dev/look' },
  { name: 'a hidden name that the shell does not find', run: 'cat v/*', want: 'allow dev/look' },
  { name: 'names alone', run: 'ls q/* r/* s/*', want: 'allow dev/look' },
  { name: 'written through', run: 'echo x > t/c*', want: 'deny persistence/repository-hook' },
  { name: 'edited', run: 'sed -i s/a/b/ t/*', want: 'deny persistence/repository-hook' },
  { name: 'what is asked for', run: 'sed -i s/a/b/ u/t*', want: 'ask pipeline/definition' },
  { name: 'what is asked for, by its own name', run: 'sed -i s/a/b/ CL*.md', want: 'ask pipeline/definition' },
]) {
  test(`a link behind a glob: ${name}`, (t) => {
    const { verdict, ruleId } = verdictOn(run, stage(t, HIDDEN_LINKS));
    assert.equal(`${verdict} ${ruleId}`, want);
  });
}

const BUILD_LINKS = [
  'out/store/bin/x',
  'out/data.csv',
  'home/.ssh/deploy',
  'work/.env',
  'work/.git/config',
  'work/.venv/bin/python -> /usr/bin/python3',
  'work/.venv/bin/python3 -> python',
  'work/.venv/bin/pip',
  'work/build/latest -> ../../out/data.csv',
  'work/build/log.txt',
  'work/dist/a.js',
  'work/result -> ../out/store',
  'work/bazel-bin -> ../out/store/bin',
  'work/notes.md',
  'work/q/env -> ../.env',
  'work/r/keys -> ../../home/.ssh',
  'work/s/out.csv -> ../../out/data.csv',
  'work/s/far -> ../../out/store',
  'work/t/conf -> ../.git/config',
];

for (const { name, run, want } of [
  { name: 'links removed with their environment', run: 'rm -rf .venv/bin/*', want: 'allow' },
  { name: 'links removed to programs', run: 'rm -f .venv/bin/python*', want: 'allow' },
  { name: 'a link removed by its name', run: 'rm -f .venv/bin/python', want: 'allow' },
  { name: 'links removed to build results', run: 'rm -f result* && rm -rf bazel-* build/*', want: 'allow' },
  { name: 'a link removed to a protected file', run: 'rm q/e*', want: 'allow' },
  { name: 'links removed behind a folder by a star', run: 'rm */out.csv', want: 'allow' },
  { name: 'links moved', run: 'mv build/* dist/', want: 'allow' },
  { name: 'a folder of files moved over links', run: 'mv dist/* build/', want: 'allow' },
  {
    name: 'links out to folders, that are not entered',
    run: 'wc -l *; grep -n foo *; file *; head -3 *',
    want: 'allow',
  },
  { name: 'removed behind a linked folder', run: 'rm r/k*/deploy', want: 'deny persistence/startup-file' },
  { name: 'removed behind a linked folder by a star', run: 'rm r/*/*', want: 'deny persistence/startup-file' },
  { name: 'removed behind a linked folder, outside', run: 'rm s/f*/bin/x', want: OUTSIDE_WRITE },
  { name: 'removed behind a named linked folder', run: 'rm result/bin/x', want: OUTSIDE_WRITE },
  { name: 'removed behind a named linked folder by a star', run: 'rm result/b*', want: OUTSIDE_WRITE },
  { name: 'with a slash behind it', run: 'rm -rf bazel-*/', want: OUTSIDE_WRITE },
  { name: 'with a slash behind its name', run: 'rm -rf result/', want: OUTSIDE_WRITE },
  { name: 'a file of a protected name removed', run: 'rm .git/c*', want: 'deny persistence/repository-hook' },
  { name: 'a link moved to be read', run: 'mv q/e* z; cat z', want: ENV },
  { name: 'a link moved to be written', run: 'mv t/c* z; echo x > z', want: 'deny persistence/repository-hook' },
  { name: 'moved out of a linked folder', run: 'mv s/f*/bin z', want: OUTSIDE },
  { name: 'copied over links', run: 'cp dist/a.js build/l*', want: OUTSIDE_WRITE },
  { name: 'a link written through', run: 'touch build/l*', want: OUTSIDE_WRITE },
  { name: 'a linked file outside', run: 'wc -l s/*', want: OUTSIDE },
  { name: 'a linked folder, entered', run: 'grep -rn foo s/f*', want: OUTSIDE },
  { name: 'a linked folder, entered by an option with its value', run: 'grep -d recurse foo s/f*', want: OUTSIDE },
  { name: 'a linked folder, entered by another program', run: 'rg foo s/f*', want: OUTSIDE },
  { name: 'a linked folder that is protected', run: 'wc -l r/*', want: HOME },
]) {
  test(`what is done with the link itself: ${name}`, (t) => {
    const { verdict, ruleId } = verdictOn(run, stage(t, BUILD_LINKS));
    assert.equal(want === 'allow' ? verdict : `${verdict} ${ruleId}`, want, ruleId);
  });
}

test('without a sandbox, names that are found and links that are followed by the way are asked about', (t) => {
  const folder = stage(t, HIDDEN_LINKS);
  for (const { run, want } of [
    { run: "find q -name 'note*' -exec cat {} +", want: 'ask decide/recursive-read' },
    { run: "find . -name 'n1' | xargs cat", want: 'ask decide/recursive-read' },
    { run: "find -L . -name 'd*' -exec cat {} +", want: 'ask decide/recursive-read' },
    { run: 'rg -L x r', want: 'ask decide/recursive-read' },
    { run: 'rg --follow x r', want: 'ask decide/recursive-read' },
    { run: 'rg x src', want: 'allow dev/look' },
    { run: 'grep -R x r', want: 'ask decide/recursive-read' },
    { run: 'cp -rL r /tmp/a', want: 'ask decide/recursive-read' },
    { run: 'cat q/note*', want: ENV },
  ]) {
    const { verdict, ruleId } = verdictOn(run, folder, BARE);
    assert.equal(`${verdict} ${ruleId}`, want, run);
  }
});

/** Names that neither a shell nor anybody else takes for more than names. */
const names = fc.constantFrom('a', 'b', 'ab', '.a', '[a]', 'k.pem', 'n');
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const targets = fc.oneof(
  fc.constantFrom('.env', '../.env', '../home/.ssh', '../../home/.ssh', '../srv', '../srv/f', '../../srv/f'),
  fc.constantFrom('../home/.ssh/deploy', '../none', 'a', '../a', '..', '.'),
  paths,
);
const trees = fc.record({
  files: fc.array(paths, { maxLength: 8 }),
  links: fc.array(fc.tuple(paths, targets), { minLength: 1, maxLength: 6 }),
});
const globPieces = fc.constantFrom(
  '*',
  '?',
  'a*',
  '*b',
  '[ab]',
  '[a]',
  '.*',
  '.a',
  'a',
  'n',
  '**',
  '..',
  '*a*',
  '{a,n}',
  '?b',
  'k.*',
);
const globs = fc.array(globPieces, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

function growTree(
  folder: string,
  tree: { files: readonly string[]; links: readonly (readonly [string, string])[] },
): void {
  const tried = (make: () => void): void => {
    try {
      make();
    } catch (error) {
      // One name of a random tree may be a file to one path and a folder to another.
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  };
  for (const [name, target] of tree.links)
    tried(() => {
      mkdirSync(dirname(join(folder, 'work', name)), { recursive: true });
      symlinkSync(target, join(folder, 'work', name));
    });
  for (const name of tree.files)
    tried(() => {
      mkdirSync(dirname(join(folder, 'work', name)), { recursive: true });
      writeFileSync(join(folder, 'work', name), '');
    });
}

const look = folderLook(() => undefined);

/** More folders than a random glob and its links climb: what lies beside them on this machine is nobody's business. */
const DEPTH = 12;

const STRENGTH = { deny: 3, ask: 2, rewrite: 1, allow: 0 } as const;

for (const { shell, options } of [
  { shell: 'bash', options: '' },
  { shell: 'bash with globstar', options: 'shopt -s globstar; ' },
]) {
  test(`a glob is judged no more weakly than any file that ${shell} puts for it`, (t) => {
    const top = realpathSync(mkdtempSync('/var/tmp/sp-glob-'));
    t.after(() => rmSync(top, { recursive: true, force: true }));
    const base = join(top, ...Array.from({ length: DEPTH }, () => 'd'));
    let at = 0;
    fc.assert(
      fc.property(trees, fc.array(globs, { minLength: 1, maxLength: 6 }), (tree, asked) => {
        const folder = join(base, String((at += 1)));
        for (const name of ['work', 'home/.ssh', 'srv']) mkdirSync(join(folder, name), { recursive: true });
        for (const name of ['work/.env', 'home/.ssh/deploy', 'srv/f']) writeFileSync(join(folder, name), '');
        growTree(folder, tree);
        // The options of a shell hold from its next line on.
        const script = [options, ...asked.map((glob) => String.raw`printf '%s\0' ${glob}; printf '\n'`)].join('\n');
        const ran = spawnSync('bash', ['--norc', '--noprofile', '-c', script], {
          cwd: join(folder, 'work'),
          env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
          timeout: 10_000,
          encoding: 'utf8',
        });
        assert.equal(ran.status, 0, ran.stderr);
        for (const [index, found] of ran.stdout.split('\n').slice(0, asked.length).entries()) {
          const glob = asked[index] ?? '';
          const judged = verdictOn(`${options}cat ${glob}`, folder);
          for (const file of found.split('\0').slice(0, -1)) {
            // What nothing matches stays as it was written, and is mostly the name of nothing.
            if (look.kindOf(`${folder}/work/${file}`) === null) continue;
            const named = verdictOn(`cat '${file}'`, folder);
            // Up from any number of folders is asked about without a look.
            const isAskedAnyway = judged.verdict === 'ask' && /\*\*\/.*\.\./.test(glob);
            // A folder is not entered by `cat`.
            const isNotEntered =
              named.ruleId === 'default/read-outside' && look.kindOf(realPath(`${folder}/work/${file}`)) === 'folder';
            assert.ok(
              isAskedAnyway || isNotEntered || STRENGTH[judged.verdict] >= STRENGTH[named.verdict],
              `cat ${glob} gets ${judged.verdict}, cat '${file}' ${named.verdict} by ${named.ruleId}`,
            );
          }
        }
        rmSync(folder, { recursive: true, force: true });
      }),
      { numRuns: process.env['SLOW'] === '1' ? 2_000 : 120 },
    );
  });
}
