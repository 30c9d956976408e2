import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test, type TestContext } from 'node:test';
import { anchorFiles } from '../bin/witness-files.ts';
import { AnchorUnreadable } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { logSigner, openCheckpoint, signNote } from '../tlog/index.ts';
import { sampleKey } from '../tlog/sample-tree.ts';
import { anchorFolder, anchorName, type Anchor } from './anchor.ts';
import { folderAnchor } from './folder-anchor.ts';
import { gitAnchor } from './git-anchor.ts';
import { gitIn, type RunGit } from './git.ts';
import { readAnchor, type AnchorPlace } from './read-anchor.ts';
import { storeAnchor } from './store-anchor.ts';
import { AT_S, collected, head, log, ORIGIN, witnessKey } from '../../test/witness-rig.ts';

const own = anchorFolder(ORIGIN);
const environment = { PATH: process.env['PATH'] };

/** A place of each kind: a new host that publishes to it, what reads it, and how its newest file is replaced. */
interface Place {
  readonly host: () => Anchor;
  readonly place: AnchorPlace;
}

const places: Readonly<Record<string, (t: TestContext) => Place>> = {
  folder: (t) => {
    const folder = scratch(t);
    return {
      host: () => folderAnchor({ name: 'nas', folder, log }, anchorFiles()),
      place: { to: 'folder', folder, files: anchorFiles() },
    };
  },
  store: () => {
    const store = sampleStore();
    return { host: () => storeAnchor({ name: 'bucket', store, log }), place: { to: 'store', store } };
  },
  git: (t) => {
    const remote = remoteRepository(t);
    return {
      host: () => gitHost(t, remote),
      place: { to: 'git', remote, branch: 'checkpoints', git: gitIn(join(scratch(t), 'read.git'), environment) },
    };
  },
};

for (const [kind, made] of Object.entries(places)) {
  test(`a ${kind} holds each checkpoint that was published, and gives them back`, async (t) => {
    const { host, place } = made(t);
    const anchor = host();
    for (const size of [1, 5, 300]) assert.deepEqual(await anchor.publish(head(size)), { kind: 'published' });
    assert.deepEqual(await anchor.publish(head(300)), { kind: 'published' });
    const notes = (await collected(readAnchor(place, ORIGIN))).map(({ note }) => note);
    assert.deepEqual(notes, [head(1).note, head(5).note, head(300).note]);
    assert.deepEqual(await collected(readAnchor(place, 'another/log')), []);
  });

  test(`a ${kind} takes a host that was restarted`, async (t) => {
    const { host } = made(t);
    assert.deepEqual(await host().publish(head(300)), { kind: 'published' });
    assert.deepEqual(await host().publish(head(300)), { kind: 'published' });
    assert.deepEqual(await host().publish(head(301)), { kind: 'published' });
  });

  test(`a ${kind} tells a log that was put back`, async (t) => {
    const { host } = made(t);
    assert.deepEqual(await host().publish(head(300)), { kind: 'published' });
    assert.deepEqual(await host().publish(head(200)), { kind: 'ahead', size: 300 });
  });

  test(`a ${kind} tells a log that was rewritten, at the same size and at a larger one`, async (t) => {
    const { host, place } = made(t);
    assert.deepEqual(await host().publish(head(300)), { kind: 'published' });
    assert.deepEqual(await host().publish(head(300, 250)), { kind: 'inconsistent', size: 300 });
    assert.deepEqual(await host().publish(head(400, 250)), { kind: 'inconsistent', size: 300 });
    assert.equal((await collected(readAnchor(place, ORIGIN))).length, 1);
  });

  test(`a ${kind} takes a checkpoint that was cosigned in the meantime`, async (t) => {
    const { host } = made(t);
    const { note, text } = head(5);
    const cosigned = signNote(text, [witnessKey.signer(() => AT_S)], [note.trimEnd().split('\n').at(-1) ?? '']);
    assert.deepEqual(await host().publish(head(5)), { kind: 'published' });
    assert.deepEqual(await host().publish({ ...head(5), note: cosigned }), { kind: 'published' });
  });

  test(`a ${kind} holds the logs of several hosts apart`, async (t) => {
    const { host, place } = made(t);
    assert.deepEqual(await host().publish(head(5)), { kind: 'published' });
    assert.deepEqual(await host().publish(head(9)), { kind: 'published' });
    const stranger = signNote(head(7).text, [logSigner('x', sampleKey(9).privateKey)]);
    assert.equal(openCheckpoint(stranger, log), null);
    assert.equal((await collected(readAnchor(place, ORIGIN))).length, 2);
  });
}

test('what somebody else put under the name of our log is no statement of ours', async (t) => {
  const folder = scratch(t);
  mkdirSync(join(folder, own));
  for (const bytes of [
    'garbage',
    signNote(head(9).text, [logSigner(ORIGIN, sampleKey(9).privateKey)]),
    Buffer.alloc(3 << 20),
  ]) {
    writeFileSync(join(folder, own, anchorName(9)), bytes);
    const outcome = await folderAnchor({ name: 'nas', folder, log }, anchorFiles()).publish(head(12));
    assert.deepEqual(outcome, { kind: 'failed', problem: 'holds what this log did not sign' });
  }
});

