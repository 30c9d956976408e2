import { parsePathPattern } from '../core/path-pattern.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import type { ProposedRule } from './policy-draft.ts';
import type { Translation } from './translation.ts';

/** Devices that every program writes to and that keep nothing. */
export const HARMLESS_DEVICES = ['/dev/null', '/dev/stdout', '/dev/stderr', '/dev/tty', '/dev/fd/**'];

/**
 * Files that steer tools which run later. The client asks before they are written whatever else is allowed, so that an
 * allow rule never meant them.
 */
const STEERING_FILES = [
  '**/{.git,.claude,.vscode,.idea,.husky,.devcontainer,.yarn}/**',
  '**/{.bashrc,.bash_profile,.bash_login,.bash_logout,.bash_aliases,.profile}',
  '**/{.zshrc,.zprofile,.zshenv,.zlogin,.zlogout,.envrc,.gitconfig,.gitmodules}',
  '**/{.npmrc,.yarnrc,.yarnrc.yml,.mcp.json,.claude.json,.ripgreprc,.pre-commit-config.yaml}',
  '**/{bunfig.toml,.bunfig.toml,lefthook.yml,.cargo/config.toml,.config/git/config}',
];

/**
 * Turns the text between the parentheses of a `Read(…)`, `Edit(…)` or `Write(…)` rule into rules of the same intent.
 *
 * @param content null where there are no parentheses.
 */
export function pathRules(verdict: RuleVerdict, access: 'read' | 'write', content: string | null): Translation {
  const text = content?.trim() ?? '//**';
  if (/^(?:|\*{1,2}|\/\/\*\*|\*\*\/\*)$/.test(text)) return everyFile(verdict, access, text);
  const paths = meantPaths(verdict, text);
  if (paths.length === 0) return { rules: [], how: 'none', why: 'a policy has no pattern for such paths' };
  const doing = access === 'read' ? 'read' : 'written';
  const ends = {
    deny: `are not ${doing}`,
    ask: `are ${doing} only when a person agrees`,
    allow: `are ${doing} freely`,
  };
  const shown = text.length > 200 ? 'These files' : `Files like \`${text}\``;
  const rule: ProposedRule = {
    verdict,
    name: `${access}-${text}`,
    reason: `${shown} ${ends[verdict]}.`,
    body: { family: 'files', access, paths, except: exceptOf(verdict, access) },
  };
  const isRooted = /^\/[^/]/.test(text);
  if (verdict === 'allow') {
    const isMoved = isRooted && ROOT_FOLDERS.test(text);
    return { rules: [rule], how: isMoved ? 'wider' : 'same', why: isMoved ? MOVED : null };
  }
  const why = isRooted
    ? 'one slash starts at the project for the client, at the root for people: both are meant'
    : null;
  return { rules: [rule], how: 'wider', why };
}

const MOVED = 'one slash starts at the project for the client, so this was not in force for the root, and is now';

function exceptOf(verdict: RuleVerdict, access: 'read' | 'write'): readonly string[] {
  if (access === 'read') return [];
  return verdict === 'allow' ? STEERING_FILES : [];
}

function everyFile(verdict: RuleVerdict, access: 'read' | 'write', text: string): Translation {
  const doing = access === 'read' ? 'Reading' : 'Writing';
  const ends = { deny: 'is not done', ask: 'is confirmed by a person', allow: 'needs no question' };
  // A star alone is what lies in the project; a rule that restricts means every file all the same.
  const isProject = verdict === 'allow' && text !== '//**';
  const except = access === 'write' && verdict !== 'allow' ? HARMLESS_DEVICES : exceptOf(verdict, access);
  const rule: ProposedRule = {
    verdict,
    name: isProject ? `${access}-project` : `${access}-every-file`,
    reason: `${doing} a file${isProject ? ' of the project' : ''} ${ends[verdict]}.`,
    body: { family: 'files', access, paths: [isProject ? './**' : '/**'], except },
  };
  return { rules: [rule], how: 'same', why: null, isEverything: !isProject };
}

/** Folders at the root of the file systems of Linux and macOS: a path that starts with one is not meant in a project. */
const ROOT_FOLDERS =
  /^\/(?:bin|boot|dev|etc|home|lib|lib32|lib64|media|mnt|nix|opt|proc|root|run|sbin|snap|srv|sys|tmp|usr|var|Users|Library|System|Applications|Volumes|private)(?:\/|$)/i;
