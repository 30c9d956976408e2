import { matchesGlob } from 'node:path/posix';
import type { Scene } from '../decide/index.ts';
import type { CaseScene } from './policy-case.ts';

/** Links that are followed in one path, as Linux does (path_resolution(7)). */
const MAX_LINKS = 40;

/** The file system that a case file describes, as `decide` asks for it. Pure. */
export function stagedScene(scene: CaseScene): Scene {
  return {
    workspace: scene.workspace,
    homeDir: scene.homeDir,
    realPath: (path) => followed(path, scene.links),
    expandGlob: (glob) => scene.files.filter((file) => matchesShellGlob(glob, file)),
    linkedFiles: (glob) => [
      ...new Set(
        linkedNames(scene)
          .filter((name) => matchesShellGlob(glob, name))
          .map((name) => followed(name, scene.links)),
      ),
    ],
  };
}

/** The links, and the names that files have behind them. */
function linkedNames({ files, links }: CaseScene): readonly string[] {
  return [...links].flatMap(([from, to]) => [
    from,
    ...files.filter((file) => file.startsWith(`${to}/`)).map((file) => from + file.slice(to.length)),
  ]);
}

function followed(path: string, links: ReadonlyMap<string, string>): string {
  let at = path;
  for (let count = 0; count < MAX_LINKS; count += 1) {
    const link = [...links].find(([from]) => at === from || at.startsWith(`${from}/`));
    if (link === undefined) return at;
    at = link[1] + at.slice(link[0].length);
  }
  return at;
}

/** As a shell matches: a leading dot must be written. */
function matchesShellGlob(glob: string, file: string): boolean {
  return matchesParts(glob.split('/'), file.split('/'));
}

function matchesParts(parts: readonly string[], names: readonly string[]): boolean {
  const [part, ...rest] = parts;
  const [name, ...below] = names;
  if (part === undefined || name === undefined) return part === undefined && name === undefined;
  // Any folders, or with `[**]` hidden ones too.
  const isDeep = part === '[**]' || part === '**';
  if (isDeep && rest.length > 0 && matchesParts(rest, names)) return true;
  const isFound = part === name || matchesName(isDeep ? part.replace('**', '*') : part, name);
  return isFound && (matchesParts(rest, below) || (isDeep && matchesParts(parts, below)));
}

function matchesName(part: string, name: string): boolean {
  if (name.startsWith('.') && !/^(?:\.|\[\*\])/.test(part)) return false;
  // `[*]` is any text, a leading dot included, which the library does not find for a star at the start of a name.
  return part.startsWith('[*]')
    ? matchesGlob(`x${name}`, `x${part.replaceAll('[*]', '*')}`)
    : matchesGlob(name, part.replaceAll('[*]', '*'));
}
