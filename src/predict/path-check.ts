import type { ClientRule } from './client-rule.ts';
import type { ClientSettings } from './client-settings.ts';
import { expandHome, isBelow, matchesPath, readPathRule, resolvePath } from './path-rule.ts';
import type { ClientScene } from './path-rule.ts';
import { isSensitivePath as isSensitive } from './sensitive-path.ts';
import type { Mode, RuleList } from './prediction.ts';

/** What is done to a file. */
export type Access = 'read' | 'write';

/** What the rules and the working directories say of one path. */
export type PathFinding =
  | { readonly verdict: 'deny' | 'ask'; readonly rule: string | null; readonly why: string; readonly isInside: boolean }
  | { readonly verdict: 'allow'; readonly rule: string | null };

/** Checks paths against one set of settings. */
export interface PathCheck {
  /** The first rule of a list that takes a path in. Edit rules speak of writing, and of reading where they allow. */
  rule(list: RuleList, access: Access, path: string): ClientRule | null;
  /** Whether some files may not be read. */
  readonly guardsReading: boolean;
  /** Whether a path lies in a working directory. */
  isInside(path: string): boolean;
  /** Whether the client guards a path against writing, whatever else allows it. */
  isSensitive(path: string): boolean;
  /** What is to be done with a path, which must be absolute and resolved. Rules that ask speak of tools on files only. */
  find(access: Access, path: string, mode: Mode): PathFinding;
}

/** Makes the check. */
export function pathCheck(settings: ClientSettings, scene: ClientScene): PathCheck {
  const folders = [
    scene.cwd,
    ...settings.additionalDirectories.map((folder) => resolvePath(expandHome(folder, scene.home), scene.cwd)),
  ];
  const lists = new Map(
    (['deny', 'ask', 'allow'] as const).map((list) => [
      list,
      settings.rules[list].flatMap((rule) =>
        rule.kind === 'content' && (rule.tool === 'Read' || rule.tool === 'Edit')
          ? [{ rule, path: readPathRule(rule.content, scene) }]
          : [],
      ),
    ]),
  );
  const rule: PathCheck['rule'] = (list, access, path) => {
    const tool = access === 'read' ? 'Read' : 'Edit';
    return lists.get(list)?.find((entry) => entry.rule.tool === tool && matchesPath(entry.path, path))?.rule ?? null;
  };
  const isInside = (path: string): boolean => folders.some((folder) => isBelow(folder, path));
  function find(access: Access, path: string, mode: Mode): PathFinding {
    const denied = rule('deny', access, path);
    const inside = isInside(path);
    if (denied !== null) return { verdict: 'deny', rule: denied.text, why: `\`${path}\` is denied`, isInside: inside };
    if (access === 'write' && isSensitive(path))
      return { verdict: 'ask', rule: null, why: `\`${path}\` steers tools that run later`, isInside: inside };
    const allowed = rule('allow', access, path);
    if (allowed !== null) return { verdict: 'allow', rule: allowed.text };
    if (inside && (access === 'read' || mode === 'acceptEdits' || mode === 'auto'))
      return { verdict: 'allow', rule: null };
    const place = inside ? 'inside' : 'outside';
    return {
      verdict: 'ask',
      rule: null,
      why: `\`${path}\` lies ${place} of the working directories`,
      isInside: inside,
    };
  }
  const guardsReading = lists.get('deny')?.some((entry) => entry.rule.tool === 'Read') === true;
  return { rule, guardsReading, isInside, isSensitive, find };
}
