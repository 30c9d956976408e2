import { spawn } from 'node:child_process';

/** Where the system keeps its own program for looking accounts up. It asks every source that the system has. */
const GETENT = '/usr/bin/getent';
/** Milliseconds for an answer: a directory service that is away must not hold up a session for long. */
const TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 4_096;
/** Names that end up in records, tables and messages; longer or odder ones are told by their number. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}\$?$/;

/** Gives the name of an account by its number; null where there is none or nobody says so in time. */
export async function userNameOf(uid: number): Promise<string | null> {
  const [name = '', , number] = (await fields('passwd', String(uid)))[0] ?? [];
  return number === String(uid) && NAME.test(name) ? name : null;
}

/** A group of the system. */
export interface Group {
  readonly gid: number;
  /** Those that the group's own entry names; those whose first group it is are not among them. */
  readonly members: readonly string[];
}

/** Looks a group up by name or number; null where there is none. */
export async function groupOf(nameOrNumber: string): Promise<Group | null> {
  const [, , number = '', members = ''] = (await fields('group', nameOrNumber))[0] ?? [];
  if (!/^\d{1,10}$/.test(number)) return null;
  return { gid: Number(number), members: members.split(',').filter((name) => name !== '') };
}

/**
 * The users of this machine whose first group it is. Those of a directory service are not among them: it need not list them.
 *
 * @param accounts the text of `/etc/passwd`.
 */
export function firstMembersOf(gid: number, accounts: string): readonly number[] {
  return accounts
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , uid = '', group = '']) => /^\d{1,10}$/.test(uid) && group === String(gid))
    .map(([, , uid]) => Number(uid));
}

async function fields(database: 'passwd' | 'group', key: string): Promise<readonly (readonly string[])[]> {
  const text = await new Promise<string>((resolve) => {
    const child = spawn(GETENT, ['--', database, key], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (said.length < MAX_ANSWER_BYTES) said += chunk.toString('utf8');
    });
    child.on('error', () => resolve(''));
    child.on('close', (code) => resolve(code === 0 ? said : ''));
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'));
}
