import { any, anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';

/** Programs that fetch what an address names. */
export const DOWNLOADERS =
  /^(?:curl|wget|wget2|aria2c|axel|fetch|lwp-(?:download|request)|get|lynx|links|elinks|w3m|httpie|http|https|xh|curlie|ftp|tftp|lftp|ncftpget|scp|sftp|smbget|smbclient|rsync|gsutil|nc|ncat|netcat|busybox|bitsadmin|certutil|whois|finger|dig|nslookup|host|telnet|openssl|socat|gh)$/;

/** Programs that run what they read. */
export const INTERPRETERS =
  /^(?:(?:ba|z|k|a|da|c|tc|fi|mk|r|pd)?sh|bash\d|python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|node|nodejs|deno|bun|lua[\d.]*|tclsh|osascript|pwsh|powershell|eval|source|\.|awk|gawk|groovy|irb|Rscript|r|jshell|julia|elixir|expect)$/;

/** An address on the network in a word. */
const ADDRESS = /(?:^|[\s"'=@])(?:https?|ftps?|sftp|scp|tftp|smb|wss?|rsync|dict|gopher|telnet|ldap|git|ssh):\/\//i;

/** An address of this machine, or one that documents use. */
const LOCAL = /^(?:localhost|127\.[\d.]+|0\.0\.0\.0|::1|\[::1\])(?:[:/]|$)/i;

/** Whether the command names something on the network that is not this machine. */
export function namesRemote(view: RiskView): boolean {
  return view.words.some((word) => {
    const host = /^(?:.*[=@])?[a-z][\w+.-]*:\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(word)?.[1];
    return host !== undefined ? !LOCAL.test(host) : ADDRESS.test(word);
  });
}

/** Whether every address that it names is one of this machine, as a service under development is. */
export function asksOnlyHere(view: RiskView): boolean {
  const hosts = view.words.flatMap(
    (word) => /^(?:[a-z][\w+.-]{0,20}:\/\/)?(?:[^/@\s]{1,100}@)?([^/?#\s]{1,200})/i.exec(word)?.[1] ?? [],
  );
  return hosts.some((host) => LOCAL.test(host)) && !namesRemote(view);
}

/** Whether it fetches: a downloader, with something to fetch. */
export function isDownload(view: RiskView): boolean {
  if (!DOWNLOADERS.test(view.name) || view.words.length === 0) return false;
  if (/^(?:openssl)$/.test(view.name)) return sub(view, 's_client');
  if (view.name === 'gh') return sub(view, 'api|gist|release');
  if (/^(?:dig|nslookup|host|whois|finger)$/.test(view.name)) return true;
  if (/^(?:rsync|scp|sftp)$/.test(view.name)) return anyWord(view, /^[\w.@-]+:/);
  return !isUpload(view) || /^(?:nc|ncat|netcat|socat|telnet)$/.test(view.name);
}

/** Whether it sends a file, or what it reads, to somewhere else. */
export function isUpload(view: RiskView): boolean {
  const { name, words } = view;
  const isFed =
    view.upstream.length > 0 ||
    view.command.redirections.some(
      ({ access, target }) => access !== 'write' && !target.isDescriptor && target.text !== '/dev/null',
    );
  switch (name) {
    case 'curl':
      return (
        has(view, 'T', 'upload-file') ||
        words.some((word, at) => isBodyOption(words[at - 1] ?? '') && sendsFile(word, isFed)) ||
        words.some(
          (word) =>
            /^(?:-[dF]|--(?:data(?:-\w+)?|form(?:-string)?|json|url-query)=)/.test(word) &&
            sendsFile(word.replace(/^(?:-[dF]|--[\w-]+=)/, ''), isFed),
        )
      );
    case 'wget':
    case 'wget2':
      return (
        words.some((word) => /^--(?:post-file|body-file)(?:=|$)/.test(word)) ||
        (words.some((word) => /^--(?:post-data|body-data)(?:=|$)/.test(word)) &&
          !/localhost|127\.0\.0\.1/.test(view.text))
      );
    case 'http':
    case 'https':
    case 'xh':
      return isFed || anyWord(view, /^[\w.-]+(?:@|:=@|=@)[./~\w]/);
    case 'nc':
    case 'ncat':
    case 'netcat':
    case 'telnet':
    case 'socat':
      return isFed && !has(view, 'l', 'listen', 'z');
    case 'openssl':
      return isFed && sub(view, 's_client');
    case 'ftp':
    case 'ncftpput':
    case 'lftp':
    case 'tftp':
    case 'cadaver':
    case 'sftp':
      return (
        anyWord(view, /^(?:m?put|mirror -R|send)\b|\b(?:m?put|mirror\s+-R)\s/) ||
        name === 'ncftpput' ||
        /\bput\b/.test(view.command.input?.text ?? '')
      );
    case 'smbclient':
      return anyWord(view, /\bm?put\b/);
    default:
      return false;
  }
}

function isBodyOption(option: string): boolean {
  return /^(?:-[A-Za-z]*[dF]|--(?:data(?:-ascii|-binary|-raw|-urlencode)?|form|json|upload-file))$/.test(option);
}

/** The value of an option that gives a body: a file, standard input with something in it, or what a command printed. */
function sendsFile(value: string, isFed: boolean): boolean {
  if (/^@-$|=@-(?:;|$)|^@\/dev\/(?:stdin|fd)/.test(value)) return isFed;
  return /^@.|^[^=]*=[@<].|^[\w.-]+@[./~\w]/.test(value);
}

/** The names under which downloads are kept by what stands in front of a command. */
export function savedNames(views: readonly RiskView[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const view of views) {
    if (
      !/^(?:curl|wget|wget2|aria2c|axel|fetch|lwp-download|http|https|xh|scp|sftp|tftp|ftp|rsync|nc|ncat|netcat|smbget|gsutil)$/.test(
        view.name,
      )
    )
      continue;
    for (const { access, target } of view.command.redirections) if (access !== 'read') names.add(baseName(target.text));
    for (const [at, word] of view.words.entries()) {
      const before = view.words[at - 1] ?? '';
      if (/^(?:-[A-Za-z]*[oO]|--output(?:-document)?)$/.test(before)) names.add(baseName(word));
      const attached = /^(?:-o|-O|--output=|--output-document=)(.+)$/.exec(word)?.[1];
      if (attached !== undefined) names.add(baseName(attached));
      if (/^(?:[a-z]+:\/\/|[\w.-]+@?[\w.-]*:\/|[\w-]+(?:\.[\w-]+)+\/)/i.test(word))
        names.add(baseName(word.replace(/[?#].*$/, '')));
    }
  }
  names.delete('');
  for (const common of ['-', 'null', 'stdout', 'stdin']) names.delete(common);
  return names;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a file that proves who someone is, or a whole home, is among what the command or its sources read. */
export function carries(view: RiskView, secret: RegExp): boolean {
  return [view, ...view.upstream].some((one) => any(one.touches, secret));
}
