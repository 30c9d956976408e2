import { flagSet } from './flag-set.ts';
import type { FlagSet } from './flag-set.ts';

const CHECKSUM = flagSet({
  letters: 'bctwz',
  words: 'binary check tag text zero ignore-missing quiet status strict warn help version',
});
const GREP = flagSet(
  {
    letters: 'abchilnoqrsuvwxzEFGHILPRTUVZ',
    textLetters: 'efdD',
    numberLetters: 'mABC',
    words:
      'extended-regexp fixed-strings basic-regexp perl-regexp ignore-case no-ignore-case word-regexp line-regexp null-data no-messages invert-match byte-offset line-number line-buffered with-filename no-filename only-matching quiet silent text recursive dereference-recursive files-without-match files-with-matches count initial-tab null no-group-separator binary help version',
    textWords:
      'regexp file label binary-files directories devices include exclude exclude-from exclude-dir group-separator color colour',
    numberWords: 'max-count before-context after-context context',
  },
  { isLoose: true },
);

/** Programs that only read with these options, and with no others. Measured one option at a time. */
export const FLAG_TABLE: ReadonlyMap<string, FlagSet> = new Map([
  ['grep', GREP],
  ['egrep', GREP],
  ['fgrep', GREP],
  ['md5sum', CHECKSUM],
  ['sha1sum', CHECKSUM],
  ['sha256sum', CHECKSUM],
  [
    'sort',
    flagSet({
      letters: 'bcdfghimnrsuzCMRV',
      textLetters: 'ktS',
      words:
        'ignore-leading-blanks dictionary-order ignore-case general-numeric-sort ignore-nonprinting month-sort human-numeric-sort numeric-sort random-sort reverse version-sort check merge stable unique zero-terminated help version',
      textWords: 'sort key buffer-size field-separator',
      numberWords: 'batch-size parallel',
    }),
  ],
  [
    'base64',
    flagSet({
      letters: 'dhD',
      textLetters: 'i',
      numberLetters: 'bw',
      words: 'decode ignore-garbage help version',
      numberWords: 'wrap',
    }),
  ],
  [
    'file',
    flagSet({
      letters: 'bchiklnprsvL0',
      textLetters: 'F',
      words:
        'brief mime mime-type mime-encoding apple keep-going list dereference no-dereference no-buffer print0 preserve-date raw special-files help version',
      textWords: 'exclude exclude-quiet separator',
    }),
  ],
  [
    'rg',
    flagSet(
      {
        letters: 'achilnoquvwFHLS',
        textLetters: 'efgtT',
        numberLetters: 'dmABC',
        words:
          'ignore-case smart-case count files-with-matches files-without-match hidden no-ignore line-number only-matching json word-regexp fixed-strings heading no-heading stats quiet debug type-list follow text column invert-match help version',
        textWords: 'regexp glob type type-not color',
        numberWords: 'after-context before-context context max-count max-depth',
      },
      { isLoose: true },
    ),
  ],
  [
    'fd',
    flagSet({
      letters: 'aghipqsFHILV0',
      textLetters: 'ceotES',
      numberLetters: 'dj',
      words:
        'hidden no-ignore glob regex full-path absolute-path follow print0 ignore-case case-sensitive fixed-strings prune quiet show-errors strip-cwd-prefix help version',
      textWords: 'type extension exclude changed-within size owner color base-directory search-path',
      numberWords: 'max-depth threads max-results min-depth exact-depth',
    }),
  ],
  [
    'date',
    flagSet(
      {
        letters: 'uIR',
        textLetters: 'dr',
        words: 'utc universal debug rfc-email help version',
        textWords: 'date rfc-3339 reference',
        joinedWords: 'iso-8601',
      },
      { operands: /^\+/ },
    ),
  ],
  [
    'hostname',
    flagSet(
      {
        letters: 'adfhisvAIV',
        words: 'alias all-fqdns domain fqdn long ip-address all-ip-addresses short help version',
      },
      { operands: 'none' },
    ),
  ],
  [
    'ss',
    flagSet(
      {
        letters: 'abdehilmnopstuwxzEHMOSVZ0',
        textLetters: 'fA',
        words:
          'numeric all listening options extended memory processes info tipcinfo summary tos cgroup bpf events context contexts ipv4 ipv6 packet tcp mptcp sctp udp dccp raw unix tipc vsock no-header oneline inet-sockopt help version',
        textWords: 'family query socket',
      },
      { operands: /^\d+$/ },
    ),
  ],
  ['lsof', flagSet({ letters: 'abghilnorstvxCEFHKLNOPQRSTUVX', textLetters: 'cdekpuA' })],
  [
    'tput',
    flagSet(
      { letters: 'xV', textLetters: 'T' },
      { operands: /^(?!(?:init|reset|clear|rs\d|is\d|iprog|mc\d?\w?|rf|if)$)/ },
    ),
  ],
  ['netstat', flagSet({ letters: 'agilmnrsvL', textLetters: 'fI' })],
  [
    'ps',
    flagSet(
      {
        letters: 'acdefjlmwyAFHLNTV',
        textLetters: 'gnpqstuCGU',
        words: 'forest no-headers headers deselect info help version',
        textWords: 'pid sort user sid tty',
        numberWords: 'width',
      },
      { operands: /^[^e]*$/ },
    ),
  ],
  ['man', flagSet({ letters: 'adfhkw', textLetters: 'sS', words: 'whatis apropos all' }, { operands: /^(?!\.)/ })],
  ['help', flagSet({ letters: 'd' }, { operands: /^(?!\/)/ })],
  [
    'pgrep',
    flagSet({
      letters: 'acfilnovwxLV',
      textLetters: 'dgrstuFGOPU',
      words:
        'list-name list-full inverse lightweight count full ignore-case newest oldest exact logpidfile help version',
      textWords: 'delimiter pgroup group older parent session terminal euid uid pidfile runstates ns nslist',
    }),
  ],
  [
    'tree',
    flagSet({
      letters: 'acdfghilnpqrstuvxACDFJNQSUX',
      textLetters: 'HIPT',
      numberLetters: 'L',
      words:
        'dirsfirst du si prune inodes device noreport gitignore fromfile filesfirst info metafirst matchdirs ignore-case help version',
      textWords: 'charset timefmt sort hintro',
      numberWords: 'filelimit',
    }),
  ],
  ['xargs', flagSet({ letters: 'rtx0', textLetters: 'dI', numberLetters: 'nsLP' })],
  ['which', flagSet({ letters: 'apsvwV', words: 'help version' })],
]);
