/**
 * Bounds of the analysis. What cannot be settled within them is reported as not proven, never as equal. Each is far
 * above what policies need, and low enough that two policies of hundreds of rules are compared in seconds.
 */

/** Most states of one automaton over the characters of names. */
export const MAX_NAME_STATES = 20_000;
/** Most states of one automaton over the names of paths. */
export const MAX_PATH_STATES = 4_000;
/** Most steps between states of one automaton over the names of paths. */
export const MAX_PATH_STEPS = 2_000_000;
/** Steps after which a search that has shown a change already stops looking for other ways in which it shows. */
export const MAX_STEPS_WITH_WITNESS = 20_000;
/** Most atoms that one command pattern is taken apart into; a pattern with more stays whole where it must. */
export const MAX_ATOMS = 4_096;
/** Most command lines that are tried for one pattern before it counts as not proven. */
export const MAX_TRIES = 96;
/** Most pairs of a server and a tool that are looked at. */
export const MAX_CALL_PAIRS = 250_000;
/** Most steps of all automata of one comparison together: its time, on whatever machine, without a clock. */
export const MAX_TOTAL_STEPS = 6_000_000;
