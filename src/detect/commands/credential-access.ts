import { CREDENTIAL_PATH } from '../../core/credential-path.ts';
import { HISTORY } from './place-name.ts';
import { any, anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands that read what proves who someone is. */
export const CREDENTIAL_ACCESS = factsOf<RiskView>('credential-access', [
  [
    'credential-file',
    '*',
    'Reads a file that holds keys, tokens or passwords.',
    (view) =>
      !USES_BY_NAME.test(view.name) &&
      (any(view.reads, CREDENTIAL_PATH) || (COPIES_DEEP.test(view.name) && any(view.touches, CREDENTIAL_PATH))),
  ],
  [
    'credential-search',
    'grep egrep fgrep rg ag ack find locate fd fdfind git findstr zgrep',
    'Searches for passwords, keys or files that hold them.',
    searchesForSecrets,
  ],
  [
    'history-search',
    'cat grep egrep less more head tail strings',
    'Reads what was typed into shells.',
    (view) => any(view.reads, HISTORY),
  ],
  [
    'browser-store',
    'sqlite3 grep egrep strings cat cp mv tar zip python3 osascript xxd base64',
    'Reads what a browser keeps: cookies and passwords.',
    (view) =>
      anyWord(
        view,
        /(?:^|\/)(?:Login Data|Cookies|Cookies\.binarycookies|logins\.json|key[34]\.db|cookies\.sqlite|Web Data|Local State)(?:[?'"]|$)/,
      ),
  ],
  [
    'key-store',
    'security secret-tool kwallet-query gnome-keyring-daemon keyctl pass bw op lpass gopass certutil rbw',
    'Takes a secret out of a store of keys.',
    (view) =>
      view.name === 'security'
        ? sub(
            view,
            'find-generic-password|find-internet-password|dump-keychain|export|unlock-keychain|find-certificate|find-identity|dump-trust-settings',
          ) &&
          (anyWord(view, /^-[a-z]*[wgda]/) || sub(view, 'dump-keychain|export'))
        : view.name === 'secret-tool'
          ? sub(view, 'lookup|search')
          : view.name === 'keyctl'
            ? sub(view, 'print|read|pipe|dump')
            : readsPasswordStore(view),
  ],
  [
    'secret-service',
    'aws gcloud az vault kubectl doppler infisical gh heroku oc fly flyctl',
    'Takes a secret out of a service that keeps secrets.',
    (view) =>
      sub(view, 'secretsmanager', 'get-secret-value') ||
      (sub(view, 'ssm', 'get-parameter|get-parameters|get-parameters-by-path') && has(view, 'with-decryption')) ||
      sub(view, 'configure', 'export-credentials') ||
      (sub(view, 'configure', 'get') && anyWord(view, /secret|session_token/)) ||
      (view.name === 'vault' && (sub(view, 'kv', 'get') || sub(view, 'read') || sub(view, 'print', 'token'))) ||
      (/^(?:doppler|infisical)$/.test(view.name) &&
        sub(view, 'secrets') &&
        !sub(view, 'secrets', 'set|delete|upload')) ||
      (view.name === 'heroku' && sub(view, 'config|config:get')) ||
      (sub(view, 'auth', 'status') && has(view, 'show-token')) ||
      sub(view, 'auth', 'print-access-token|print-identity-token') ||
      sub(view, 'account', 'get-access-token') ||
      sub(view, 'keyvault', 'secret', 'show|download') ||
      sub(view, 'secrets', 'versions', 'access') ||
      (view.name === 'gh' && sub(view, 'auth', 'token')) ||
      (/^(?:kubectl|oc)$/.test(view.name) &&
        sub(view, 'get') &&
        /^secrets?(?:\/|$)/.test(view.operands[1] ?? '') &&
        anyWord(view, /^-?-?o(?:utput)?=?|^(?:ya?ml|json)|^--template/)),
  ],
  [
    'metadata-service',
    '*',
    'Asks the cloud that the machine runs in for its keys.',
    (view) =>
      anyWord(
        view,
        /(?:169\.254\.169\.254|169\.254\.170\.2|metadata\.google\.internal|\[fd00:ec2::254\]|100\.100\.100\.200|0xA9FEA9FE|2852039166)/i,
      ) && !/^(?:echo|printf|grep|rg|sed|iptables|nft|ufw|ip)$/.test(view.name),
  ],
  [
    'memory-dump',
    'gcore gdb procdump mimipenguin mimikatz lazagne hashcat john hydra medusa unshadow pspy crackmapexec secretsdump.py responder truffleproc fcrackzip ncrack aircrack-ng ssh2john keychaindump chainbreaker',
    'Takes passwords out of memory, or breaks them.',
    (view) =>
      view.name === 'gdb' ? has(view, 'p', 'pid') && /dump|generate-core|gcore/.test(view.text) : view.words.length > 0,
  ],
  [
    'memory-dump',
    '*',
    'Reads the memory or the environment of other processes.',
    (view) =>
      any(view.touches, /^\/proc\/(?!self)[^/]+\/(?:mem|maps|environ)$/) && !/^(?:ls|stat|echo)$/.test(view.name),
  ],
  [
    'environment-search',
    'grep egrep rg',
    'Looks for secrets in the environment.',
    (view) =>
      view.upstream.some(
        (one) => /^(?:env|printenv|set|export|declare|compgen)$/.test(one.name) && one.operands.length === 0,
      ) && anyWord(view, SECRET_WORD),
  ],
  [
    'environment-search',
    'printenv',
    'Prints a secret of the environment.',
    (view) => view.operands.some((word) => SECRET_NAME.test(word)),
  ],
  [
    'key-export',
    'gpg gpg2 openssl',
    'Takes a secret key out of where it is kept.',
    (view) =>
      view.name === 'openssl'
        ? sub(view, 'pkcs12') && has(view, 'nodes', 'noenc') && !has(view, 'export', 'nokeys')
        : [...view.options].some((name) => /^export-secret-(?:sub)?keys?$/.test(name)),
  ],
  [
    'prompt',
    'osascript zenity kdialog',
    'Asks the person at the screen for a password.',
    (view) => /hidden answer|--password|password/i.test(view.text) && /dialog|--password/i.test(view.text),
  ],
  [
    'host-keys',
    'ssh-keyscan ssh-add',
    'Lists the keys that an agent holds.',
    (view) => view.name === 'ssh-add' && has(view, 'L') && view.upstream.length > 0,
  ],
]);

/** Names of variables that hold a secret, as services and frameworks call them. */
const SECRET_NAME = /(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)(?:_|$)/;

const SECRET_WORD =
  /pass(?:w(?:or)?d)?\b|secret|token|api[-_ ]?key|credential|private[-_ ]?key|aws_|BEGIN.*PRIVATE|(?:^|[^a-z])(?:pwd|key)(?:[^a-z]|$)/i;

function readsPasswordStore(view: RiskView): boolean {
  switch (view.name) {
    case 'pass':
    case 'gopass':
      return (
        sub(view, 'show') ||
        (view.operands.length > 0 &&
          !sub(
            view,
            'init|ls|list|find|search|insert|add|edit|generate|rm|remove|delete|mv|rename|cp|copy|git|help|version|grep|otp|sync|setup|clone|audit|mounts|recipients|config|completion|env|create|new|link|unclip|update|fsck|gpg|cat|process|templates',
          ))
      );
    case 'op':
      return sub(view, 'read') || sub(view, 'item', 'get') || sub(view, 'document', 'get') || sub(view, 'get', 'item');
    case 'bw':
    case 'rbw':
      return (
        sub(view, 'get', 'password|item|totp|notes') || (view.name === 'rbw' && sub(view, 'get')) || sub(view, 'export')
      );
    case 'lpass':
      return sub(view, 'show|export');
    default:
      return false;
  }
}

/** Programs that use a key by the name of its file and print nothing of it, or change only its rights. */
const USES_BY_NAME =
  /^(?:source|\.|ssh|scp|sftp|rsync|ssh-keygen|ssh-add|ssh-copy-id|ssh-agent|git|chmod|chown|ls|ll|stat|mkdir|touch|test|\[|\[\[|rm|gpg|gpg2|docker|kubectl|helm|terraform|ansible|ansible-playbook|npm|pnpm|yarn|aws|gcloud|echo|printf|cd|find|file|<assign>|export|openssl|gpgconf|pass|vagrant|mosh|autossh|sshfs|direnv|dotenv|node|docker-compose|vault|wc|tee|sudo|getfacl|realpath|readlink|basename|dirname|du|setfacl|chattr|lsattr|visudo|passwd|k9s|mount|sops|age|certbot|useradd|usermod|pwck|grpck|psql|mysql|pg_dump|mysqldump|pwconv|keytool|)$/;

/** Programs that take folders with all that is in them. */
const COPIES_DEEP = /^(?:tar|bsdtar|zip|7z|cpio|rclone|base64|xxd|curl|wget|nc|gzip|openssl|python3?|perl|ruby|cat)$/;

function searchesForSecrets(view: RiskView): boolean {
  if (/^(?:find|fd|fdfind|locate)$/.test(view.name))
    return (
      anyWord(
        view,
        /^(?:\*?\.?(?:id_[rd]sa|id_ecdsa|id_ed25519|.*\.kdbx?|.*\.ppk|\.netrc|\.pgpass|\.git-credentials|\.aws|\.htpasswd|wp-config\.php|shadow|.*\.ovpn|.*(?:password|passwd|credential|secret).*)\*?|\*\.(?:pem|key|p12|pfx|jks|keystore|gpg|asc|pgp|cer|crt|p7b|csr|der|pkcs12)|\.git-credentials|accessTokens\.json|msal_token\S*|\.gnupg|token|credentials)$/i,
      ) &&
      // Below one folder of a project people look for such names as for any other.
      view.operands.concat(view.words[0] ?? '').some((word) => /^[/~]/.test(word))
    );
  if (view.name === 'git')
    return (
      sub(view, 'log|grep') &&
      anyWord(view, /password|secret|api[_-]?key|BEGIN .*PRIVATE/i) &&
      has(view, 'S', 'G', 'all')
    );
  const isWide = has(view, 'r', 'R', 'recursive') || view.name === 'rg' || view.name === 'ag' || view.name === 'ack';
  return isWide && anyWord(view, SECRET_WORD) && any(view.touches, /^(?:\/|~)(?:$|[^t])/);
}
