import { INTERPRETERS } from './network.ts';
import { GUARDS } from './place-name.ts';
import { any, anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** What keeps the machine safe, by the names of its services and packages. */
const DEFENDERS =
  /^(?:firewalld|ufw|iptables|ip6tables|nftables|apparmor|selinux.*|fail2ban|clamav(?:-daemon|-freshclam)?|clamd|falcon-sensor|falcond?|crowdstrike|cbdaemon|cbagentd|carbonblack|sentinelone|sentinelagent|mdatp|mde|sophos\w*|savd|eset\w*|kav\w*|ossec\w*|wazuh\w*|osqueryd?|rkhunter|chkrootkit|aide|tripwire|auditd|snort|suricata|zeek|santad?|littlesnitch|blockblock|lulu|xprotect|opensnitchd?|usbguard|pf|ipfw|com\.apple\.(?:alf.*|trustd.*|XProtect.*|MRT.*|syspolicyd)|esets?|ds_agent|taniumclient|sysdig|falco)(?:\.(?:service|plist))?$/i;

/** Commands that get past what guards the machine. */
export const EVASION = factsOf<RiskView>('defence-evasion', [
  [
    'guard-off',
    'systemctl service launchctl killall pkill kill rc-service initctl apt apt-get yum dnf rpm dpkg brew chkconfig update-rc.d svcadm',
    'Stops or removes what guards the machine.',
    (view) =>
      (/^(?:killall|pkill|kill)$/.test(view.name) ||
        anyWord(
          view,
          /^(?:stop|disable|mask|unload|kill|remove|purge|erase|uninstall|onestop|bootout|autoremove|off|-e|-r|-P)$/,
        )) &&
      view.operands.some((word) => DEFENDERS.test(word.slice(word.lastIndexOf('/') + 1))),
  ],
  ['guard-off', 'setenforce', 'Turns off a guard of the kernel.', (view) => anyWord(view, /^(?:0|permissive)$/i)],
  [
    'guard-off',
    'ufw iptables ip6tables nft firewall-cmd pfctl ipfw aa-disable aa-teardown aa-complain spctl csrutil esxcli netsh ebtables iptables-restore socketfilterfw mdatp',
    'Takes down a firewall or a guard, or its rules.',
    (view) => {
      switch (view.name) {
        case 'ufw':
          return sub(view, 'disable|reset|delete') || sub(view, 'default', 'allow') || sub(view, 'logging', 'off');
        case 'iptables':
        case 'ip6tables':
        case 'ebtables':
          return (
            has(view, 'F', 'flush', 'X', 'delete-chain', 'Z', 'D', 'delete') ||
            (has(view, 'P', 'policy') && view.words.includes('ACCEPT'))
          );
        case 'nft':
          return sub(view, 'flush|delete');
        case 'firewall-cmd':
          return (
            has(view, 'panic-off', 'set-default-zone', 'remove-rich-rule', 'remove-service') &&
            /trusted|remove|panic/.test(view.text)
          );
        case 'pfctl':
          return has(view, 'd', 'F');
        case 'ipfw':
          return anyWord(view, /^(?:flush|delete)$/) || /add .*allow/.test(view.text);
        case 'spctl':
          return has(view, 'master-disable', 'global-disable', 'disable');
        case 'csrutil':
          return sub(view, 'disable') || sub(view, 'authenticated-root', 'disable');
        case 'socketfilterfw':
          return /off/.test(view.text);
        case 'mdatp':
          return /disable|exclusion add/.test(view.text);
        case 'netsh':
          return /off/.test(view.text);
        case 'esxcli':
          return /firewall set.*false/.test(view.text);
        case 'iptables-restore':
          return false;
        default:
          return true;
      }
    },
  ],
  [
    'guard-off',
    'nvram tccutil softwareupdate',
    'Turns off a guard of the machine, or forgets what it was allowed.',
    (view) =>
      view.name === 'nvram'
        ? /boot-args=|csr-active-config|^-c\b/.test(view.text)
        : view.name === 'tccutil'
          ? sub(view, 'reset')
          : /--schedule off\b/.test(view.text),
  ],
  [
    'guard-files',
    '*',
    'Changes the files or switches of what guards the machine.',
    (view) => any(view.writes, GUARDS) && view.name !== 'mkdir',
  ],
  [
    'kernel-switch',
    'sysctl',
    'Turns off a protection of the kernel.',
    (view) =>
      anyWord(
        view,
        /(?:randomize_va_space|yama\.ptrace_scope|kptr_restrict|dmesg_restrict|mmap_min_addr|unprivileged_bpf_disabled|perf_event_paranoid|protected_(?:sym|hard)links|ip_forward|suid_dumpable|tcp_syncookies|sysrq)\s*=\s*\S/,
      ),
  ],
  [
    'decoded-program',
    '*',
    'Runs a program that stands on the command line in another form.',
    (view) =>
      INTERPRETERS.test(view.name) &&
      view.upstream.some((one) => isDecoder(one)) &&
      (view.operands.length === 0 ||
        view.operands[0] === '-' ||
        /^(?:eval|source|\.)$/.test(view.name) ||
        has(view, 's') ||
        (has(view, 'c') && view.command.words.some((word) => word.sources.length > 0)) ||
        view.command.words.some((word) => word.isDescriptor)),
  ],
  [
    'unknown-program',
    'sh bash zsh dash ksh',
    'Runs a script that only its input tells.',
    (view) =>
      has(view, 'c') &&
      view.around.some((one) => /^(?:xargs|parallel)$/.test(one.name) && isScriptFromInput(view, one)),
  ],
  [
    'quarantine',
    'xattr',
    'Takes the mark of a download off a file.',
    (view) =>
      (has(view, 'd', 'c', 'r', 'rd', 'cr') || /^-[a-z]*[dc]/.test(view.words[0] ?? '')) &&
      (/quarantine/.test(view.text) || (has(view, 'c') && has(view, 'r'))),
  ],
  [
    'immutable',
    'chattr chflags',
    'Makes files ones that nobody can change, or undoes that.',
    (view) => anyWord(view, /^[+-][a-zA-Z]*[ia]|^(?:no)?(?:uchg|schg|simmutable|uimmutable|sappnd|uappnd)$|^hidden$/),
  ],
  [
    'hooks-off',
    'claude claude-code codex gemini cursor-agent aider',
    'Starts a coding agent without its questions or guards.',
    (view) =>
      anyWord(
        view,
        /^--(?:dangerously-[\w-]+|yolo|allow-dangerously-[\w-]+|yes-always|full-auto|approval-mode=yolo|permission-mode=bypassPermissions|bare)$/,
      ) ||
      (has(view, 'permission-mode') && view.words.includes('bypassPermissions')),
  ],
  [
    'hooks-off',
    '*',
    'Changes the settings that guard the agent itself.',
    (view) =>
      any(
        view.writes,
        /(?:^|\/)\.claude\/settings(?:\.local)?\.json$|\/managed-settings(?:\.d\/.*)?(?:\.json)?$|(?:^|\/)\.claude\.json$|\/claude-code\/managed/,
      ),
  ],
  [
    'hidden-program',
    '*',
    'Runs or makes a program under a name that hides it.',
    (view) =>
      /(?:^|\/)\.{3,8}(?:\/|$)|[\s\u00a0](?:\/|$)/.test(view.command.program.text) ||
      (view.name === 'exec' && has(view, 'a') && view.words.length > 2),
  ],
  [
    'strip',
    'strip upx',
    'Makes a program hard to look into.',
    (view) => view.name === 'upx' && view.operands.length > 0 && !has(view, 'd', 't', 'l'),
  ],
  [
    'process-hiding',
    'mount',
    'Hides a process or a file under a mount.',
    (view) => (has(view, 'bind', 'B') || /\bbind\b/.test(view.text)) && anyWord(view, /^\/proc\/\S+/),
  ],
  [
    'search-path',
    '<assign> export',
    'Puts a folder where anyone can write in front of those of the programs.',
    (view) => anyWord(view, /^PATH=(?:\/(?:tmp|var\/tmp|dev\/shm)|\.{1,2}[:/])/),
  ],
  [
    'memory-program',
    '*',
    'Runs a program that no file system holds.',
    (view) => /^\/(?:dev\/shm|proc\/[^/]+\/fd)\//.test(view.command.program.text),
  ],
  [
    'trust',
    'update-ca-certificates update-ca-trust security trust',
    'Makes the machine trust another authority.',
    (view) =>
      view.name === 'security'
        ? sub(view, 'add-trusted-cert')
        : view.name === 'trust'
          ? sub(view, 'anchor')
          : view.before.some((one) => any(one.writes, /ca-certificates|ca-trust|\/certs/)),
  ],
]);

function isDecoder(view: RiskView): boolean {
  switch (view.name) {
    case 'b64decode':
    case 'b32decode':
      return true;
    case 'base64':
    case 'base32':
    case 'basenc':
    case 'gbase64':
      return has(view, 'd', 'D', 'decode', 'i');
    case 'openssl':
      return has(view, 'd') || sub(view, 'base64|enc');
    case 'xxd':
      return has(view, 'r', 'revert', 'rp') || anyWord(view, /^-[a-z]*r/);
    case 'uudecode':
    case 'rev':
    case 'gpg':
      return true;
    case 'printf':
    case 'echo':
      return anyWord(view, /(?:\\x[0-9a-f]{2}){4}|(?:\\0?[0-7]{3}){4}/i);
    case 'tr':
      return (
        anyWord(view, /a-z|A-Z/) &&
        view.words.some((word) => /[n-zN-Z]-[zZ]?[a-mA-M]|^[a-zA-Z]-[a-zA-Z][a-zA-Z]-[a-zA-Z]/.test(word))
      );
    case 'gunzip':
    case 'zcat':
    case 'gzip':
    case 'xz':
      return view.upstream.some(isDecoder);
    case 'perl':
    case 'python3':
    case 'python':
      return /decode|unhexlify|pack\(/.test(view.text);
    default:
      return false;
  }
}

function isScriptFromInput(view: RiskView, runner: RiskView): boolean {
  const source = view.place.commandLine.slice(runner.command.span.start, runner.command.span.end);
  return /\s-\w*c\s*(?:$|\{\}|:::|["']?\{\}["']?\s*(?:$|:::))/.test(source);
}
