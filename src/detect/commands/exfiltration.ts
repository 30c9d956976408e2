import { CREDENTIAL_PATH } from '../../core/credential-path.ts';
import { locate } from '../../decide/index.ts';
import { asksOnlyHere, isUpload, namesRemote } from './network.ts';
import { HISTORY } from './place-name.ts';
import { any, anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands that carry data away from the machine. */
export const EXFILTRATION = factsOf<RiskView>('exfiltration', [
  [
    'upload',
    'curl wget wget2 http https xh ftp ncftpput lftp tftp cadaver sftp smbclient',
    'Sends a file, or the output of a command, to another machine.',
    (view) => isUpload(view) && !asksOnlyHere(view),
  ],
  [
    'raw-connection',
    'nc ncat netcat telnet socat openssl busybox',
    'Sends what it is given over a connection of its own.',
    isUpload,
  ],
  [
    'query-with-data',
    'curl wget wget2 fetch lynx w3m http https xh',
    'Puts what a command printed, or a secret, into an address that it asks.',
    (view) => namesRemote(view) && view.command.words.some((word) => word.sources.length > 0) && carriesLocalData(view),
  ],
  [
    'name-lookup',
    'dig nslookup host drill kdig resolvectl getent ping ping6 traceroute hping3',
    'Asks for names that are made of data, which carries the data to whoever answers for them.',
    (view) =>
      view.command.words.some(
        (word) =>
          word.sources.length > 0 && /\.[A-Za-z]{2,}\.?$|^\$\?\./.test(word.text.replaceAll(/[\uDC00-\uDC06]/g, '$?')),
      ) ||
      (/^(?:ping6?|hping3)$/.test(view.name) &&
        (has(view, 'p') || has(view, 'd', 'data', 'file', 'E')) &&
        view.command.words.some((word) => word.sources.length > 0)),
  ],
  [
    'network-device',
    '*',
    'Writes to a network address through a file of the shell.',
    (view) =>
      view.command.redirections.some(
        ({ access, target }) => access !== 'read' && /^\/dev\/(?:tcp|udp)\//.test(target.text),
      ) && !(view.name === 'echo' && view.words.length === 0),
  ],
  [
    'remote-copy',
    'scp rsync sftp rclone aws gsutil gcloud az azcopy s3cmd mc croc magic-wormhole wormhole ffsend transfer bzz ipfs b2',
    'Copies secrets, a home or files of the system to another machine.',
    copiesAway,
  ],
  [
    'drop-site',
    '*',
    'Talks to a place where anyone can leave data and fetch it.',
    (view) => isTalking(view) && anyWord(view, DROP_SITES),
  ],
  [
    'pipe-to-host',
    'ssh',
    'Sends what it is given to another machine, which keeps it.',
    (view) =>
      view.upstream.some((one) =>
        /^(?:tar|bsdtar|cat|zip|gzip|dd|openssl|gpg|base64|mysqldump|pg_dump|find|env|printenv|cpio|xxd|pigz|zstd|7z|sqlite3|history)$/.test(
          one.name,
        ),
      ) || /\b(?:tar|cat|dd|cpio|zip)\b.*(?:\/etc|\/root|\/home|\.ssh|shadow)/.test(view.text),
  ],
  [
    'remote-archive',
    'tar bsdtar cat cpio zip dd',
    'Fetches folders of a system as an archive over a connection.',
    (view) =>
      view.around.some((one) => one.name === 'ssh') &&
      any([...view.touches, ...(view.command.folders ?? [])], /^(?:~|\/etc|\/root|\/home|\/var|\/Users)/),
  ],
  [
    'mail',
    'mail mailx mutt sendmail swaks ssmtp msmtp mpack neomutt',
    'Sends a file, or the output of a command, by mail.',
    (view) =>
      has(view, 'a', 'A', 'attach', 'attachment')
        ? anyWord(view, /[./]/)
        : [view, ...view.upstream].some(
            (one) => any(one.touches, CREDENTIAL_PATH) || any(one.touches, /^(?:~|\/etc)\//),
          ),
  ],
  [
    'file-server',
    'ssh code python python2 python3 php ruby busybox ruby nc ncat socat npx http-server serve webfsd ngrok cloudflared localtunnel lt bore frpc chisel tailscale devtunnel localhost.run zrok',
    'Opens files or ports of this machine to others.',
    servesFiles,
  ],
  [
    'clone-away',
    'git gh',
    'Publishes a repository, or sends it to an address on the command line.',
    (view) =>
      view.name === 'gh'
        ? (sub(view, 'gist', 'create') &&
            (has(view, 'public', 'p') || any(view.touches, CREDENTIAL_PATH) || any(view.touches, /^(?:~|\/etc)\//))) ||
          (sub(view, 'repo', 'create|edit') &&
            (has(view, 'public') || view.text.includes('--visibility public')) &&
            has(view, 'push', 'source', 'visibility'))
        : sub(view, 'push') && /^(?:https?|git|ssh):\/\/|^[\w.-]+@[\w.-]+:/.test(view.operands[1] ?? ''),
  ],
  [
    'cloud-sharing',
    'aws gcloud az gsutil',
    'Opens stored data of a cloud to others.',
    (view) =>
      /^(?:modify-(?:snapshot|image|db-snapshot|db-cluster-snapshot)-attribute|put-bucket-(?:policy|acl)|put-object-acl|put-public-access-block|delete-public-access-block)$/.test(
        view.operands[1] ?? '',
      ) ||
      anyWord(view, /^(?:--acl=?public-read(?:-write)?|public-read(?:-write)?|allUsers(?::\w+)?|--member=allUsers)$/),
  ],
  [
    'listening-in',
    'tcpdump tshark dumpcap screencapture arecord import scrot gnome-screenshot xwd ffmpeg xclip xsel pbpaste xinput xspy logkeys ttyrec grim',
    'Records the screen, the keys, the sound, the clipboard or the network.',
    listensIn,
  ],
]);

function carriesLocalData(view: RiskView): boolean {
  return view.upstream.some(
    (one) =>
      !/^(?:echo|printf|date|seq|jq|grep|sed|awk|cut|tr|head|tail|sort|uname|curl|wget|dpkg|lsb_release|rpm|git|basename|dirname|nproc|arch|python3?|node|<assign>)$/.test(
        one.name,
      ) ||
      any(one.touches, CREDENTIAL_PATH) ||
      any(one.touches, HISTORY) ||
      any(one.touches, /^\/etc\/passwd$/),
  );
}

const ADDRESSED = /^(?:[\w.-]+@)?[\w.-]+::?|^(?:s3|gs|rsync|sftp|https?|b2|az|azblob):\/\//i;

function copiesAway(view: RiskView): boolean {
  const paths = view.operands.filter(
    (word) =>
      !/^(?:s3|s3api|storage|cp|sync|copy|move|put|send|upload|add|blob|mv|mirror|copyto|moveto|share|object)$/.test(
        word,
      ),
  );
  if (/^(?:croc|wormhole|magic-wormhole|ffsend|ipfs)$/.test(view.name)) return sub(view, 'send|upload|tx|add');
  const to = paths.at(-1) ?? '';
  if (!ADDRESSED.test(to) || paths.length < 2) return carriesSecret(view) && /^(?:az)$/.test(view.name);
  return carriesSecret(view);
}

/** A secret, a history, or a whole home or folder of the system; the key by which it logs in is none of them. */
function carriesSecret(view: RiskView): boolean {
  const keys = view.words.flatMap((word, at) => (/^-[A-Za-z]*i$/.test(word) ? [view.words[at + 1] ?? ''] : []));
  const names = view.operandWords
    .filter(({ text }) => !keys.includes(text) && !ADDRESSED.test(text))
    .flatMap(({ text }) => locate(text, view.command.folders).paths.map(view.nameOf));
  return names.some(
    (name) =>
      CREDENTIAL_PATH.test(name) ||
      HISTORY.test(name) ||
      /^(?:\/|~)$|^\/(?:etc|root|home|Users|var\/log)(?:\/|$)|^~\/(?:x|\.[a-z]+)$/.test(name),
  );
}

const DROP_SITES =
  /\b(?:webhook\.site|requestbin\.\w+|pipedream\.net|hookbin\.com|beeceptor\.com|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|serveo\.net|localhost\.run|loca\.lt|burpcollaborator\.net|oastify\.com|interact\.sh|oast\.\w+|dnslog\.cn|ceye\.io|requestcatcher\.com|transfer\.sh|file\.io|0x0\.st|tmpfiles\.org|temp\.sh|bashupload\.com|anonfiles?\.com|gofile\.io|catbox\.moe|termbin\.com|pastebin\.com\/api|paste\.ee|hastebin\.com\/documents|dpaste\.\w+|sprunge\.us|ix\.io|clbin\.com|discord(?:app)?\.com\/api\/webhooks|api\.telegram\.org\/bot|hooks\.slack\.com\/services|filebin\.net|uguu\.se|oshi\.at|ufile\.io|sendspace\.com|mega\.nz|ptsv\d?\.com|canarytokens\.\w+)\b/i;

function isTalking(view: RiskView): boolean {
  return /^(?:curl|wget|http|https|xh|nc|ncat|netcat|telnet|ssh|socat|scp|rsync|dig|nslookup|host|ping|openssl|aria2c|lynx|fetch|ftp)$/.test(
    view.name,
  );
}

function servesFiles(view: RiskView): boolean {
  switch (view.name) {
    case 'python':
    case 'python2':
    case 'python3':
      return (
        /(?:^|\s)-m\s*(?:http\.server|SimpleHTTPServer|pyftpdlib|uploadserver)/.test(view.text) &&
        (any(view.command.folders ?? [], OPENED) ||
          any(
            view.operands.map((word) => word.replace(/\/$/, '') || '/'),
            OPENED,
          ))
      );
    case 'busybox':
      return sub(view, 'httpd|ftpd|telnetd|tftpd');
    case 'nc':
    case 'ncat':
    case 'socat':
      return (has(view, 'l', 'listen') || /LISTEN/i.test(view.text)) && isFedFile(view);
    case 'ngrok':
    case 'bore':
    case 'chisel':
    case 'frpc':
    case 'lt':
    case 'localtunnel':
    case 'devtunnel':
      return (
        view.words.length > 0 &&
        !has(view, 'help', 'version') &&
        !sub(view, 'config|version|help|update|completion|authtoken|diagnose')
      );
    case 'zrok':
      return sub(view, 'share|reserve');
    case 'ssh':
      return has(view, 'R');
    case 'code':
      return sub(view, 'tunnel');
    case 'cloudflared':
      return sub(view, 'tunnel') && has(view, 'url', 'hello-world');
    case 'tailscale':
      return sub(view, 'funnel');
    default:
      return false;
  }
}

const OPENED = /^(?:\/|\/etc|\/root|\/home(?:\/[^/]+)?|~)$/;

function isFedFile(view: RiskView): boolean {
  return view.upstream.length > 0 || view.command.redirections.some(({ access }) => access !== 'write');
}

function listensIn(view: RiskView): boolean {
  switch (view.name) {
    case 'tcpdump':
    case 'tshark':
    case 'dumpcap':
      return has(view, 'w');
    case 'logkeys':
    case 'xspy':
      return true;
    case 'xinput':
      return sub(view, 'test|test-xi2');
    case 'screencapture':
    case 'xwd':
    case 'scrot':
    case 'import':
    case 'grim':
    case 'gnome-screenshot':
    case 'ffmpeg':
    case 'arecord':
      return view.name === 'screencapture'
        ? has(view, 'x')
        : view.name === 'ffmpeg' && /x11grab|avfoundation|kmsgrab/.test(view.text);
    default:
      return false;
  }
}
