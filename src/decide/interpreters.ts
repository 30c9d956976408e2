/** How an interpreter takes program text on its command line. */
export interface Interpreter {
  /** Letters of short options whose value is program text. */
  readonly codeLetters: string;
  /** Letters of short options that take another value. */
  readonly valueLetters?: string;
  /** Letters of short options whose value, if any, is the rest of the word. */
  readonly attachedLetters?: string;
  /** Letters of options with which, alone in a word, it prints something and ends. */
  readonly endLetters?: string;
  /** Letters of options whose value is the script. */
  readonly scriptLetters?: string;
  /** Letters of options behind which it reads its standard input as well as its script. */
  readonly inputLetters?: string;
  readonly codeNames?: readonly string[];
  readonly valueNames?: readonly string[];
  /** Long options that take no value; any other that is not listed may take the next word. */
  readonly flagNames: RegExp;
  /** Subcommands whose operand is program text. */
  readonly codeSubcommands?: readonly string[];
  /** Options are words with one dash: `-eval`. */
  readonly hasLongWords?: boolean;
  /** Behind `--` stand arguments only, no script. */
  readonly hasNoScriptBehindEnd?: boolean;
  /** Reads program text from standard input where no file is named. */
  readonly readsInput: boolean;
}

const names = (text: string): readonly string[] => text.trim().split(/\s+/);

const JAVASCRIPT: Interpreter = {
  codeLetters: 'ep',
  endLetters: 'vh',
  valueLetters: 'rC',
  codeNames: ['eval', 'print'],
  valueNames: names(`
    require import loader experimental-loader conditions env-file env-file-if-exists input-type title allow-fs-read allow-fs-write
    build-snapshot-config cpu-prof-dir cpu-prof-interval cpu-prof-name diagnostic-dir disable-proto disable-warning dns-result-order
    experimental-default-type experimental-package-map experimental-policy experimental-sea-config experimental-specifier-resolution
    experimental-test-tag-filter heap-prof-dir heap-prof-interval heap-prof-name heapsnapshot-near-heap-limit heapsnapshot-signal
    icu-data-dir inspect-port debug-port inspect-publish-uid localstorage-file max-http-header-size max-old-space-size-percentage
    network-family-autoselection-attempt-timeout openssl-config policy-integrity redirect-warnings report-dir report-directory
    report-filename report-signal secure-heap secure-heap-min security-revert snapshot-blob stack-trace-limit test-concurrency
    test-coverage-branches test-coverage-exclude test-coverage-functions test-coverage-include test-coverage-lines test-global-setup
    test-name-pattern test-random-seed test-reporter test-reporter-destination test-rerun-failures test-shard test-skip-pattern
    test-timeout tls-cipher-list tls-keylog trace-event-categories trace-event-file-pattern trace-require-module unhandled-rejections
    use-largepages v8-pool-size watch-kill-signal watch-path test-isolation experimental-test-isolation experimental-config-file
    es-module-specifier-resolution
  `),
  // What is no option of its own goes to the engine, alone.
  flagNames: /^/,
  codeSubcommands: ['eval'],
  readsInput: true,
};

/** Front ends of the same language: their own options are not all known. */
const JAVASCRIPT_FRONT: Interpreter = {
  ...JAVASCRIPT,
  endLetters: 'vVh',
  valueLetters: 'rCPOIL',
  valueNames: [
    ...(JAVASCRIPT.valueNames ?? []),
    ...names('log-level tsconfig project cwd cwd-mode dir compiler config'),
  ],
  flagNames:
    /^(?:no-[\w-]+|allow-[\w-]+|watch|quiet|unstable[\w-]*|check|transpile-only|type-check|files|esm|swc|pretty|bun|hot|smol|silent|cached-only|reload|lock|frozen|clear-screen|inspect[\w-]*|enable-source-maps|experimental-[\w-]+|test|version|help)$/,
};

const INTERPRETERS: readonly (readonly [RegExp, Interpreter])[] = [
  [
    /^(?:python|pypy|ipython|micropython)[\d.]*$/,
    {
      codeLetters: 'c',
      endLetters: 'Vh',
      valueLetters: 'mWXQ',
      inputLetters: 'i',
      valueNames: ['check-hash-based-pycs'],
      flagNames: /^/,
      readsInput: true,
    },
  ],
  [/^node(?:js)?$/, JAVASCRIPT],
  [/^(?:bun|deno|tsx|ts-node)$/, JAVASCRIPT_FRONT],
  [
    /^perl[\d.]*$/,
    {
      codeLetters: 'eE',
      endLetters: 'vVh',
      valueLetters: 'I',
      attachedLetters: 'MmxFCD',
      flagNames: /^/,
      readsInput: true,
    },
  ],
  [
    /^(?:ruby|jruby|truffleruby)[\d.]*$/,
    {
      codeLetters: 'e',
      endLetters: 'h',
      valueLetters: 'IrCXE',
      attachedLetters: 'Fxi',
      valueNames: names('encoding external-encoding internal-encoding enable disable parser dump backtrace-limit'),
      flagNames:
        /^(?:yjit|jit|mjit|rjit|verbose|version|help|copyright|debug|yydebug|debug-frozen-string-literal|(?:en|dis)able-[\w-]+)$/,
      readsInput: true,
    },
  ],
  [
    /^php[\d.]*$/,
    {
      codeLetters: 'rBRE',
      endLetters: 'vh',
      valueLetters: 'dctSz',
      scriptLetters: 'fF',
      codeNames: ['run', 'process-begin', 'process-code', 'process-end'],
      valueNames: names(
        'php-ini define docroot server zend-extension rf rfunction rc rclass re rextension rz rzendextension ri rextinfo repeat file process-file',
      ),
      flagNames: /^/,
      hasNoScriptBehindEnd: true,
      readsInput: true,
    },
  ],
  [/^lua(?:jit)?[\d.]*$/, { codeLetters: 'e', valueLetters: 'l', flagNames: /^/, readsInput: true }],
  [
    /^(?:R|Rscript|julia|osascript|elixir|groovy|scala|ghc|runghc|swift|crystal|racket|guile|raku|nim|tclsh|wish|expect|octave|gnuplot|sbcl|clojure|bb|emacs)$/,
    {
      codeLetters: 'eEc',
      codeNames: ['eval', 'print', 'execute', 'code', 'exec'],
      flagNames: /^/,
      readsInput: true,
    },
  ],
  [
    /^(?:erl)$/,
    { codeLetters: '', hasLongWords: true, codeNames: ['eval', 'run', 's'], flagNames: /^/, readsInput: false },
  ],
];

/** How the interpreter of that name takes program text; undefined where the program is none. */
export function interpreterOf(program: string): Interpreter | undefined {
  return INTERPRETERS.find(([name]) => name.test(program))?.[1];
}
