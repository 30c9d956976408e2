import type { WrittenPolicy } from './policy-schema.ts';
import type { RuleVerdict } from '../core/rule-table.ts';

/** A rule that a section stands for, before it is checked as written rules are. */
export interface SectionRule {
  readonly id: string;
  readonly verdict: 'deny' | 'ask';
  readonly run: readonly string[];
  readonly reason: string;
  /** The field that says it. */
  readonly path: readonly string[];
}

/** The rules on commands that `git`, `containers` and `shell` stand for. */
export function sectionRules(policy: Pick<WrittenPolicy, 'git' | 'containers' | 'shell'>): readonly SectionRule[] {
  return [...gitRules(policy.git), ...containerRules(policy.containers), ...shellRules(policy.shell)];
}

function gitRules(git: WrittenPolicy['git']): readonly SectionRule[] {
  if (git === undefined) return [];
  const rules: SectionRule[] = [];
  if (git.protected_branches.length > 0) {
    rules.push({
      id: 'git/protected-branch',
      verdict: git.pull_request_only ? 'deny' : 'ask',
      run: protectedBranchPatterns(git.protected_branches),
      reason: git.pull_request_only
        ? 'Protected branches change by pull request.'
        : 'This changes a protected branch without a pull request.',
      path: ['git', 'protected_branches'],
    });
  }
  rules.push(
    ...ruleWhere(git.force_push, {
      id: 'git/force-push',
      run: FORCE_PUSH,
      reason: 'History on the remote is not rewritten.',
      path: ['git', 'force_push'],
    }),
    ...ruleWhere(git.skip_checks, {
      id: 'git/skip-checks',
      run: SKIP_CHECKS,
      reason: 'Hooks and checks of the repository are not switched off.',
      path: ['git', 'skip_checks'],
    }),
  );
  return rules;
}

function protectedBranchPatterns(branches: readonly string[]): readonly string[] {
  // A word with a star in it is an operand, found at any place; without one it would be a subcommand.
  const names = branches.some((name) => name.includes('*')) ? branches : [...branches, `*:${branches[0] ?? ''}`];
  const any = branches.join(',');
  return [`git push {${names.join(',')}}`, `git push *:{${any}}`, `git push {,*:}refs/heads/{${any}}`];
}

const FORCE_PUSH = [
  'git push {-f,--force,--force-with-lease,--mirror,--delete,-d,--prune}',
  'git push +*',
  'git push :*',
] as const;

const SKIP_CHECKS = [
  'git commit {--no-verify,-n}',
  'git {push,merge,am,rebase,cherry-pick,pull} --no-verify',
  // git reads keys in any case (git-config(1)): their two usual spellings; a mixed one is asked.
  'git {-c,--config-env}=core.{hooksPath,hookspath}*',
  'git config core.{hooksPath,hookspath}',
  'git config alias.*',
  'git {-c,--config-env}=alias.*',
  'git {-c,--config-env}=core.{pager,editor,sshCommand,sshcommand,fsmonitor}*',
  'git config core.{pager,editor,sshCommand,sshcommand,fsmonitor}',
] as const;

type WrittenContainers = NonNullable<WrittenPolicy['containers']>;

/** What each field of `containers` is about. */
const CONTAINER_PATTERNS: Readonly<Record<Exclude<keyof WrittenContainers, 'limits'>, readonly string[]>> = {
  privileged: [
    '{docker,podman,nerdctl} {run,create,exec} --privileged',
    '{docker,podman,nerdctl} {run,create} --security-opt=*{unconfined,no-new-privileges=false,disable}*',
  ],
  host_mounts: [
    '{docker,podman,nerdctl} {run,create} {-v,--volume}=<elsewhere>',
    '{docker,podman,nerdctl} {run,create} --mount=*{source,src}={/,~}*',
    '{docker,podman,nerdctl} {run,create} --volumes-from',
    'mount',
    'umount',
  ],
  host_namespaces: [
    '{docker,podman,nerdctl} {run,create} {--pid,--network,--net,--ipc,--uts,--userns,--cgroupns}=host',
    '{unshare,runc,crun,ctr,crictl}',
  ],
  capabilities: [
    '{docker,podman,nerdctl} {run,create} --cap-add={SYS_ADMIN,ALL,SYS_PTRACE,SYS_MODULE,NET_ADMIN,CAP_*,all,sys_admin}',
    '{insmod,modprobe,rmmod,kexec}',
  ],
  devices: ['{docker,podman,nerdctl} {run,create} --device'],
};
const CONTAINER_FIELDS = ['privileged', 'host_mounts', 'host_namespaces', 'capabilities', 'devices'] as const;

function containerRules(containers: WrittenPolicy['containers']): readonly SectionRule[] {
  if (containers === undefined) return [];
  const patterns = (verdict: RuleVerdict): readonly string[] =>
    CONTAINER_FIELDS.filter((field) => containers[field] === verdict).flatMap((field) => CONTAINER_PATTERNS[field]);
  const rule = (verdict: 'deny' | 'ask', id: string, reason: string): readonly SectionRule[] => {
    const run = patterns(verdict);
    return run.length === 0 ? [] : [{ id, verdict, run, reason, path: ['containers'] }];
  };
  return [
    ...rule('deny', 'container/escape', 'Containers get no way to the host.'),
    ...rule('ask', 'container/escape-ask', 'This gives a container a way to the host.'),
  ];
}

const HISTORY_NAMES = '{HISTFILE,HISTSIZE,HISTFILESIZE,HISTCONTROL,HISTIGNORE}';

const HISTORY = [
  'unset {HISTFILE,HISTSIZE,HISTFILESIZE,HISTCONTROL,HISTIGNORE,PROMPT_COMMAND}*',
  `{export,declare,typeset,readonly,local} ${HISTORY_NAMES}*`,
  `<assign> ${HISTORY_NAMES}*`,
  'set *+*o* history*',
  'set *+*ohistory*',
  'shopt -u {history,histappend,cmdhist}*',
  `{read,mapfile,readarray,let,getopts} ${HISTORY_NAMES}*`,
  `printf -v=${HISTORY_NAMES}*`,
  'history {-c,-d,-w,-r}',
] as const;

function shellRules(shell: WrittenPolicy['shell']): readonly SectionRule[] {
  if (shell === undefined || !shell.keep_history) return [];
  const reason = 'The shell history is kept.';
  return [{ id: 'shell/history', verdict: 'deny', run: HISTORY, reason, path: ['shell', 'keep_history'] }];
}

function ruleWhere(verdict: RuleVerdict, rule: Omit<SectionRule, 'verdict'>): readonly SectionRule[] {
  return verdict === 'allow' ? [] : [{ ...rule, verdict }];
}
