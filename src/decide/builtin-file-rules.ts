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
];
