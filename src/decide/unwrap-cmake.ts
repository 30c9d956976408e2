import { own } from './own.ts';
import { physicalFolders } from './physical-folder.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { PRINTS_ENVIRONMENT } from './unwrap-listing.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** Tools of `cmake -E`, as the programs that do the same, with an option of theirs. */
const CMAKE_COMMANDS: Readonly<Partial<Record<string, string>>> = {
  env: 'env',
  time: 'time',
  copy: 'cp',
  copy_if_different: 'cp',
  copy_if_newer: 'cp',
  copy_directory: 'cp',
  copy_directory_if_different: 'cp',
  copy_directory_if_newer: 'cp',
  rename: 'mv',
  rm: 'rm',
  remove_directory: 'rm -r',
  remove: 'rm',
  touch: 'touch',
  touch_nocreate: 'touch',
  make_directory: 'mkdir',
  create_symlink: 'ln -s',
  create_hardlink: 'ln',
  cat: 'cat',
  tar: 'tar',
  compare_files: 'cmp',
};

/** `cmake`: its tools behind `-E`, what it hands to the build's own program, and programs that its variables name. */
export function unwrapCmake(invocation: Invocation): Unwrapped {
  const { words } = invocation;
  const at = words.findIndex((word) => word.text === '-E');
  if (at < 0) return { ...plain(invocation), inners: [...handedOn(words), ...words.flatMap(namedProgram)] };
  const name = words[at + 1]?.text ?? '';
  const rest = words.slice(at + 2);
  if (name === 'environment') return { ...plain(invocation), inners: [PRINTS_ENVIRONMENT] };
  if (name === 'chdir')
    return { ...plain(invocation), own: words.slice(0, at + 3), inners: inFolder(rest, invocation) };
  const front = own(CMAKE_COMMANDS, name);
  if (front === undefined) return plain(invocation);
  const inner: Inner = {
    kind: 'words',
    words: [...front.split(' ').map((text) => shellWord(text)), ...rest],
    isDetached: true,
  };
  return { ...plain(invocation), own: words.slice(0, at + 2), inners: [inner] };
}

/** `cmake -E chdir FOLDER CMD`. */
function inFolder([folder, ...words]: readonly ShellWord[], { frame }: Invocation): readonly Inner[] {
  if (folder === undefined || words.length === 0) return [];
  return [{ kind: 'words', words, isDetached: true, folders: physicalFolders(frame.state, folder.text) }];
}

/** `cmake --build X -- WORDS`: words of the program that builds, most often make. */
function handedOn(words: readonly ShellWord[]): readonly Inner[] {
  const end = words.findIndex((word) => word.text === '--');
  if (end < 0 || !words.some((word) => word.text === '--build')) return [];
  return [{ kind: 'words', words: [shellWord('make'), ...words.slice(end + 1)], role: 'inner', isDetached: true }];
}

/** `-DCMAKE_C_COMPILER_LAUNCHER=CMD`: run for each file; a list is written with semicolons. */
function namedProgram(word: ShellWord): readonly Inner[] {
  const value = /^(?:-D)?\w+_(?:COMPILER|LAUNCHER|PROGRAM|COMMAND|EMULATOR|LINKER|CC|CXX)(?::\w+)?=(.+)$/s.exec(
    word.text,
  )?.[1];
  if (value === undefined) return [];
  const words = value.split(/[;\s]+/).map((text) => ({ ...word, text }));
  return [{ kind: 'words', words, role: 'inner', isDetached: true }];
}
