import type { Scene } from '../decide/index.ts';
import { quoted } from './command-lines.ts';
import { guardedFolders } from './file-clauses.ts';
import type { FileClause } from './file-clauses.ts';
import type { KeptNames } from './kept-names.ts';
import { shortestPath } from './path-classes.ts';
import { anchored } from './path-language.ts';
import type { PathLanguage } from './path-language.ts';

/** Commands that come near a file in ways in which no tool does: its folder, or a glob that could be it. */
export function fileCommands({ path, rule }: FileClause, scene: Scene, names: KeptNames): readonly string[] {
  const shortest = (language: PathLanguage): string => shortestPath(language, names) ?? '/';
  const member = shortest(anchored(path, scene));
  const at = member.lastIndexOf('/') + 1;
  const [folder, name] = [member.slice(0, at), member.slice(at)];
  const partial = [`${name.slice(0, 2)}*`, `*${name.slice(-2)}`, '*', '.*'];
  const globs = partial.map((glob) => `${quoted(folder)}${glob}`);
  const folders = guardedFolders(path).map((each) => quoted(shortest(anchored(each, scene))));
  if (rule.access === 'read')
    return [quoted(member), ...globs].flatMap((text) => [`cat ${text}`, `cat "$X"/${name}`, `rm ${text}`]);
  return [
    `mkdir ${quoted(member)}`,
    ...[quoted(member), ...globs, ...folders].flatMap((text) => [
      `rm -r ${text}`,
      `mv ${text} ./frobnicate`,
      `tee ${text}`,
      `find ${text} -delete`,
    ]),
    ...folders.map((text) => `find ${text} -name x -exec rm {} +`),
  ];
}
