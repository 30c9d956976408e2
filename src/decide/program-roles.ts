import type { OptionSpec } from './option-scan.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Programs that only look at names, or whose words are no files: none of their operands is read. */
export const NAMES_ONLY = set(`
  ls dir vdir exa eza stat test [ [[ echo printf cd pushd popd dirs pwd basename dirname realpath readlink which type whereis command hash
  find fd fdfind tree du df locate true false : sleep date cal seq kill pkill killall pgrep ps top uptime free nproc whoami id uname hostname groups
  export local declare typeset readonly unset read set shopt alias unalias trap return exit break continue shift wait jobs fg bg umask ulimit
  getopts let mapfile readarray times history expr tr tty locale logname yes <assign> eval exec builtin printenv env lsof fuser git-lfs
`);

/** Programs that read the files they are given, and write none of them. */
export const READERS = set(`
  cat head tail less more most tac nl wc sort uniq cut paste join comm diff colordiff sdiff cmp column fold fmt expand unexpand rev od xxd hexdump hd strings
  sha1sum sha224sum sha256sum sha384sum sha512sum md5sum b2sum cksum sum shasum base64 base32 file grep egrep fgrep zgrep rg ag ack awk gawk mawk nawk sed gsed jq yq xmllint
  bat batcat zcat bzcat xzcat zless view source . iconv pr shuf tsort look info envsubst readelf objdump nm size ldd xargs
`);

/** Readers that only complain of a folder that they are given, unless an option tells them to enter it. */
export const FILE_READERS = set(
  'cat head tail tac nl wc file grep egrep fgrep od xxd cksum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum',
);

/** Programs that remove a link that they are given, and nothing behind it. */
export const REMOVERS = set('rm rmdir unlink');

/** Programs that run or build a project: their first operand is read, what else they are given is theirs to explain. */
export const PROJECT_PROGRAMS = set(`
  node nodejs python python2 python3 pypy pypy3 ruby perl php lua luajit deno bun tsx ts-node pytest make gmake cargo go gradle gradlew mvn mvnw dotnet tsc eslint prettier
  jest vitest mocha ruff mypy black cmake ninja ctest rustc rustfmt gcc g++ cc c++ clang clang++ java javac oxlint biome webpack vite esbuild shellcheck terraform tofu
  npm pnpm yarn npx bunx pip pip3 uv uvx poetry pipenv bundle composer docker podman nerdctl kubectl helm gh aws gcloud az ansible ansible-playbook
  curl wget http https xh ssh bash sh dash zsh ksh ash fish mount umount rollup swc next turbo nx lerna playwright cypress storybook isort flake8 pylint tox nox coverage sphinx-build mkdocs
`);

/** Project programs and subcommands whose plain words (no slash, no dot) name targets, images or scripts, not files. */
export const BARE_NAMES = set(`
  npm pnpm yarn npx bunx bun make gmake cargo go docker podman nerdctl kubectl helm gh aws gcloud az terraform tofu pip pip3 uv uvx poetry bundle composer gradle gradlew mvn mvnw dotnet
  jest vitest mocha turbo nx lerna systemctl service apt apt-get brew man info ssh curl wget http https xh ninja cmake tox nox
`);

/** Programs that write every operand. */
export const WRITE_ALL = set(
  'rm rmdir touch truncate tee shred unlink mkfifo mknod chattr setfacl gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lzma compress uncompress',
);

/** Programs whose first operand is a mode or an owner, and that change the rest. */
export const WRITE_AFTER_FIRST = set('chmod chown chgrp');

/** Programs that read all operands but the last and write that one. */
export const COPIERS = set('cp mv install ln rsync scp');

/** Programs whose first operand is a pattern or a program text, unless an option gives it. */
export const PATTERN_FIRST: Readonly<Partial<Record<string, RegExp>>> = {
  grep: /^(?:-[A-Za-z0-9]*[ef]|--(?:reg(?:e|ex|exp)?|file)(?:=|$))/,
  egrep: /^(?:-[A-Za-z0-9]*[ef]|--(?:reg(?:e|ex|exp)?|file)(?:=|$))/,
  fgrep: /^(?:-[A-Za-z0-9]*[ef]|--(?:reg(?:e|ex|exp)?|file)(?:=|$))/,
  zgrep: /^(?:-[A-Za-z0-9]*[ef]|--(?:reg(?:e|ex|exp)?|file)(?:=|$))/,
  rg: /^(?:-[A-Za-z0-9.]*[ef]|--(?:regexp|files?)(?:=|$))/,
  ag: /^(?:-g)/,
  ack: /^(?:-[fg]|--?mat)/,
  awk: /^(?:-f|--file|-e|--source)/,
  gawk: /^(?:-f|--file|-e|--source)/,
  mawk: /^(?:-f|--file)/,
  nawk: /^(?:-f|--file)/,
  jq: /^(?:-[A-Za-z]*f|--from-file)/,
  yq: /^(?:--from-file|-f)/,
};

const GREP: OptionSpec = {
  valueLetters: 'efmABCdD',
  flagLetters: 'EFGPivwxyclLoqsbHhnTuUZzarRI0123456789V',
  valueNames:
    'regexp file max-count after-context before-context context include exclude exclude-dir exclude-from label directories devices binary-files'.split(
      ' ',
    ),
};

