import type { FileRule } from '../../core/rule-table.ts';
import { expandBraces } from '../expand-braces.ts';
import { textFile } from './target.ts';
import type { Target, TargetGap, TargetInput } from './target.ts';

/** Longest key that auditctl takes, in characters. */
const MAX_KEY_LENGTH = 31;

/**
 * People, and not the daemons of the machine. A login sets who a session belongs to, and that stays through sudo. Session Manager's
 * agent sets nothing (its issue 437), so a session of it is told by the account that it runs as; systemd's own accounts for services
 * begin above. No process is both.
 */
const PEOPLE = ['-F auid>=1000 -F auid!=unset', '-F auid=unset -F uid>=1000 -F uid<=60000'] as const;

/** What decides about the guard, the rules themselves, privileges, ways in and out, and what starts by itself. */
const WATCHED = [
  ['dir', '/opt/sallyport', 'guard-program'],
  ['dir', '/etc/sallyport', 'guard-settings'],
  ['dir', '/etc/claude-code', 'guard-settings'],
  ['path', '/etc/nftables.conf', 'network'],
  ['dir', '/etc/nftables', 'network'],
  ['path', '/etc/resolv.conf', 'network'],
  ['path', '/etc/hosts', 'network'],
  ['dir', '/etc/amazon', 'way-in'],
  ['path', '/usr/bin/amazon-ssm-agent', 'way-in'],
  ['dir', '/etc/ssh', 'way-in'],
  ['dir', '/etc/audit', 'audit-rules'],
  ['dir', '/var/log/audit', 'audit-log'],
  ['path', '/etc/sudoers', 'privilege'],
  ['dir', '/etc/sudoers.d', 'privilege'],
  ['dir', '/etc/pam.d', 'privilege'],
  ['path', '/etc/passwd', 'privilege'],
  ['path', '/etc/shadow', 'privilege'],
  ['path', '/etc/group', 'privilege'],
  ['path', '/etc/gshadow', 'privilege'],
  ['dir', '/etc/systemd/system', 'startup'],
  ['dir', '/usr/lib/systemd/system', 'startup'],
  ['dir', '/etc/profile.d', 'startup'],
  ['dir', '/etc/cron.d', 'startup'],
  ['path', '/etc/crontab', 'startup'],
  ['dir', '/var/spool/cron', 'startup'],
  ['path', '/etc/ld.so.preload', 'startup'],
] as const;

/**
 * Rules for the kernel's audit: every program that a person's session starts, and each touch of the files that the
 * policy or the guard protects. A second file locks the rules until the machine starts again.
 */
export const auditd: Target = {
  name: 'auditd',
  about: "rules for the kernel's audit (auditctl), filtered to people's sessions",
  compile(input) {
    const files = fileRules(input.table.files);
    // Not the state folder as a whole: the daemon writes its log there with every call, which would flood this one.
    const keys = input.site.hiddenFolders.map((folder) => `${folder}/keys`).filter((folder) => PLAIN_PATH.test(folder));
    const own = [...new Set([...keys, ...folderOf(input.site.hookCommand[0])])].sort();
    const lines = [
      '# A watched file that is missing must not end the loading of the rest.',
      '-c',
      '-b 8192',
      '-f 1',
      '# Programs. What they were given may hold secrets: protect the log as you do those.',
      ...ARCHITECTURES.flatMap((arch) =>
        PEOPLE.map((people) => `-a always,exit -F arch=${arch} -S execve,execveat ${people} -F key=sallyport-exec`),
      ),
      '# The kernel itself, and the clock that every record is dated by.',
      ...ARCHITECTURES.flatMap((arch) => [
        `-a always,exit -F arch=${arch} -S init_module,finit_module,delete_module -F key=sallyport-kernel`,
        ...PEOPLE.map((people) => `-a always,exit -F arch=${arch} -S ${CLOCK} ${people} -F key=sallyport-clock`),
      ]),
      '# The guard, its rules, privileges, and what starts by itself; whoever changes it, so without a filter on people.',
      ...own
        .filter((folder) => !WATCHED.some(([, path]) => folder === path || folder.startsWith(`${path}/`)))
        .map((folder) => `-a always,exit -F dir=${folder} -F perm=wa -F key=sallyport-guard-state`),
      ...WATCHED.map(([kind, path, key]) => `-a always,exit -F ${kind}=${path} -F perm=wa -F key=sallyport-${key}`),
      '# Files of deny and ask rules that have one fixed place.',
      ...files.lines,
    ];
    return {
      files: [
        textFile('50-sallyport.rules', '/etc/audit/rules.d/50-sallyport.rules', `${lines.join('\n')}\n`),
        textFile('99-sallyport-finalize.rules', '/etc/audit/rules.d/99-sallyport-finalize.rules', LOCK),
      ],
      gaps: [...files.gaps, ...gapsOf(input)],
    };
  },
};

