import type { MeantCommand } from './command-words.ts';
import type { RuleBody } from './policy-draft.ts';

/** What a well-known rule on commands is there to prevent, as everything that would do it. */
export interface CommandIntent {
  readonly name: string;
  readonly reason: string;
  readonly bodies: readonly RuleBody[];
  /** Whatever rule has this intent, the bodies take all that its letters do. */
  readonly isWhole: boolean;
}

/**
 * The intent behind a rule that denies or asks, or null where the rule means no more than it says.
 *
 * A rule names one spelling of what its author feared; its intent is the effect, in every spelling.
 */
export function commandIntent(command: MeantCommand): CommandIntent | null {
  if (command.isScript || command.outputs.length > 0) return null;
  const [first, second] = command.stages;
  if (first === undefined) return null;
  // `--hard*` is the option and what may be attached to it.
  const [program = '', ...words] = first.map((word) => word.replace(/^(--?\w[\w-]*)\*$/, '$1'));
  if (second !== undefined) return pipeIntent(program, second[0] ?? '');
  const name = program.slice(program.lastIndexOf('/') + 1);
  for (const [programs, intent] of INTENTS) {
    if (!programs.includes(name)) continue;
    const found = intent(words);
    if (found !== null) return found;
  }
  return null;
}

/** Intents whose bodies take whatever the letters of a rule that has them take. */
const WHOLE_INTENTS = new Set(
  'pipe-to-interpreter make-file-system privileged-container container-namespace container-unconfined compose git-force-push git-reset-hard git-rebase curl-to-file curl-upload wget-recursive wget-background wget-upload ssh-tunnel audit-rules'.split(
    ' ',
  ),
);

const DOWNLOADERS = '{curl,wget,fetch,aria2c,http,https,xh}';
const INTERPRETERS =
  '{sh,bash,dash,zsh,ksh,fish,ash,busybox,python*,node,nodejs,deno,bun,perl,ruby,php,lua*,env,eval,source,.}';
const CONTAINERS = '{docker,podman,nerdctl}';
const HISTORY_NAMES = '{HISTFILE,HISTSIZE,HISTFILESIZE,HISTCONTROL,HISTIGNORE}';
const HISTORY_FILES = [
  '**/.bash_history',
  '**/.zsh_history',
  '**/.python_history',
  '**/.histfile',
  '**/.node_repl_history',
];

function pipeIntent(program: string, target: string): CommandIntent | null {
  const isDownload = /^(?:curl|wget|fetch|aria2c|http|https|xh)$/.test(program);
  if (!isDownload || !/^(?:ba|da|z|k|fi|a)?sh$|^(?:python|node|perl|ruby|php)/.test(target)) return null;
  return intent('pipe-to-interpreter', 'Downloaded text is not run unseen.', [`${DOWNLOADERS} | ${INTERPRETERS}`]);
}

type Reader = (words: readonly string[]) => CommandIntent | null;

const INTENTS: readonly (readonly [programs: readonly string[], read: Reader])[] = [
  [
    ['git'],
    (words) => {
      if (words[0] === 'push' && has(words, '-f', '--force*', '--mirror')) return FORCE_PUSH;
      if (has(words, '--no-verify') || (words[0] === 'commit' && has(words, '-n'))) return SKIP_CHECKS;
      if (words[0] === 'reset' && has(words, '--hard')) return HARD_RESET;
      return words[0] === 'rebase' && words.length === 1 ? REBASE : null;
    },
  ],
  [
    ['rm'],
    (words) => {
      const targets = words.filter((word) => !word.startsWith('-'));
      if (targets.length > 0 && targets.every(isHistoryFile)) return HISTORY;
      if (targets.length === 0 || targets.some((target) => !OUTSIDE.test(target))) return null;
      return words.some((word) => /^-[a-zA-Z]*[rR]|^--recursive/.test(word)) ? RECURSIVE_REMOVE : null;
    },
  ],
  [['truncate', 'shred', 'mv', 'tee', 'ln'], (words) => (words.some(isHistoryFile) ? HISTORY : null)],
  [['chmod'], (words) => (words.some((word) => OPEN_MODE.test(word)) ? OPEN_PERMISSIONS : null)],
  [
    ['chown', 'chgrp'],
    (words) => (has(words, '-R', '--recursive') && words.some((word) => OUTSIDE.test(word)) ? CHANGE_OWNER : null),
  ],
  [['mkfs'], () => intent('make-file-system', 'No file system is made.', ['mkfs*', '{mke2fs,mkswap}'])],
  [['dd'], (words) => (words.some((word) => word.startsWith('of=/dev/')) ? RAW_DEVICE : null)],
  [
    ['curl'],
    (words) => {
      if (has(words, '-o', '--output', '-O', '--remote-name*')) return DOWNLOAD_CURL;
      if (has(words, '-d', '--data*', '-F', '--form*', '-T', '--upload-file', '--json')) return UPLOAD_CURL;
      return /^(?:POST|PUT|PATCH|DELETE)$/i.test(valueOf(words, '-X', '--request')) ? UPLOAD_CURL : null;
    },
  ],
  [
    ['wget'],
    (words) => {
      if (has(words, '-r', '--recursive', '-m', '--mirror')) return RECURSIVE_WGET;
      if (has(words, '-b', '--background')) return BACKGROUND_WGET;
      return has(words, '--post-data', '--post-file', '--body-data', '--body-file', '--method') ? UPLOAD_WGET : null;
    },
  ],
  [['ssh'], (words) => (has(words, '-D', '-R', '-L', '-w', '-N', '-W') ? TUNNEL : null)],
  [['docker', 'podman', 'nerdctl'], containerIntent],
  [
    ['unset', 'export', 'declare', 'typeset', 'readonly'],
    (words) => (words.some((word) => /^HIST(?:FILE|SIZE|FILESIZE|CONTROL|IGNORE)/.test(word)) ? HISTORY : null),
  ],
  [['set', 'shopt'], (words) => (words.some((word) => /history|histappend|cmdhist/.test(word)) ? HISTORY : null)],
  [['history'], (words) => (has(words, '-c', '-d', '-w', '-r') ? HISTORY : null)],
  [['auditctl'], () => AUDIT_RULES],
  [
    ['service', 'systemctl', 'rc-service'],
    (words) => {
      const verb = words.find((word) => /^(?:stop|disable|mask|kill)$/.test(word));
      const unit = words.find((word) => word !== verb && !word.startsWith('-') && /^[\w@.*-]+$/.test(word));
      return verb === undefined || unit === undefined || unit === '*'
        ? null
        : {
            ...stopService(unit.replace(/\*+$/, '')),
            isWhole: verb === 'stop' && words.every((word) => /^\w[\w@.-]*\*?$/.test(word)),
          };
    },
  ],
];

