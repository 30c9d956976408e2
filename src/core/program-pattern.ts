/** What begins the name of a program that lies in the workspace: the rest is its path from there. */
const WORKSPACE = './';

/**
 * The path glob of a pattern's program that is named by its place in the workspace (`./gradlew`, `./scripts/*.sh`), in
 * which `*` stands for `/` too. Null for one that is named without a folder.
 */
export function workspaceProgram(program: string): string | null {
  return program.startsWith(WORKSPACE) ? program.slice(WORKSPACE.length) : null;
}

/** A glob that takes the last part of the path of every program that the pattern's program can take. */
export function programNameGlob(program: string): string {
  const path = workspaceProgram(program);
  if (path === null) return program;
  const star = path.lastIndexOf('*');
  const slash = path.lastIndexOf('/');
  // A star stands for folders as well: what precedes it is then no part of the name.
  return star > slash ? `*${path.slice(star + 1)}` : path.slice(slash + 1);
}

/** What is wrong with the folder that a pattern's program is written with, or null. */
export function programFolderProblem(program: string): string | null {
  if (!program.includes('/')) return null;
  const path = workspaceProgram(program);
  if (path === null)
    return 'a program is named without its folder, or by its path in the workspace, which begins with `./`';
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    return 'the path of a program in the workspace is plain: no `.`, no `..`, no empty part';
  return null;
}
