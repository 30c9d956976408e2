import { flagSet } from './flag-set.ts';
import type { FlagSet } from './flag-set.ts';

/**
 * What `git` only reads with: its subcommands, each with the options that the client knows. Measured one option at a
 * time. A branch or a tag that is only named is made, which is looked for elsewhere.
 */
export const GIT_TABLE: ReadonlyMap<string, FlagSet> = new Map([
  [
    'diff',
    flagSet(
      {
        letters: 'lpsuBCDMR',
        textLetters: 'GOS',
        words:
          'function-context patch-with-stat numstat shortstat dirstat check summary name-only name-status stat binary full-index color break-rewrites find-renames irreversible-delete find-copies find-copies-harder no-renames minimal ignore-all-space ignore-space-change ignore-space-at-eol ignore-blank-lines patience histogram word-diff color-words exit-code quiet pickaxe-all pickaxe-regex no-color no-ext-diff cached staged no-index',
        textWords: 'ws-error-highlight diff-algorithm word-diff-regex relative diff-filter',
        numberWords: 'abbrev inter-hunk-context',
      },
      { hasCounts: true },
    ),
  ],
  [
    'log',
    flagSet(
      {
        letters: 'ps',
        textLetters: 'GS',
        numberLetters: 'n',
        words:
          'source decorate no-decorate oneline graph all stat shortstat numstat name-only name-status patch no-patch first-parent merges no-merges reverse abbrev-commit follow date-order topo-order author-date-order branches tags remotes color no-color left-right cherry-pick cherry-mark ancestry-path full-history dense sparse boundary walk-reflogs relative-date pickaxe-regex pickaxe-all no-ext-diff',
        textWords: 'since until after before author committer grep date diff-filter',
        numberWords: 'max-count skip',
        formatWords: 'format pretty',
      },
      { hasCounts: true },
    ),
  ],
  [
    'show',
    flagSet(
      {
        letters: 'mps',
        words:
          'quiet decorate no-decorate oneline graph stat shortstat numstat name-only name-status patch no-patch raw first-parent abbrev-commit color no-color relative-date word-diff color-words no-ext-diff',
        textWords: 'date diff-filter',
        formatWords: 'format pretty',
      },
      { hasCounts: true },
    ),
  ],
  [
    'status',
    flagSet(
      {
        letters: 'bsv',
        textLetters: 'uM',
        words:
          'verbose short branch ahead-behind porcelain long ignored column no-renames renames no-ahead-behind no-column',
        textWords: 'untracked-files ignore-submodules find-renames',
      },
      { hasCounts: true },
    ),
  ],
  [
    'blame',
    flagSet(
      {
        letters: 'eflnpstwCM',
        textLetters: 'L',
        words: 'incremental root show-stats score-debug show-name show-number porcelain line-porcelain show-email',
        textWords: 'ignore-rev ignore-revs-file date',
        numberWords: 'abbrev',
      },
      { hasCounts: true },
    ),
  ],
  [
    'branch',
    flagSet(
      {
        letters: 'ailrv',
        words:
          'verbose color remotes all list show-current merged no-merged column ignore-case no-color no-abbrev no-column',
        textWords: 'contains no-contains sort points-at',
        numberWords: 'abbrev',
      },
      { hasCounts: true },
    ),
  ],
  [
    'tag',
    flagSet(
      {
        letters: 'il',
        numberLetters: 'n',
        words: 'list column ignore-case no-column',
        textWords: 'contains no-contains merged no-merged sort points-at',
      },
      { hasCounts: true },
    ),
  ],
  ['remote', flagSet({ letters: 'v', words: 'verbose' }, { operands: 'none' })],
  [
    'stash list',
    flagSet(
      {
        numberLetters: 'n',
        words: 'oneline graph all branches tags remotes',
        textWords: 'date',
        numberWords: 'max-count',
        formatWords: 'format pretty',
      },
      { hasCounts: true },
    ),
  ],
  [
    'stash show',
    flagSet(
      {
        letters: 'ps',
        words: 'stat shortstat numstat name-only name-status patch no-patch color no-color',
        textWords: 'diff-filter',
      },
      { hasCounts: true },
    ),
  ],
  [
    'ls-files',
    flagSet(
      {
        letters: 'cdfikmostuvz',
        textLetters: 'xX',
        words:
          'cached deleted modified others ignored stage killed directory eol unmerged exclude-standard full-name recurse-submodules error-unmatch debug no-empty-directory',
        textWords: 'exclude exclude-from exclude-per-directory',
        numberWords: 'abbrev',
      },
      { hasCounts: true },
    ),
  ],
  [
    'config --get',
    flagSet(
      {
        letters: 'z',
        words:
          'global system local worktree bool int bool-or-int path expiry-date null name-only show-origin show-scope',
        textWords: 'type default',
      },
      { hasCounts: true },
    ),
  ],
  [
    'ls-remote',
    flagSet(
      { letters: 'bhqt', words: 'quiet tags heads refs get-url exit-code symref', joinedWords: 'sort' },
      { operands: 'none', hasCounts: true },
    ),
  ],
  ['merge-base', flagSet({ words: 'all octopus independent is-ancestor fork-point' }, { hasCounts: true })],
  [
    'rev-parse',
    flagSet(
      {
        words:
          'verify abbrev-ref show-toplevel git-dir is-inside-work-tree is-inside-git-dir is-bare-repository symbolic symbolic-full-name show-prefix show-cdup absolute-git-dir git-common-dir is-shallow-repository',
        textWords: 'short',
      },
      { hasCounts: true },
    ),
  ],
  [
    'rev-list',
    flagSet(
      {
        numberLetters: 'n',
        words:
          'oneline graph all first-parent merges no-merges reverse abbrev-commit branches tags remotes ancestry-path full-history dense sparse walk-reflogs source count',
        textWords: 'since until after before author committer grep',
        numberWords: 'abbrev max-count skip min-parents max-parents',
      },
      { hasCounts: true },
    ),
  ],
  [
    'describe',
    flagSet(
      {
        words: 'contains tags long exact-match always dirty broken',
        textWords: 'match exclude',
        numberWords: 'abbrev candidates',
      },
      { hasCounts: true },
    ),
  ],
  ['cat-file', flagSet({ letters: 'epst', words: 'batch-check' }, { hasCounts: true })],
  ['for-each-ref', flagSet({ textWords: 'sort points-at merged contains', numberWords: 'count' }, { hasCounts: true })],
  [
    'grep',
    flagSet(
      {
        letters: 'chilnoqvwEFGHLP',
        textLetters: 'e',
        numberLetters: 'ABC',
        words:
          'cached no-index untracked recurse-submodules invert-match ignore-case word-regexp extended-regexp basic-regexp fixed-strings perl-regexp line-number full-name files-with-matches files-without-match only-matching count color break heading and or not quiet no-color',
        numberWords: 'max-depth context before-context after-context threads',
      },
      { hasCounts: true },
    ),
  ],
  ['worktree list', flagSet({ letters: 'v', words: 'porcelain verbose', textWords: 'expire' }, { hasCounts: true })],
  [
    'shortlog',
    flagSet(
      {
        letters: 'cens',
        words: 'committer numbered summary email all no-merges branches tags remotes',
        textWords: 'group since until after before author',
      },
      { hasCounts: true },
    ),
  ],
  [
    'reflog',
    flagSet(
      { numberLetters: 'n', words: 'oneline graph all branches tags remotes', numberWords: 'max-count' },
      { hasCounts: true },
    ),
  ],
  [
    'reflog show',
    flagSet(
      {
        numberLetters: 'n',
        words: 'oneline graph all branches tags remotes',
        textWords: 'since until after before author committer grep date',
        numberWords: 'max-count',
        formatWords: 'format pretty',
      },
      { hasCounts: true },
    ),
  ],
  ['remote show', flagSet({ textLetters: 'n' }, { operands: /^[\w-]+$/ })],
]);
