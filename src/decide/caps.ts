/**
 * Bounds of what is read of one command line. Each is far above what people and agents write, and low enough that the
 * worst text within it is read in milliseconds. A command line over any of them is denied, never read in part.
 */

/** Longest command line, in UTF-16 code units. */
export const MAX_COMMAND_LENGTH = 65_536;
/** Deepest nesting of scripts, substitutions, groups and wrappers. */
export const MAX_DEPTH = 40;
/** Most simple commands that one command line may reach, wrappers and loop rounds counted. */
export const MAX_COMMANDS = 2_000;
/** Most words of all reached commands together. */
export const MAX_WORDS = 20_000;
/** Most words of all reached commands together that are globs or not known: each is held against every file rule. */
export const MAX_OPEN_WORDS = 1_000;
/** Most steps of reading: nodes visited, loop rounds and second looks at loop bodies counted. */
export const MAX_STEPS = 60_000;
/** Most characters that expansions may produce in all; brace expansion can double with every brace. */
export const MAX_EXPANDED_CHARACTERS = 1_000_000;
/** Most words that one brace expansion may give. */
export const MAX_BRACE_WORDS = 512;
/** Most rounds for which a `for` loop over known words is followed one by one; above, its variable is unknown. */
export const MAX_LOOP_ROUNDS = 64;
/** Most working folders that are followed at once where `cd` may or may not have happened; above, it is unknown. */
export const MAX_FOLDERS = 4;
/** Most starts of the inner command that are tried where the options of a wrapper are not all known. */
export const MAX_WRAPPER_READINGS = 6;
