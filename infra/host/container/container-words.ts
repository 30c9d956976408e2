import { commandLine } from './command-line.ts';
import type { CommandLine, Flag } from './command-line.ts';
import { WORKSPACE_LABEL } from './flag-values.ts';
import type { Place } from './flag-values.ts';

/** The words for podman with the line that they are of, or why it is not started. */
export type ContainerWords =
  | { readonly ok: true; readonly words: readonly string[]; readonly line: CommandLine }
  | { readonly ok: false; readonly why: string };

/**
 * What every container gets beside the policy's limits: a root that is only read, a place to write for what needs one, and no cgroups to
 * write for a program that is named like an init system.
 */
export const ALWAYS = ['--read-only', '--tmpfs=/tmp:rw,nosuid,nodev,size=512m', '--systemd=false'] as const;

/** A build reads its file from the launcher, and takes images of the store alone: those that the launcher looked at. */
export const BUILD = ['--pull=never', '--file=-'] as const;

/**
 * The words of a command line as podman is to get them: put together again from what was understood, with the limits between the
 * subcommand and the first flag. What follows the image is the container's own and is not touched.
 *
 * @param limits flags of the policy, as `sallyport policy compile --target container-limits` writes them.
 */
export function containerWords(argv: readonly string[], limits: readonly string[], place: Place): ContainerWords {
  const read = commandLine(argv, place);
  if (!read.ok) return read;
  const { name, flags, operands } = read.line;
  const passed = name === 'build' ? flags.filter((flag) => !isOfFile(flag)) : flags;
  const end = operands.length > 0 ? ['--', ...operands] : [];
  return {
    ok: true,
    words: [name, ...boundsOf(read.line, limits, place), ...passed.flatMap(wordsOf), ...end],
    line: read.line,
  };
}

function boundsOf({ name, subcommand }: CommandLine, limits: readonly string[], place: Place): readonly string[] {
  if (subcommand.isLimited) return [...limits, ...ALWAYS, `--label=${WORKSPACE_LABEL}=${place.workspace}`];
  return name === 'build' ? [...limits.filter(isForBuild), ...BUILD] : [];
}

/** Long flags in one word and short ones in two: no value can be read as a flag. */
function wordsOf({ name, value }: Flag): readonly string[] {
  if (value === null) return [name];
  return name.startsWith('--') ? [`${name}=${value}`] : [name, value];
}

/** What the launcher does itself before a build. */
function isOfFile({ name }: Flag): boolean {
  return ['-f', '--file', '--pull'].includes(name);
}

/** A build knows these two alone of the limits. */
function isForBuild(flag: string): boolean {
  return flag.startsWith('--memory=') || flag.startsWith('--memory-swap=');
}
