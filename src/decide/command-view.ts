import { ASSIGNMENT_PROGRAM } from '../core/command-pattern.ts';
import type { OperandClasses } from './command-match.ts';
import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import type { FileCheck } from './file-check.ts';
import { operandClasses } from './operand-classes.ts';
import { programName } from './program-name.ts';
import { programPlace } from './program-place.ts';
import type { ProgramPlace } from './program-place.ts';
import type { ReachedCommand } from './reached-command.ts';
import type { RuleIndex } from './rule-index.ts';

/** A command as rules look at it. Its name is null where it is not known before it runs. */
export interface CommandView {
  readonly command: ReachedCommand;
  readonly name: string;
  readonly place: ProgramPlace;
  readonly shape: readonly ShapedWord[];
  readonly classes: OperandClasses;
}

/** The view of a command; null where rules on commands cannot be asked about it. */
export function viewOf(command: ReachedCommand, index: RuleIndex, check: FileCheck): CommandView | null {
  const { text } = command.program;
  if (text === '') return null;
  const name = text === ASSIGNMENT_PROGRAM ? text : (programName(text) ?? globName(text));
  if (name === null) return null;
  return {
    command,
    name,
    place: programPlace(command, check.places),
    shape: shapeOf(name, command.words),
    classes: operandClasses(command.folders, check.places, index.web, check.eyes.realPath),
  };
}

/** A name that is a glob with letters in it, such as `cur?`: rules that deny are held against what it could be. */
function globName(text: string): string | null {
  const name = text.slice(text.lastIndexOf('/') + 1);
  return /[\uDC00\uDC01\uDC05\uDC06]/.test(name) || !/\w/.test(name) ? null : name;
}
