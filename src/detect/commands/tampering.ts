import { HISTORY, LOGS } from './place-name.ts';
import { any, anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Services that write down what happens. */
export const RECORDERS =
  /^(?:auditd?|rsyslogd?|syslogd?|syslog-ng|systemd-journald|journald|sysmon|osqueryd?|falcon-sensor|falcond?|filebeat|auditbeat|fluentd|fluent-bit|td-agent|splunk(?:d|forwarder)?|wazuh-agent|ossec|acct|psacct|snoopy|cbdaemon|cbagentd|mdatp|sentinelone|sysmonforlinux|com\.apple\.auditd|com\.apple\.syslogd|newsyslog|datadog-agent|amazon-cloudwatch-agent|google-cloud-ops-agent|sallyport)(?:\.(?:service|socket|plist))?$/i;

/** Commands that hide what was done. */
export const TAMPERING = factsOf<RiskView>('history-and-audit-tampering', [
  [
    'shell-history',
    '*',
    'Removes or empties what was typed into shells.',
    (view) => any(view.writes, HISTORY) || (/^(?:ln|mv|cp|chattr|gzip)$/.test(view.name) && any(view.touches, HISTORY)),
  ],
  [
    'shell-history',
    'history fc',
    'Removes or empties what was typed into shells.',
    (view) => has(view, 'c', 'd') || sub(view, 'clear|delete') || has(view, 'clear'),
  ],
  [
    'shell-history-off',
    '<assign> unset export set shopt declare setopt unsetopt typeset readonly',
    'Keeps what is typed out of the history of the shell.',
    (view) =>
      view.name === 'unset'
        ? anyWord(view, /^(?:HISTFILE|HISTSIZE|HISTFILESIZE|SAVEHIST|PROMPT_COMMAND)$/)
        : view.name === 'set' || view.name === 'setopt' || view.name === 'unsetopt'
          ? /(?:\+o ?history|-o ?nohistory|hist_?ignore_?space|inc_?append)/i.test(view.text)
          : view.name === 'shopt'
            ? /-u?o?u? .*history/.test(view.text) && has(view, 'u')
            : anyWord(
                view,
                /^(?:HISTFILE=(?:\/dev\/null)?$|(?:HISTSIZE|HISTFILESIZE|SAVEHIST)=-?[01]?$|HISTCONTROL=.*ignore(?:space|both)|HISTIGNORE=|LESSHISTFILE=\/dev\/null|MYSQL_HISTFILE=\/dev\/null)/,
              ),
  ],
  [
    'logs',
    '*',
    'Removes, empties or changes logs of the system, or the settings of what writes them.',
    (view) => any(view.writes, LOGS) && !APPENDS.test(view.name) && !isAppending(view),
  ],
  [
    'logs',
    'journalctl dmesg wevtutil log utmpdump logrotate auditctl aureport logger last',
    'Removes or empties logs of the system.',
    (view) => {
      switch (view.name) {
        case 'journalctl':
          return [...view.options].some(
            (name) => name.startsWith('vacuum') || name === 'rotate' || name === 'relinquish-var',
          );
        case 'dmesg':
          return has(view, 'C', 'clear', 'c', 'read-clear', 'console-off', 'D');
        case 'log':
          return sub(view, 'erase|config');
        case 'utmpdump':
          return has(view, 'r', 'reverse');
        case 'auditctl':
          return (
            has(view, 'D') || /-e ?0/.test(view.text) || has(view, 'd', 'reset-lost') || /-a ?never/.test(view.text)
          );
        case 'wevtutil':
          return sub(view, 'cl|clear-log');
        default:
          return false;
      }
    },
  ],
  [
    'recorder-off',
    'systemctl service launchctl killall pkill kill rc-service initctl apt apt-get yum dnf rpm dpkg brew chkconfig update-rc.d',
    'Stops or removes what records what happens here.',
    (view) =>
      (/^(?:killall|pkill|kill)$/.test(view.name) ||
        anyWord(
          view,
          /^(?:stop|disable|mask|unload|kill|remove|purge|erase|uninstall|onestop|bootout|autoremove|off|-e|-r|-P)$/,
        )) &&
      view.operands.some((word) => RECORDERS.test(word.replace(/^.*\/(?=com\.)/, ''))),
  ],
  [
    'audit-off',
    'audit accton auditpol',
    'Stops the records of the system.',
    (view) =>
      view.name === 'accton'
        ? view.operands.length === 0 || sub(view, 'off')
        : has(view, 't', 'n', 's') || /disable/.test(view.text),
  ],
  [
    'timestamps',
    'touch',
    'Gives a file the times of another, or old ones, so that it looks as if it had always been there.',
    (view) =>
      has(view, 'r', 'reference', 't', 'd', 'date') && any(view.touches, /^\/(?:bin|sbin|usr|etc|lib|opt|boot|var)\//),
  ],
  [
    'clock',
    'date timedatectl hwclock',
    'Sets the clock of the machine.',
    (view) =>
      (view.name === 'date' &&
        (has(view, 's', 'set') || view.operands.some((word) => /^\d{8,12}(?:\.\d\d)?$/.test(word)))) ||
      sub(view, 'set-time'),
  ],
  [
    'trail',
    'aws gcloud az',
    'Stops or removes the records that a cloud keeps.',
    (view) =>
      sub(view, 'cloudtrail', 'stop-logging|delete-trail|update-trail|put-event-selectors') ||
      sub(view, 'guardduty', 'delete-detector|update-detector') ||
      sub(view, 'logs', 'delete-log-group|delete-log-stream') ||
      sub(view, 'configservice', 'stop-configuration-recorder|delete-configuration-recorder') ||
      sub(view, 'logging', 'sinks|logs', 'delete') ||
      sub(view, 'monitor', 'diagnostic-settings', 'delete'),
  ],
]);

const APPENDS = /^(?:mkdir|logger)$/;

/** Redirections that only add are not told from those that empty: a word for a log among the operands of a writer counts. */
function isAppending(view: RiskView): boolean {
  return view.name === 'tee' && has(view, 'a', 'append');
}