test('a folder that is not there is not made, and its parts of files are nobody’s checkpoints', async (t) => {
  const folder = join(scratch(t), 'unmounted');
  const anchor = folderAnchor({ name: 'nas', folder, log }, anchorFiles());
  assert.deepEqual(await anchor.publish(head(5)), { kind: 'failed', problem: 'failed (ENOENT)' });
  assert.ok(!existsSync(folder));
  mkdirSync(folder);
  assert.deepEqual(await anchor.publish(head(5)), { kind: 'published' });
  assert.deepEqual(readdirSync(join(folder, own)), [anchorName(5)]);
  writeFileSync(join(folder, own, '.abc.part'), 'half');
  assert.equal((await collected(readAnchor({ to: 'folder', folder, files: anchorFiles() }, ORIGIN))).length, 1);
});

test('a store that records are delivered to anchors its checkpoints as well', async (t) => {
  const folder = scratch(t);
  mkdirSync(join(folder, 'checkpoints'));
  writeFileSync(join(folder, 'checkpoints', anchorName(5)), head(5).note);
  const [found] = await collected(readAnchor({ to: 'folder', folder, files: anchorFiles() }, ORIGIN));
  assert.equal(found?.note, head(5).note);
});

test('what is no text is given as such, and what cannot be read is told', async (t) => {
  const folder = scratch(t);
  mkdirSync(join(folder, own));
  writeFileSync(join(folder, own, anchorName(5)), Buffer.from([0xff, 0xfe]));
  const [found] = await collected(readAnchor({ to: 'folder', folder, files: anchorFiles() }, ORIGIN));
  assert.equal(found?.note, null);
  const git = gitIn(join(scratch(t), 'read.git'), environment);
  const missing = { to: 'git', remote: join(folder, 'none.git'), branch: 'checkpoints', git } as const;
  await assert.rejects(collected(readAnchor(missing, ORIGIN)), AnchorUnreadable);
  await assert.rejects(collected(readAnchor({ to: 'witness', url: 'http://127.0.0.1:1' }, ORIGIN)), AnchorUnreadable);
});

test('a branch that was rewritten is told, and gets the newest checkpoint all the same', async (t) => {
  const remote = remoteRepository(t);
  const anchor = gitHost(t, remote);
  assert.deepEqual(await anchor.publish(head(5)), { kind: 'published' });
  assert.deepEqual(await anchor.publish(head(9)), { kind: 'published' });
  bare(remote, ['update-ref', 'refs/heads/checkpoints', 'refs/heads/checkpoints~1']);
  assert.deepEqual(await anchor.publish(head(12)), { kind: 'put-back', size: 12 });
  bare(remote, ['update-ref', '-d', 'refs/heads/checkpoints']);
  assert.deepEqual(await anchor.publish(head(13)), { kind: 'put-back', size: 13 });
  assert.deepEqual(await anchor.publish(head(14)), { kind: 'published' });
});

test('a ref whose name ends like that of the branch is not taken for it', async (t) => {
  const remote = remoteRepository(t);
  const anchor = gitHost(t, remote);
  assert.deepEqual(await anchor.publish(head(5)), { kind: 'published' });
  bare(remote, ['update-ref', 'refs/a/refs/heads/checkpoints', 'refs/heads/checkpoints']);
  assert.deepEqual(await anchor.publish(head(9)), { kind: 'published' });
  assert.deepEqual(await anchor.publish(head(12)), { kind: 'published' });
});

test('a checkpoint is found behind a merge whose tree is that of the commit before it', async (t) => {
  const remote = remoteRepository(t);
  const anchor = gitHost(t, remote);
  for (const size of [5, 300]) assert.deepEqual(await anchor.publish(head(size)), { kind: 'published' });
  // No push is forced: the merge goes on from the newest commit, and shows nothing of what that one added.
  const words = ['commit-tree', '-p', 'checkpoints~1', '-p', 'checkpoints', '-m', 'merge', 'checkpoints~1^{tree}'];
  const merge = bare(remote, ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...words]).trim();
  bare(remote, ['update-ref', 'refs/heads/checkpoints', merge]);
  const git = gitIn(join(scratch(t), 'read.git'), environment);
  const found = await collected(readAnchor({ to: 'git', remote, branch: 'checkpoints', git }, ORIGIN));
  assert.ok(found.some(({ note }) => note === head(300).note));
});

