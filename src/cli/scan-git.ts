import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StateFolder } from '../core/error.ts';

/** One file of the index of a repository. */
export interface StagedFile {
  /** Below the top of the repository. */
  readonly path: Buffer;
  readonly objectId: string;
}

/**
 * The files that a repository holds below a folder and those that it would take, with names below the folder; null where
 * the folder is in no repository, is ignored by it, or git is not there: then everything in it counts.
 */
export async function gitFiles(folder: Buffer): Promise<readonly Buffer[] | null> {
  const cwd = folder.toString('utf8');
  if (!Buffer.from(cwd).equals(folder)) return null;
  const ignored = await gitOutput(cwd, ['check-ignore', '--quiet', '--', '.']);
  // 1 says that it is not ignored; all else that there is no repository, or that the whole folder is ignored.
  if (ignored.code !== 1) return null;
  const listed = await gitOutput(cwd, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (listed.code !== 0) return null;
  const names = splitAtZeros(listed.stdout).map((name) => (name.at(-1) === SLASH ? name.subarray(0, -1) : name));
  names.sort((a, b) => Buffer.compare(a, b));
  // A file in conflict is listed once for each side.
  return names.filter((name, index) => index === 0 || !name.equals(names[index - 1] ?? Buffer.alloc(0)));
}

/**
 * What the next commit would change, as it stands in the index.
 *
 * @param paths what to confine it to; none means the whole repository.
 * @throws {StateFolder} where git is not there or the folder is in no repository.
 */
export async function stagedFiles(cwd: string, paths: readonly string[]): Promise<readonly StagedFile[]> {
  const { code, stdout } = await gitOutput(cwd, [
    '--literal-pathspecs',
    'diff',
    '--cached',
    '--raw',
    '-z',
    '--no-renames',
    '--no-ext-diff',
    '--no-abbrev',
    '--ignore-submodules=all',
    '--diff-filter=ACMT',
    '--',
    ...paths,
  ]);
  if (code !== 0)
    throw new StateFolder('the index cannot be read', { hint: 'run it in a git repository, with git installed' });
  const fields = splitAtZeros(stdout);
  const staged: StagedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, , objectId] = (fields[at] ?? '').toString('latin1').split(' ');
    const path = fields[at + 1];
    if (path !== undefined && objectId !== undefined && mode !== GITLINK) staged.push({ path, objectId });
  }
  return staged;
}

/** Mode of an entry that names a commit of another repository. */
const GITLINK = '160000';

/** Reads objects of a repository by their ids, one at a time. */
export interface ObjectReader {
  /** The content, in pieces; it must be read to its end, or {@link close} called. */
  chunks(objectId: string): AsyncIterable<Uint8Array>;
  close(): void;
}

/** @throws {StateFolder} out of `chunks`, where git answers with something else than the object. */
export function objectReader(cwd: string): ObjectReader {
  const child = git(cwd, ['cat-file', '--batch'], 'pipe');
  const output = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<void> => {
    const next = await output.next();
    if (next.done === true) throw new StateFolder('git ended before it gave the content of the index');
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
  };
  child.stdin?.on('error', () => undefined);
  return {
    async *chunks(objectId) {
      child.stdin?.write(`${objectId}\n`);
      while (!held.includes(LINE_FEED)) await more();
      const headEnd = held.indexOf(LINE_FEED);
      const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(held.subarray(0, headEnd).toString('latin1'))?.[1]);
      if (!Number.isSafeInteger(size)) throw new StateFolder('git does not give an object that its index names');
      held = held.subarray(headEnd + 1);
      for (let left = size; left > 0;) {
        if (held.length === 0) await more();
        const part = held.subarray(0, left);
        held = held.subarray(part.length);
        left -= part.length;
        yield part;
      }
      // A line feed ends each content.
      while (held.length === 0) await more();
      held = held.subarray(1);
    },
    close: () => void child.kill(),
  };
}

const LINE_FEED = 0x0a;
const SLASH = 0x2f;

async function gitOutput(cwd: string, words: readonly string[]): Promise<{ code: number | null; stdout: Buffer }> {
  const child = git(cwd, words, 'ignore');
  const closed = once(child, 'close').catch(() => [null]);
  const parts: Buffer[] = [];
  for await (const part of child.stdout as AsyncIterable<Buffer>) parts.push(part);
  const [code] = (await closed) as [number | null];
  return { code, stdout: Buffer.concat(parts) };
}

/** Starts git so that the repository, which may be anyone's, runs nothing of its own. */
function git(
  cwd: string,
  words: readonly string[],
  stdin: 'pipe' | 'ignore',
): ChildProcessByStdio<Writable | null, Readable, null> {
  return spawn('git', ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...words], {
    cwd,
    // Objects that are missing would be fetched by a program that the repository names.
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: '', LC_ALL: 'C' },
    stdio: [stdin, 'pipe', 'ignore'],
  }) as ChildProcessByStdio<Writable | null, Readable, null>;
}

function splitAtZeros(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0, to = bytes.indexOf(0); to >= 0; from = to + 1, to = bytes.indexOf(0, from))
    parts.push(bytes.subarray(from, to));
  return parts;
}
