import type { LineWord } from './shell-reading.ts';

/** What the client makes of a `sed` command: it prints, it replaces in a stream or in a file, or who knows. */
export type SedUse = 'reads' | 'edits' | 'unknown';

/** Lines to print: `5p`, `1,5p`, `p`. */
const PRINT = /^(?:\d+(?:,\d+)?)?p$/;
/** One substitution with flags that neither write nor run. */
const SUBSTITUTION = /^s\/(?:[^/\\\n]|\\[^\n])*\/(?:[^/\\\n]|\\[^\n])*\/[gpimIM]*[1-9]?[gpimIM]*$/;
const QUIET = /^(?:-[Erzs]*n[Erzs]*|--quiet|--silent)$/;
const PRINT_OPTION = /^(?:-[nErzs]+|--(?:quiet|silent|regexp-extended|null-data|zero-terminated|posix))$/;
const STREAM_OPTION = /^(?:-[nEr]+|--(?:regexp-extended|quiet|silent))$/;
const IN_PLACE_OPTION = /^(?:-[Er]*i[Er]*|--in-place|-[Er]+|--regexp-extended)$/;

/** Reads the options, scripts and files of a `sed` command. */
export function sedUse(words: readonly LineWord[]): SedUse {
  const { options, scripts, files, isNamed } = sedParts(words.slice(1));
  const [script] = scripts;
  if (script === undefined || words.some((word) => word.hasGlob)) return 'unknown';
  if (files.some((file) => file === '-')) return 'unknown';
  if (options.some((option) => QUIET.test(option))) {
    const isPrint = scripts.length === 1 && script.split(';').every((part) => PRINT.test(part.trim()));
    if (isPrint) return options.every((option) => PRINT_OPTION.test(option)) ? 'reads' : 'unknown';
  }
  if (scripts.length > 1 || !SUBSTITUTION.test(script)) return 'unknown';
  // What goes through a pipe only is read; a file that is named counts as edited, with or without `-i`.
  if (options.every((option) => STREAM_OPTION.test(option))) return files.length === 0 ? 'reads' : 'edits';
  const isPlain = !isNamed && files.every((file) => /^[^\s'"]+$/.test(file));
  return isPlain && options.every((option) => IN_PLACE_OPTION.test(option)) ? 'edits' : 'unknown';
}

interface SedParts {
  readonly options: readonly string[];
  readonly scripts: readonly string[];
  readonly files: readonly string[];
  /** Whether a script is named by an option. */
  readonly isNamed: boolean;
}

function sedParts(words: readonly LineWord[]): SedParts {
  const options: string[] = [];
  const operands: string[] = [];
  const named: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const value = words[at]?.value ?? '';
    if (value === '-e' || value === '--expression') {
      at += 1;
      named.push(words[at]?.value ?? '');
    } else if (value.startsWith('--expression=')) named.push(value.slice('--expression='.length));
    else if (value.startsWith('-') && value !== '-' && value !== '--') options.push(value);
    else if (value !== '--') operands.push(value);
  }
  const isNamed = named.length > 0;
  return isNamed
    ? { options, scripts: named, files: operands, isNamed }
    : { options, scripts: operands.slice(0, 1), files: operands.slice(1), isNamed };
}
