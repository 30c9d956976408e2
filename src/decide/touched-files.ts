import { workingFolders } from './git-folder.ts';
import { locate } from './locate-path.ts';
import { hint, place } from './path-candidate.ts';
import type { CandidateAccess, PathCandidate } from './path-candidate.ts';
import { pathCandidates } from './path-candidates.ts';
import { programName } from './program-name.ts';
import type { ReachedCommand } from './reached-command.ts';

/** A file that a command may touch. */
export interface TouchedFile {
  readonly access: CandidateAccess;
  /** The program surely takes the word for a file; otherwise the word only looks like one. */
  readonly isSure: boolean;
  /** Everything below it is touched too. */
  readonly isDeep: boolean;
  /** Absolute paths, one of which it is; in place of what is not known stands some name. */
  readonly paths: readonly string[];
}

/** The files that a command may touch, by its words and its redirections. Links are not followed. */
export function touchedFiles(command: ReachedCommand): readonly TouchedFile[] {
  const opened = command.redirections.flatMap(({ access, target }) => {
    if (target.isDescriptor) return [];
    const read = access === 'write' ? [] : [place(target.text, 'read')];
    return access === 'read' ? read : [...read, place(target.text, 'write')];
  });
  const program = programName(command.program.text) ?? command.program.text;
  const folders =
    program === 'git'
      ? workingFolders(command.words, { folders: command.folders, realPath: undefined })
      : command.folders;
  const named = program === '' ? [] : pathCandidates(program, command.words);
  const run = command.program.text.includes('/') ? [hint(command.program.text)] : [];
  return [
    ...[...opened, ...run].map((candidate) => touched(candidate, command.folders)),
    ...named.map((candidate) => touched(candidate, folders)),
  ];
}

function touched(candidate: PathCandidate, folders: readonly string[] | null): TouchedFile {
  return {
    access: candidate.access,
    isSure: candidate.isPlace,
    isDeep: candidate.isDeep,
    paths: locate(candidate.text, folders).paths,
  };
}
