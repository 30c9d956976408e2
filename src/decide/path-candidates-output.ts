import { own } from './own.ts';
import type { ShapedWord } from './command-shape.ts';
import { place, valuesGiven } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { GLOB_ANY } from './shell-word.ts';

/** Options whose values are files, or folders, that a program writes. */
interface OutputSpec {
  readonly letters?: string;
  /** Without dashes. */
  readonly names?: readonly string[];
  /** Letters of a folder in which the program works, and so may write anything. */
  readonly folderLetters?: string;
  readonly folderNames?: readonly string[];
}

/** Names that mean an output wherever they are met. */
const OUTPUT_NAMES =
  /^--?(?:out|output|output-file|output-document|outfile|out-dir|outdir|output-dir|directory-prefix|append-output|dump-header|cookie-jar|trace|trace-ascii|stderr|etag-save|log-file|logfile|report-file|junit-xml|junitxml)(?:=(.*))?$/is;

const words = (text: string): readonly string[] => text.split(' ');

const COMPILER: OutputSpec = { letters: 'o', names: words('MF MJ MD MMD dumpdir dumpbase serialize-diagnostics') };
const NODE: OutputSpec = {
  names: words(
    'redirect-warnings cpu-prof-name cpu-prof-dir heap-prof-name heap-prof-dir diagnostic-dir report-dir report-directory report-filename test-reporter-destination trace-event-file-pattern build-sea',
  ),
};
const PIP: OutputSpec = {
  letters: 'd',
  names: ['log', 'report'],
  folderLetters: 't',
  folderNames: words('target prefix root src dest wheel-dir'),
};
const TAR: OutputSpec = { letters: 'g', names: ['listed-incremental', 'index-file', 'volno-file'] };
const PYTEST: OutputSpec = {
  names: words('debug junit-xml junitxml report-log result-log resultlog log-file basetemp cov-report html'),
};

const OUTPUTS: Readonly<Partial<Record<string, OutputSpec>>> = {
  curl: { letters: 'oDc', names: ['trace-ascii', 'hsts', 'libcurl'], folderNames: ['output-dir'] },
  wget: {
    letters: 'oaO',
    names: words('warc-file save-cookies hsts-file rejected-log'),
    folderLetters: 'P',
    folderNames: ['directory-prefix'],
  },
  sort: { letters: 'oT', names: ['output', 'temporary-directory'] },
  shuf: { letters: 'o', names: ['output'] },
  tree: { letters: 'o' },
  less: { letters: 'oO', names: ['log-file', 'LOG-FILE'] },
  sdiff: { letters: 'o', names: ['output'] },
  iconv: { letters: 'o', names: ['output'] },
  xmllint: { letters: 'o', names: ['output'] },
  zstd: { letters: 'o' },
  strip: { letters: 'o' },
  csplit: { letters: 'f', names: ['prefix'] },
  gcc: COMPILER,
  cc: COMPILER,
  clang: COMPILER,
  'g++': COMPILER,
  'c++': COMPILER,
  'clang++': COMPILER,
  ld: { letters: 'o', names: ['Map'] },
  rustc: { letters: 'o', names: ['out-dir', 'emit'] },
  javac: { folderLetters: 'dsh' },
  go: { letters: 'o', names: words('coverprofile cpuprofile memprofile blockprofile mutexprofile trace outputdir') },
  bison: { letters: 'od', names: words('defines report-file graph xml header') },
  yacc: { letters: 'o' },
  flex: { letters: 'o', names: ['outfile', 'header-file', 'tables-file'] },
  tar: TAR,
  bsdtar: TAR,
  unzip: { folderLetters: 'd' },
  '7z': { folderLetters: 'o' },
  zip: {
    letters: 'O',
    names: words('out output-file logfile-path lf'),
    folderLetters: 'b',
    folderNames: ['temp-path'],
  },
  mktemp: { folderLetters: 'p', folderNames: ['tmpdir'] },
  patch: { letters: 'ro', names: ['reject-file', 'output'], folderLetters: 'd', folderNames: ['directory'] },
  node: NODE,
  nodejs: NODE,
  eslint: { letters: 'o', names: ['output-file', 'cache-location', 'cache-file'] },
  stylelint: { letters: 'o', names: ['output-file', 'cache-location'] },
  oxlint: { letters: 'o' },
  ruff: { letters: 'o', names: ['output-file', 'cache-dir'] },
  mypy: { names: words('cache-dir junit-xml html-report txt-report xml-report linecount-report') },
  jest: { names: ['outputFile', 'coverageDirectory', 'cacheDirectory'] },
  vitest: { names: ['outputFile'] },
  playwright: { names: ['output'] },
  pytest: PYTEST,
  'py.test': PYTEST,
  coverage: { letters: 'o', names: ['data-file'], folderLetters: 'd', folderNames: ['directory'] },
  pip: PIP,
  pip3: PIP,
  cargo: { folderNames: words('target-dir root artifact-dir out-dir') },
  tsc: { names: words('outFile outDir declarationDir tsBuildInfoFile generateTrace generateCpuProfile') },
  cmake: { folderLetters: 'B', folderNames: ['install-prefix', 'prefix'], names: ['trace-redirect', 'graphviz'] },
};

