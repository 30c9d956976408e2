import { join } from 'node:path';
import type { StatePaths } from './state-folder.ts';

/** Where the authority of the forward proxy lies: its certificate and its key in one file, which only its owner reads. */
export function authorityFile(paths: StatePaths): string {
  return join(paths.keys, 'authority.pem');
}