/** Options of readers, so that their values are not taken for files. */
export const READER_OPTIONS: Readonly<Partial<Record<string, OptionSpec>>> = {
  grep: GREP,
  egrep: GREP,
  fgrep: GREP,
  zgrep: GREP,
  rg: {
    valueLetters: 'efgtTABCmMjrEd',
    flagLetters: 'iwxvclLoqsbHhnNuUzSFPpRIa0.',
    valueNames:
      'regexp file glob iglob type type-not type-add after-context before-context context max-count max-columns threads replace encoding sort sortr max-depth max-filesize ignore-file color colors path-separator engine pre pre-glob'.split(
        ' ',
      ),
    flagNames:
      'ignore-case smart-case case-sensitive word-regexp line-regexp count count-matches files files-with-matches files-without-match hidden no-ignore no-ignore-vcs no-heading heading line-number no-line-number with-filename no-filename only-matching invert-match fixed-strings multiline json quiet column stats vimgrep pcre2 follow text null trim unrestricted debug no-messages search-zip'.split(
        ' ',
      ),
  },
  head: { valueLetters: 'nc', flagLetters: 'qvz0123456789', valueNames: ['lines', 'bytes'] },
  tail: {
    valueLetters: 'ncs',
    flagLetters: 'fFqvz0123456789r',
    valueNames: ['lines', 'bytes', 'pid', 'sleep-interval'],
  },
  cut: {
    valueLetters: 'bcdf',
    flagLetters: 'nsz',
    valueNames: ['bytes', 'characters', 'delimiter', 'fields', 'output-delimiter'],
  },
  sort: {
    valueLetters: 'ktSTo',
    flagLetters: 'bdfghiMnRrVcCmsuz',
    valueNames: [
      'key',
      'field-separator',
      'buffer-size',
      'temporary-directory',
      'output',
      'parallel',
      'batch-size',
      'files0-from',
    ],
  },
  uniq: { valueLetters: 'fsw', flagLetters: 'cdDiuz' },
  cat: { flagLetters: 'AbeEnstTuv' },
  wc: { flagLetters: 'clmwL', valueNames: ['files0-from'] },
  nl: { valueLetters: 'bdfhilnsvw', flagLetters: 'p' },
  od: { valueLetters: 'AjNStw', flagLetters: 'abcdfiloxv' },
  xxd: { valueLetters: 'cglos', flagLetters: 'abeEipruCd' },
  hexdump: { valueLetters: 'enfs', flagLetters: 'bcCdovx' },
  strings: { valueLetters: 'netTso', flagLetters: 'afw' },
  diff: {
    valueLetters: 'CUFWIxXLS',
    flagLetters: 'qsrNuaiEZbwBtTdpyc',
    valueNames: 'label exclude exclude-from starting-file unified context width ignore-matching-lines color'.split(' '),
  },
  awk: { valueLetters: 'vFfei', flagLetters: '' },
  gawk: { valueLetters: 'vFfei', flagLetters: '' },
  mawk: { valueLetters: 'vFf', flagLetters: '' },
  sed: { valueLetters: 'efl', flagLetters: 'nErsuziI' },
  jq: {
    valueLetters: 'fL',
    flagLetters: 'rncsSCMaejR',
    valueNames: ['indent', 'from-file'],
    flagNames:
      'raw-output null-input compact-output slurp sort-keys color-output monochrome-output ascii-output exit-status join-output raw-input tab args jsonargs stream seq unbuffered'.split(
        ' ',
      ),
  },
  yq: { valueLetters: 'fopI', flagLetters: 'einrPMCjyNs' },
  column: { valueLetters: 'scoNHRtnWTC', flagLetters: 'txeJ' },
  fold: { valueLetters: 'w', flagLetters: 'bs' },
  paste: { valueLetters: 'd', flagLetters: 'sz' },
  base64: { valueLetters: 'w', flagLetters: 'di', flagNames: ['decode'] },
  shuf: { valueLetters: 'nio', flagLetters: 'erz' },
  split: { valueLetters: 'abClnt', flagLetters: 'dexu' },
  tar: {
    valueLetters: 'fCTXbHVIFgKLN',
    flagLetters: 'cxtruAvzjJpkmOPShWwlaiBonsU',
    valueNames:
      'file directory files-from exclude exclude-from transform strip-components owner group mode mtime use-compress-program'.split(
        ' ',
      ),
  },
  zip: { valueLetters: 'btnx', flagLetters: 'rjqmuofdv9876543210eyX' },
  unzip: { valueLetters: 'dxP', flagLetters: 'oqnjltuvpaCLX' },
  truncate: { valueLetters: 'sro', flagLetters: 'c' },
  touch: { valueLetters: 'drt', flagLetters: 'acmhf', valueNames: ['date', 'reference', 'time'] },
  mkdir: { valueLetters: 'm', flagLetters: 'pvZ' },
  cp: { valueLetters: 'tS', flagLetters: 'abdfHilLnPpRrsTuvxZ', valueNames: ['target-directory', 'suffix'] },
  mv: { valueLetters: 'tS', flagLetters: 'bfinTuvZ', valueNames: ['target-directory', 'suffix'] },
  ln: { valueLetters: 'tS', flagLetters: 'bdfFiLnPrsTv', valueNames: ['target-directory', 'suffix'] },
  install: {
    valueLetters: 'tSgom',
    flagLetters: 'bcCdDpsTvZ',
    valueNames: ['target-directory', 'suffix', 'group', 'owner', 'mode'],
  },
  patch: { valueLetters: 'iopdDFgBVxrYz', flagLetters: 'bcEeflNnRstuvZ' },
  dd: {},
  tee: { flagLetters: 'aip' },
  rm: { flagLetters: 'rRfivdI' },
  less: { valueLetters: 'hjkoOpPtTxyz"#', flagLetters: 'NRSFXiIMnseEfgGmqQruUwWaBcCdL' },
};