/** The files that options of a program name to be written. */
export function outputOptions(program: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  if (!shape.some(({ kind }) => kind === 'option')) return [];
  const files: string[] = [];
  for (const [index, { kind, word }] of shape.entries()) {
    const long = kind === 'option' ? OUTPUT_NAMES.exec(word.text) : null;
    if (long === null || (!word.text.startsWith('--') && long[1] === undefined)) continue;
    files.push(long[1] ?? shape[index + 1]?.word.text ?? '');
  }
  const spec = own(OUTPUTS, program);
  if (spec !== undefined) files.push(...valuesGiven(shape, spec.letters ?? '', spec.names ?? []));
  const folders = spec === undefined ? [] : valuesGiven(shape, spec.folderLetters ?? '', spec.folderNames ?? []);
  return [
    ...files.filter((text) => text !== '' && text !== '-').map((text) => place(text, 'write')),
    ...folders.map((text) => place(text, 'write', true)),
  ];
}

/** Options with which a program rewrites the files that it is given; one that always does has all of them. */
const REWRITERS: Readonly<Partial<Record<string, RegExp>>> = {
  prettier: /^(?:-[a-z]*w|--write)/,
  biome: /^--(?:write|fix|apply)/,
  eslint: /^--fix(?!-dry)/,
  stylelint: /^--fix/,
  standard: /^--fix/,
  oxlint: /^--fix/,
  oxfmt: /^/,
  ruff: /^(?:format|--fix)/,
  black: /^/,
  isort: /^/,
  autopep8: /^(?:-[a-z]*i|--in-place)/,
  yapf: /^(?:-[a-z]*i|--in-place)/,
  'clang-format': /^-i/,
  gofmt: /^--?w/,
  goimports: /^--?w/,
  go: /^(?:fmt|fix)$/,
  'golangci-lint': /^(?:fmt$|--fix)/,
  cargo: /^(?:fmt|fix)$/,
  deno: /^(?:fmt$|--fix)/,
  dotnet: /^format$/,
  next: /^--fix/,
  terraform: /^fmt$/,
  tofu: /^fmt$/,
  rustfmt: /^/,
  shfmt: /^-w|^--write/,
  yq: /^(?:-[a-zA-Z]*i|--in-?place)/,
  perl: /^-[acglnpswW0-9]*i/,
  ruby: /^-[aclnpswW0-9]*i/,
};

/** The files that a formatter or a filter rewrites where they stand. Where in the workspace they lie is no matter. */
export function rewrittenFiles(
  program: string,
  shape: readonly ShapedWord[],
  texts: readonly string[],
): readonly PathCandidate[] {
  const rewriter = own(REWRITERS, program);
  if (rewriter === undefined || !shape.some(({ word }) => rewriter.test(word.text))) return [];
  return texts.map((text) => ({ ...place(globbed(text), 'write', true), isPlace: false }));
}

/** Formatters glob by themselves; as the shell does, most leave hidden names out unless one is spelled. */
function globbed(text: string): string {
  return /(?:^|\/)\.[^./]/.test(text) ? text.replaceAll(/[*?]/g, GLOB_ANY) : text;
}