const ARCHITECTURES = ['b64', 'b32'] as const;

/** Calls that set the clock; asking it for its error is one of them, and daemons that keep time do that all day. */
const CLOCK = 'settimeofday,clock_settime,adjtimex';

/** What a rule of the kernel can hold without quoting, which it has none of. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9._@+-]+)+$/;

const LOCK = '# Locks the rules until the machine starts again; nothing after this line counts.\n-e 2\n';

function fileRules(rules: readonly FileRule[]): {
  readonly lines: readonly string[];
  readonly gaps: readonly TargetGap[];
} {
  const lines = new Set<string>();
  const gaps: TargetGap[] = [];
  for (const rule of rules.filter(({ verdict, mode }) => verdict !== 'allow' && mode === 'enforce')) {
    for (const pattern of rule.paths) {
      for (const path of expandBraces(pattern) ?? [pattern]) {
        const watch = watchOf(path);
        if ('why' in watch) gaps.push({ subject: `${rule.id} ${path}`, why: watch.why });
        else {
          const perm = rule.access === 'read' ? 'r' : 'wa';
          for (const people of PEOPLE) {
            lines.add(
              `-a always,exit -F ${watch.kind}=${watch.path} -F perm=${perm} ${people} -F key=${keyOf(rule.id)}`,
            );
          }
        }
      }
    }
  }
  return { lines: [...lines].sort(), gaps };
}

function watchOf(path: string): { readonly kind: 'dir' | 'path'; readonly path: string } | { readonly why: string } {
  if (!path.startsWith('/')) return { why: 'the kernel watches one fixed place; this has none' };
  if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(path)) return { why: 'the kernel watches no file of its own file systems' };
  const [kind, fixed] = path.endsWith('/**') ? (['dir', path.slice(0, -3)] as const) : (['path', path] as const);
  if (!PLAIN_PATH.test(fixed)) return { why: 'a rule of the kernel holds no wildcard' };
  if (isPlainFile(fixed)) return { kind: 'path', path: fixed };
  // Every program start reads these folders: the watch would flood the log and hide what it is for.
  if (/^\/(?:usr|bin|sbin|lib|lib64|etc|var|tmp|home|opt)$/.test(fixed))
    return { why: 'the folder is too busy to be watched whole' };
  return { kind, path: fixed };
}

/** Files of a system that policies write as whatever is below them; a folder is watched by another rule than a file. */
const PLAIN_FILES =
  /^\/etc\/(?:passwd|shadow|group|gshadow|subuid|subgid|sudoers|hosts|hostname|fstab|crontab|environment|exports|profile|shells|services|machine-id)-?$/;

function isPlainFile(path: string): boolean {
  // `.d` ends the names of folders.
  return PLAIN_FILES.test(path) || /[^/]\.(?!d$)[A-Za-z]\w{0,7}$/.test(path);
}

function keyOf(ruleId: string): string {
  return `sallyport-${ruleId.replace('/', '-')}`.slice(0, MAX_KEY_LENGTH);
}

function folderOf(program: string | undefined): readonly string[] {
  const folder = program?.slice(0, program.lastIndexOf('/')) ?? '';
  return PLAIN_PATH.test(folder) ? [folder] : [];
}

function gapsOf({ table }: TargetInput): readonly TargetGap[] {
  const held = table.commands.filter(({ verdict, mode }) => verdict !== 'allow' && mode === 'enforce').length;
  return [
    {
      subject: `${held} rules on commands`,
      why: 'audit records each program that starts and stops none; commands inside a shell start none',
    },
  ];
}
