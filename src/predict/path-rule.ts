import { matchesIgnored, readIgnorePattern } from './ignore-pattern.ts';
import type { IgnorePattern } from './ignore-pattern.ts';

/** Where a session takes place. All paths are absolute. */
export interface ClientScene {
  /** The folder that the session was started in; rules of managed settings start there too. */
  readonly cwd: string;
  readonly home: string;
}

/** The path of a `Read(…)` or `Edit(…)` rule: a folder, and a pattern for what lies below it. */
export interface PathRule {
  readonly root: string;
  readonly pattern: IgnorePattern;
}

/** Reads what stands between the parentheses: `//` is the file system's root, `~/` the home folder, all else starts in `cwd`. */
export function readPathRule(content: string, scene: ClientScene): PathRule {
  if (content.startsWith('//')) return { root: '/', pattern: pathPattern(content.slice(1)) };
  if (content.startsWith('~/')) return { root: scene.home, pattern: pathPattern(content.slice(1)) };
  const relative = content.startsWith('./') ? content.slice(2) : content;
  return { root: scene.cwd, pattern: pathPattern(relative) };
}

/** Whether a rule takes in a path, which must be absolute and resolved. */
export function matchesPath(rule: PathRule, path: string): boolean {
  const names = namesBelow(rule.root, path);
  return names !== null && names.length > 0 && matchesIgnored(rule.pattern, names);
}

/** The client takes `/**` off the end, so that a folder's rule covers the folder too. */
function pathPattern(text: string): IgnorePattern {
  return readIgnorePattern(text.endsWith('/**') && text !== '/**' ? text.slice(0, -3) : text);
}

function namesBelow(root: string, path: string): readonly string[] | null {
  const [above, below] = [splitPath(root), splitPath(path)];
  return above.every((name, index) => below[index] === name) ? below.slice(above.length) : null;
}

function splitPath(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}

/** An absolute path without `.`, `..` and doubled slashes, from one as a tool or a shell word has it. */
export function resolvePath(path: string, cwd: string): string {
  const names: string[] = [];
  for (const name of `${path.startsWith('/') ? '' : cwd}/${path}`.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** A leading `~` or `~/` as the home folder; every other path as it is. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
}

/** Whether a resolved path is a folder or lies below it. */
export function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
