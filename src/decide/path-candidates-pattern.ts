import { awkCall } from './awk-call.ts';
import { own } from './own.ts';
import type { ShapedWord } from './command-shape.ts';
import { hint, place } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { PATTERN_FIRST } from './program-roles.ts';
import { sedEffects } from './sed-script.ts';
import { UNKNOWN } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** The files of a program whose first operand is a pattern or a program text: `grep`, `jq`. */
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
      const attached =
        /^(?:-[A-Za-z0-9.]*f|--(?:file|from-file|exclude-from|files0-from|ignore-file|include)=)(.+)$/s.exec(text)?.[1];
      if (attached !== undefined && !/^(?:-F|-[AC]\d)/.test(text))
        files.push({ ...place(attached, 'read'), isPlace: false });
    } else if (kind === 'value') {
      if (/^(?:-[A-Za-z0-9.]*f|--(?:file|from-file|ignore-file))$/.test(option)) files.push(place(text, 'read'));
      else if (/^(?:-g|--glob|--iglob|--include)$/.test(option) && !text.startsWith('!')) files.push(hint(text, true));
    } else if (kind !== 'end-of-options') {
      if (isPatternSeen && text !== '-') files.push(place(text, 'read', isDeep));
      isPatternSeen = true;
    }
  }
  if (isDeep && files.every((file) => !file.isPlace)) files.push(place('.', 'read', true));
  return files;
}

/** The files of `awk`: those it is given, those that hold its program, and what its options write. */
export function awkPlaces(words: readonly ShellWord[]): readonly PathCandidate[] {
  const call = awkCall(words);
  // An assignment among the operands is no file.
  const files = call.operands.filter(({ text }) => text !== '-' && !/^[A-Za-z_]\w*=/.test(text));
  const isInPlace = call.libraries.some(({ text }) => /^(?:.*\/)?inplace(?:\.awk)?$/.test(text));
  return [
    ...[...files, ...call.programFiles].map(({ text }) => place(text, 'read')),
    ...call.outputs.map(({ text }) => place(text, 'write')),
    ...(isInPlace ? files.map(({ text }) => place(text, 'write')) : []),
    // Another library is not followed.
    ...(call.libraries.length > 0 && !isInPlace ? [place(UNKNOWN, 'read')] : []),
    // Where an option is not known, any word may be a file.
    ...(call.isCertain ? [] : words.map((word) => hint(word.text))),
  ];
}

/** The files of `sed`: those it is given, and those that its script names. */
export function sedPlaces(words: readonly ShellWord[]): readonly PathCandidate[] {
  const { call, reads, writes } = sedEffects(words);
  const files = call.files.map((file) => file.text).filter((text) => text !== '-');
  return [
    ...reads.map((text) => place(text, 'read')),
    ...writes.map((text) => place(text, 'write')),
    ...files.map((text) => place(text, 'read')),
    ...(call.isInPlace ? files.map((text) => place(text, 'write')) : []),
    ...(call.backup === null ? [] : files.map((text) => place(backupOf(text, call.backup ?? ''), 'write'))),
    ...call.scriptFiles.map((file) => place(file.text, 'read')),
    // Where an option is not known, any word may be a file.
    ...(call.isCertain ? [] : words.map((word) => hint(word.text))),
  ];
}

/** Bounds the names of copies, in letters of the suffix times those of the name. */
const MAX_COPY_LETTERS = 65_536;

/** `sed -i.bak` keeps a copy; in a suffix with `*` that stands for the file's name, and a slash leads elsewhere. */
function backupOf(file: string, suffix: string): string {
  const at = file.lastIndexOf('/') + 1;
  // No file has such a name, and a text of it could be of any length.
  if (suffix.length * (file.length - at) > MAX_COPY_LETTERS) return UNKNOWN;
  const named = suffix.replaceAll(/[*\uDC02]/g, () => file.slice(at));
  const copy = named === suffix ? `${file.slice(at)}${suffix}` : named;
  return copy.includes('/') ? copy : `${file.slice(0, at)}${copy}`;
}
