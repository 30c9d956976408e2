import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ROOT, collected, makeHome, until } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';
import { guideBlocks, isAsShown } from './guide-blocks.ts';
import type { GuideBlock } from './guide-blocks.ts';
import { recordDay } from './recorded-day.ts';
import type { Day } from './recorded-day.ts';

const GUIDE = readFileSync(join(ROOT, 'docs', 'policy-guide.md'), 'utf8');
const BLOCK_TIMEOUT_MS = 60_000;
const FEWEST_BLOCKS = 30;

/** What somebody did under the policy of the guide before its rule on publishing. */
const YESTERDAY: Day = {
  user: 'ann',
  sessions: [
    ['git status', 'tsc --noEmit', 'npm publish', 'tsc --noEmit', 'git push origin feature', 'cat package.json'],
    ['tsc --noEmit --watch', 'npm test', 'jq .version package.json', 'npm publish', 'tsc --noEmit'],
    ['jq .name package.json', 'git status', 'jq .scripts package.json', 'cat .env'],
  ],
};

/** Runs the commands of a block as somebody would who pastes them. */
function pasted(
  home: Home,
  folder: string,
  { commands, exitCode }: GuideBlock,
): { readonly status: number; readonly came: string } {
  const text = commands.replaceAll('/path/to/sallyport/', ROOT);
  // Where a block says no, its earlier commands may have done so too.
  const strictness = exitCode === 0 ? 'set -e\n' : '';
  const ran = spawnSync('bash', ['-c', `exec 2>&1\n${strictness}${text}`], {
    env: home.env,
    cwd: folder,
    encoding: 'utf8',
    timeout: BLOCK_TIMEOUT_MS,
  });
  return { status: ran.status ?? -1, came: ran.stdout };
}

/** Starts what runs on in a second terminal, and waits until it is ready. */
async function started(t: TestContext, home: Home, folder: string, { commands }: GuideBlock): Promise<void> {
  const child = spawn('bash', ['-c', `exec ${commands}`], { env: home.env, cwd: folder });
  t.after(() => void child.kill('SIGKILL'));
  const said = [collected(child.stdout), collected(child.stderr)];
  const all = (): string => said.map((text) => text()).join('\n');
  await until(() => /^ready$/m.test(all()), all);
}

test('every block of commands in the policy guide runs as written, and gives what the guide shows', async (t) => {
  const made = makeHome(t);
  const folder = join(made.folder, 'w');
  mkdirSync(folder);
  const home: Home = { ...made, env: { ...made.env, PATH: `${ROOT}node_modules/.bin:${made.env['PATH']}` } };
  const blocks = guideBlocks(GUIDE);
  assert.ok(blocks.length >= FEWEST_BLOCKS, `${blocks.length} blocks`);
  assert.equal(blocks.length, [...GUIDE.matchAll(/^```sh$/gm)].length, 'a block is not where one can stand');
  for (const block of blocks) {
    if (block.notes.includes('second terminal')) {
      await started(t, home, folder, block);
      continue;
    }
    if (block.notes.includes('yesterday')) {
      await recordDay(home.state, join(folder, 'old.yaml'), YESTERDAY, Date.now());
    }
    const { status, came } = pasted(home, folder, block);
    const place = `docs/policy-guide.md:${block.line}`;
    assert.equal(status, block.exitCode, `${place}\n${block.commands}\n${came}`);
    if (block.want !== null)
      assert.ok(isAsShown(block.want, came), `${place} shows\n${block.want}\nand it was\n${came}`);
  }
});

for (const { name, want, came, is } of [
  { name: 'the same lines are as shown', want: 'a\nb\n', came: 'a\nb\n', is: true },
  { name: 'a part of a line may be left out', want: 'digest … here\n', came: 'digest 0af3 here\n', is: true },
  { name: 'no part may be there that is not shown', want: 'digest …\n', came: 'x digest 0af3\n', is: false },
  { name: 'lines may be left out', want: 'a\n…\nd\n', came: 'a\nb\nc\nd\n', is: true },
  { name: 'none may be there that is not shown', want: 'a\nd\n', came: 'a\nb\nd\n', is: false },
  { name: 'none may be missing', want: 'a\n…\nd\n', came: 'a\nb\n', is: false },
  { name: 'a dot is a dot', want: 'a.b\n', came: 'axb\n', is: false },
]) {
  test(`${name}, in what a guide shows`, () => assert.equal(isAsShown(want, came), is));
}