function containerIntent(words: readonly string[]): CommandIntent | null {
  const [verb = ''] = words;
  if (verb === 'compose' && words.length === 1) return COMPOSE;
  if (!/^(?:run|create|exec|container)$/.test(verb)) return null;
  if (has(words, '--privileged*')) {
    return container('privileged-container', ['{run,create,exec} --privileged']);
  }
  const mount = valueOf(words, '-v', '--volume', '--mount');
  if (/^(?:\/|~|type=bind|source=|src=)/.test(mount)) {
    return container('container-mount', [
      '{run,create} {-v,--volume}=<elsewhere>',
      '{run,create} --mount=*{source,src}={/,~}*',
      '{run,create} --volumes-from',
    ]);
  }
  if (['--pid', '--network', '--net', '--ipc', '--uts', '--userns'].some((flag) => valueOf(words, flag) === 'host')) {
    return container('container-namespace', [
      '{run,create} {--pid,--network,--net,--ipc,--uts,--userns,--cgroupns}=host',
    ]);
  }
  if (has(words, '--cap-add*')) {
    const names = 'SYS_ADMIN,ALL,SYS_PTRACE,SYS_MODULE,NET_ADMIN,CAP_*,all,sys_admin,cap_*';
    return container('container-capability', [`{run,create} --cap-add={${names}}`]);
  }
  if (/unconfined|disable/.test(valueOf(words, '--security-opt'))) {
    return container('container-unconfined', [
      '{run,create} --security-opt=*{unconfined,no-new-privileges=false,disable}*',
    ]);
  }
  return null;
}

function container(name: string, forms: readonly string[]): CommandIntent {
  return intent(
    name,
    'Containers get no way to the host.',
    forms.flatMap((form) => [`${CONTAINERS} ${form}`, `${CONTAINERS} container ${form}`]),
  );
}

