import { parsePathPattern } from '../../core/path-pattern.ts';
import { quoted } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';

/** Folders that stand at the root of a file system and hardly ever in a project. */
const ROOT_FOLDERS: ReadonlySet<string> = new Set(
  'etc usr var proc sys dev root home boot run sbin opt mnt srv lib64 private users windows'.split(' '),
);

/** Names that stand in a project and never at the root of a file system. */
const PROJECT_NAMES =
  /^(?:src|dist|build|node_modules|tests?|spec|docs|packages|scripts|config|target|vendor|\.git|\.github|\.gitlab-ci\.yml|\.circleci|\.vscode|\.claude|\.env.*|\.mcp\.json|package\.json|Makefile|Dockerfile|Jenkinsfile|README\.md|CLAUDE\.md)$/i;

/** Names that stand in a home folder. */
const HOME_NAMES = /^\.(?:ssh|aws|gnupg|kube|azure|bashrc|bash_profile|bash_history|zshrc|profile|netrc|pgpass)$/i;

/** Finds path patterns whose first sign puts them elsewhere than their names say. */
export function misrootedPaths({ table, rules }: LintContext): readonly LintFault[] {
  const faults: LintFault[] = [];
  for (const rule of table.files) {
    const place = rules.get(rule.id);
    if (place === undefined) continue;
    for (const list of ['paths', 'except'] as const) {
      for (const [index, text] of rule[list].entries()) {
        const found = misrooting(text);
        if (found === null) continue;
        faults.push({
          code: 'lint/relative-path',
          document: place.document,
          path: [...place.path, list, index],
          message: `${quoted(text)} is ${found.where}`,
          hint: `write \`${found.meant}\` if that is meant`,
        });
      }
    }
  }
  return faults;
}

function misrooting(text: string): { readonly where: string; readonly meant: string } | null {
  const parsed = parsePathPattern(text);
  if (!parsed.ok) return null;
  const { base, alternatives } = parsed.pattern;
  const firsts = alternatives.map(([first = '']) => first);
  const every = (test: (name: string) => boolean): boolean => firsts.length > 0 && firsts.every(test);
  const rest = text.replace(/^(?:\.|~)?\//, '');
  if (base === 'workspace') {
    const where = 'in the workspace, because of the `./` in front';
    if (every((name) => ROOT_FOLDERS.has(name.toLowerCase()))) return { where, meant: `/${rest}` };
    if (every((name) => HOME_NAMES.test(name))) return { where, meant: `~/${rest}` };
    if (every((name) => /^~|^\$/.test(name))) return { where, meant: `~/${rest.replace(/^[^/]*\/?/, '')}` };
  }
  if (base === 'root' && text.startsWith('/')) {
    const where = 'at the root of the file system, because of the slash in front';
    if (every((name) => PROJECT_NAMES.test(name))) return { where, meant: `./${rest}` };
    if (every((name) => HOME_NAMES.test(name))) return { where, meant: `~/${rest}` };
    if (every((name) => /^~|^\$HOME$|^\$\{HOME\}$/.test(name)))
      return { where, meant: `~/${rest.replace(/^[^/]*\/?/, '')}` };
  }
  return base === 'home' && every((name) => ROOT_FOLDERS.has(name.toLowerCase()) && name !== 'dev' && name !== 'opt')
    ? { where: 'in the home folder, because of the `~/` in front', meant: `/${rest}` }
    : null;
}
