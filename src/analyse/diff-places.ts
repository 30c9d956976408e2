import { ANY_FOLDERS } from '../core/path-pattern.ts';
import type { Scene } from '../decide/index.ts';
import { MAX_PATH_STEPS } from './bounds.ts';
import type { DiffWork } from './diff-work.ts';
import type { FileClause } from './file-clauses.ts';
import { partedWithin, surroundingsOf } from './file-surroundings.ts';
import { folderLanguage } from './path-language.ts';
import type { PathLanguage } from './path-language.ts';

/** Finds what changes by what holds inside and outside of the workspace where no rule speaks. */
export function diffPlaces(old: readonly FileClause[], next: readonly FileClause[], work: DiffWork): void {
  const names = ['readInside', 'readOutside', 'writeInside', 'writeOutside'] as const;
  const [before, after] = [work.before.defaults, work.after.defaults];
  for (const name of names.filter((each) => before[each] !== after[each])) {
    const isInside = name.endsWith('Inside');
    const access = name.startsWith('read') ? 'read' : 'write';
    const region = `files ${isInside ? 'inside' : 'outside'} of the workspace that no rule names`;
    let hasWitness = false;
    let isComplete = true;
    for (const scene of work.scenes) {
      const whole: PathLanguage = isInside ? folderLanguage(scene.workspace) : [ANY_FOLDERS];
      let difference = work.pair.differ(
        { kind: access, path: freshPath(scene, isInside), cwd: scene.workspace },
        scene,
      );
      if (difference === null) {
        const own = { language: whole, access, family: 'default' } as const;
        const parted = partedWithin(own, surroundingsOf(old, next, scene), MAX_PATH_STEPS, work);
        isComplete &&= parted.isComplete;
        for (const { path } of parted.classes)
          difference ??= work.pair.differ({ kind: access, path, cwd: scene.workspace }, scene);
      }
      if (difference === null) continue;
      hasWitness = true;
      work.found.note(difference, region, []);
    }
    if (hasWitness) continue;
    if (!isComplete)
      work.found.doubt({ kind: access, rules: [], region, why: 'too many ways in which the patterns overlap' });
    else if (!isInside && (before[name] === 'allow') !== (after[name] === 'allow'))
      work.found.doubt({
        kind: 'command',
        rules: [],
        region,
        why: 'commands may name files that are not known before',
      });
  }
}

/** A file of a name that policies do not have. */
function freshPath(scene: Scene, isInside: boolean): string {
  return isInside ? `${scene.workspace}/frobnicate.x` : '/frobnicate/x.x';
}
