import type { FileRule } from '../core/rule-table.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';

/**
 * Rules on files that hold under every policy, in this room alone: compiled into the client's sandbox they would stop
 * git itself, which must write these files.
 */
export const BUILTIN_FILE_RULES: readonly FileRule[] = [
  {
    id: BUILTIN_RULES.gitReference,
    verdict: 'deny',
    mode: 'enforce',
    access: 'write',
    paths: [
      '**/.git/{HEAD,packed-refs}',
      '**/.git/refs/**',
      '**/.git/{worktrees,modules}/**/HEAD',
      '**/.git/modules/**/packed-refs',
      '**/.git/modules/**/refs/**',
    ],
    except: [],
    reason: 'Branches and tags are moved with git, not by writing its files.',
  },
  {
    id: BUILTIN_RULES.gitState,
    verdict: 'deny',
    mode: 'enforce',
    access: 'write',
    paths: [
      // As a file it says where the repository lies, with settings and hooks of its own.
      '**/.git',
      '**/.git/{worktrees,rebase-merge,rebase-apply,sequencer}/**',
      '**/.git/modules/**/{config,config.worktree,commondir}',
      '**/.git/modules/**/{hooks,worktrees,rebase-merge,rebase-apply,sequencer}/**',
    ],
    except: [],
    reason: 'What git keeps for itself, and runs from, is changed with git alone.',
  },
];
