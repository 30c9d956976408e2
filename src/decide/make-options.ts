import type { GetoptSpec } from './getopt-words.ts';

const names = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The options of GNU make. */
export const MAKE: GetoptSpec = {
  flags: 'bmBdehiknpqrRsStvwL',
  values: 'CEfIoW',
  attached: 'jlO',
  flagNames: names(`
    always-make environment-overrides help ignore-errors keep-going check-symlink-times just-print dry-run recon print-data-base question
    no-builtin-rules no-builtin-variables silent quiet no-silent no-keep-going stop touch trace version print-directory
    no-print-directory warn-undefined-variables print-targets
  `),
  valueNames: names(
    'directory eval file makefile include-dir old-file assume-old what-if new-file assume-new jobserver-auth jobserver-style',
  ),
  attachedNames: names('debug jobs load-average max-load output-sync shuffle'),
};
