import { own } from './own.ts';
import type { ShapedWord } from './command-shape.ts';
import { hint, optionFiles, place, valuesGiven } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { PATTERN_FIRST } from './program-roles.ts';
import { sedEffects } from './sed-script.ts';
import { UNKNOWN } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** The files of a program whose first operand is a pattern or a program text: `grep`, `jq`, `awk`. */
export function patternPlaces(
  program: string,
  shape: readonly ShapedWord[],
  isDeep: boolean,
): readonly PathCandidate[] {
  const givenByOption = own(PATTERN_FIRST, program);
  const hasPattern = shape.some((shaped) => shaped.kind === 'option' && givenByOption?.test(shaped.word.text) === true);
  const files: PathCandidate[] = [];
  let isPatternSeen = hasPattern;
  let skipped = 0;
  for (const [index, { kind, word }] of shape.entries()) {
    const { text } = word;
    const option = shape[index - 1]?.word.text ?? '';
    if (skipped > 0) {
      skipped -= 1;
      // `jq --slurpfile name FILE`.
      if (skipped === 0 && (shape[index - 2]?.word.text ?? '').endsWith('file')) files.push(place(text, 'read'));
      continue;
    }
    if (kind === 'option') {
      if (/^--(?:arg|argjson|slurpfile|rawfile)$/.test(text)) skipped = 2;
      const attached = /^(?:-[A-Za-z]*f|--(?:file|from-file|exclude-from|files0-from|ignore-file|include)=)(.+)$/s.exec(
        text,
      )?.[1];
      if (attached !== undefined && !/^(?:-F|-[AC]\d)/.test(text))
        files.push({ ...place(attached, 'read'), isPlace: false });
    } else if (kind === 'value') {
      if (/^(?:-[A-Za-z]*f|--(?:file|from-file|ignore-file))$/.test(option)) files.push(place(text, 'read'));
      else if (/^(?:-g|--glob|--iglob|--include)$/.test(option) && !text.startsWith('!')) files.push(hint(text, true));
    } else if (kind !== 'end-of-options') {
      if (isPatternSeen && text !== '-') files.push(...valuePlaces(program, text, isDeep));
      isPatternSeen = true;
    }
  }
  if (program.endsWith('awk')) files.push(...awkOutputs(shape, files));
  if (isDeep && files.every((file) => !file.isPlace)) files.push(place('.', 'read', true));
  return files;
}

/** `awk '...' name=value file`: an assignment among the operands is no file. */
function valuePlaces(program: string, text: string, isDeep: boolean): readonly PathCandidate[] {
  return program.endsWith('awk') && /^[A-Za-z_]\w*=/.test(text) ? [] : [place(text, 'read', isDeep)];
}

/** What options of gawk write, and the operands too where it edits in place; another library is not followed. */
function awkOutputs(shape: readonly ShapedWord[], files: readonly PathCandidate[]): readonly PathCandidate[] {
  const written = shape.flatMap(({ kind, word }) => {
    const met = kind === 'option' ? /^(?:-[odp]|--(?:dump|pretty|prof)[a-z-]*=)(.+)$/s.exec(word.text) : null;
    return met?.[1] === undefined ? [] : [place(met[1], 'write')];
  });
  const libraries = valuesGiven(shape, 'ilE', ['include', 'load', 'exec']);
  const isInPlace = libraries.some((name) => /^(?:.*\/)?inplace(?:\.awk)?$/.test(name));
  return [
    ...written,
    ...(isInPlace ? files.map((file) => place(file.text, 'write')) : []),
    ...(libraries.length > 0 && !isInPlace ? [place(UNKNOWN, 'read')] : []),
  ];
}

/** The files of `sed`: those it is given, and those that its script names. */
export function sedPlaces(words: readonly ShellWord[], texts: readonly string[]): readonly PathCandidate[] {
  const effects = sedEffects(words);
  const scripts = new Set(effects.scripts.map((script) => script.text));
  const files = texts.filter((text) => !scripts.has(text) && text !== '-');
  return [
    ...effects.reads.map((text) => place(text, 'read')),
    ...effects.writes.map((text) => place(text, 'write')),
    ...files.map((text) => place(text, 'read')),
    ...(effects.isInPlace ? files.map((text) => place(text, 'write')) : []),
    ...files.flatMap((text) => backupsOf(words, text)).map((text) => place(text, 'write')),
    ...words.flatMap((word) => /^-[nErsuz]*f(.+)$/s.exec(word.text)?.[1] ?? []).map((text) => place(text, 'read')),
    ...optionFiles(words, /^(?:-[nErsuz]*f|--file)$/).map((candidate) => ({ ...candidate, access: 'read' as const })),
  ];
}

/** `sed -i.bak` keeps a copy; in a suffix with `*` that stands for the file's name, and a slash leads elsewhere. */
function backupsOf(words: readonly ShellWord[], file: string): readonly string[] {
  const at = file.lastIndexOf('/') + 1;
  return words.flatMap((word) => {
    const suffix = /^(?:-[nErsuz]*i|--in[a-z-]*=)(.+)$/s.exec(word.text)?.[1];
    if (suffix === undefined) return [];
    const named = suffix.replaceAll(/[*\uDC02]/g, () => file.slice(at));
    const copy = named === suffix ? `${file.slice(at)}${suffix}` : named;
    return [copy.includes('/') ? copy : `${file.slice(0, at)}${copy}`];
  });
}
