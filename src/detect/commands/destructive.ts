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
      (has(view, 'f', 'force') ? view.operandWords.some((word) => losesWord(view, word)) : any(view.deep, VITAL)),
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
      (view.name === 'truncate' && any(view.writes, SYSTEM)) ||
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
    'database',
    'mysql mariadb psql sqlite3 sqlite mongosh mongo redis-cli cockroach clickhouse-client sqlcmd duckdb cqlsh bq usql influx mysqladmin dropdb wp artisan prisma rails rake supabase etcdctl dropuser',
    'Drops or empties a database, a table or a store.',
    emptiesDatabase,
  ],
  [
    'containers',
    'docker podman nerdctl docker-compose',
    'Removes containers, images or volumes in the mass.',
    (view) =>
      (sub(view, 'system|volume|container|image|builder|network', 'prune') &&
        has(view, 'f', 'force', 'a', 'all', 'volumes')) ||
      (sub(view, 'volume', 'rm') && has(view, 'f', 'force')) ||
      (sub(view, 'rm|rmi|kill|stop') && view.upstream.some((one) => /^(?:docker|podman|nerdctl)$/.test(one.name))) ||
      ((sub(view, 'compose', 'down') || (view.name === 'docker-compose' && sub(view, 'down'))) &&
        has(view, 'v', 'volumes')),
  ],
  [
    'cluster',
    'kubectl oc helm',
    'Removes whole parts of a cluster.',
    (view) =>
      sub(view, 'delete') &&
      (has(view, 'all', 'all-namespaces', 'A') ||
        /^(?:ns|namespaces?|nodes?|no|pvc?|persistentvolume(?:claim)?s?|crds?|all)(?:\/|$)/.test(
          view.operands[1] ?? '',
        )),
  ],
  [
    'infrastructure',
    'terraform tofu terragrunt pulumi cdk cdktf sam serverless sls aws gcloud az gsutil eksctl doctl heroku fly flyctl ibmcloud oci s3cmd rclone mc vercel firebase linode-cli hcloud',
    'Destroys resources of a cloud.',
    destroysCloud,
  ],
  [
    'package-removal',
    'npm pnpm cargo gem twine',
    'Takes a published package away from everyone.',
    (view) => sub(view, 'unpublish|yank'),
  ],
  [
    'sync-delete',
    'rsync',
    'Deletes what the source does not have.',
    (view) => [...view.options].some((name) => /^del(?:ete)?/.test(name)) && any(view.writes.slice(-1), VITAL),
  ],
  [
    'encrypts-files',
    'openssl gpg gpg2 ccrypt ccencrypt age 7z 7za zip mcrypt',
    'Encrypts files outside of the workspace in place of what was there.',
    (view) => encryptsFiles(view) && any(view.touches, /^(?:~|\/(?!tmp|var\/tmp|dev\/))/),
  ],
]);

function isKept(name: string): boolean {
  return !/^\/dev\/(?:null|tty|std\w+|fd\/)/.test(name);
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
  return names.some((name) => (name.startsWith('./') ? !REGENERABLE.test(name) : !TEMPORARY.test(name)));
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

const STATEMENT =
  /\b(?:DROP\s+(?:DATABASE|TABLE|SCHEMA|USER|KEYSPACE|COLLECTION|VIEW|INDEX)|TRUNCATE\b|DELETE\s+FROM\s+[\w."`[\]]+\s*(?:;|$|["']))/i;

function emptiesDatabase(view: RiskView): boolean {
  if (view.name === 'dropdb' || view.name === 'dropuser') return true;
  if (view.name === 'mysqladmin') return anyWord(view, /^drop$/i);
  if (view.name === 'redis-cli') return anyWord(view, /^FLUSH(?:ALL|DB)$/i);
  if (view.name === 'wp') return sub(view, 'db', 'reset|drop|clean');
  if (view.name === 'prisma') return sub(view, 'migrate', 'reset') || has(view, 'force-reset', 'accept-data-loss');
  if (view.name === 'rails' || view.name === 'rake') return anyWord(view, /^db:(?:drop|reset|purge|schema:load)/);
  if (view.name === 'artisan') return anyWord(view, /^(?:migrate:(?:fresh|reset|refresh)|db:wipe)$/);
  if (view.name === 'supabase') return sub(view, 'db', 'reset');
  if (view.name === 'etcdctl') return sub(view, 'del') && has(view, 'prefix', 'from-key');
  if (view.name === 'bq') return sub(view, 'rm') && has(view, 'r', 'f', 'recursive', 'force');
  if (view.name.startsWith('mongo') && anyWord(view, /\.(?:dropDatabase|drop|deleteMany|remove)\(\s*(?:\{\s*\})?\s*\)/))
    return true;
  const given = [...view.words, view.command.input?.text ?? '', ...view.upstream.flatMap((one) => one.words)];
  return given.some((text) => STATEMENT.test(text) || /\.(?:dropDatabase)\(/.test(text));
}

function destroysCloud(view: RiskView): boolean {
  const { name } = view;
  if (/^(?:terraform|tofu|terragrunt|pulumi|cdk|cdktf|sam|serverless|sls)$/.test(name))
    return (
      anyWord(view, /^(?:destroy|delete|remove|destroy-all)$/) ||
      (anyWord(view, /^apply$/) && has(view, 'destroy')) ||
      sub(view, 'state', 'rm|push')
    );
  if (name === 'aws')
    return (
      (sub(view, 's3', 'rm') && has(view, 'recursive')) ||
      (sub(view, 's3', 'rb') && has(view, 'force')) ||
      (sub(view, 's3', 'sync') && has(view, 'delete')) ||
      sub(view, 'ec2', 'terminate-instances') ||
      /^(?:delete|terminate|deregister|schedule)-(?:db|cluster|stack|bucket|volume|snapshot|vpc|key|table|file-system|user|role|policy|repository|function|secret|log-group|trail|cache|nodegroup|service|hosted-zone|backup|recovery|job-flows|distribution|instance|environment|application|domain|identity)/.test(
        view.operands[1] ?? '',
      )
    );
  if (name === 'gcloud')
    return view.operands.includes('delete') || (sub(view, 'storage', 'rm') && has(view, 'r', 'recursive'));
  if (name === 'az') return view.operands.slice(1).some((word) => /^(?:delete|delete-batch|purge)$/.test(word));
  if (name === 'gsutil')
    return (view.operands.includes('rm') && has(view, 'r', 'R', 'a')) || view.operands.includes('rb');
  if (name === 's3cmd') return (sub(view, 'del|rm') && has(view, 'r', 'recursive', 'force')) || sub(view, 'rb');
  if (name === 'rclone')
    return sub(view, 'purge|delete|sync|cleanup|rmdirs') && !has(view, 'n', 'dry-run') && !sub(view, 'sync');
  if (name === 'mc') return sub(view, 'rm|rb') && has(view, 'r', 'recursive', 'force');
  if (name === 'heroku') return anyWord(view, /^(?:apps:destroy|pg:reset|addons:destroy)$/);
  if (name === 'firebase') return anyWord(view, /:(?:delete|disable)$/);
  return view.operands.some((word) => /^(?:delete|destroy|terminate)$/.test(word));
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
