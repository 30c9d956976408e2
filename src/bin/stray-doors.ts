import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SallyportError } from '../core/error.ts';
import { openDoor, parseDoorName } from './door.ts';

/** Milliseconds after which a folder that nobody asked to be opened is taken away. */
const STRAY_MS = 600_000;

/**
 * Takes away what was left in the folder of doors some time ago; what users put into their doors keeps these.
 *
 * @param isKnown of doors that are open.
 */
export function removeStrays(doors: string, gid: number, isKnown: (name: string) => boolean): void {
  const oldestMs = Date.now() - STRAY_MS;
  for (const name of readdirSync(doors)) {
    const path = join(doors, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || isKnown(name) || found.ctimeMs > oldestMs) continue;
    try {
      if (!found.isDirectory()) unlinkSync(path);
      else if (parseDoorName(name) === null) rmdirSync(path);
      else {
        const door = openDoor(doors, name, gid);
        try {
          door.place('guard');
          door.place('session');
        } finally {
          door.close(false);
        }
      }
    } catch (error) {
      // Not of ours to say what else users leave there: it harms nobody.
      if (!(error instanceof SallyportError || (error instanceof Error && 'code' in error))) throw error;
    }
  }
}
