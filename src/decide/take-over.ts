import { loseVariable, moveTo, unionOf } from './shell-state.ts';
import type { ShellFunction, ShellState } from './shell-state.ts';
import { UNKNOWN, shellWord } from './shell-word.ts';

/**
 * Takes over what a copy of a state went through, of which it is not known whether it happened in this shell: the last command
 * of a pipe, a command behind an alias.
 */
export function takeOver(state: ShellState, ran: ShellState): void {
  takeOverNames(state, ran);
  if (ran.visited.length === 0) return;
  const { folders, previousFolders } = state;
  moveTo(state, unionOf([folders, ...ran.visited]));
  state.previousFolders = unionOf([previousFolders, folders, ...ran.visited]);
}

/** The same for all but the working folder. */
export function takeOverNames(state: ShellState, ran: ShellState): void {
  for (const name of ran.writes) loseVariable(state, name);
  takeOverExports(state, ran);
  for (const name of ran.frozen) state.frozen.add(name);
  for (const name of new Set([...state.functions.keys(), ...ran.functions.keys()]))
    takeOverFunction(state.functions, name, ran.functions.get(name));
  for (const [name, value] of ran.aliases) {
    const known = state.aliases.get(name);
    if (known?.text !== value.text) state.aliases.set(name, known === undefined ? value : shellWord(UNKNOWN));
  }
  if (ran.args !== state.args) state.args = null;
  if (ran.scriptName !== state.scriptName) state.scriptName = shellWord(UNKNOWN);
  state.isPoisoned ||= ran.isPoisoned;
  state.hasDotglob ||= ran.hasDotglob;
  state.hasGlobstar ||= ran.hasGlobstar;
  state.hasOwnIfs ||= ran.hasOwnIfs;
  state.isPhysical ||= ran.isPhysical;
  state.stopsOnError &&= ran.stopsOnError;
}

function takeOverExports(state: ShellState, { exported }: ShellState): void {
  for (const name of new Set([...state.exported, ...exported])) {
    if (state.exported.has(name) === exported.has(name)) continue;
    loseVariable(state, name);
    state.exported.add(name);
  }
}

function takeOverFunction(functions: ShellState['functions'], name: string, ran: ShellFunction | undefined): void {
  const known = functions.get(name);
  if (ran === known) return;
  const bodies = [...new Set([...(known?.bodies ?? []), ...(ran?.bodies ?? [])])];
  functions.set(name, { bodies, isCertain: known?.isCertain === true && ran?.isCertain === true });
}
