import { looksForLentRights } from './find-actions.ts';
import { AUTHORITY } from './place-name.ts';
import { any, anyWord, has, sourceOf, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Groups whose members can become root. */
const ADMINISTRATORS = /^(?:sudo|wheel|admin|root|docker|lxd|adm|disk|shadow|libvirt|kvm|incus|podman|administrators)$/;

/** Commands that gain rights, or lend them. */
export const PRIVILEGE = factsOf<RiskView>('privilege', [
  [
    'renamed-shell',
    'cp mv ln install rsync dd',
    'Puts a shell under another name.',
    (view) =>
      any(view.reads, /^\/(?:usr\/)?(?:local\/)?bin\/(?:ba|z|k|da|c|tc|fi)?sh$/) ||
      (view.name === 'cp' &&
        view.upstream.some(
          (one) =>
            /^(?:which|command|type)$/.test(one.name) && one.operands.some((word) => /^(?:ba|z|k|da)?sh$/.test(word)),
        )),
  ],
  [
    'cloud-identity',
    'aws gcloud az kubectl oc',
    'Gives rights in a cloud or a cluster, or makes keys that do.',
    (view) =>
      (sub(view, 'iam') &&
        /^(?:create-access-key|create-login-profile|update-login-profile|create-user|attach-(?:user|role|group)-policy|put-(?:user|role|group)-policy|add-user-to-group|update-assume-role-policy|create-policy-version|set-default-policy-version|deactivate-mfa-device)$/.test(
          view.operands[1] ?? '',
        )) ||
      sub(view, 'iam', 'service-accounts', 'keys', 'create') ||
      view.operands.some((word) => /^(?:add-iam-policy-binding|set-iam-policy)$/.test(word)) ||
      sub(view, 'role', 'assignment', 'create') ||
      sub(view, 'ad', 'sp|app', 'create|create-for-rbac|credential') ||
      (sub(view, 'create', 'clusterrolebinding|rolebinding') &&
        /--clusterrole[= ](?:cluster-admin|admin|edit)(?:\s|$)/.test(sourceOf(view))),
  ],
  [
    'attack-tool',
    '*',
    'Is a tool for taking over accounts or machines.',
    (view) => [view.name, ...view.words].some((word) => ATTACK_TOOLS.test(word)) && !LOOKERS.test(view.name),
  ],
  [
    'set-user-id',
    'chmod',
    'Makes a program run with the rights of its owner.',
    (view) => anyWord(view, /^[ugoa,+=rwxXt-]*[ug]?[+=][rwxXt]*s|^0?[2467][0-7]{3}$/),
  ],
  [
    'set-user-id',
    'install',
    'Makes a program run with the rights of its owner.',
    (view) => anyWord(view, /^(?:-m|--mode=)?(?:0?[2467][0-7]{3}|[ugoa,+=rwx]*[+=][rwx]*s[rwx]*)$/),
  ],
  [
    'open-rights',
    'chmod',
    'Lets everyone write into folders or files of the system.',
    (view) =>
      anyWord(view, /^(?:0?[0-7]?777|0?666|[ao]*\+[rwx]*w[rwx]*)$/) &&
      any(view.touches, /^\/(?:$|etc|usr|bin|sbin|lib|var|opt|root|boot|home$|dev\/(?!shm)|run)|^~$/),
  ],
  [
    'capability',
    'setcap',
    'Gives a program rights of root.',
    (view) => anyWord(view, /cap_|\+[eip]+$|all/i) && !has(view, 'r'),
  ],
  [
    'authority-file',
    '*',
    'Changes the files that say who may do what.',
    (view) => any(view.writes, AUTHORITY) || (EDITORS.test(view.name) && any(view.touches, AUTHORITY)),
  ],
  [
    'authority-file',
    'visudo vipw vigr',
    'Changes the files that say who may do what.',
    (view) => !has(view, 'c', 'check', 'help', 'version', 'h', 'V'),
  ],
  [
    'administrators',
    'usermod useradd adduser addgroup gpasswd groupmod groupmems dseditgroup dscl pw net sysadminctl addgroup newgrp',
    'Makes an account one that can become root.',
    (view) =>
      view.words.flatMap((word) => word.split(/[,=]/)).some((word) => ADMINISTRATORS.test(word)) &&
      !/^-?(?:-delete|-d|-r)$/.test(view.words[0] ?? '')
        ? !(view.name === 'newgrp')
        : (view.name === 'sysadminctl' &&
            anyWord(view, /^-?-(?:admin|guestAccount|addUser|resetPasswordFor|newPassword)$/)) ||
          (view.name === 'dscl' &&
            anyWord(view, /^-?(?:create|append|passwd|merge)$/) &&
            anyWord(view, /\/(?:Users|Groups)\//)) ||
          (/^(?:useradd|usermod|adduser)$/.test(view.name) &&
            (has(view, 'o', 'non-unique') || /(?:-u|--uid)[ =]?0\b/.test(view.text))),
  ],
  [
    'account-password',
    'passwd chpasswd usermod pw chage dsenableroot newusers mkpasswd',
    'Sets or removes the password of an account, or opens a locked one.',
    (view) => {
      switch (view.name) {
        case 'passwd':
          return (
            has(view, 'd', 'delete', 'u', 'unlock', 'stdin') ||
            view.operands.includes('root') ||
            view.upstream.length > 0
          );
        case 'usermod':
          return has(view, 'p', 'password', 'U', 'unlock');
        case 'pw':
          return (
            anyWord(view, /^(?:usermod|useradd|unlock|moduser)$/) ||
            (view.operands.includes('user') && anyWord(view, /^(?:mod|add)$/))
          );
        case 'chage':
        case 'mkpasswd':
          return false;
        default:
          return !has(view, 'd', 'help');
      }
    },
  ],
  [
    'login-shell',
    'chsh',
    'Gives an account of the system a shell.',
    (view) => view.operands.some((word) => /^(?:nobody|daemon|www-data|bin|sys|root|mail|ftp)$/.test(word)),
  ],
  ['new-account', 'useradd', 'Makes an account with a password.', (view) => has(view, 'p', 'password')],
  [
    'root-shell',
    'sudo doas su pkexec run0 runuser',
    'Becomes root, or another user, without a named command.',
    becomesRoot,
  ],
  [
    'root-shell',
    '*',
    'Starts a shell with the rights of root.',
    (view) =>
      /^(?:ba|z|k|da|c|tc|fi)?sh$/.test(view.name) &&
      (has(view, 'p') ||
        (view.operands.length === 0 && view.command.input === null && !has(view, 'c') && view.upstream.length === 0)) &&
      (has(view, 'p') || view.around.some((one) => /^(?:sudo|doas|pkexec|nsenter|capsh|setpriv)$/.test(one.name))),
  ],
  [
    'shell-by-program',
    '*',
    'Starts a shell from within another program, past what that program is allowed for.',
    (view) =>
      /^(?:ba|z|k|da|c|tc)?sh$/.test(view.name) &&
      view.operands.length === 0 &&
      !has(view, 'c', 's', 'version', 'help', 'l', 'login', 'n') &&
      view.command.input === null &&
      view.around.some((one) => BREAKOUTS.test(one.name)),
  ],
  [
    'shell-by-program',
    'gdb vim vi nvim view less more man ftp nmap ed ex irb lldb mysql sqlite3 psql',
    'Starts a shell from within another program, past what that program is allowed for.',
    (view) =>
      (view.name === 'nmap' && has(view, 'interactive')) ||
      anyWord(
        view,
        /^:?(?:set shell=|(?:\\?!|\.shell |\.system )\s{0,4}(?:\/[\w/]{0,40}\/)?(?:ba|z|da|k)?sh\b)|^:(?:sh|shell|terminal)$/,
      ),
  ],
  ['lent-rights', 'find', 'Looks for programs that lend the rights of root.', looksForLentRights],
  [
    'lent-rights',
    'getcap',
    'Looks for programs that lend the rights of root.',
    (view) => has(view, 'r') && view.operands.some((word) => /^\/(?:$|usr|bin)/.test(word)),
  ],
  [
    'process-memory',
    'gdb strace ltrace reptyr pwndbg frida lldb bpftrace ptrace',
    'Takes over a process that runs.',
    (view) =>
      (has(view, 'p', 'pid', 'attach') && anyWord(view, /^(?:1|\$\?)$/)) ||
      (view.name === 'gdb' && /call|system\(|dlopen/.test(view.text)),
  ],
  [
    'process-memory',
    '*',
    'Writes into the memory of a process or of the kernel.',
    (view) => any(view.writes, /^\/(?:proc\/[^/]+\/mem|dev\/k?mem|proc\/kcore)$/),
  ],
  [
    'preload',
    '*',
    'Puts a library of its own in front of those of every program.',
    (view) =>
      any(view.writes, /^\/etc\/ld\.so\.(?:preload|conf)/) ||
      (view.name === '<assign>' && /^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)=./.test(view.text)),
  ],
  [
    'kernel-module',
    'insmod kextload kmutil kldload',
    'Loads code into the kernel.',
    (view) => view.operands.length > 0 && (view.name !== 'kmutil' || sub(view, 'load')),
  ],
  [
    'policy-database',
    'security authorizationdb',
    'Changes what needs the consent of a person.',
    (view) => sub(view, 'authorizationdb', 'write|smartcard') || sub(view, 'add-trusted-cert'),
  ],
]);

const ATTACK_TOOLS =
  /(?:^|\/)(?:la[zZ]agne|mimipenguin|mimikatz|pypykatz|linpeas|winpeas|LinEnum|linux-(?:exploit-suggester\S*|smart-enumeration)|lse|pspy(?:32|64)?|psexec|wmiexec|smbexec|atexec|dcomexec|secretsdump|GetUserSPNs|GetNPUsers|ntlmrelayx|evil-winrm|crackmapexec|netexec|msfconsole|msfvenom|responder|bloodhound(?:-python)?|sliver-server|kerbrute|enum4linux(?:-ng)?|traitor|deepce|peirates)(?:\.(?:py|sh|rb|exe|pl))?$/;
const LOOKERS =
  /^(?:ls|cat|grep|rg|echo|printf|man|which|apt|apt-get|brew|tldr|find|git|less|head|tail|pip\d?|rm|file|stat|cd|\[|test)$/;

const EDITORS = /^(?:vi|vim|nvim|nano|ee|emacs|ed|pico|micro|joe|mg)$/;

/** Programs that are neither shells nor made to run others, and can start a shell. */
const BREAKOUTS =
  /^(?:find|[gmn]?awk|vi|vim|nvim|view|vimdiff|less|more|man|g?tar|bsdtar|zip|rsync|nmap|ftp|gdb|perl|python[\d.]*|ruby|lua|node|php|scp|git|g?sed|split|make|gmake|ed|ex|tclsh|cpulimit|wget|tcpdump|mysql|psql|sqlite3|irb|rpm|yum|dnf|apt|apt-get|dpkg|pip\d?|npm|gem|cpan|bundle|journalctl|dmesg|aria2c|c89|c99|gcc|g\+\+|dc|emacs|gimp|mail|octave|openvpn|pry|torify|top|valgrind|start-stop-daemon|run-parts|logsave|flock|zsoelim|crash|dstat|genie|knife|hping3|slsh|tmate|ssh)$/;

function becomesRoot(view: RiskView): boolean {
  const isShell = (word: string): boolean => /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|k|da|c|tc|fi)?sh$/.test(word);
  switch (view.name) {
    case 'sudo':
      return (
        (view.operands.length === 0 && has(view, 'i', 's', 'login', 'shell')) ||
        anyWord(view, /^(?:-u)?#-1$|^#4294967295$/) ||
        sub(view, 'su')
      );
    case 'doas':
      return has(view, 's');
    case 'su':
    case 'runuser':
      // A command as an account that is not root gains nothing.
      return (
        !has(view, 'help', 'h', 'version', 'V') &&
        !(has(view, 'c', 'command') && view.operands.some((word) => /^[a-z_][\w-]*$/.test(word) && word !== 'root'))
      );
    default:
      return view.operands.some(isShell);
  }
}
