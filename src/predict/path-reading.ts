import { readIgnorePattern } from './ignore-pattern.ts';
import { VERBS, nothing, something } from './reading.ts';
import type { RuleReading } from './reading.ts';
import type { RuleList } from './prediction.ts';

/** Folders at the root of a file system that no project has at its own. */
const ROOT_FOLDERS = new Set('etc usr home root proc sys dev boot Users workspace workspaces'.split(' '));

/** Reads what stands between the parentheses of a `Read(…)` or an `Edit(…)` rule. */
export function pathReading(list: RuleList, tool: 'Read' | 'Edit', content: string): RuleReading {
  const field = /^(?:file_path|path|notebook_path):\s*([^]*)$/.exec(content)?.[1];
  if (field !== undefined) return nothing('a path is not named as a field', `${tool}(${doubled(field)})`);
  if (/\{[^{}]*,[^{}]*\}/.test(content)) return nothing('braces are taken by their letters: write one rule for each');
  if (/^[A-Za-z]:[\\/]/.test(content)) return nothing('a drive is taken by its letters');
  if (/^(?:\$HOME|\$\{HOME\})(?:\/|$)/.test(content))
    return nothing('a variable is taken by its letters', `${tool}(~${content.replace(/^\$\{?HOME\}?/, '')})`);
  if (/^~[^/]/.test(content)) return nothing('only `~/` is a home folder');
  if (readIgnorePattern(relativePart(content)).segments.length === 0)
    return nothing('a pattern of this form stands for no file');
  if (/^\/(?!\/)/.test(content)) {
    const first = content.slice(1).split('/', 1)[0] ?? '';
    const why = 'one slash starts at the project, so nothing outside of it is matched';
    return ROOT_FOLDERS.has(first) ? nothing(why, `${tool}(/${content})`) : something(why);
  }
  return something(`${VERBS[list]} what matches these letters`);
}

function relativePart(content: string): string {
  if (content.startsWith('//')) return content.slice(1);
  if (content.startsWith('~/')) return content.slice(1);
  return content.startsWith('./') ? content.slice(2) : content;
}

/** An absolute path as rules write it. */
function doubled(path: string): string {
  return path.startsWith('/') && !path.startsWith('//') ? `/${path}` : path;
}
