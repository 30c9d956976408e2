import { shapeOf } from './command-shape.ts';
import { workingFolders } from './git-folder.ts';
import { gitSubcommand } from './git-subcommand.ts';
import { hasLetter, hasName, lastName, linkKind } from './link-kind.ts';
import { valuesGiven } from './path-candidate.ts';
import { programName } from './program-name.ts';
import type { CommandReading, ReachedCommand } from './reached-command.ts';
import { FOLDERS, hasGlob, hasUnknown } from './shell-word.ts';

/** A name that a command line gives to a link, or to what may be one or hold some. */
export interface MadeLink {
  /** Absolute, as it is walked: not normalised, links not followed. */
  readonly folder: string;
  /** With marks where it stands for several names. */
  readonly name: string;
  /** What lies behind the name: absolute, or told from where the link lies; not normalised. Null where it is not known. */
  readonly target: string | null;
  /** The target is the folder in which the name met is found. */
  readonly keepsName: boolean;
  /** The absolute glob that stands for the target, with marks, where it is one: of several hits none gets this name. Null for any other. */
  readonly glob: string | null;
  /** `followed` leads to the target itself; in a `copy` only links lead to where they led. */
  readonly way: 'followed' | 'copy';
}

/** Most links that one command line is followed through; above, where they lead counts as not known. */
export const MAX_MADE_LINKS = 256;

/**
 * The links that the commands of a reading make, by the command. None where nothing of the command line could go through them; what
 * other programs make is not told.
 */
export function madeLinks({ commands }: CommandReading): ReadonlyMap<ReachedCommand, readonly MadeLink[]> {
  const made = new Map<ReachedCommand, readonly MadeLink[]>();
  for (const command of commands) {
    const links = linksOf(command);
    if (links.length > 0) made.set(command, links);
  }
  // A single name that is put somewhere by a single command: as a folder, or into one.
  return commands.length === 1 && [...made.values()].flat().length <= 2 ? new Map() : made;
}

/** Equal for links that are alike in all. */
export function linkKey({ folder, name, target, keepsName, glob, way }: MadeLink): string {
  return JSON.stringify([folder, name, target, keepsName, glob, way]);
}

function linksOf(command: ReachedCommand): readonly MadeLink[] {
  const program = programName(command.program.text) ?? '';
  if (program === 'git') return movedByGit(command);
  if (!/^(?:ln|cp|mv|rsync)$/.test(program)) return [];
  const shape = shapeOf(program, command.words);
  const kind = linkKind(program, shape);
  const keepsLinks =
    hasLetter(shape, 'adPRr') ||
    hasName(shape, 'archive') ||
    hasName(shape, 'recursive') ||
    hasName(shape, 'no-dereference');
  if (program === 'cp' && kind === 'none' && !keepsLinks) return [];
  const texts = shape.filter(isOperand).map(({ word }) => word.text);
  const given = program === 'rsync' ? undefined : valuesGiven(shape, 't', ['target-directory']).at(-1);
  const isRelative = hasLetter(shape, 'r') || hasName(shape, 'relative');
  return (command.folders ?? []).flatMap((folder) =>
    placesOf(texts, given, program === 'ln').flatMap((place) =>
      linkAt(place, folder, {
        isToldFromLink: program === 'ln' && kind === 'symbolic' && !isRelative,
        way: kind === 'none' ? 'copy' : 'followed',
      }),
    ),
  );
}

/** `git mv` moves a link as it is. */
function movedByGit(command: ReachedCommand): readonly MadeLink[] {
  const subcommand = gitSubcommand(command.words);
  if (subcommand?.name !== 'mv') return [];
  const texts = shapeOf('git', command.words)
    .slice(subcommand.at + 1)
    .filter(isOperand)
    .map(({ word }) => word.text);
  const folders = workingFolders(command.words, { folders: command.folders, realPath: undefined }) ?? [];
  return folders.flatMap((folder) =>
    placesOf(texts, undefined, false).flatMap((place) => linkAt(place, folder, { isToldFromLink: false, way: 'copy' })),
  );
}

function isOperand({ kind }: { readonly kind: string }): boolean {
  return kind === 'operand' || kind === 'value-or-operand';
}

/** What is put where: under a name of its own in a folder, or under the target's name. */
interface Placing {
  readonly source: string;
  readonly into: string;
  readonly name: string;
  readonly isRenamed: boolean;
}

function placesOf(texts: readonly string[], given: string | undefined, isAlone: boolean): readonly Placing[] {
  if (given !== undefined) return texts.map((source) => within(source, given));
  const target = texts.at(-1);
  if (target === undefined) return [];
  if (texts.length === 1) return isAlone ? [within(target, '.')] : [];
  const sources = texts.slice(0, -1);
  const isFolder = sources.length > 1 || /(?:^|\/)\.{0,2}$/.test(target);
  return sources.flatMap((source) => [
    within(source, target),
    // The folder's contents, where its name says so, or the target is no folder yet.
    ...(isFolder && !/(?:^|\/)\.{0,2}$/.test(source) ? [] : [named(source, target)]),
  ]);
}

function within(source: string, into: string): Placing {
  return { source, into, name: lastName(source), isRenamed: false };
}

function named(source: string, target: string): Placing {
  const path = target.replace(/\/+$/, '');
  return { source, into: path.slice(0, path.lastIndexOf('/') + 1) || '.', name: lastName(path), isRenamed: true };
}

function linkAt(
  { source, into, name, isRenamed }: Placing,
  folder: string,
  { isToldFromLink, way }: { readonly isToldFromLink: boolean; readonly way: MadeLink['way'] },
): readonly MadeLink[] {
  // To write under a name that is not known is asked about in any case.
  if (/^\.{0,2}$/.test(name) || isOpen(name) || isOpen(into) || hasGlob(into)) return [];
  const from = (text: string): string => (text.startsWith('/') || isToldFromLink ? text : `${folder}/${text}`);
  const front = source.slice(0, source.length - lastName(source).length);
  const keepsName = hasGlob(name) && !isRenamed && !hasGlob(front);
  const isGlob = !isOpen(source) && !keepsName && hasGlob(source);
  const isKnown = !isOpen(source) && !isGlob;
  return [
    {
      folder: into.startsWith('/') ? into : `${folder}/${into}`,
      name,
      target: isKnown ? from(keepsName ? front : source) : null,
      keepsName,
      glob: isGlob ? (source.startsWith('/') ? source : `${folder}/${source}`) : null,
      way,
    },
  ];
}

/** Whether a text holds what is neither known nor a glob. */
function isOpen(text: string): boolean {
  return hasUnknown(text) || text.includes(FOLDERS);
}
