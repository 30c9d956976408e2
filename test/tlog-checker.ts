import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAM = 'sallyport-tlog-checker';
const LIMIT_MS = 60_000;

/** The independent checker of logs that `scripts/install-tlog-checker.sh` builds, or null where it is not there. */
export const TLOG_CHECKER: string | null = find();

/** What a test that needs the checker is given as `skip`. */
export const SKIP_WITHOUT_CHECKER: string | false =
  TLOG_CHECKER === null && `${PROGRAM} is not there: scripts/install-tlog-checker.sh builds it`;

/** Lets the checker judge a folder with a log: exit code 0 means that all holds, 3 that something does not. */
export function checkLog(arguments_: readonly string[]): { readonly status: number | null; readonly told: string } {
  if (TLOG_CHECKER === null) throw new TypeError('the checker is not there');
  const ended = spawnSync(TLOG_CHECKER, arguments_, { encoding: 'utf8', timeout: LIMIT_MS, env: {} });
  return { status: ended.status, told: `${ended.stdout}${ended.stderr}`.trim() };
}

function find(): string | null {
  const named = process.env['SALLYPORT_TLOG_CHECKER'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = named === undefined ? folders.map((folder) => join(folder, PROGRAM)) : [named];
  return places.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
