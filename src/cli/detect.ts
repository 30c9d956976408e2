import type { Command } from 'commander';
import { addDetectEvalCommand } from './detect-eval.ts';

/** Adds `detect` and what is below it. */
export function addDetectCommands(parent: Command): void {
  const detect = parent.command('detect').description('measure what the detectors find');
  addDetectEvalCommand(detect);
}
