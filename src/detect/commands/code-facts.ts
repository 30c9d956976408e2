import type { RiskClass } from '../../core/risk-class.ts';
import { detectorId } from '../../core/ids.ts';
import type { DetectorId } from '../../core/ids.ts';
import { REGENERABLE, TEMPORARY } from './place-name.ts';

/** What program text on a command line does, told from the calls that stand in it. */
export interface CodeFact {
  readonly risk: RiskClass;
  readonly id: DetectorId;
  readonly reason: string;
  /** Whether program text does it. Linear. */
  readonly holds: (text: string) => boolean;
}

/** All of the patterns must be found. */
const fact = (risk: RiskClass, name: string, reason: string, ...all: readonly RegExp[]): CodeFact => ({
  risk,
  id: detectorId(`command/${name}`),
  reason,
  holds: (text) => all.every((pattern) => pattern.test(text)),
});

/** Calls that delete a folder with all that is in it. */
const DELETES_FOLDER =
  /shutil\.rmtree|\brmtree\b|rm_rf|rm_r\b|remove_entry|rimraf|(?:rm|rmdir|remove)(?:Sync)?\([^)]{0,200}recursive|File::Path|remove_tree|fs\.rmdirSync|deleteDirectory/;

/** Such a call whose first argument is written out. */
const NAMED_FOLDER =
  /(?:rmtree|rm_rf|rm_r|rimraf|rimrafSync|rm|rmSync|rmdirSync|rmdir|remove_tree)\s?\(?\s?(['"])([^'"\n]{1,200})\1/g;

/** Whether every folder that is deleted is named, and is one that tools make again. */
function deletesOnlyMade(text: string): boolean {
  const named = [...text.matchAll(NAMED_FOLDER)].map(([, , path]) => path ?? '');
  const calls = text.match(/rmtree|rm_rf|rm_r\b|remove_entry|rimraf|(?:rm|rmdir|remove)(?:Sync)?\(|remove_tree/g) ?? [];
  return (
    named.length > 0 &&
    named.length >= calls.length &&
    named.every(
      (path) => !path.includes('..') && (TEMPORARY.test(path) || (!/^[/~$]/.test(path) && REGENERABLE.test(path))),
    )
  );
}

/** The facts about program text in Python, JavaScript, Perl, Ruby, PHP, Lua and their like. */
export const CODE_FACTS: readonly CodeFact[] = [
  {
    risk: 'destructive',
    id: detectorId('command/code-deletes'),
    reason: 'Program text on the command line deletes folders.',
    holds: (text) => DELETES_FOLDER.test(text) && !deletesOnlyMade(text),
  },
  fact(
    'destructive',
    'code-deletes-found',
    'Program text on the command line deletes every file that it finds.',
    /os\.(?:remove|unlink)\b|\.unlink\(|unlinkSync|fs\.(?:promises\.)?unlink|File\.(?:delete|unlink)|\bunlink\b|Deno\.remove/,
    /\bglob\b|\brglob\b|os\.walk|iterdir|listdir|scandir|readdir|readDir|Dir\[|Dir\.(?:each|children)|<[^>\n]{0,40}\*[^>\n]{0,40}>/,
  ),
  fact(
    'destructive',
    'code-overwrites',
    'Program text on the command line overwrites a file of the system or a disk.',
    /(?:open|writeFile(?:Sync)?|truncate(?:Sync)?|file_put_contents|File\.write)\s?\(?\s?['"]\/(?:etc|usr|boot|bin|sbin|lib|dev\/(?:[shv]d|nvme|r?disk))[^'"\n]{0,200}['"]\s?(?:,\s?['"][wa>+]|,\s?['"`\w]|\))/,
    /['"][wa]b?\+?['"]|write|truncate|put_contents/i,
  ),
  fact(
    'download-and-run',
    'code-remote-shell',
    'Program text on the command line joins a shell with a connection.',
    /socket|TCPSocket|fsockopen|net\.(?:connect|Socket)|Net::|\/inet\/tcp|urllib|IO::Socket|uv\.new_tcp/i,
    /\/bin\/(?:ba|da|z|k)?sh|pty\.spawn|dup2|cmd\.exe|child_process|exec\s*\(|>&|open\(STDIN/,
  ),
  fact(
    'download-and-run',
    'code-runs-download',
    'Program text on the command line runs what it fetches.',
    /urlopen|requests\.get|\.get\s?\(\s?['"]https?:|urlretrieve|fetch\s*\(|https?\.get|LWP::|open-uri|URI\.open|file_get_contents\s*\(\s*['"]https?:|Net::HTTP|XMLHTTP/,
    /\bexec\s*\(|\beval\b|os\.system|subprocess|child_process|pickle\.loads|new Function|compile\s*\(|system\s*\(/,
  ),
  fact(
    'defence-evasion',
    'code-decodes',
    'Program text on the command line runs what it decodes.',
    /b64decode|base64_decode|atob\s*\(|fromhex|unhexlify|decode_base64|Buffer\.from\([^)]{0,4000}base64|unpack\s*\(?['"]?[uH]|rot13|marshal\.loads|zlib\.decompress/,
    /\bexec\s*\(|\beval\b|os\.system|subprocess|new Function|child_process|system\s*\(/,
  ),
  fact(
    'exfiltration',
    'code-sends',
    'Program text on the command line sends what it reads.',
    /requests\.(?:post|put)|urlopen\s*\([^)]{0,400}data|urllib.{0,200}Request|smtplib|ftplib|fetch\s*\([^)]{0,200}POST|\.sendall\s*\(|socket|\.write\(|http\.request/,
    /open\s*\(\s*(?:r?['"]\/|[^)]{0,40}(?:passwd|shadow|\.ssh|\.aws|\.env|credentials|id_rsa))|os\.environ|process\.env|readFile(?:Sync)?\s*\(|\$ENV\{|ENV\[/,
    /https?:\/\/|connect\s*\(|POST|\.post\(/,
  ),
  fact(
    'credential-access',
    'code-reads-credentials',
    'Program text on the command line reads a file that holds keys or passwords.',
    /\/etc\/(?:g?shadow|sudoers)|\.ssh\/(?:id_|identity)|\.aws\/credentials|\.git-credentials|\.netrc\b|\.kube\/config|keyring\.get_password|browser_cookie|win32crypt|Login Data|\.gnupg\//,
  ),
  fact(
    'privilege',
    'code-becomes-root',
    'Program text on the command line takes the rights of root.',
    /set(?:e|res?)?uid\s*\(?\s*0|POSIX::setuid|Process::Sys\.setuid|posix_setuid|process\.setuid/,
  ),
  fact(
    'privilege',
    'code-starts-shell',
    'Program text on the command line starts a shell.',
    /(?:pty\.spawn|os\.(?:execl|execv)\w*|os\.system|subprocess\.\w+|child_process|system|exec|spawn|Process\.spawn|os\.execute|io\.popen)\b[^\n]{0,120}['"](?:\/(?:usr\/)?bin\/)?(?:ba|da|z|k)?sh(?:\s+-[ip]+)?['"]|kernel\.exec|:!\s*\/?\w*\/?sh\b/,
  ),
  fact(
    'destructive',
    'code-fork-bomb',
    'Program text on the command line starts itself without end.',
    /while\s*(?:\(?\s*(?:1|true|True)\s*\)?)[^\n]{0,40}fork|fork\s+while\s+fork/,
  ),
  fact(
    'exfiltration',
    'code-serves',
    'Program text on the command line opens files to others.',
    /(?:http\.server|SimpleHTTPServer|TCPServer|WEBrick)[^\n]{0,200}(?:serve_forever|start|DocumentRoot)/,
  ),
  fact(
    'history-and-audit-tampering',
    'code-logs',
    'Program text on the command line changes logs or histories.',
    /(?:open|unlink|remove|truncate|write)\w*\s*\(?[^\n]{0,40}(?:\/var\/log\/|_history)/,
  ),
  fact(
    'persistence',
    'code-persists',
    'Program text on the command line changes what starts by itself.',
    /(?:authorized_keys|\/etc\/cron|\.bashrc|\.zshrc|LaunchAgents|\/etc\/systemd|rc\.local)/,
    /write|append|>>|['"][wa]['"]/,
  ),
];
