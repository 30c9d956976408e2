import { BUILTIN_RULES } from './builtin-rule.ts';
import { checkFile } from './file-check.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import { repositoryFolders, workingFolders } from './git-folder.ts';
import { locate } from './locate-path.ts';
import { hint, place } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { addedPaths } from './path-candidates-git.ts';
import { pathCandidates } from './path-candidates.ts';
import { programName } from './program-name.ts';
import type { CommandReading, ReachedCommand } from './reached-command.ts';

/** What the rules on files say about every file that the commands of a reading may touch. */
export function commandFileFindings(reading: CommandReading, check: FileCheck): readonly Finding[] {
  const findings: Finding[] = [];
  for (const command of reading.commands) addFindings(findings, command, check);
  return findings;
}

function addFindings(findings: Finding[], command: ReachedCommand, check: FileCheck): void {
  for (const { access, target } of command.redirections) {
    if (target.isDescriptor) continue;
    if (access !== 'write') findings.push(...checkFile(check, place(target.text, 'read'), command.folders));
    if (access !== 'read') findings.push(...checkFile(check, place(target.text, 'write'), command.folders));
  }
  const program = programName(command.program.text) ?? command.program.text;
  if (program === '') return;
  if (command.program.text.includes('/'))
    findings.push(...checkFile(check, hint(command.program.text), command.folders));
  const folders =
    program === 'git'
      ? workingFolders(command.words, { folders: command.folders, realPath: check.eyes.realPath })
      : command.folders;
  for (const candidate of distinct(pathCandidates(program, command.words)))
    findings.push(...checkFile(check, candidate, folders));
  if (program === 'git')
    findings.push(...addedFindings(command, folders, check), ...repositoryFindings(command, folders, check));
}

/** The same word is often met twice, as a word and as an operand: what holds of either holds of the file. */
function distinct(candidates: readonly PathCandidate[]): readonly PathCandidate[] {
  if (candidates.length < 2) return candidates;
  const byText = new Map<string, PathCandidate[]>();
  for (const candidate of candidates) {
    const alike = byText.get(candidate.text);
    if (alike === undefined) {
      byText.set(candidate.text, [candidate]);
      continue;
    }
    const at = alike.findIndex((known) => isSameFile(known, candidate));
    const known = alike[at];
    if (known === undefined) alike.push(candidate);
    else
      alike[at] = {
        ...known,
        isPlace: known.isPlace || candidate.isPlace,
        isDeep: known.isDeep || candidate.isDeep,
      };
  }
  return [...byText.values()].flat();
}

function isSameFile(one: PathCandidate, other: PathCandidate): boolean {
  return one.access === other.access && one.isAnywhere === other.isAnywhere && one.links === other.links;
}

/** Another repository than the one that the session is in is read like any file outside. */
function repositoryFindings(
  command: ReachedCommand,
  folders: readonly string[] | null,
  check: FileCheck,
): readonly Finding[] {
  return repositoryFolders(command.words)
    .flatMap((folder) => checkFile(check, folder, folders))
    .filter((finding) => finding.ruleId !== BUILTIN_RULES.readInside);
}

/** Putting a protected file into the repository does not print it, but hands it to whoever reads the repository. */
function addedFindings(
  command: ReachedCommand,
  folders: readonly string[] | null,
  check: FileCheck,
): readonly Finding[] {
  return addedPaths(command.words).flatMap((text) =>
    locate(text, folders).paths.some((path) => check.index.matching('deny', 'read', path, check.places) !== null)
      ? [
          {
            verdict: 'ask' as const,
            ruleId: BUILTIN_RULES.protectedAdd,
            reason: 'This adds a protected file to the repository.',
          },
        ]
      : [],
  );
}
