import { MAX_LOOP_ROUNDS } from './caps.ts';
import { deeper } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { forkState, uncertainly } from './shell-state.ts';
import { hasUnknown, isSpread } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { takeOverNames } from './take-over.ts';

/**
 * Reads the body of a loop as it is in any round: first to learn what it writes, then with all of that unknown.
 * What the first look found is thrown away.
 */
export function readLoop(reader: Reader, frame: Frame, body: (inner: Frame) => void): void {
  const { state } = frame;
  uncertainly(state, () => {
    const marks = {
      commands: reader.commands.length,
      findings: reader.findings.length,
      code: reader.inlineCode.length,
      pending: reader.pending.length,
    };
    const { words } = reader.budget;
    const trial = forkState(state);
    body(deeper(frame, { state: trial }));
    reader.commands.length = marks.commands;
    reader.findings.length = marks.findings;
    reader.inlineCode.length = marks.code;
    reader.pending.length = marks.pending;
    reader.budget.words = words;
    takeOverNames(state, trial);
    if (trial.visited.length > 0) {
      // Each round may go on from where the one before it ended.
      state.folders = null;
      state.visited.push(null);
    }
    body(deeper(frame));
  });
}

/** The values of the loop's variable, one for each round; null for a round in which it is not known. */
export function rounds(items: readonly ShellWord[] | null): readonly (ShellWord | null)[] {
  if (items === null || items.length > MAX_LOOP_ROUNDS) return [null];
  if (items.every((item) => !hasUnknown(item.text))) return items;
  const known = items.filter((item) => !hasUnknown(item.text) || !isSpread(item.text));
  return known.length === items.length ? known : [...known, null];
}
