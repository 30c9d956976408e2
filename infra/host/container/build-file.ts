import { arch } from 'node:process';
import { idOfImage } from './build-images.ts';
import type { CommandLine } from './command-line.ts';
import { readContainerfile } from './containerfile.ts';
import { insideWorkspace } from './flag-values.ts';
import type { Place } from './flag-values.ts';
import { textOfPlainFile } from './inside-file.ts';
import type { Podman } from './podman.ts';

/** The text that podman builds from, or why it does not. */
export type BuildFile = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/** Where podman looks by itself, in this order. */
const NAMES = ['Containerfile', 'Dockerfile'];

/** Files of the folder that podman reads on the machine before it builds. */
const IGNORE_FILES = ['.containerignore', '.dockerignore'];

/**
 * The file of a build as podman gets it: looked at, with every image that it takes in the store already and named by its id. So what it
 * names cannot be changed after the look, nor be read by podman as a place of the machine.
 */
export function buildFile({ flags, operands }: CommandLine, place: Place, podman: Podman): BuildFile {
  const [folder = ''] = operands;
  for (const name of IGNORE_FILES) {
    const path = `${folder}/${name}`;
    const isThere = place.realPath(path) !== null;
    const inside = isThere ? insideWorkspace(path, place) : null;
    if (inside?.ok === false) return inside;
  }
  const files = valuesOf(flags, '-f', '--file');
  if (files.length > 1) return refused('a build is from one file');
  const file = files[0] ?? NAMES.map((name) => `${folder}/${name}`).find((path) => place.realPath(path) !== null);
  if (file === undefined)
    return refused(`there is no Containerfile or Dockerfile in \`${folder}\`; name one with \`-f\``);
  if (file.endsWith('.in')) return refused('a file for the C preprocessor is not built; let it make the file first');
  const inside = insideWorkspace(file, place);
  if (!inside.ok) return inside;
  const text = textOfPlainFile(inside.word);
  if (text === null) return refused(`\`${file}\` is no plain file of at most 1 MiB`);
  const args = new Map(valuesOf(flags, '--build-arg').map(argument));
  const read = readContainerfile(text, { args, platform: `linux/${arch === 'x64' ? 'amd64' : arch}` });
  if (!read.ok) return read;
  const wanted = {
    pull: valuesOf(flags, '--pull').at(-1) ?? 'missing',
    platform: valuesOf(flags, '--platform').at(-1) ?? null,
  };
  let built = '';
  for (const part of read.parts) {
    if (typeof part === 'string') {
      built += part;
      continue;
    }
    const image = idOfImage(part, wanted, podman);
    if (!image.ok) return image;
    built += image.id;
  }
  return { ok: true, text: built };
}

function valuesOf(flags: CommandLine['flags'], ...names: readonly string[]): readonly string[] {
  return flags.flatMap(({ name, value }) => (names.includes(name) && value !== null ? [value] : []));
}

/** A name alone takes its value from the environment, which the file is not read with. */
function argument(value: string): readonly [string, string | null] {
  const at = value.indexOf('=');
  return at < 0 ? [value, null] : [value.slice(0, at), value.slice(at + 1)];
}

function refused(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
