import type { Policy } from '../../policy/index.ts';
import { textFile } from './target.ts';
import type { Target } from './target.ts';

/**
 * A profile for login shells: umask, idle time-out and history. A convenience for people of good will: a child shell
 * that reads no profile, or any other program, is not bound by it.
 */
export const shellProfile: Target = {
  name: 'shell-profile',
  about: 'umask, idle time-out and history for login shells; a convenience, no control',
  compile({ policy }) {
    return {
      files: [textFile('sallyport.sh', '/etc/profile.d/sallyport.sh', script(policy))],
      gaps: [
        {
          subject: 'shell',
          why: 'a shell that reads no profile is not bound by it; the audit rules and the session records are the control',
        },
        ...(policy.shell.timeoutMinutes === null
          ? []
          : [{ subject: 'shell.timeout_minutes', why: 'only a shell at a prompt ends; a program that runs goes on' }]),
      ],
    };
  },
};

function script({ shell }: Policy): string {
  const settings: string[] = [];
  if (shell.umask !== null) settings.push(`umask ${octal(shell.umask)}`);
  if (shell.timeoutMinutes !== null)
    settings.push(...set('TMOUT', String(shell.timeoutMinutes * 60), 'readonly TMOUT', 'export TMOUT'));
  if (shell.keepHistory) {
    settings.push(
      ...set('HISTSIZE', '100000'),
      ...set('HISTFILESIZE', '1000000'),
      ...set('HISTTIMEFORMAT', "'%FT%T%z '"),
      ...set('HISTCONTROL', ''),
      ...set('HISTIGNORE', ''),
      'if [ -n "${BASH_VERSION-}" ]; then',
      '  shopt -s histappend',
      'fi',
    );
  }
  return [
    '# For convenience only: whoever wants to can go around it, so nothing may depend on it.',
    ...settings,
    '',
  ].join('\n');
}

/**
 * Lines that set a variable. Where another profile, or this one at an earlier reading, made it readonly, an assignment would end the
 * shell of whoever logs in; it is tried in a child first.
 */
function set(name: string, value: string, ...then: readonly string[]): readonly string[] {
  const assignment = `${name}=${value}`;
  return [`if (${assignment}) 2>/dev/null; then`, ...[assignment, ...then].map((line) => `  ${line}`), 'fi'];
}

function octal(text: string): string {
  // It is written into a script, so nothing but digits may stand here.
  if (!/^[0-7]{3,4}$/.test(text)) throw new TypeError('a umask was not checked');
  return text;
}
