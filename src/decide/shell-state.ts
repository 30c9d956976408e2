import { MAX_FOLDERS } from './caps.ts';
import { MARK, UNKNOWN, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { CommandNode, CompoundList } from './syntax.ts';

/** What a shell holds between its commands, as far as it is followed. Mutable: a subshell gets a {@link forkState}. */
export interface ShellState {
  readonly homeDir: string;
  /** A path with its links followed; absent where nobody can look. */
  readonly realPath: ((absolutePath: string) => string) | undefined;
  readonly variables: Map<string, ShellWord>;
  /** Variables that programs and other shells get to see. */
  readonly exported: Set<string>;
  /** Read-only variables: whether a later write has an effect is not known. */
  readonly frozen: Set<string>;
  /** Names that were written since the innermost {@link watchWrites} began. */
  writes: Set<string>;
  readonly functions: Map<string, ShellFunction>;
  readonly aliases: Map<string, ShellWord>;
  /** Absolute folders, one of which is the working folder; null where it is not known. */
  folders: readonly string[] | null;
  /** Every set of folders since the innermost {@link watchWrites} began. */
  visited: (readonly string[] | null)[];
  previousFolders: readonly string[] | null;
  /** `$0`. */
  scriptName: ShellWord;
  /** `$1` and on; null where they are not known. */
  args: readonly ShellWord[] | null;
  /** Something may have written any variable: a sourced file, a name reference, `eval` of unknown text. */
  isPoisoned: boolean;
  hasDotglob: boolean;
  /** `**` stands for any folders, not for one name. */
  hasGlobstar: boolean;
  hasOwnIfs: boolean;
  /** `cd` walks as the kernel does: `..` leads out of where a link leads. */
  isPhysical: boolean;
  /** `|&` may start a coprocess, as in ksh and mksh. */
  hasCoprocessPipe: boolean;
  /** How many branches, loops and the like, of which it is not known whether they happen, surround this point. */
  uncertainty: number;
  /** `set -e`: what follows a failed command is not reached. */
  stopsOnError: boolean;
  /** The body of a function is being read, so that `return` leaves it; anywhere else it fails. */
  isInFunction: boolean;
}

export interface ShellFunction {
  readonly bodies: readonly (CommandNode | CompoundList)[];
  /** The definition may not have been reached: the name may still be a program's. */
  readonly isCertain: boolean;
}

/** The state in which a command line starts. */
export function startState(folder: string, homeDir: string, realPath?: (path: string) => string): ShellState {
  return {
    homeDir,
    realPath,
    variables: new Map(
      Object.entries({ HOME: homeDir, IFS: ' \t\n', SHELL: '/bin/bash', BASH: '/bin/bash' }).map(([name, value]) => [
        name,
        shellWord(value),
      ]),
    ),
    exported: new Set(['HOME', 'SHELL', 'IFS', 'BASH']),
    frozen: new Set(),
    writes: new Set(),
    functions: new Map(),
    aliases: new Map(),
    folders: [folder],
    visited: [],
    previousFolders: null,
    scriptName: shellWord(UNKNOWN),
    args: [],
    isPoisoned: false,
    hasDotglob: false,
    hasGlobstar: false,
    hasOwnIfs: false,
    isPhysical: false,
    hasCoprocessPipe: false,
    uncertainty: 0,
    stopsOnError: false,
    isInFunction: false,
  };
}

/** A copy for a subshell: what it does stays in it. */
export function forkState(state: ShellState): ShellState {
  return {
    ...state,
    variables: new Map(state.variables),
    exported: new Set(state.exported),
    frozen: new Set(state.frozen),
    functions: new Map(state.functions),
    aliases: new Map(state.aliases),
    writes: new Set(),
    visited: [],
  };
}

/** A copy for a command substitution: bash leaves `set -e` behind there. */
export function substitutionState(state: ShellState): ShellState {
  return { ...forkState(state), stopsOnError: false };
}

/**
 * Forgets what the command line wrote to variables: for code that runs at another moment, such as a trap. Those that
 * the shell starts with stay as they are, as far as nothing wrote them.
 */
export function forgetVariables(state: ShellState): void {
  const start = startState('/', state.homeDir).variables;
  for (const [name, value] of state.variables) {
    if (value.text !== start.get(name)?.text) loseVariable(state, name);
  }
}

/**
 * What is left in a shell that is a process of its own: exported variables, and functions that may have been exported.
 * A variable that was not exported may still be one of the environment: it is not known there.
 */
export function enterProcess(state: ShellState): void {
  for (const name of state.variables.keys()) {
    // In ways that are not followed (`set -a`), these may be exported after all. With them `cd` leads elsewhere.
    if (!state.exported.has(name) && name !== 'CDPATH') state.variables.delete(name);
  }
  state.stopsOnError = false;
  state.isInFunction = false;
  for (const [name, known] of state.functions) state.functions.set(name, { ...known, isCertain: false });
}

/** Gives a variable a value. Text that is not one of a plain name (`a[0]`) makes the whole array unknown. */
export function writeVariable(state: ShellState, name: string, value: ShellWord): void {
  state.variables.set(name, state.frozen.has(name) ? shellWord(UNKNOWN) : value);
  if (name === 'BASH_ARGV0') state.scriptName = value;
  state.writes.add(name);
  // `IFS=$OLD` sets it back.
  if (name === 'IFS') state.hasOwnIfs = state.variables.get(name)?.text !== ' \t\n';
  // Setting GLOBIGNORE makes globs match leading dots (bash), and FIGNORE in ksh.
  if (name === 'GLOBIGNORE' || name === 'FIGNORE') state.hasDotglob = true;
  if (name === 'OLDPWD') state.previousFolders = null;
  // Other names that zsh has for CDPATH and for `$@`.
  if (name === 'cdpath') loseVariable(state, 'CDPATH');
  if (name === 'argv') state.args = null;
  // A shell that starts with them has these options on.
  if (name === 'BASHOPTS' || name === 'SHELLOPTS') for (const option of value.text.split(':')) turnOn(state, option);
}

/** Turns on an option of the shell that changes what words mean or where `cd` leads; all of them where it is not known which. */
export function turnOn(state: ShellState, option: string): void {
  const isAny = MARK.test(option);
  // In bash one letter case and no `_`; other shells take any.
  const name = option.toLowerCase().replaceAll('_', '');
  if (isAny || /^(?:dotglob|globdots|nocaseglob|extendedglob)$/.test(name)) state.hasDotglob = true;
  if (isAny || name === 'globstar') state.hasGlobstar = true;
  if (isAny || /^(?:physical|chaselinks|chasedots)$/.test(name)) state.isPhysical = true;
  if (name === 'coprocesspipe') state.hasCoprocessPipe = true;
  // As with CDPATH, the name of a folder may then lead to another one.
  if (isAny || name === 'cdablevars') loseVariable(state, 'CDPATH');
}

/** Variables that the shell itself writes between commands, whatever is assigned to them. */
const SHELL_OWNED =
  /^(?:_|BASH_COMMAND|BASHPID|BASH_ARGV|BASH_LINENO|BASH_SOURCE|BASH_SUBSHELL|COMP_\w+|DIRSTACK|EPOCH\w+|FUNCNAME|GROUPS|LINENO|OPTARG|OPTIND|PIPESTATUS|PPID|RANDOM|SECONDS|SRANDOM|UID|EUID)$/;

/** Marks a variable as written with something that is not known. */
export function loseVariable(state: ShellState, name: string): void {
  writeVariable(state, name, shellWord(UNKNOWN));
}

/** The value of a variable, or null where the command line itself does not set it. */
export function readVariable(state: ShellState, name: string): ShellWord | null {
  if (state.isPoisoned || SHELL_OWNED.test(name)) return null;
  const value = state.variables.get(name);
  if (value !== undefined) return value;
  if (name === 'PWD') return onlyFolder(state.folders);
  return name === 'OLDPWD' ? onlyFolder(state.previousFolders) : null;
}

function onlyFolder(folders: readonly string[] | null): ShellWord | null {
  const [only, ...others] = folders ?? [];
  return only !== undefined && others.length === 0 ? shellWord(only) : null;
}

/** Moves to other folders. More than {@link MAX_FOLDERS} at once count as not known. */
export function moveTo(state: ShellState, folders: readonly string[] | null): void {
  state.previousFolders = state.folders;
  state.folders = atMostKnown(folders);
  state.variables.delete('PWD');
  state.variables.delete('OLDPWD');
  state.visited.push(state.folders);
}

/**
 * Runs `body`, of which it is not known how much happens: a branch, a loop, a function that may return early. What
 * it wrote is unknown afterwards, and the working folder is any that it had before or within.
 */
export function uncertainly(state: ShellState, body: () => void): void {
  const writesBefore = state.writes;
  const visitedBefore = state.visited;
  const foldersBefore = state.folders;
  const previousBefore = state.previousFolders;
  const argsBefore = state.args;
  state.writes = new Set();
  state.visited = [];
  state.uncertainty += 1;
  try {
    body();
  } finally {
    state.uncertainty -= 1;
    const written = state.writes;
    const visited = state.visited;
    state.writes = writesBefore;
    state.visited = visitedBefore;
    for (const name of written) loseVariable(state, name);
    if (state.args !== argsBefore) state.args = null;
    if (visited.length > 0) {
      state.folders = atMostKnown(unionOf([foldersBefore, ...visited]));
      state.previousFolders = atMostKnown(unionOf([previousBefore, foldersBefore, ...visited]));
      state.visited.push(state.folders);
    }
  }
}

/** All folders of all sets, or null as soon as one set is not known. */
export function unionOf(sets: readonly (readonly string[] | null)[]): readonly string[] | null {
  const union = new Set<string>();
  for (const set of sets) {
    if (set === null) return null;
    for (const folder of set) union.add(folder);
  }
  return [...union];
}

function atMostKnown(folders: readonly string[] | null): readonly string[] | null {
  return folders === null || folders.length > MAX_FOLDERS ? null : folders;
}
