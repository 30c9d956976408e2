import { lockFolder } from '../audit/index.ts';
import type { FolderLock } from '../audit/index.ts';
import { AlreadyRunning } from '../core/error.ts';
import { pidOf, processState } from './daemon-pid.ts';
import type { StatePaths } from './state-folder.ts';

/** Takes the lock of a state folder. @throws {AlreadyRunning} where a daemon has it, with its process where that is known. */
export function lockStateFolder({ home, controlSocket }: Pick<StatePaths, 'home' | 'controlSocket'>): FolderLock {
  try {
    return lockFolder(home);
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
    const pid = pidOf(controlSocket);
    const who = pid === null || processState(pid) === 'gone' ? '' : ` (process ${pid})`;
    throw new AlreadyRunning(`sallyport is running already for \`${home}\`${who}`, {
      cause: error,
      hint: '`sallyport status` says where; `sallyport down` ends it',
    });
  }
}
