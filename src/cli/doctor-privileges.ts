import { readFileSync, statSync } from 'node:fs';
import { readIfThere } from '../bin/state-folder.ts';
import { missing, note, ok } from './doctor-finding.ts';
import type { Finding } from './doctor-finding.ts';

/**
 * Groups whose members are root or as good as that: by sudo, a daemon that runs as root, a disk, a device, the passwords, the
 * log. The installer knows the same.
 */
export const PRIVILEGED_GROUPS = [
  'root',
  'sudo',
  'wheel',
  'admin',
  'google-sudoers',
  'staff',
  'docker',
  'podman',
  'lxd',
  'lxc',
  'incus',
  'incus-admin',
  'microk8s',
  'libvirt',
  'libvirt-qemu',
  'kvm',
  'disk',
  'kmem',
  'shadow',
  'adm',
  'systemd-journal',
] as const;

/** What the machine says of its accounts, and who asks. */
export interface Accounts {
  /** Text of `/etc/passwd` and `/etc/group`. */
  readonly passwd: string;
  readonly group: string;
  /** Group of those who may open sessions; null where everybody may. */
  readonly peopleGid: number | null;
  /** Who examines: a directory may have given groups that no file names. */
  readonly self: { readonly uid: number; readonly gids: readonly number[] };
  /** Whom an install let stay so, a line each: `USER group NAME`; `` where nobody. */
  readonly allowed: string;
}

/** Where an install writes whom its owner let stay above every control. */
const ALLOWED_FILE = '/etc/sallyport/privileged-users';

/** Reads the accounts of this machine; who may open sessions is told by who may write to the daemon's socket. */
export function machineAccounts(sessionSocket: string): Accounts {
  const socket = statSync(sessionSocket, { throwIfNoEntry: false });
  const isForAll = socket === undefined || (socket.mode & 0o002) !== 0;
  return {
    passwd: readFileSync('/etc/passwd', 'utf8'),
    group: readFileSync('/etc/group', 'utf8'),
    peopleGid: isForAll ? null : socket.gid,
    self: { uid: process.getuid?.() ?? 0, gids: [process.getgid?.() ?? 0, ...(process.getgroups?.() ?? [])] },
    allowed: readIfThere(ALLOWED_FILE)?.toString() ?? '',
  };
}

/**
 * A line for each person who may open sessions and is above every control: whatever a policy denies, they can do as root. Empty
 * only where nobody is known.
 */
export function privilegeFindings({ passwd, group, peopleGid, self, allowed }: Accounts): readonly Finding[] {
  const users = rows(passwd).map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const groups = rows(group).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').filter((member) => member !== ''),
  }));
  // Two names may stand for one number.
  const people = new Set(groups.filter(({ gid }) => gid === peopleGid).flatMap(({ members }) => members));
  const mayOpen = ({ name, gid }: (typeof users)[number]): boolean =>
    peopleGid !== null && (gid === peopleGid || people.has(name));
  const known = users.filter(
    // Root is above it all and is nobody's developer; the daemon's own account is in the group to give its socket away.
    (user) =>
      user.name !== 'root' && user.name !== 'sallyport' && ((user.uid === self.uid && user.uid !== 0) || mayOpen(user)),
  );
  const accepted = new Set(allowed.split('\n'));
  const findings = known.flatMap(({ name, uid, gid }) => {
    const held = groups.filter(
      (one) => one.gid === gid || one.members.includes(name) || (uid === self.uid && self.gids.includes(one.gid)),
    );
    return [
      ...(uid === 0 ? [aboveAll(name, 'uid 0', accepted)] : []),
      ...held
        .filter((one) => one.gid === 0 || PRIVILEGED_GROUPS.some((privileged) => privileged === one.name))
        .map((one) => aboveAll(name, `group ${one.name}`, accepted)),
    ];
  });
  if (findings.length > 0 || known.length === 0) return findings;
  return [ok('privileges', `none of ${known.length} people with sessions is in a group that leads to root`)];
}

function aboveAll(user: string, what: string, accepted: ReadonlySet<string>): Finding {
  const text = `${user} is above every control of this machine: ${what}`;
  if (accepted.has(`${user} ${what}`)) return note('privileges', `${text}; allowed by the install`, null);
  const fix = what.startsWith('group ')
    ? `\`gpasswd --delete ${user} ${what.slice('group '.length)}\` (\`usermod --gid\` where it is the first group), then a new login`
    : 'give this person an account with a number of its own';
  return missing('privileges', text, fix);
}

function rows(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}
