import { basename } from 'node:path/posix';
import { FOLDERS, LISTED, UNKNOWN, UNKNOWN_WORDS, locate, printable } from '../../decide/index.ts';
import type { ShellWord } from '../../decide/index.ts';
import { DISK, REGENERABLE, SYSTEM, TEMPORARY, VITAL } from './place-name.ts';
import { any, anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';
import { deletesFoundFiles } from './find-actions.ts';

/** Commands after which something is gone or down. */
export const DESTRUCTIVE = factsOf<RiskView>('destructive', [
  [
    'recursive-delete',
    'rm grm srm',
    'Deletes folders with all that is in them, which nothing makes again.',
    (view) =>
      isRecursiveDelete(view) &&
      (isForced(view) ? view.operandWords.some((word) => losesWord(view, word)) : any(view.deep, VITAL)),
  ],
  ['found-files', 'find gfind bfs', 'Deletes every file that it finds.', deletesFoundFiles],
  [
    'shred',
    'shred wipe scrub srm nwipe sfill sdmem',
    'Overwrites files so that nothing brings them back.',
    (view) => view.operands.length > 0,
  ],
  ['disk-write', '*', 'Writes onto a disk itself, under its file system.', (view) => any(view.writes, DISK)],
  [
    'overwrite',
    'dd cat cp truncate tee echo printf',
    'Overwrites a file of the system or a whole one with nothing.',
    (view) =>
      (view.name === 'dd' && anyWord(view, /^if=\/dev\/(?:zero|u?random|null)$/) && any(view.writes, SYSTEM)) ||
      (view.name === 'truncate' && (any(view.writes, SYSTEM) || emptiesKept(view))) ||
      (view.reads.includes('/dev/null') && any(view.writes.filter(isKept), SYSTEM)),
  ],
  [
    'format',
    'mkfs wipefs blkdiscard newfs newfs_msdos mkswap mke2fs mkntfs mkdosfs mkexfatfs sgdisk sfdisk gdisk cfdisk fdisk parted gpart diskutil hdparm nvme cryptsetup badblocks partprobe zpool zfs lvremove vgremove pvremove mdadm btrfs format',
    'Formats, partitions or erases a disk or a volume.',
    formatsDisk,
  ],
  [
    'move-to-nowhere',
    'mv',
    'Moves files to where nothing is kept.',
    (view) => view.operands.at(-1) === '/dev/null' || any(view.operands.slice(0, -1), VITAL),
  ],
  [
    'system-permissions',
    'chmod chown chgrp setfacl chattr',
    'Changes the owner or the rights of whole folders of the system or of a home.',
    (view) => has(view, 'R', 'recursive') && any(view.touches, VITAL),
  ],
  [
    'shutdown',
    'shutdown reboot halt poweroff init telinit systemctl loginctl',
    'Stops or restarts the machine.',
    (view) =>
      /^(?:init|telinit)$/.test(view.name)
        ? sub(view, '0|1|6')
        : /^(?:systemctl|loginctl)$/.test(view.name)
          ? sub(view, 'poweroff|reboot|halt|kexec|emergency|rescue|soft-reboot')
          : !has(view, 'c', 'k', 'help', 'w', 'wtmp-only', 'show'),
  ],
  [
    'kernel-trigger',
    '*',
    'Makes the kernel kill or restart what runs.',
    (view) => any(view.writes, /^\/proc\/sysrq-trigger$/),
  ],
  [
    'kill-all',
    'kill killall pkill killall5',
    'Ends every process, or one that the machine lives by.',
    (view) =>
      view.name === 'killall5' ||
      (/^(?:pkill|killall)$/.test(view.name) && /(?:^| )-(?:[uU]|-user|-euid)[= ]?root(?: |$)/.test(view.text)) ||
      (view.name === 'kill'
        ? view.words.length > 1 && view.words.at(-1) === '-1'
        : view.operands.some(isVitalService)) ||
      (view.name === 'kill' &&
        view.upstream.some((one) => /^(?:pgrep|pidof)$/.test(one.name) && one.operands.some(isVitalService))),
  ],
  [
    'stop-service',
    'systemctl service launchctl rc-service',
    'Stops a service that the machine lives by.',
    (view) =>
      (sub(view, 'stop|disable|mask|kill|unload|remove|bootout') && view.operands.slice(1).some(isVitalService)) ||
      (view.name !== 'systemctl' &&
        /^(?:stop|onestop)$/.test(view.operands[1] ?? '') &&
        isVitalService(view.operands[0] ?? '')),
  ],
  [
    'backups',
    'tmutil vssadmin restic borg velero snapper timeshift wbadmin duplicity',
    'Removes backups or ends their making.',
    (view) =>
      sub(view, 'disable|delete|deletelocalsnapshots|removedestination|forget|prune|disablelocal') ||
      has(view, 'delete-all', 'delete'),
  ],
  [
    'exhaustion',
    'yes stress stress-ng openssl',
    'Uses up the machine for nothing.',
    (view) => (view.name === 'yes' && view.writes.includes('/dev/null')) || view.name.startsWith('stress'),
  ],
  ['crontab-removal', 'crontab', 'Removes all timed jobs of a user.', (view) => has(view, 'r')],
  [
    'account-removal',
    'userdel deluser groupdel',
    'Removes an account, with its files.',
    (view) => has(view, 'r', 'remove', 'remove-home', 'remove-all-files') || view.operands.includes('root'),
  ],
  [
    'sync-delete',
    'rsync',
    'Deletes what the source does not have.',
    (view) =>
      [...view.options].some((name) => /^del(?:ete)?/.test(name)) &&
      !/^[\w.@-]+:|^rsync:/.test(view.operands.at(-1) ?? '') &&
      (any(view.writes.slice(-1), VITAL) || any(view.writes.slice(-1), SYSTEM)),
  ],
  [
    'moved-into-archive',
    'tar bsdtar gtar zip',
    'Deletes files that it has packed.',
    (view) => has(view, 'remove-files') || (view.name === 'zip' && has(view, 'm', 'move')),
  ],
  [
    'network-off',
    'ip ifconfig nmcli networksetup',
    'Cuts the machine off its network.',
    (view) =>
      view.name === 'ip'
        ? /\blink set .*\bdown\b|\b(?:route|addr|address|rule) flush\b/.test(view.text)
        : view.name === 'ifconfig'
          ? view.operands.at(-1) === 'down'
          : /^n\S* o\S* off\b|\bnetworking off\b|\bradio all off\b|-set\w+power \w+ off\b/.test(view.text),
  ],
  [
    'key-removal',
    'gpg gpg2',
    'Deletes a secret key.',
    (view) => [...view.options].some((name) => /^delete-secret(?:-and-public)?-keys?$/.test(name)),
  ],
  [
    'vital-package',
    'apt apt-get aptitude dnf yum zypper pacman apk dpkg rpm',
    'Removes packages that the machine does not run without, or past what depends on them.',
    (view) => removesPackages(view) && (view.operands.some(isVitalPackage) || isPastDependencies(view)),
  ],
  [
    'encrypts-files',
    'openssl gpg gpg2 ccrypt ccencrypt age 7z 7za zip mcrypt',
    'Encrypts files outside of the workspace in place of what was there.',
    (view) => encryptsFiles(view) && any(view.touches, /^(?:~|\/(?!tmp|var\/tmp|dev\/))/),
  ],
]);

/** `truncate -s 0` of what is no log and no output. */
function emptiesKept(view: RiskView): boolean {
  return (
    /(?:^| )(?:-s ?|--size[= ])0[kKmMgG]?B?(?: |$)/.test(view.text) &&
    view.writes.some((name) => !REGENERABLE.test(name) && !TEMPORARY.test(name))
  );
}

function isKept(name: string): boolean {
  return !/^\/dev\/(?:null|tty|std\w+|fd\/)/.test(name);
}

/** Asks nothing: by its option, or because each question is answered. */
function isForced(view: RiskView): boolean {
  return has(view, 'f', 'force') || view.upstream.some(({ name }) => name === 'yes');
}

function isRecursiveDelete(view: RiskView): boolean {
  return has(view, 'r', 'R', 'recursive');
}

/** Whether a word may name a folder that is no temporary one and not made again by the workspace's own tools. */
function losesWord(view: RiskView, { text }: ShellWord): boolean {
  if (NOT_NAMED.test(text) || text.startsWith(UNKNOWN)) return true;
  const names = locate(text, view.command.folders).paths.map(view.nameOf);
  if (view.command.folders === null && !text.startsWith('/')) return true;
  // The whole workspace by a glob: `rm -rf *`.
  if (/^\.\/(?:x|\.x)$/.test(names[0] ?? '') && /^(?:\.?\*|\*\.\*)$/.test(basename(printable(text)))) return true;
  // In which folder a script within the line starts is up to what runs it: a bare name in it is no temporary one.
  const mayBeTemporary = text.startsWith('/') || !isScripted(view);
  return names.some((name) =>
    name.startsWith('./') ? !REGENERABLE.test(name) : !(mayBeTemporary && TEMPORARY.test(name)),
  );
}

function isScripted(view: RiskView): boolean {
  return view.place.isCode || view.around.some((one) => /^(?:ba|z|k|da)?sh$/.test(one.name) && has(one, 'c'));
}

const NOT_NAMED = new RegExp(`[${LISTED}${UNKNOWN_WORDS}${FOLDERS}]`);

function formatsDisk(view: RiskView): boolean {
  switch (view.name) {
    case 'diskutil':
      return anyWord(
        view,
        /^(?:erase|secureErase|zeroDisk|randomDisk|reformat|partitionDisk|deleteVolume|deleteContainer)/i,
      );
    case 'hdparm':
      return anyWord(view, /^--(?:security-erase|security-set-pass|trim-sector|make-bad|dco)/);
    case 'nvme':
      return sub(view, 'format|sanitize|write|write-zeroes|delete-ns');
    case 'cryptsetup':
      return sub(view, 'luksformat|erase|lukserase|reencrypt|lukskillslot|luksremovekey');
    case 'zpool':
    case 'zfs':
      return sub(view, 'destroy|labelclear|rollback');
    case 'mdadm':
      return has(view, 'zero-superblock', 'stop', 'S');
    case 'btrfs':
      return sub(view, 'subvolume', 'delete');
    case 'badblocks':
      return has(view, 'w');
    case 'fdisk':
    case 'cfdisk':
    case 'gdisk':
      return !has(view, 'l', 'list') && any(view.operands, /^\/dev\//);
    case 'sfdisk':
      return has(view, 'delete') || (view.upstream.length > 0 && any(view.operands, /^\/dev\//));
    case 'sgdisk':
      return has(view, 'Z', 'z', 'zap-all', 'o', 'clear', 'd', 'delete');
    case 'parted':
      return anyWord(view, /^(?:mklabel|mktable|rm|mkpart|resizepart)$/);
    case 'gpart':
      return sub(view, 'destroy|delete');
    case 'partprobe':
    case 'format':
      return false;
    case 'wipefs':
      return has(view, 'a', 'all', 'o', 'offset');
    default:
      return LOGICAL.test(view.name) ? view.operands.length > 0 : any(view.operands, /^\/dev\/|^\$\?/);
  }
}

const LOGICAL = /^(?:lvremove|vgremove|pvremove)$/;

/** Services without which the machine does not run, or runs unwatched. */
function isVitalService(text: string): boolean {
  return /^\^?(?:cron|crond|anacron|atd|sshd?|rsyslogd?|syslog(?:-ng|d)?|systemd(?:-[a-z]+)?|init|dbus(?:-daemon)?|network(?:ing|manager)?|networkmanager|docker|containerd|kubelet|mysqld?|mariadb|postgres(?:ql)?|polkit|launchd|windowserver|loginwindow)(?:\.service)?\$?$/i.test(
    text,
  );
}

function removesPackages(view: RiskView): boolean {
  return (
    view.operands.some((word) => /^(?:remove|purge|autoremove|erase|del|rm)$/.test(word)) ||
    (view.name === 'pacman' && anyWord(view, /^-R|^--remove$/)) ||
    (/^(?:dpkg|rpm)$/.test(view.name) && (has(view, 'r', 'P', 'e') || has(view, 'remove', 'purge', 'erase')))
  );
}

function isVitalPackage(text: string): boolean {
  return /^(?:libc6|glibc|musl|systemd|sudo|bash|dash|coreutils|login|passwd|openssh-server|python3(?:-minimal)?|perl-base|apt|dpkg|rpm|util-linux|linux-(?:image|headers|generic)\S*|kernel\S*|grub\S*|initramfs-tools|network-manager|\.?\*)$/.test(
    text,
  );
}

function isPastDependencies(view: RiskView): boolean {
  return (
    [...view.options].some((name) =>
      /^(?:force-(?:all|depends|remove-essential)|nodeps|allow-remove-essential)$/.test(name),
    ) ||
    (view.name === 'pacman' && anyWord(view, /^-R\w*dd/))
  );
}

function encryptsFiles(view: RiskView): boolean {
  if (view.name === 'openssl')
    return (
      /^(?:enc|rsautl|pkeyutl|smime|cms|aes|des|camellia|aria)/.test(view.operands[0] ?? '') &&
      !has(view, 'd', 'decrypt')
    );
  if (/^gpg2?$/.test(view.name)) return has(view, 'c', 'symmetric', 'e', 'encrypt') && !has(view, 'd', 'decrypt');
  if (/^7za?$/.test(view.name)) return sub(view, 'a') && anyWord(view, /^-p/);
  if (view.name === 'zip') return has(view, 'P', 'password', 'e', 'encrypt');
  if (view.name === 'age') return !has(view, 'd', 'decrypt');
  return !has(view, 'd', 'decrypt');
}
