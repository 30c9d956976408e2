import type { MeantCommand } from './command-words.ts';

/** Forms of a program that run other programs, write files or change settings: an allow rule never means them. */
const LIMITS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'git',
    [
      'git * {--output,--ext-diff,-O,--open-files-in-pager,--textconv,--upload-pack,--receive-pack,--exec-path,--exec}',
      'git {-c,--config-env,--exec-path}',
      'git bisect run',
      'git init --template',
      'git apply --unsafe-paths',
    ],
  ],
  ['find', ['find {-delete,-fprint,-fprint0,-fprintf,-fls}']],
  ['fd', ['fd {-x,-X,--exec,--exec-batch}']],
  ['rg', ['rg {--pre,--hostname-bin}']],
  ['sort', ['sort {-o,--output,--compress-program}']],
  ['tree', ['tree -o']],
  ['yq', ['yq {-i,--inplace}']],
  ['less', ['less {-o,-O,--log-file}']],
  ['date', ['date {-s,--set}']],
  [
    'tar',
    ['tar {--to-command,--checkpoint-action,-I,--use-compress-program,--rsh-command,-F,--info-script}', 'tar *.*:*'],
  ],
  ['deno', ['deno *://*']],
  ['bun', ['bun *://*']],
  [
    'curl',
    [
      'curl {-d,--data,--data-ascii,--data-binary,--data-raw,--data-urlencode,--json,-F,--form,--form-string,-T,--upload-file,--url-query,-K,--config}',
      'curl {-o,--output,-O,--remote-name,--remote-name-all,--output-dir}',
      'curl {-X,--request}={P,p,D,d}*',
      'curl {-x,--proxy,--socks4,--socks4a,--socks5,--socks5-hostname,--proxy1.0,--netrc-optional,--netrc-file,--preproxy,--resolve,--connect-to,-H,--header,-b,--cookie,-u,--user,-n,--netrc,-E,--cert,-k,--insecure,--unix-socket,-w,--write-out,-c,--cookie-jar,-D,--dump-header,--trace,--trace-ascii,--stderr,-Q,--quote,-e,--referer,-A,--user-agent,--url,--variable,--etag-save,--etag-compare,--doh-url,--dns-servers,--hsts,--alt-svc,--libcurl,--oauth2-bearer,--aws-sigv4}',
    ],
  ],
  [
    'wget',
    [
      'wget {-e,--execute,-O,--output-document,-o,-a,--header,--use-askpass,--user,--password,--post-data,--post-file,--body-data,--body-file,--method}',
    ],
  ],
]);

/** What an allow rule on a program does not mean. An exact rule without operands means none. */
export function allowLimits(program: string, command: MeantCommand | null): readonly string[] {
  const [words = []] = command?.stages ?? [];
  const isAlone = command?.isExact === true && words.length === 1 && !program.includes('*');
  return [...(LIMITS.get(program) ?? []), ...(isAlone ? [`${program} <any>`] : [])];
}

/**
 * Programs whose operands decide what is destroyed, sent or started. A pattern cannot say that nothing more stands
 * behind its words, so an exact rule on one of them is not taken over.
 */
const OPERANDS_DECIDE = new Set(
  ['rm', 'rmdir', 'mv', 'cp', 'dd', 'ln', 'tee', 'chmod', 'chown', 'chgrp', 'kill', 'pkill', 'killall', 'curl'].concat([
    'wget',
    'ssh',
    'scp',
    'rsync',
    'sudo',
    'bash',
    'sh',
    'zsh',
    'eval',
    'xargs',
    'env',
    'docker',
    'podman',
    'kubectl',
    'aws',
    'truncate',
    'shred',
  ]),
);

/** Whether a pattern of these words allows no more than the rule does. */
export function isNarrow(command: MeantCommand, words: readonly string[]): boolean {
  const [program = '', ...rest] = words;
  if (rest.length === 0) return true;
  const name = program.slice(program.lastIndexOf('/') + 1);
  const operands = rest.filter((word) => !word.startsWith('-'));
  if (!OPERANDS_DECIDE.has(name)) return true;
  // `docker ps *` and `aws s3 ls *` are subcommands with anything behind them, `rm dist` and `rm dist/*` are not.
  const areSubcommands =
    operands.every((word) => /^[a-z][a-z-]*$/.test(word)) && /^(?:docker|podman|kubectl|aws)$/.test(name);
  return areSubcommands || (!command.isExact && operands.length === 0);
}
