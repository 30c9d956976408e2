/** What is wrong with a device or a socket that was named. */
export const NO_FILE = 'is a device or a socket';
/** What is wrong with a pipe that nobody writes to. */
export const NO_WRITER = 'is a pipe that nobody writes to';
/** What is wrong with a content that is longer than is read. */
export const NOT_TO_ITS_END = 'was not read to its end';

/** A problem of a scan as people read it, and what to do about it; the hint is null where nothing is to be said. */
export interface ToldProblem {
  readonly says: string;
  readonly hint: string | null;
}

/** @param problem as reports hold it: the system's code, or a sentence of our own. */
export function toldProblem(problem: string): ToldProblem {
  const told = TOLD[problem];
  if (told === undefined) return { says: problem, hint: null };
  return /^E[A-Z0-9]+$/.test(problem) ? { ...told, says: `${told.says} [${problem}]` } : told;
}

const TOLD: Readonly<Record<string, ToldProblem>> = {
  ENOENT: {
    says: 'there is no such file or folder',
    hint: 'check the path: it is read from the folder that you are in',
  },
  ENOTDIR: { says: 'there is no such folder', hint: 'check the path' },
  EACCES: { says: 'it may not be read', hint: 'check its rights and those of the folders above it' },
  EPERM: { says: 'it may not be read', hint: 'check its rights and those of the folders above it' },
  ELOOP: { says: 'its links lead nowhere', hint: 'name the file itself' },
  [NO_FILE]: { says: NO_FILE, hint: 'name files, folders or pipes; `-` is standard input' },
  [NO_WRITER]: { says: NO_WRITER, hint: 'start what writes to it first, or pipe it in and name `-`' },
};
