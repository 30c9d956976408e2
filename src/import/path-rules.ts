import { parsePathPattern } from '../core/path-pattern.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import type { ProposedRule } from './policy-draft.ts';
import type { Translation } from './translation.ts';

/** Devices that every program writes to and that keep nothing. */
export const HARMLESS_DEVICES = ['/dev/null', '/dev/stdout', '/dev/stderr', '/dev/tty', '/dev/fd/**'];

/** Turns the text between the parentheses of a `Read(…)`, `Edit(…)` or `Write(…)` rule into rules of the same intent. */
export function pathRules(verdict: RuleVerdict, access: 'read' | 'write', content: string): Translation {
  const text = content.trim();
  if (/^(?:|\*{1,2}|\/\/\*\*|\*\*\/\*)$/.test(text)) return everyFile(verdict, access);
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
    body: { family: 'files', access, paths, except: [] },
  };
  const isRooted = /^\/[^/]/.test(text);
  const why =
    isRooted && verdict !== 'allow'
      ? 'one slash starts at the project for the client, at the root for people: both are meant'
      : null;
  return { rules: [rule], how: verdict === 'allow' ? 'same' : 'wider', why };
}

function everyFile(verdict: RuleVerdict, access: 'read' | 'write'): Translation {
  const doing = access === 'read' ? 'Reading' : 'Writing';
  const ends = { deny: 'is not done', ask: 'is confirmed by a person', allow: 'needs no question' };
  const except = access === 'write' && verdict !== 'allow' ? HARMLESS_DEVICES : [];
  const rule: ProposedRule = {
    verdict,
    name: `${access}-every-file`,
    reason: `${doing} a file ${ends[verdict]}.`,
    body: { family: 'files', access, paths: ['/**'], except },
  };
  return { rules: [rule], how: 'same', why: null };
}

/** Folders at the root of the file systems of Linux and macOS: a path that starts with one is not meant in a project. */
const ROOT_FOLDERS =
  /^\/(?:bin|boot|dev|etc|home|lib|lib32|lib64|media|mnt|nix|opt|proc|root|run|sbin|snap|srv|sys|tmp|usr|var|Users|Library|System|Applications|Volumes|private)(?:\/|$)/;

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
    // What is denied of a folder is denied of what lies in it.
    return isWide && !/\.\w+$/.test(name) ? [path, `${path}/**`] : [path];
  });
  return [...new Set(paths)].filter((path) => parsePathPattern(path).ok);
}

function spelledPath(text: string, isWide: boolean): string | null {
  let path = text.trim().replaceAll('\\\\', '/');
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
  path = path.replace(/^(~|\.)$/, '$1/**').replace(/\/+$/, '/**');
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
    if (isWide) return [path, `.${path}`];
    return [ROOT_FOLDERS.test(path) ? path : `.${path}`];
  }
  if (path.startsWith('~/') || path.startsWith('./') || path.startsWith('**/')) return [path];
  if (!path.includes('/')) return [`**/${path}`];
  if (path.startsWith('*/')) return [isWide ? `**/${path.slice(2)}` : `./${path}`];
  return isWide ? [`./${path}`, `**/${path}`] : [`./${path}`];
}
