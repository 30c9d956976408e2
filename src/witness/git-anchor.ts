import type { NoteVerifier } from '../tlog/index.ts';
import { anchorFolder, judgeAnchored, type Anchor, type Publishing } from './anchor.ts';
import { noteOf } from './folder-anchor.ts';
import { farSide, type GitEnd, type RunGit } from './git.ts';
import type { SignedHead } from './witness-client.ts';

/** What this host last saw of the branch, or put there. */
const TIP = 'refs/anchor/tip';
/** Tries of one publication, where other hosts push to the same branch. */
const MAX_TRIES = 3;

/** Where checkpoints are pushed to. */
export interface GitPlace {
  readonly name: string;
  /** Path or address, as `git push` takes it. */
  readonly remote: string;
  readonly branch: string;
  readonly log: NoteVerifier;
}

/**
 * An anchor that is a branch of a git repository: one commit a checkpoint, never forced. The history is the anchor: a branch
 * that no longer holds what was seen there is told.
 *
 * @param git runs in a bare repository of our own, which is made where it is missing.
 * @param index path of a file for building trees, beside that repository.
 */
export function gitAnchor(place: GitPlace, git: RunGit, index: string): Anchor {
  return {
    name: place.name,
    place: `${place.remote}#${place.branch}`,
    publish: async (head) => {
      // An empty template: no hooks come with it.
      if (!done(await git(['init', '--quiet', '--bare', '--template=']))) return failed('cannot make its repository');
      let outcome: Publishing | 'again' = 'again';
      for (let tries = 1; outcome === 'again' && tries <= MAX_TRIES; tries += 1) {
        outcome = await publishOnce(place, head, git, index);
      }
      return outcome === 'again' ? failed('was pushed to by others each time') : outcome;
    },
  };
}

/** Path of a log's newest checkpoint in the tree of each commit. */
export function gitPath(origin: string): string {
  return `${anchorFolder(origin)}/checkpoint`;
}

async function publishOnce(
  place: GitPlace,
  head: SignedHead,
  git: RunGit,
  index: string,
): Promise<Publishing | 'again'> {
  const path = gitPath(place.log.name);
  const before = textOf(await git(['rev-parse', '--quiet', '--verify', TIP]));
  const fetched = await fetchTip(place, git);
  if (fetched === null) return failed('cannot be read');
  const tip = fetched.commit;
  const held = tip === null ? null : await git(['cat-file', 'blob', `${tip}:${path}`]);
  if (held !== null && done(held)) {
    const found = await judgeAnchored(head, noteOf(held.stdout), place.log);
    if (found !== null) return found;
    if (held.stdout.equals(Buffer.from(head.note))) return { kind: 'published' };
  }
  const isPutBack = before !== null && (tip === null || !done(await git(['merge-base', '--is-ancestor', before, tip])));
  const commit = await commitNote(head, { tip, path, index }, git);
  if (commit === null) return failed('cannot make a commit');
  const words = ['push', '--quiet', ...farSide(place.remote, 'receive-pack'), '--', place.remote];
  const pushed = await git([...words, `${commit}:refs/heads/${place.branch}`]);
  if (!done(pushed))
    return pushed.status === null ? failed('cannot be pushed to') : await afterRefusal(place, git, tip);
  if (!done(await git(['update-ref', TIP, commit]))) return failed('cannot keep what was pushed');
  // Each commit leaves four small files behind; that they are packed now and then is all that is asked.
  await git(['gc', '--auto', '--quiet']);
  return isPutBack ? { kind: 'put-back', size: head.checkpoint.size } : { kind: 'published' };
}

/** A push that others were faster than is tried again; any other refusal is told. */
async function afterRefusal(place: GitPlace, git: RunGit, tip: string | null): Promise<Publishing | 'again'> {
  const now = await remoteTip(place, git);
  return now === null || now.commit === tip ? failed('refuses the push') : 'again';
}

/** What the branch points at; `commit` is null where there is no branch. */
interface Tip {
  readonly commit: string | null;
}

/** The tip of the branch, with its history; null where it cannot be had. */
async function fetchTip(place: GitPlace, git: RunGit): Promise<Tip | null> {
  const tip = await remoteTip(place, git);
  if (tip === null || tip.commit === null) return tip;
  if (done(await git(['cat-file', '-e', `${tip.commit}^{commit}`]))) return tip;
  const words = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', ...farSide(place.remote, 'upload-pack')];
  const fetched = await git([...words, '--', place.remote, `refs/heads/${place.branch}`]);
  return done(fetched) ? tip : null;
}

async function remoteTip({ remote, branch }: GitPlace, git: RunGit): Promise<Tip | null> {
  const ref = `refs/heads/${branch}`;
  const listed = await git(['ls-remote', ...farSide(remote, 'upload-pack'), '--', remote, ref]);
  if (!done(listed)) return null;
  // Every ref is listed whose name ends like this one, and anybody who may push can make such a ref.
  const lines = listed.stdout.toString('latin1').split('\n');
  const [commit = ''] = lines.find((line) => line.endsWith(`\t${ref}`))?.split('\t') ?? [];
  return { commit: /^[0-9a-f]{40,64}$/.test(commit) ? commit : null };
}

/** A commit on top of `tip` whose tree is that one's with our note in its place: other logs keep theirs. */
async function commitNote(
  { note, checkpoint }: SignedHead,
  { tip, path, index }: { readonly tip: string | null; readonly path: string; readonly index: string },
  git: RunGit,
): Promise<string | null> {
  const blob = textOf(await git(['hash-object', '-w', '--stdin'], { stdin: note }));
  const begun = await git(tip === null ? ['read-tree', '--empty'] : ['read-tree', tip], { index });
  if (blob === null || !done(begun)) return null;
  const added = await git(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { index });
  const tree = done(added) ? textOf(await git(['write-tree'], { index })) : null;
  if (tree === null) return null;
  const message = `checkpoint of ${checkpoint.size} entries\n\n${checkpoint.origin}\n`;
  return textOf(await git(['commit-tree', ...(tip === null ? [] : ['-p', tip]), tree], { stdin: message }));
}

function textOf(end: GitEnd): string | null {
  const text = end.stdout.toString('latin1').trim();
  return done(end) && /^[0-9a-f]{40,64}$/.test(text) ? text : null;
}

function done(end: GitEnd): boolean {
  return end.status === 0;
}

function failed(problem: string): Publishing {
  return { kind: 'failed', problem };
}
