import { STARTED, TEMPORARY } from './place-name.ts';
import { any, anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands that leave something behind which runs, or lets someone in, later. */
export const PERSISTENCE = factsOf<RiskView>('persistence', [
  [
    'started-file',
    '*',
    'Changes a file that the system or a shell runs by itself later.',
    (view) => any(view.writes, STARTED) && !DELETERS.test(view.name) && !/^(?:chmod|chown|gzip)$/.test(view.name),
  ],
  [
    'timed-job',
    'crontab',
    'Sets jobs that run by themselves later.',
    (view) =>
      !has(view, 'l', 'list', 'r', 'e', 'h', 'help', 'V', 'n', 'T') &&
      (view.operands.some((word) => word !== '') || view.upstream.length > 0),
  ],
  [
    'timed-job',
    'at batch',
    'Sets a job that runs by itself later.',
    (view) =>
      (view.upstream.length > 0 ||
        view.command.redirections.some(({ access }) => access === 'read') ||
        has(view, 'f')) &&
      !has(view, 'l', 'r', 'd'),
  ],
  [
    'system-service',
    'launchctl systemctl update-rc.d chkconfig rc-update sysrc systemd-run',
    'Makes the system start a program by itself.',
    (view) =>
      view.name === 'launchctl'
        ? sub(view, 'load|bootstrap|submit|enable|setenv')
        : view.name === 'systemctl'
          ? sub(view, 'enable|link|add-wants|edit') &&
            (view.operands.slice(1).some((word) => /[/]|\$\?/.test(word)) ||
              view.before.some((one) => any(one.writes, STARTED)))
          : view.name === 'systemd-run'
            ? [...view.options].some((name) => name.startsWith('on-'))
            : anyWord(view, /^(?:defaults|enable|on|add|--add)$|_enable=/i),
  ],
  [
    'account',
    'useradd adduser newusers pw dscl sysadminctl',
    'Makes an account on this machine.',
    (view) =>
      (/^(?:useradd|newusers)$/.test(view.name) && view.operands.length > 0 && !has(view, 'D', 'defaults')) ||
      (view.name === 'adduser' && view.operands.length === 1) ||
      (view.name === 'pw' && /\buseradd\b|\buser add\b/.test(view.text)) ||
      (view.name === 'sysadminctl' && has(view, 'addUser')),
  ],
  [
    'remote-login',
    'systemsetup',
    'Lets others log in to this machine.',
    (view) => /-setremotelogin (?:-f )?on\b|-setremoteappleevents on\b/i.test(view.text),
  ],
  ['git-hook', 'git', 'Makes git run programs of another folder by itself.', (view) => runsBySetting(view)],
  [
    'background-program',
    '*',
    'Starts a program from a temporary folder that outlives the session.',
    (view) =>
      TEMPORARY.test(view.command.program.text) && view.around.some((one) => /^(?:nohup|setsid)$/.test(one.name)),
  ],
  [
    'login-item',
    'osascript defaults',
    'Adds a program to those that start at login.',
    (view) => /login item|LoginHook|LogoutHook|loginwindow/i.test(view.text) && !sub(view, 'read|delete'),
  ],
]);

const DELETERS = /^(?:rm|unlink|shred|rmdir)$/;

/** A setting of git that names a program, given a value that is no editor, pager or plain ssh. */
function runsBySetting(view: RiskView): boolean {
  const at = view.words.findIndex((word) =>
    /^(?:-c)?(?:core\.(?:hooksPath|fsmonitor|sshCommand|pager|editor|askPass)|credential\.helper)(?:=|$)/i.test(word),
  );
  if (at < 0 || has(view, 'unset', 'get', 'unset-all')) return false;
  const word = view.words[at] ?? '';
  const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (view.words[at + 1] ?? '');
  if (/^-?c?core\.hooksPath/i.test(word)) return /^(?:[/~]|\.\.|\$\?)/.test(value);
  return /[;&|`$]|^\/tmp|\b(?:sh|curl|wget|nc|python\d?|perl)\b/.test(value);
}