/** Names that stand in a project or a home folder, and hardly ever at the root of a file system. */
const PROJECT_NAMES =
  /^\/(?:\.[^/]*|src|dist|build|node_modules|tests?|spec|docs|packages|scripts|config|target|vendor|package\.json|Makefile|Dockerfile|Jenkinsfile|README\.md|CLAUDE\.md)(?:\/|$)/i;

/**
 * The path patterns that a path of a rule means; empty where there are none.
 *
 * A rule that restricts takes every place that its author or the client could have meant, an allow rule only one.
 */
export function meantPaths(verdict: RuleVerdict, text: string): readonly string[] {
  const isWide = verdict !== 'allow';
  const spelled = spelledPath(text, isWide);
  if (spelled === null) return [];
  const starts = startsOf(spelled, isWide);
  const paths = starts.flatMap((path) => {
    const name = path.replace(/\/\*\*?$/, '');
    if (/\/\*{1,2}$/.test(path)) return [isWide ? `${name}/**` : path];
    // What is denied of a folder is denied of what lies in it, and any name can be that of a folder.
    return isWide ? [path, `${path}/**`] : [path];
  });
  return [...new Set(paths)].filter((path) => parsePathPattern(path).ok);
}

function spelledPath(text: string, isWide: boolean): string | null {
  let path = text.trim();
  if (isWide) path = path.replaceAll(/\\([^\w\\/])/g, '?');
  path = path.replaceAll('\\\\', '/');
  path = path.replace(/^\$(?:HOME|\{HOME\})(?=\/|$)/, '~').replace(/^\$\{?(?:PWD|CLAUDE_PROJECT_DIR)\}?\//, './');
  if (/^[A-Za-z]:[/\\]/.test(path) || path.includes('\\')) {
    if (!isWide) return null;
    path = `**/${path
      .replace(/^[A-Za-z]:/, '')
      .replaceAll(/\\+/g, '/')
      .replace(/^\/+/, '')}`;
  }
  if (path.startsWith('!') || path.includes('$')) return null;
  if (/[[\]]/.test(path)) {
    if (!isWide) return null;
    path = path.replaceAll(/\[[^\]]*\]/g, '?').replaceAll(/[[\]]/g, '?');
  }
  if (/(?:^|\/)\.\.(?:\/|$)/.test(path)) {
    if (!isWide) return null;
    path = `**/${path.replaceAll(/(?:^|.*\/)\.\.(?:\/|$)/g, '')}`;
  }
  path = path.replace(/^(~|\.)$/, '$1/**').replace(/\/+$/, isWide ? '/**' : '/**/*');
  path = path.replaceAll(/(?<=.)\/\.(?=\/)/g, '').replaceAll(/(?<=[^/])\/{2,}/g, '/');
  // `a**b` is no folder of any depth to us.
  path = path
    .split('/')
    .map((segment) => (segment === '**' ? segment : segment.replaceAll(/\*{2,}/g, '*')))
    .join('/');
  return path === '' ? null : path;
}

function startsOf(path: string, isWide: boolean): readonly string[] {
  if (path.startsWith('//')) return [path.slice(1)];
  if (path.startsWith('/')) {
    if (isWide && PROJECT_NAMES.test(path)) return [`**${path}`];
    if (isWide) return [path, ROOT_FOLDERS.test(path) ? `**${path}` : `.${path}`];
    return [ROOT_FOLDERS.test(path) ? path : `.${path}`];
  }
  // `./.ssh` has no slash for the client, and a name without one stands at any depth.
  if (isWide && /^\.\/[^/]+(?:\/\*\*)?$/.test(path)) return [path, `./**/${path.slice(2)}`];
  if (path.startsWith('~/') || path.startsWith('./')) return [path];
  if (!isWide) return [path.includes('/') ? `./${path}` : `./**/${path}`];
  if (path.startsWith('**/')) return [path];
  if (!path.includes('/')) return [`**/${path}`];
  if (path.startsWith('*/')) return [`**/${path.slice(2)}`];
  const isElsewhere = path.startsWith('.') || ROOT_FOLDERS.test(`/${path}`);
  return isElsewhere ? [`**/${path}`] : [`./${path}`, `**/${path}`];
}