test('hosts that push to one branch at once all get there, on top of each other', async (t) => {
  const remote = remoteRepository(t);
  const place: AnchorPlace = {
    to: 'git',
    remote,
    branch: 'checkpoints',
    git: gitIn(join(scratch(t), 'read.git'), environment),
  };
  const faster = gitHost(t, remote);
  let pushes = 0;
  // Just before the first push of the slower host the faster one pushes another file.
  const slower = gitHost(t, remote, (git) => async (words, options) => {
    if (words[0] === 'push' && (pushes += 1) === 1) await faster.publish(head(5));
    return await git(words, options);
  });
  assert.deepEqual(await slower.publish(head(9)), { kind: 'published' });
  assert.equal(pushes, 2);
  const notes = (await collected(readAnchor(place, ORIGIN))).map(({ note }) => note);
  assert.deepEqual(notes, [head(5).note, head(9).note]);
});

for (const form of ['absolute', 'relative'] as const)
  test(`no hook and no setting of either repository or of the user is run: ${form} path`, async (t) => {
    const remote = remoteRepository(t);
    const named = form === 'absolute' ? remote : relative(process.cwd(), remote);
    const marks = scratch(t);
    const script = `#!/bin/sh\necho "$0" >> ${marks}/ran\nexit 1\n`;
    const hooks = [
      'pre-receive',
      'update',
      'post-receive',
      'post-update',
      'reference-transaction',
      'proc-receive',
      'pre-auto-gc',
    ];
    for (const hook of hooks) executable(join(remote, 'hooks', hook), script);
    const program = executable(join(marks, 'program'), script);
    bare(remote, ['config', 'core.alternateRefsCommand', program]);
    bare(remote, ['config', 'uploadpack.packObjectsHook', program]);
    bare(remote, ['config', 'core.fsmonitor', program]);
    const home = scratch(t);
    writeFileSync(
      join(home, '.gitconfig'),
      `[core]\n\thooksPath = ${join(remote, 'hooks')}\n\tsshCommand = ${program}\n`,
    );
    const repository = join(scratch(t), 'own.git');
    const git = gitIn(repository, {
      ...environment,
      HOME: home,
      GIT_CONFIG_COUNT: '1',
      GIT_TRACE: join(marks, 'trace'),
    });
    const anchor = gitAnchor({ name: 'git', remote: named, branch: 'checkpoints', log }, git, `${repository}.index`);
    assert.deepEqual(await anchor.publish(head(5)), { kind: 'published' });
    assert.deepEqual(await anchor.publish(head(9)), { kind: 'published' });
    const place: AnchorPlace = { to: 'git', remote: named, branch: 'checkpoints', git };
    assert.equal((await collected(readAnchor(place, ORIGIN))).length, 2);
    assert.deepEqual(
      readdirSync(marks),
      ['program'],
      existsSync(join(marks, 'ran')) ? readFileSync(join(marks, 'ran'), 'utf8') : '',
    );
  });

for (const remote of [
  'ext::sh -c "touch /tmp/never"',
  'fd::17',
  'http://127.0.0.1:1/x.git',
  '--upload-pack=touch /tmp/never',
]) {
  test(`\`${remote}\` is no place to push to`, async (t) => {
    assert.deepEqual(await gitHost(t, remote).publish(head(5)), { kind: 'failed', problem: 'cannot be read' });
  });
}

test('a remote that refuses pushes is told, and nothing counts as published', async (t) => {
  const remote = remoteRepository(t);
  bare(remote, ['config', 'receive.denyCurrentBranch', 'refuse']);
  bare(remote, ['config', 'receive.maxInputSize', '1']);
  assert.deepEqual(await gitHost(t, remote).publish(head(5)), { kind: 'failed', problem: 'refuses the push' });
});

function gitHost(t: TestContext, remote: string, wrap: (git: RunGit) => RunGit = (git) => git): Anchor {
  const repository = join(scratch(t), 'own.git');
  const git = wrap(gitIn(repository, environment));
  return gitAnchor({ name: 'git', remote, branch: 'checkpoints', log }, git, `${repository}.index`);
}

function remoteRepository(t: TestContext): string {
  const remote = join(scratch(t), 'remote.git');
  execFileSync('git', ['init', '--quiet', '--bare', remote], { env: quiet() });
  return remote;
}

function bare(repository: string, words: readonly string[]): string {
  return execFileSync('git', ['--git-dir', repository, ...words], { env: quiet(), encoding: 'utf8' });
}

function quiet(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
}

function executable(path: string, text: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'anchor-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** An object store in memory that refuses to replace. */
function sampleStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    place: 's3://bucket/anchors',
    put: async (key, bytes) => {
      await Promise.resolve();
      const there = objects.get(key);
      if (there === undefined) objects.set(key, bytes);
      else if (!Buffer.from(there).equals(bytes))
        throw Object.assign(new Error('conflict'), { code: 'STORE_CONFLICT' });
      return { kind: there === undefined ? 'stored' : 'present', versionId: null };
    },
    get: async (key) => await Promise.resolve(objects.get(key) ?? null),
    head: async () => await Promise.resolve(null),
    list: async function* list(prefix) {
      await Promise.resolve();
      for (const key of [...objects.keys()].toSorted()) {
        if (key.startsWith(prefix)) yield { key, sizeBytes: objects.get(key)?.length ?? 0 };
      }
    },
    close: () => undefined,
  };
}
