import { INTERPRETERS, baseName, isDownload, savedNames } from './network.ts';
import { anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands that run what comes from another machine. */
export const DOWNLOAD_AND_RUN = factsOf<RiskView>('download-and-run', [
  [
    'pipe-to-interpreter',
    '*',
    'Runs what was just fetched, unseen.',
    (view) => INTERPRETERS.test(view.name) && readsProgram(view) && view.upstream.some(isDownload),
  ],
  [
    'run-download',
    '*',
    'Runs a file that the same command line fetched.',
    (view) => {
      const saved = savedNames(view.before);
      if (saved.size === 0) return false;
      const program = view.command.program.text;
      if (program.includes('/') && saved.has(baseName(program))) return true;
      return (
        (INTERPRETERS.test(view.name) || INSTALLERS.test(view.name)) &&
        view.operands.some((word) => saved.has(baseName(word)))
      );
    },
  ],
  [
    'install-from-address',
    'pip pip2 pip3 uv npm pnpm yarn gem rpm dnf yum apt apt-get brew snap easy_install cargo go installer dpkg pipx conda luarocks',
    'Installs a package from an address, whose code runs as it is installed.',
    (view) =>
      anyWord(
        view,
        /^(?:git\+)?https?:\/\/(?!(?:github\.com|gitlab\.com|bitbucket\.org|pypi\.org|registry\.npmjs\.org|files\.pythonhosted\.org|download\.pytorch\.org)\/)[^\s]+\.(?:tgz|tar\.gz|whl|zip|rpm|deb|gem|pkg)(?:[?#].*)?$/i,
      ) &&
      sub(view, 'install|add|i|-i|localinstall|pip') &&
      anyWord(view, /^http:|^https?:\/\/\d+\.\d+\.\d+\.\d+/),
  ],
  [
    'remote-shell',
    'nc ncat netcat socat telnet bash sh zsh busybox openssl xterm awk gawk',
    'Hands a shell to whoever is on the other side of a connection.',
    givesShell,
  ],
  [
    'network-shell',
    '*',
    'Joins a shell with a network address.',
    (view) =>
      [...view.command.redirections.map(({ target }) => target.text), ...view.words].some((text) =>
        /^\/(?:dev|inet6?)\/(?:tcp|udp)\//.test(text),
      ) &&
      (INTERPRETERS.test(view.name) || view.name === 'exec' || view.name === ''),
  ],
  [
    'remote-script',
    'mshta regsvr32 rundll32 powershell pwsh osascript wmic certutil bitsadmin',
    'Runs a script from an address.',
    (view) =>
      /https?:\/\//i.test(view.text) &&
      /(?:iex|invoke-expression|downloadstring|javascript:|scrobj|do shell script|-urlcache)/i.test(view.text),
  ],
  [
    'run-address',
    'deno npx bunx bun pnpm yarn uvx pipx node tsx',
    'Runs a program from an address.',
    (view) =>
      (/^(?:npx|bunx|uvx|node|tsx)$/.test(view.name) || sub(view, 'run|dlx|x|exec|eval')) &&
      view.operands
        .slice(0, 2)
        .some(
          (word) =>
            /^https?:\/\//i.test(word) &&
            !/^https:\/\/(?:deno\.land|jsr\.io|esm\.sh|(?:www\.)?github\.com|registry\.npmjs\.org)\//i.test(word),
        ),
  ],
  [
    'foreign-index',
    'pip pip2 pip3 uv npm pnpm yarn gem',
    'Installs packages from a registry to which anyone on the way can answer.',
    (view) =>
      /(?:^| )(?:-i|--(?:extra-)?index-url|--find-links|--registry|--source)[= ]http:\/\/(?!localhost|127\.|\[::1\])/i.test(
        view.text,
      ),
  ],
  ['remote-library', 'ansible-pull salt-call', 'Runs what another machine says.', (view) => has(view, 'U', 'url')],
]);

const INSTALLERS = /^(?:dpkg|rpm|installer|insmod|java|mono|wine|dotnet|chmod|install|tar|unzip|source|xattr|load)$/;

/** Whether the program is given no other script than its input. */
function readsProgram(view: RiskView): boolean {
  if (/^(?:eval|source|\.)$/.test(view.name)) return true;
  if (/^(?:g?awk)$/.test(view.name)) return has(view, 'f');
  if (view.command.words.some((word) => word.isDescriptor || word.sources.length > 0)) return true;
  // `python -m json.tool` and `python -c code` read data from their input, a script by name too.
  if (has(view, 'm', 'c', 'e', 'eval', 'p', 'print', 'n') && !has(view, 's'))
    return /^(?:[a-z]*sh)$/.test(view.name) && view.upstream.length > 0 && has(view, 'c');
  return view.operands.length === 0 || view.operands[0] === '-' || view.operands[0] === '/dev/stdin' || has(view, 's');
}

function givesShell(view: RiskView): boolean {
  const isShell = (word: string): boolean =>
    /(?:^|\/|['":,])(?:ba|z|k|da|a|c)?sh(?:$|['",\s])|cmd\.exe|powershell/.test(word);
  switch (view.name) {
    case 'nc':
    case 'ncat':
    case 'netcat':
    case 'busybox':
      return (
        has(view, 'e', 'exec', 'sh-exec') ||
        (has(view, 'c') && anyWord(view, isShellWord)) ||
        view.upstream.some((one) => isShellName(one.name)) ||
        view.upstream.some((one) => one.name === 'cat' && one.reads.some((name) => /\/f$|fifo|pipe/.test(name)))
      );
    case 'socat':
      return anyWord(view, /(?:EXEC|SYSTEM):/i) && /(?:TCP|UDP|OPENSSL|SSL)[\w-]*:/i.test(view.text);
    case 'telnet':
    case 'openssl':
      return view.upstream.some((one) => isShellName(one.name)) && view.operands.length > 0;
    case 'xterm':
      return has(view, 'display') && anyWord(view, /^[\d.]+:\d/);
    case 'awk':
    case 'gawk':
      return anyWord(view, /\/inet\/(?:tcp|udp)\//);
    default:
      return (
        isShell(view.name) &&
        view.upstream.some(
          (one) =>
            /^(?:nc|ncat|netcat|telnet|socat)$/.test(one.name) ||
            (one.name === 'openssl' && one.operands[0] === 's_client'),
        )
      );
  }
}

const isShellWord = /(?:^|\/|['":,])(?:ba|z|k|da|a|c)?sh(?:$|['",\s])|cmd(?:\.exe)?$|powershell/;

function isShellName(name: string): boolean {
  return /^(?:ba|z|k|da|a|c)?sh$/.test(name);
}
