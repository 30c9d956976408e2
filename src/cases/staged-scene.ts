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
  };
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
  const names = file.split('/');
  const parts = glob.split('/');
  if (names.length !== parts.length) return false;
  return parts.every((part, index) => {
    const name = names[index] ?? '';
    return part === name || ((!name.startsWith('.') || part.startsWith('.')) && matchesGlob(name, part));
  });
}