const COMPOSE = intent('compose', 'This runs or changes containers.', [
  `${CONTAINERS} compose`,
  '{docker,podman}-compose',
]);
const FORCE_PUSH = intent('git-force-push', 'History on the remote is not rewritten.', [
  'git push {-f,--force,--force-with-lease,--force-if-includes,--mirror}',
  'git push +*',
]);
const SKIP_CHECKS = intent('git-skip-checks', 'Hooks and checks of the repository are not switched off.', [
  'git commit {--no-verify,-n}',
  'git {push,merge,am,rebase,cherry-pick,pull} --no-verify',
  'git {-c,--config-env}=core.hooksPath*',
  'git config core.hooksPath',
]);
const HARD_RESET = intent('git-reset-hard', 'Work that is not committed is not thrown away.', [
  'git reset {--hard,--merge,--keep}',
]);
const REBASE = intent('git-rebase', 'Commits are not rewritten.', ['git rebase', 'git pull {-r,--rebase}']);
const RECURSIVE_REMOVE = intent('recursive-remove', 'Folders outside of the project are not removed.', [
  'rm {-r,-R,--recursive} <outside>',
  'rm --no-preserve-root',
  'find <elsewhere> -delete',
]);
const OPEN_PERMISSIONS = intent('open-permissions', 'Files are not opened to everyone.', [
  'chmod {,0,1,2,3,4,5,6,7}{777,666,776,767}',
  'chmod *{a,o}*{+,=}*w*',
  'chmod {+,=}*w*',
  '{mkdir,install} {-m,--mode}={,0,1,2,3,4,5,6,7}{777,666}',
]);
const CHANGE_OWNER = intent('change-owner', 'Folders outside of the project keep their owner.', [
  '{chown,chgrp} {-R,--recursive} <outside>',
]);
const RAW_DEVICE: CommandIntent = {
  name: 'raw-device',
  reason: 'Devices are not written to.',
  isWhole: true,
  bodies: [
    commands(['dd of=/dev/*']),
    files('write', [
      '/dev/sd*',
      '/dev/nvme*',
      '/dev/vd*',
      '/dev/xvd*',
      '/dev/hd*',
      '/dev/mmcblk*',
      '/dev/dm-*',
      '/dev/mapper/**',
    ]),
  ],
};
const DOWNLOAD_CURL = intent('curl-to-file', 'Downloads are not written to disk.', [
  'curl {-o,--output,-O,--remote-name,--remote-name-all,--output-dir}',
]);
const UPLOAD_CURL = intent('curl-upload', 'Requests that send data out are not made from here.', [
  'curl {-d,--data,--data-ascii,--data-binary,--data-raw,--data-urlencode,--json,-F,--form,--form-string,-T,--upload-file,--url-query}',
  'curl {-X,--request}={P,p,D,d}*',
  'curl {-K,--config}',
]);
const RECURSIVE_WGET = intent('wget-recursive', 'Whole sites are not fetched.', [
  'wget {-r,--recursive,-m,--mirror,-p,--page-requisites,-i,--input-file}',
]);
const BACKGROUND_WGET = intent('wget-background', 'Nothing is fetched in the background.', ['wget {-b,--background}']);
const UPLOAD_WGET = intent('wget-upload', 'Requests that send data out are not made from here.', [
  'wget {--post-data,--post-file,--body-data,--body-file,--method}',
]);
const TUNNEL = intent('ssh-tunnel', 'Tunnels are not opened from here.', [
  'ssh {-D,-R,-L,-w,-N,-W}',
  'ssh -o=*{Forward,ProxyCommand,LocalCommand,Tunnel}*',
]);
const HISTORY: CommandIntent = {
  name: 'shell-history',
  reason: 'The shell history is kept.',
  isWhole: false,
  bodies: [
    commands([
      'unset {HISTFILE,HISTSIZE,HISTFILESIZE,HISTCONTROL,HISTIGNORE,PROMPT_COMMAND}*',
      `{export,declare,typeset,readonly,local} ${HISTORY_NAMES}*`,
      `<assign> ${HISTORY_NAMES}*`,
      'set *+*o* history*',
      'set *+*ohistory*',
      'shopt -u {history,histappend,cmdhist}*',
      `{read,mapfile,readarray,let,getopts} ${HISTORY_NAMES}*`,
      `printf -v=${HISTORY_NAMES}*`,
      'history {-c,-d,-w,-r}',
      'truncate *history*',
    ]),
    files('write', HISTORY_FILES),
  ],
};
const AUDIT_RULES = intent('audit-rules', 'What watches this session is not stopped.', ['auditctl']);

function stopService(unit: string): CommandIntent {
  return intent(`stop-${unit}`, 'What watches this session is not stopped.', [
    `{systemctl,rc-service} {stop,disable,mask,kill,restart} ${unit}*`,
    `{service,rc-service} ${unit}* {stop,restart}`,
    `{kill,pkill,killall} *${unit}*`,
  ]);
}

const OUTSIDE = /^(?:\/|~|\.\.|\.(?:\/\*?)?$)/;
const OPEN_MODE = /^[0-7]?(?:777|666|776|767)$|^[ugoa]*[ao][ugoa]*[+=][rwxst]*w|^[+=][rwxst]*w/;

function isHistoryFile(word: string): boolean {
  return /\.(?:bash|zsh|python|node_repl)_history$|\.histfile$|^\*history\*?$/.test(word);
}

/** Whether one of the words is one of the options. `--x*` stands for options that begin so; `-f` may stand among others. */
function has(words: readonly string[], ...flags: readonly string[]): boolean {
  return words.some((word) =>
    flags.some((flag) => {
      if (flag.endsWith('*')) return word.startsWith(flag.slice(0, -1));
      if (/^-[A-Za-z]$/.test(flag) && /^-[A-Za-z]+$/.test(word)) return word.includes(flag.slice(1));
      return word === flag || word.startsWith(`${flag}=`);
    }),
  );
}

/** The value of one of the options: behind `=`, or the next word; empty where there is none. */
function valueOf(words: readonly string[], ...flags: readonly string[]): string {
  for (const [index, word] of words.entries()) {
    for (const flag of flags) {
      if (word === flag) return words[index + 1] ?? '';
      if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1);
    }
  }
  return '';
}

function intent(name: string, reason: string, run: readonly string[]): CommandIntent {
  return { name, reason, bodies: [commands(run)], isWhole: WHOLE_INTENTS.has(name) };
}

function commands(run: readonly string[]): RuleBody {
  return { family: 'commands', run, unless: [] };
}

function files(access: 'read' | 'write', paths: readonly string[]): RuleBody {
  return { family: 'files', access, paths, except: [] };
}
